"""What a person may decide about each kind of doubt that a national record raised."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pathway.domain.tracing import DoubtKind


class DoubtDecision(StrEnum):
    """What a person decided."""

    KEEP = "keep"
    """Our record stays as it is."""
    WRONG_NUMBER = "wrong_number"
    """The number is not this child's: it is taken out."""
    TAKE_NUMBER = "take_number"
    """The national number is this child's: it is taken over, and the earlier one is kept as history."""
    NAME_CONTACT = "name_contact"
    """Somebody is named as safe."""
    RECORDED = "recorded"
    """The death has been recorded on the pathway."""
    NOT_THIS_CHILD = "not_this_child"
    """It is not this child who died."""
    LINK = "link"
    """The carer acts for the child: linked, or noted as having parental responsibility."""


_NUMBER: Final = (DoubtDecision.KEEP, DoubtDecision.WRONG_NUMBER)
MAY_DECIDE: Final[Mapping[DoubtKind, tuple[DoubtDecision, ...]]] = {
    DoubtKind.CONFLICT: _NUMBER,
    DoubtKind.NOT_KNOWN: _NUMBER,
    DoubtKind.SEVERAL: _NUMBER,
    DoubtKind.SUPERSEDED: (DoubtDecision.TAKE_NUMBER, *_NUMBER),
    DoubtKind.NUMBER_FOUND: (DoubtDecision.TAKE_NUMBER, DoubtDecision.KEEP),
    DoubtKind.SAFE_CONTACT: (DoubtDecision.NAME_CONTACT,),
    DoubtKind.DIED: (DoubtDecision.RECORDED, DoubtDecision.NOT_THIS_CHILD),
    DoubtKind.CARER: (DoubtDecision.LINK, DoubtDecision.KEEP),
    DoubtKind.CARER_ENDED: (DoubtDecision.KEEP,),
}
