"""A school's or referrer's own children: where each is, as far as they may know it, and what is asked of them.

Never an outcome, a clinical text, or a date that implies one: what is shown is made from the facts up to the end of the
stage that they are shown (docs/rules.md 10). Every reading is logged.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition, FieldType, Slot, Stage, Step
from pathway.domain.errors import NotFound
from pathway.domain.events import Event, in_force
from pathway.domain.paging import Page, page_of, read_dated_place
from pathway.domain.roles import Actor
from pathway.domain.visibility import episode_seen, steps_offered
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.facts import events_of
from pathway.store.organisations import Organisation, organisations
from pathway.store.pupil_rows import AskedRow, PupilRow, asked_of, pupil_row, pupil_rows
from pathway.store.scopes import WRITER, reading

PAGE = 50
NOT_THERE = "There is no such child, or it is not one of yours. Go back to your list."
Details = tuple[tuple[str, str | date], ...]
_OURS = (Slot.REFERRER.value, Slot.SCHOOL.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """Something asked of the reader's organisation: what, by when, and the steps that answer it."""

    title: str
    due_on: date | None
    steps: tuple[Step, ...]
    details: Details = ()


@dataclass(frozen=True, slots=True)
class Pupil:
    """One line of the list."""

    row: PupilRow
    definition: Definition
    stage: Stage
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class PupilPage:
    """One child's page: the stage shown and since when, what is asked, and the steps that this reader may record."""

    pupil: Pupil
    since: date | None
    offered: tuple[Step, ...]


async def pupils(area: Area, actor: Actor, *, closed: bool = False, after: str | None = None) -> Page[Pupil]:
    """One page of the reader's own children. One log row holds the ids of the whole page."""
    key = read_dated_place(after, UUID)
    async with area.database.transaction(reading(actor)) as tx:
        rows = await pupil_rows(tx, actor.organisation_id, closed=closed, after=key, limit=PAGE + 1)
        tasks = await asked_of(tx, actor.organisation_id, [row.episode_id for row in rows])
        found = [await _pupil(tx, area, actor, row, tasks) for row in rows]
        page = page_of(found, [(row.started_on, row.episode_id) for row in rows], PAGE)
        if page.rows:
            await access_log.log(tx, actor, "pupils", [p.row.child_id for p in page.rows])
        return page


async def pupil_page(area: Area, actor: Actor, episode_id: UUID) -> PupilPage:
    """One of the reader's own children. NotFound otherwise."""
    async with area.database.transaction(reading(actor)) as tx:
        row = await pupil_row(tx, actor.organisation_id, episode_id)
        if row is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "pupil", [row.child_id])
        tasks = await asked_of(tx, actor.organisation_id, [episode_id])
        async with area.database.transaction(WRITER) as inner:
            events = await events_of(inner, episode_id)
        pupil = await _pupil(tx, area, actor, row, tasks, events)
        seen = episode_seen(pupil.definition, events, area.calendar, row.seen_as)
        offered = steps_offered(pupil.definition, pupil.stage, actor.role)
        return PupilPage(pupil, seen.stage_since if seen else None, offered)


async def organisations_of(area: Area, actor: Actor) -> list[Organisation]:
    """The organisations that a step may ask to choose from."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await organisations(tx)


async def _pupil(
    tx: Tx, area: Area, actor: Actor, row: PupilRow, tasks: list[AskedRow], events: list[Event] | None = None
) -> Pupil:
    definition = await area.pathways.by_digest(tx, row.definition)
    stage = definition.stages[row.stage]
    offered = steps_offered(definition, stage, actor.role)
    asked = [
        Asked(definition.tasks[t.key].title, t.due_on, _answering(definition, t.key, offered))
        for t in tasks
        if t.episode_id == row.episode_id
    ]
    headline = next((step for step in offered if step.key == stage.next_step), None)
    if headline is not None and row.holder_slot in _OURS:
        details = _request(definition, stage, events or [])
        asked.insert(0, Asked(stage.title, None, (headline,), details))
    return Pupil(row, definition, stage, tuple(asked))


def _answering(definition: Definition, task: str, offered: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in offered if step.key in definition.tasks[task].done_by)


def _request(definition: Definition, stage: Stage, events: list[Event]) -> Details:
    """What the fact that handed the child to the reader says: choices and days, never free text."""
    steps = definition.steps
    entered = [e for _, _, e in in_force(events) if e.kind in steps and steps[e.kind].to == stage.key]
    if not entered:
        return ()
    said = entered[-1].fields
    found: list[tuple[str, str | date]] = []
    for field in steps[entered[-1].kind].fields:
        if field.key not in said:
            continue
        if field.type is FieldType.DATE:
            found.append((field.title, date.fromisoformat(said[field.key])))
        elif field.type is FieldType.CHOICE:
            titles = {option.key: option.title for option in field.options}
            found.append((field.title, titles.get(said[field.key], said[field.key])))
    return tuple(found)
