"""On what basis a partner's system is told of a child: each share names its own (docs/rules.md 11)."""

from enum import StrEnum
from typing import Final

from pathway.domain.reach import Standing, reaches
from pathway.domain.roles import Actor, Role


class ShareBasis(StrEnum):
    """Why a partner's system may be told, by what its organisation has to do with the episode."""

    DIRECT_CARE = "direct_care"
    COUNCIL_BASIS = "council_basis"
    REFERRED = "referred"
    TEACHES = "teaches"


TITLES: Final = {
    ShareBasis.DIRECT_CARE: "Direct care: its organisation holds the child",
    ShareBasis.COUNCIL_BASIS: "The council's own basis, as recorded on the episode",
    ShareBasis.REFERRED: "It referred the child, and the family has not asked that it be told no more",
    ShareBasis.TEACHES: "It teaches the child, and the family agreed that it be told",
}


def basis_of(actor: Actor, at: Standing) -> ShareBasis | None:
    """The first basis that holds; None for whom the episode does not reach."""
    if not reaches(actor, at):
        return None
    if actor.organisation_id == at.provider_id:
        return ShareBasis.DIRECT_CARE
    if actor.role is not Role.PARTNER:
        return None
    if actor.organisation_id == at.council_id and at.council_basis:
        return ShareBasis.COUNCIL_BASIS
    if actor.organisation_id == at.referrer_id and not at.hidden_from_referrer:
        return ShareBasis.REFERRED
    return ShareBasis.TEACHES
