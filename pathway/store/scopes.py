"""Which database role an actor reads as; writing is always `pathway_writer`, after the action's own check."""

from typing import Final

from pathway.domain.roles import Actor, Role
from pathway.store.engine import Scope
from pathway.store.roles import DbRole

DB_ROLE: Final[dict[Role, DbRole]] = {
    Role.SENCO: DbRole.r_referrer,
    Role.REFERRER: DbRole.r_referrer,
    Role.TRIAGE: DbRole.r_clinician,
    Role.CLINICIAN: DbRole.r_clinician,
    Role.COORDINATOR: DbRole.r_clinician,
    Role.PROVIDER_LEAD: DbRole.r_lead,
    Role.SEND_OFFICER: DbRole.r_officer,
    Role.COMMISSIONER: DbRole.r_commissioner,
    Role.PRIVACY: DbRole.r_privacy,
    Role.FAMILY: DbRole.r_family,
    Role.YOUNG_PERSON: DbRole.r_family,
    Role.PARTNER: DbRole.r_partner,
    Role.PROVIDER_SYSTEM: DbRole.r_partner,
    Role.SYSTEM: DbRole.r_worker,
}

WRITER: Final = Scope(DbRole.pathway_writer)
WORKER: Final = Scope(DbRole.r_worker)


def reading(actor: Actor) -> Scope:
    """The scope in which this actor reads: row-level security does the rest."""
    return Scope(DB_ROLE[actor.role], actor.organisation_id, actor.account_id)


def writing(actor: Actor) -> Scope:
    """The scope in which an action writes for this actor."""
    return Scope(DbRole.pathway_writer, actor.organisation_id, actor.account_id)
