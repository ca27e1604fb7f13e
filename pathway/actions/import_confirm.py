"""Load a waiting list that a person has looked at: new episodes, silent until released, 500 rows to a transaction.

Each row is noted in the transaction that loads it, so a load that was interrupted goes on where it stopped, and the same
file confirmed again changes nothing. Rows with errors are kept with their errors, encrypted, and are not loaded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.import_histories import History, Loading, changed_history, new_history
from pathway.actions.import_list import IMPORTING, check_importer, compared, loading_of, plan_of
from pathway.actions.perform import Asking
from pathway.domain.errors import Conflict, ImpossibleHistory, NotFound
from pathway.domain.import_plan import Fate, Fated
from pathway.domain.import_report import Imported
from pathway.domain.import_sheet import BadRow, understand
from pathway.domain.sheet_file import Sheet
from pathway.store import access_log, import_rows, people
from pathway.store.engine import Tx
from pathway.store.facts import append_events, events_of, lock_episode
from pathway.store.import_people import NewChild, insert_children
from pathway.store.import_rows import KeptRow, StoredBatch
from pathway.store.match_proposals import NewProposal, insert_proposals
from pathway.store.projections import insert_episode, write_projection
from pathway.store.scopes import writing

Rows = TypeVar("Rows")

ROWS_TOGETHER: Final = 500
_MOVED_ON = (
    "The records changed while the list was loading. What was loaded so far is whole: import the same file again, "
    "and it goes on where it stopped."
)


async def confirm(area: Area, asking: Asking, sheet: Sheet, source: str, pathway: str) -> Imported:
    """Load the list. The same file confirmed again goes on where it stopped, or answers what was done.

    Raises NotAllowed, InvalidInput, Conflict (another file of this organisation is still loading; the records changed
    meanwhile). Nothing is ever half loaded: every row is whole, or not yet there.
    """
    check_importer(asking, source)
    listing = understand(sheet, area.pathways.newest(pathway), area.today)
    batch = await _begin(area, asking, sheet, source, pathway)
    if batch.state == "loaded":
        return _imported(batch.id, batch.counts)
    await _in_chunks(area, asking, sheet, batch, listing.bad)
    async with area.database.transaction(writing(asking.actor)) as tx:
        done = await import_rows.rows_done(tx, batch.id)
        loading = await loading_of(tx, area, asking, sheet, pathway, batch.id)
        plan = await plan_of(tx, loading, [row for row in listing.rows if row.number not in done], source)
    await _in_chunks(area, asking, sheet, batch, plan.bad)
    for chunk in _chunks(plan.fated):
        async with area.database.transaction(writing(asking.actor)) as tx:
            await _still_loading(tx, batch)
            await _load(tx, asking, loading, sheet, chunk)
    async with area.database.transaction(writing(asking.actor)) as tx:
        counts = await import_rows.row_counts(tx, batch.id)
        await import_rows.finish_batch(tx, batch.id, counts)
    return _imported(batch.id, counts)


def _imported(batch_id: int, counts: Mapping[str, int]) -> Imported:
    return Imported(batch_id, **{fate.value: counts.get(fate.value, 0) for fate in Fate})


async def _begin(area: Area, asking: Asking, sheet: Sheet, source: str, pathway: str) -> StoredBatch:
    actor = asking.actor
    async with area.database.transaction(writing(actor)) as tx:
        batch = await import_rows.begin_batch(
            tx, actor.organisation_id, source, pathway, sheet.digest, actor.account_id
        )
        if batch is None:
            raise Conflict(
                "Another list of your organisation has been begun and not finished. Import that file again to finish it, "
                "or undo it, and then import this one."
            )
        return batch


async def _in_chunks(
    area: Area, asking: Asking, sheet: Sheet, batch: StoredBatch, bad: Sequence[BadRow]
) -> None:
    for chunk in _chunks(bad):
        async with area.database.transaction(writing(asking.actor)) as tx:
            await _still_loading(tx, batch)
            await import_rows.keep_rows(tx, batch.id, _kept_bad(area, sheet, batch.id, chunk))


async def _still_loading(tx: Tx, batch: StoredBatch) -> None:
    """Lock the batch: two who confirm the same file take turns, and an undo does not cut in."""
    found = await import_rows.lock_batch(tx, batch.id, batch.organisation_id)
    if found is None:
        raise NotFound("There is no such import.")
    if found.state == "undone":
        raise Conflict("This import was undone while it was loading. Import the file again if it is wanted.")


@dataclass(slots=True)
class _Chunk:
    """What one transaction writes."""

    children: list[NewChild]
    proposals: list[NewProposal]
    rows: list[KeptRow]
    bad: list[BadRow]


async def _load(tx: Tx, asking: Asking, loading: Loading, sheet: Sheet, fated: Sequence[Fated]) -> None:
    done = await import_rows.rows_done(tx, loading.batch_id)
    remaining = [f for f in fated if f.row.number not in done]
    chunk = _Chunk([], [], [], [])
    opened: list[tuple[Fated, History]] = []
    for one in remaining:
        if one.fate is not Fate.NEW:
            continue
        try:
            opened.append((one, new_history(loading, one)))
        except ImpossibleHistory as fault:
            chunk.bad.append(BadRow(one.row.number, (fault.message,)))
    await _add_children(tx, loading, [one for one, _ in opened], chunk)
    for one, history in opened:
        episode_id = people.new_id(loading.area.now())
        await _open(tx, loading, one, history, episode_id)
        chunk.rows.append(_kept(one, Fate.NEW, episode_id, one.notes))
    for one in remaining:
        if one.fate is not Fate.NEW:
            chunk.rows.append(await _known(tx, loading, one))
    await insert_proposals(tx, chunk.proposals)
    await import_rows.keep_rows(tx, loading.batch_id, chunk.rows)
    await import_rows.keep_rows(
        tx, loading.batch_id, _kept_bad(loading.area, sheet, loading.batch_id, chunk.bad)
    )
    touched = [row.child_id for row in chunk.rows if row.child_id is not None]
    await access_log.log(tx, loading.actor, "import", touched, IMPORTING, asking.request_id)


async def _add_children(tx: Tx, loading: Loading, fated: Sequence[Fated], chunk: _Chunk) -> None:
    now = loading.area.now()
    chunk.children = [
        NewChild(f.child_id, f.row.child, f.with_number, people.new_id(now), f.row.carer)
        for f in fated
        if f.new_child
    ]
    if await insert_children(tx, loading.area.key, chunk.children, loading.batch_id) < len(chunk.children):
        raise Conflict(_MOVED_ON)
    known = [f.child_id for f in fated if not f.new_child]
    if known and await import_rows.open_episodes_of(tx, known, loading.definition.key):
        raise Conflict(_MOVED_ON)
    chunk.proposals = [
        NewProposal(people.new_id(now), f.child_id, candidate, how)
        for f in fated
        for candidate, how in f.proposals
    ]


async def _open(tx: Tx, loading: Loading, fated: Fated, history: History, episode_id: UUID) -> None:
    """A new episode with its facts: silent, whatever its steps would tell (docs/rules.md 19)."""
    definition = loading.definition
    await insert_episode(
        tx, episode_id, fated.child_id, definition.key, definition.digest, history.projection,
        silent=True, import_id=loading.batch_id,
    )  # fmt: skip
    await _append(tx, loading, fated, history, episode_id, definition.digest, len(history.drafts))


async def _append(
    tx: Tx, loading: Loading, fated: Fated, history: History, episode_id: UUID, digest: str, version: int
) -> None:
    request = loading.request_of(fated.row.number)
    written = await append_events(tx, episode_id, digest, loading.actor, request, history.drafts)
    await write_projection(
        tx, episode_id, loading.definition.key, version, history.projection, written, loading.area.today
    )


async def _known(tx: Tx, loading: Loading, fated: Fated) -> KeptRow:
    """A row of a child whom we have: put right what may be, note the rest."""
    episode = fated.episode
    if episode is None or fated.fate is not Fate.MATCHED or not compared(loading, fated):
        return _kept(fated, fated.fate, episode.id if episode else None, fated.notes)
    head = await lock_episode(tx, episode.id)
    history = changed_history(loading, fated, await events_of(tx, episode.id))
    if history is None:
        return _kept(fated, Fate.MATCHED, episode.id, fated.notes)
    notes = (*fated.notes, *history.notes)
    if not history.drafts:
        return _kept(fated, Fate.MATCHED, episode.id, notes)
    version = head.version + len(history.drafts)
    await _append(tx, loading, fated, history, episode.id, head.definition, version)
    return _kept(fated, Fate.CHANGED, episode.id, notes)


def _kept(fated: Fated, fate: Fate, episode_id: UUID | None, notes: tuple[str, ...]) -> KeptRow:
    return KeptRow(fated.row.number, fate.value, fated.row.reference, fated.child_id, episode_id, notes)


def _kept_bad(area: Area, sheet: Sheet, batch_id: int, bad: Sequence[BadRow]) -> list[KeptRow]:
    """Rows with errors as they were, readable with the area's key alone."""
    wanted = {row.number for row in bad}
    cells = {row.number: row.cells for row in sheet.rows if row.number in wanted}
    return [
        KeptRow(
            row.number,
            Fate.BAD.value,
            notes=row.faults,
            secret=area.key.lock(json.dumps(cells[row.number]).encode(), f"import:{batch_id}:{row.number}"),
        )
        for row in bad
    ]


def _chunks(found: Sequence[Rows]) -> Iterator[Sequence[Rows]]:
    for start in range(0, len(found), ROWS_TOGETHER):
        yield found[start : start + ROWS_TOGETHER]
