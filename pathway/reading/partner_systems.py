"""Partners' systems and what was exchanged with them: for whoever keeps the exchange running. It names no child."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.errors import NotAllowed
from pathway.domain.roles import Actor, Permission
from pathway.store import partners
from pathway.store.partner_traffic import Exchanged, came, went
from pathway.store.partners import Partner
from pathway.store.scopes import WRITER

LAST = 25
"""How many messages of each direction are shown."""


@dataclass(frozen=True, slots=True)
class PartnerSystems:
    """Who is registered, and the last messages both ways, newest first."""

    systems: tuple[Partner, ...]
    came: tuple[Exchanged, ...]
    went: tuple[Exchanged, ...]


async def partner_systems(area: Area, actor: Actor) -> PartnerSystems:
    """Raises NotAllowed for a role that does not keep the exchange running."""
    if not actor.may(Permission.HELD_JOBS):
        raise NotAllowed(
            "Partners’ systems are looked after by the provider’s lead and information governance."
        )
    systems = tuple(await partners.listed(area.database))
    async with area.database.transaction(WRITER, read_only=True) as tx:
        return PartnerSystems(systems, tuple(await came(tx, LAST)), tuple(await went(tx, LAST)))
