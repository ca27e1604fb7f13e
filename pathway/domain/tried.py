"""What became of a message that was only tried: it was rehearsed and undone, and nothing was written."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pathway.domain.roles import Actor


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence about a message: whether it refuses it, what it says, and where in the message it looks."""

    refuses: bool
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What would have been answered, by its HTTP status, and why."""

    status: int
    said: tuple[Said, ...]

    @property
    def taken(self) -> bool:
        return self.status < 400


Try = Callable[[Actor, str, bytes], Awaitable[Tried]]
"""Somebody tries a message as the partner's system of a client id. Whoever serves pages is given this, and knows no FHIR."""
