"""What could not be sent or done by itself: seen by the provider's lead and by information governance."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.roles import Actor, Role
from pathway.store import access_log
from pathway.store.held_jobs import HeldJob, HeldMessage, held_jobs, held_messages
from pathway.store.scopes import WRITER, reading


@dataclass(frozen=True, slots=True)
class Held:
    """Messages that wait for a person, and jobs that failed for good."""

    messages: tuple[HeldMessage, ...]
    jobs: tuple[HeldJob, ...]


async def held(area: Area, actor: Actor) -> Held:
    """Messages under row-level security; jobs, which name nobody, for information governance only."""
    async with area.database.transaction(reading(actor)) as tx:
        messages = tuple(await held_messages(tx))
        if messages:
            await access_log.log(
                tx, actor, "held messages", {m.child_id for m in messages}, purpose="operations"
            )
    if actor.role is not Role.PRIVACY:
        return Held(messages, ())
    async with area.database.transaction(WRITER, read_only=True) as tx:
        return Held(messages, tuple(await held_jobs(tx)))
