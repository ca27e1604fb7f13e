"""Reasonable adjustments: what makes care possible for a child, as the national record has it and as our staff recorded it.

Source: Equality Act 2010, section 20; NHS England, Reasonable Adjustment Digital Flag (DAPB4019).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

MOST: Final = 10
LONGEST: Final = 200


class AdjustmentBasis(StrEnum):
    """On what the sharing of adjustments with the national record rests (docs/rules.md 11)."""

    AGREED = "agreed"
    BEST_INTERESTS = "best_interests"


BASES: Final = {
    AdjustmentBasis.AGREED: "The family, or the young person, has agreed",
    AdjustmentBasis.BEST_INTERESTS: "It was decided in the child's best interests, and that is recorded",
}


@dataclass(frozen=True, slots=True, repr=False)
class Adjustments:
    """Both lists. `sent` is whether ours have been given to the national record. Hidden in logs."""

    national: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    basis: AdjustmentBasis | None = None
    sent: bool = False

    def as_text(self) -> dict[str, str]:
        """As it is encrypted under the child's key; each adjustment is one line."""
        return {
            "national": "\n".join(self.national),
            "ours": "\n".join(self.ours),
            "basis": self.basis.value if self.basis else "",
            "sent": "yes" if self.sent else "",
        }

    @classmethod
    def from_text(cls, said: Mapping[str, str]) -> Self:
        basis = said.get("basis", "")
        return cls(
            tuple(said.get("national", "").splitlines()),
            tuple(said.get("ours", "").splitlines()),
            AdjustmentBasis(basis) if basis else None,
            bool(said.get("sent")),
        )
