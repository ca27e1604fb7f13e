"""Who acts for a child by a validated proxy role, as the national service tells it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """One proxy role in force. `id` is the service's own and says nothing about anyone. Hidden in logs."""

    id: str
    name: str
    relationship: str
    basis: str
    parental_responsibility: bool
    until: date | None = None

    @property
    def texts(self) -> dict[str, str]:
        """What a person sees who decides about it."""
        return {
            "name": self.name,
            "relationship": self.relationship,
            "basis": self.basis.replace("-", " ").capitalize(),
            "parental_responsibility": "yes" if self.parental_responsibility else "no",
            "until": self.until.isoformat() if self.until else "",
        }
