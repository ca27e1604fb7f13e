"""After an import: release it, so that families are told of what happens next; or undo the whole of it.

Undoing deletes nothing. An episode that the import opened is recorded as entered in error, and a date that it put right
is struck out; but what somebody has worked on since stays, and is named.
"""

from typing import Final
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.import_confirm import ROWS_TOGETHER
from pathway.actions.import_histories import importing, request_of
from pathway.actions.import_list import IMPORTING
from pathway.actions.perform import Asking, require
from pathway.actions.refer import reference
from pathway.domain.definition import Definition
from pathway.domain.errors import Conflict, ImpossibleHistory, NotFound
from pathway.domain.events import BuiltIn, Event
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.import_changes import holds_nothing_but, untouched
from pathway.domain.import_plan import Fate
from pathway.domain.import_report import Undone
from pathway.domain.projection import project
from pathway.domain.roles import Permission
from pathway.store import access_log, import_rows
from pathway.store.engine import Tx
from pathway.store.facts import Draft, Head, append_events, events_of, lock_episode
from pathway.store.import_rows import KeptRow, StoredBatch
from pathway.store.pathways import agreed_thresholds
from pathway.store.projections import write_projection
from pathway.store.scopes import writing

UNDOING: Final = "undoing an import"
ENTERED_IN_ERROR: Final = "entered_in_error"


async def release(area: Area, asking: Asking, batch_id: int) -> int:
    """Let families be told of what happens from now on; of what was imported, nothing is sent. How many episodes.

    Raises NotAllowed, NotFound, Conflict (not wholly loaded, or undone).
    """
    require(asking.actor, Permission.IMPORT, "release an import")
    async with area.database.transaction(writing(asking.actor)) as tx:
        batch = await _batch(tx, asking, batch_id)
        if batch.state != "loaded":
            raise Conflict("Only an import that is wholly loaded, and not undone, can be released.")
        children = await import_rows.release_batch(tx, batch_id)
        await access_log.log(tx, importing(asking), "import_release", children, IMPORTING, asking.request_id)
        return len(children)


async def undo(area: Area, asking: Asking, batch_id: int) -> Undone:
    """Take an import back, 500 rows to a transaction; repeated, it goes on where it stopped, and asks again of what was kept.

    What was kept because of a later list can go once that list has been undone too.

    Raises NotAllowed, NotFound.
    """
    require(asking.actor, Permission.IMPORT, "undo an import")
    states = (Fate.NEW.value, Fate.CHANGED.value)
    async with area.database.transaction(writing(asking.actor)) as tx:
        await _batch(tx, asking, batch_id)
        await import_rows.ask_again(tx, batch_id)
    while True:
        async with area.database.transaction(writing(asking.actor)) as tx:
            batch = await _batch(tx, asking, batch_id)
            remaining = await import_rows.rows_in(tx, batch_id, states, ROWS_TOGETHER)
            if not remaining:
                await import_rows.undo_batch(tx, batch_id)
                kept = await import_rows.rows_in(tx, batch_id, ("kept",))
                counts = await import_rows.row_counts(tx, batch_id)
                names = tuple(reference(row.episode_id) for row in kept if row.episode_id)
                return Undone(batch_id, counts.get("undone", 0), names)
            await _undo_rows(tx, area, asking, batch, remaining)


async def _batch(tx: Tx, asking: Asking, batch_id: int) -> StoredBatch:
    batch = await import_rows.lock_batch(tx, batch_id, asking.actor.organisation_id)
    if batch is None:
        raise NotFound("There is no such import, or it is not one of your organisation.")
    return batch


async def _undo_rows(tx: Tx, area: Area, asking: Asking, batch: StoredBatch, rows: list[KeptRow]) -> None:
    taken_back = {row.number: await _undo_row(tx, area, asking, batch, row) for row in rows}
    for state, wanted in (("undone", True), ("kept", False)):
        numbers = [number for number, done in taken_back.items() if done is wanted]
        await import_rows.mark_rows(tx, batch.id, numbers, state)
    children = [row.child_id for row in rows if row.child_id is not None]
    await access_log.log(tx, importing(asking), "import_undo", children, UNDOING, asking.request_id)


async def _undo_row(tx: Tx, area: Area, asking: Asking, batch: StoredBatch, row: KeptRow) -> bool:
    """Take back what this row did, unless somebody has worked on the episode since; whether it was taken back."""
    if row.episode_id is None:
        return False
    head = await lock_episode(tx, row.episode_id)
    events = await events_of(tx, row.episode_id)
    request = request_of(batch.digest, batch.id, row.number)
    own = {event_id(request, n) for n in range(len(events))}
    definition = await area.pathways.by_digest(tx, head.definition)
    back = uuid5(request, "undo")
    if events[0].id in own:  # the row opened this episode
        drafts = _void(area, back, definition) if holds_nothing_but(events, own) else []
    else:
        ours = [event for event in events if event.id in own]
        drafts = _strikes(area, back, ours) if untouched(events) else []
    return bool(drafts) and await _record(tx, area, asking, head, definition, events, drafts)


def _void(area: Area, back: UUID, definition: Definition) -> list[Draft]:
    if ENTERED_IN_ERROR not in definition.steps:
        raise Conflict(
            f"“{definition.title}” has no step “{ENTERED_IN_ERROR}”, so nothing can be taken back. Add it to the pathway."
        )
    return [Draft(event_id(back, 0), ENTERED_IN_ERROR, area.today, {})]


def _strikes(area: Area, back: UUID, facts: list[Event]) -> list[Draft]:
    return [
        Draft(event_id(back, n), BuiltIn.STRUCK_OUT, area.today, {}, target=fact.id)
        for n, fact in enumerate(reversed(facts))
    ]


async def _record(
    tx: Tx,
    area: Area,
    asking: Asking,
    head: Head,
    definition: Definition,
    events: list[Event],
    drafts: list[Draft],
) -> bool:
    """Append what takes a row back; not where the pathway would not allow it, and the row is then kept."""
    actor = importing(asking)
    after = [
        *events,
        *(draft.as_event(actor, events[-1].sequence + n) for n, draft in enumerate(drafts, 1)),
    ]
    try:
        episode = fold(definition, after, area.calendar, head.family_reached_on)
    except ImpossibleHistory:
        return False
    written = await append_events(tx, head.id, head.definition, actor, asking.request_id, drafts)
    versions = await agreed_thresholds(tx, head.pathway)
    projection = project(episode, versions, area.calendar, area.today)
    version = head.version + len(drafts)
    await write_projection(tx, head.id, head.pathway, version, projection, written, area.today)
    return True
