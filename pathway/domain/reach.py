"""Which children an actor reaches: the same rule as the database's row-level security, as a pure function.

Actions ask it before they write; row-level security is the floor under every read. A test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pathway.domain.roles import MACHINES, Actor, Role
from pathway.domain.visibility import Audience


@dataclass(frozen=True, slots=True)
class Standing:
    """The organisations that have to do with an episode, and what the family has said about them."""

    provider_id: int | None = None
    hand_over_to: int | None = None
    council_id: int | None = None
    council_basis: bool = False
    school_id: int | None = None
    hidden_from_school: bool = False
    referrer_id: int | None = None
    hidden_from_referrer: bool = False
    families: frozenset[int] = frozenset()
    caseload: frozenset[int] = frozenset()
    opened_by: frozenset[int] = frozenset()
    """Accounts that broke the glass on the child, for as long as that lasts (docs/rules.md 15)."""


def _provider(actor: Actor, at: Standing) -> bool:
    held = actor.organisation_id in (at.provider_id, at.hand_over_to)
    return held or actor.account_id in at.caseload | at.opened_by


def _referrer(actor: Actor, at: Standing) -> bool:
    of_school = at.school_id == actor.organisation_id and not at.hidden_from_school
    return of_school or (at.referrer_id == actor.organisation_id and not at.hidden_from_referrer)


def _officer(actor: Actor, at: Standing) -> bool:
    return at.council_id == actor.organisation_id and at.council_basis


def _family(actor: Actor, at: Standing) -> bool:
    return actor.account_id in at.families


def _partner(actor: Actor, at: Standing) -> bool:
    """What its organisation holds, has a basis for, referred or teaches; but a computer takes nothing over."""
    return _holder(actor, at) or _officer(actor, at) or _referrer(actor, at)


def _holder(actor: Actor, at: Standing) -> bool:
    return at.provider_id == actor.organisation_id


def _nobody(actor: Actor, at: Standing) -> bool:
    return False


def _everybody(actor: Actor, at: Standing) -> bool:
    return True


_REACH: Final[dict[Role, Callable[[Actor, Standing], bool]]] = {
    Role.SENCO: _referrer,
    Role.REFERRER: _referrer,
    Role.TRIAGE: _provider,
    Role.CLINICIAN: _provider,
    Role.COORDINATOR: _provider,
    Role.PROVIDER_LEAD: _provider,
    Role.SEND_OFFICER: _officer,
    Role.COMMISSIONER: _nobody,
    Role.PRIVACY: _nobody,
    Role.FAMILY: _family,
    Role.YOUNG_PERSON: _family,
    Role.PARTNER: _partner,
    Role.PROVIDER_SYSTEM: _holder,
    Role.SYSTEM: _everybody,
}


def audience_of(actor: Actor, at: Standing) -> Audience:
    """As which audience somebody outside the team reads an episode: the part that their organisation plays for the child."""
    mine = actor.organisation_id
    if actor.role is Role.SEND_OFFICER:
        return Audience.COUNCIL
    if actor.role in MACHINES and (at.provider_id == mine or (at.council_id == mine and at.council_basis)):
        return Audience.COUNCIL
    return Audience.SCHOOL if at.school_id == mine and not at.hidden_from_school else Audience.REFERRER


def reaches(actor: Actor, at: Standing) -> bool:
    """Whether this actor may know of the episode at all. If not, the answer is "not found", never "not allowed"."""
    return _REACH[actor.role](actor, at)
