"""What a benchmark prints: a figure, and where there is one the bound it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number with its words; `at_most` and `at_least` are the issue's own bounds."""

    words: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def line(self) -> str:
        bound = ""
        if self.at_most is not None:
            bound = f"at most {self.at_most:g}"
        if self.at_least is not None:
            bound = f"at least {self.at_least:g}"
        verdict = "" if not bound else ("ok" if self.holds else "NOT REACHED")
        return f"{self.words:<66} {self.value:>12.3f} {self.unit:<10} {bound:<16} {verdict}"
