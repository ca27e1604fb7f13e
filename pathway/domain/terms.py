"""School terms: the six half terms of an English school year, each with its first and last day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class HalfTerm(StrEnum):
    """The half terms of a school year, in order."""

    AUTUMN_1 = "autumn_1"
    AUTUMN_2 = "autumn_2"
    SPRING_1 = "spring_1"
    SPRING_2 = "spring_2"
    SUMMER_1 = "summer_1"
    SUMMER_2 = "summer_2"


@dataclass(frozen=True, slots=True)
class Term:
    """One half term; both days are days on which schools open."""

    school_year: str
    half: HalfTerm
    starts: date
    ends: date

    def __post_init__(self) -> None:
        if self.ends < self.starts:
            raise ValueError(f"{self} ends before it starts. Write the first day, then the last.")

    def __str__(self) -> str:
        season, number = self.half.split("_")
        return f"{season.capitalize()} term {number}, {self.school_year}"
