"""What a new referral says of a child we know and our record does not: put before a person, never taken over by itself.

A family moves, a parent changes their number; but a referral may also come from somebody who should not know where the child
is, or may name a person who must not be told. So it is kept as it was stated, and a person decides (docs/rules.md 12, 13).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from pathway.domain.events import BuiltIn, Event, in_force
from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails, ChildDetails

OF: Final = "of"
"""The field of a decision that names the fact it is about."""


class TakeOver(StrEnum):
    """What a person decides about details that were stated."""

    TAKEN = "taken"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Details:
    """Who cares for a child, where they live, their language, and whom to speak with; what is not stated is empty."""

    carers: tuple[CarerDetails, ...] = ()
    address: tuple[str, ...] = ()
    postcode: str = ""
    language: str = ""
    safe_contact: str = ""

    def __bool__(self) -> bool:
        return bool(self.carers or self.address or self.postcode or self.language or self.safe_contact)

    def as_text(self) -> dict[str, str]:
        """The form in which it is kept, under the child's key."""
        return {"details": json.dumps(asdict(self))}

    @classmethod
    def from_text(cls, text: Mapping[str, str]) -> "Details":
        """Nothing where the text can no longer be read: the identity was sealed since."""
        if "details" not in text:
            return cls()
        kept = json.loads(text["details"])
        carers = tuple(CarerDetails(**{**one, "needs": tuple(one["needs"])}) for one in kept.pop("carers"))
        return cls(carers, tuple(kept.pop("address")), **kept)


NOTHING: Final = Details()


def stated(child: ChildDetails, carers: Sequence[CarerDetails]) -> Details:
    """The details that a referral states."""
    postcode = child.postcode.value if child.postcode else ""
    contact = child.safe_contact if child.restricted else ""
    return Details(tuple(carers), child.address if postcode else (), postcode, child.language, contact)


def news(said: Details, known: Details) -> Details:
    """What was stated and is not on record so."""
    moved = bool(said.postcode) and (said.address, said.postcode) != (known.address, known.postcode)
    return Details(
        carers=tuple(
            carer for carer in said.carers if not any(_is_known(carer, one) for one in known.carers)
        ),
        address=said.address if moved else (),
        postcode=said.postcode if moved else "",
        language=said.language if said.language != known.language else "",
        safe_contact=said.safe_contact if said.safe_contact != known.safe_contact else "",
    )


def is_same_person(one: CarerDetails, other: CarerDetails) -> bool:
    """By name: what is known of somebody is brought up to date, and nobody is added twice."""
    return normalise_name(one.name) == normalise_name(other.name)


def _is_known(said: CarerDetails, known: CarerDetails) -> bool:
    contacts = ((said.email, known.email), (said.phone, known.phone))
    return is_same_person(said, known) and all(new in ("", old) for new, old in contacts)


def undecided(events: Sequence[Event]) -> tuple[Event, ...]:
    """The facts of an episode that state details about which nobody has decided yet, oldest first."""
    standing = [event for _, _, event in in_force(events)]
    decided = {event.fields[OF] for event in standing if event.kind == BuiltIn.DETAILS_DECIDED}
    return tuple(e for e in standing if e.kind == BuiltIn.DETAILS_STATED and str(e.id) not in decided)
