"""A partner's computer as it acts: one for each organisation that a test names."""

from uuid import UUID, uuid4

from pathway.actions.perform import Asking
from pathway.domain.roles import Actor, Door, Role
from pathway.store.scopes import WRITER
from tests.world import World


async def machine(world: World, organisation: str, role: Role = Role.PARTNER) -> Actor:
    """An account of an organisation's computer."""
    async with world.area.database.transaction(WRITER) as tx:
        account = await tx.fetchval(
            "INSERT INTO account (login, name, role, organisation_id) VALUES ($1, $2, $3, $4) RETURNING id",
            f"machine-{uuid4()}", "Computer", role.value, world.org[organisation],
        )  # fmt: skip
    return Actor(account, role, world.org[organisation], Door.FHIR)


def asked(actor: Actor, version: int | None = None, request: UUID | None = None) -> Asking:
    return Asking(actor, request or uuid4(), version)
