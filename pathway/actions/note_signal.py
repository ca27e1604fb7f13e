"""Take in a signal that a national record has changed: noted once, and what changed is read again. It changes no record itself."""

from datetime import datetime

from pathway.actions.area import Area
from pathway.domain.roles import THE_SERVICE
from pathway.store import access_log, signals, traces
from pathway.store.jobs import TRACE, enqueue
from pathway.store.scopes import WRITER


async def note_signal(
    area: Area,
    signal_id: str,
    event_type: str,
    nhs_number: str | None,
    happened_at: datetime | None,
    job: str | None,
) -> bool:
    """Note it, and enqueue the reading of its source where it is about a child of ours; whether it is new.

    `job` is what is read again because of it; None for a signal that is no concern of ours, which is noted all the same.
    """
    async with area.database.transaction(WRITER) as tx:
        if not await signals.note(tx, signal_id, event_type, happened_at):
            return False
        child = await signals.child_of(tx, nhs_number) if nhs_number and job else None
        if child is None or job is None:
            return True
        await signals.about(tx, signal_id, child)
        if job == TRACE:
            await traces.want(tx, child)
        await enqueue(tx, job, child)
        await access_log.log(tx, THE_SERVICE, "signal", [child], "keeping the record right")
        return True
