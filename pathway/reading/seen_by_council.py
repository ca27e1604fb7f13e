"""What a council officer may know of an episode on a pathway that the council does not run itself.

The stored rows hold the true next step, its date and the day of the true stage. Before the feedback, each of them would say
that the team has decided (docs/rules.md 10), so they are made again from the facts up to the end of the stage that is shown.
"""

from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition
from pathway.domain.episode import Episode
from pathway.domain.next_step import next_step
from pathway.domain.roles import Actor, Role
from pathway.domain.visibility import Audience, episode_seen, knows_facts
from pathway.store.child_rows import ChildEpisodeRow
from pathway.store.facts import events_known_at, events_of
from pathway.store.past import up_to
from pathway.store.scopes import WRITER
from pathway.store.worklist_rows import WorklistRow

Row = TypeVar("Row", WorklistRow, ChildEpisodeRow)


def is_shown_less(actor: Actor, definition: Definition) -> bool:
    """Whether this reader is an officer who may not know the facts of the pathway."""
    return actor.role is Role.SEND_OFFICER and not knows_facts(actor.role, definition)


async def as_council_sees(area: Area, row: Row, episode: UUID, definition: Definition) -> Row:
    """The row with the dates, the holder and the next step of the stage that the council is shown."""
    async with area.database.transaction(WRITER) as tx:
        events = await events_of(tx, episode)
    seen = episode_seen(definition, events, area.calendar, Audience.COUNCIL)
    return row if seen is None else _with_dates_of(row, seen, area)


async def as_council_saw(
    area: Area, row: ChildEpisodeRow, definition: Definition, day: date, position: int | None
) -> ChildEpisodeRow | None:
    """The row as of a day, as known now or at a position of the ledger; None where nothing was known of the episode yet."""
    async with area.database.transaction(WRITER) as tx:
        known = await (events_of(tx, row.id) if position is None else events_known_at(tx, row.id, position))
    then = up_to(known, day)
    seen = episode_seen(definition, then, area.calendar, Audience.COUNCIL) if then else None
    if seen is None:
        return None
    shown = replace(row, stage=seen.stage.key, started_on=seen.started_on, closed_on=seen.closed_on)
    return _with_dates_of(shown, seen, area, day)


def _with_dates_of(row: Row, seen: Episode, area: Area, day: date | None = None) -> Row:
    shown = replace(
        row,
        stage_since=seen.stage_since,
        side_states=type(row.side_states)(sorted(seen.side_states)),
        holder_slot=seen.holder.slot.value,
        holder_id=seen.holder.organisation_id,
    )
    step = next_step(seen, day or area.today, area.calendar)
    if step is None:
        return shown
    return replace(
        shown,
        next_step=step.step.key,
        next_role=step.role.value,
        planned_for=step.planned_for,
        plan_by_person=step.set_by_person,
    )
