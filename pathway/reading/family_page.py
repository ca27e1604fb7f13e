"""A family's own page: where their child is, what comes next, what we wrote to them, and who has looked.

Through row-level security, with the stage that a family may see, and logged like every reading. One carer never sees
another's details or messages; where the place is hidden, none is named (docs/rules.md 10, 12).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition, Group, Stage, Step
from pathway.domain.errors import NotFound
from pathway.domain.family_view import Aim, Progress, aims, next_update, progress
from pathway.domain.looked_after import Part
from pathway.domain.roles import Actor, Role
from pathway.domain.visibility import Audience, episode_seen, steps_offered
from pathway.store import access_log
from pathway.store.child_rows import MessageRow
from pathway.store.engine import Tx
from pathway.store.facts import events_of
from pathway.store.family_rows import (
    Look,
    OwnChildRow,
    OwnEpisodeRow,
    looks,
    own_children,
    own_episodes,
    own_messages,
    own_needs,
)
from pathway.store.keys import child_text
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER, reading

NOT_THERE: Final = "There is no such page, or it is not about a child of yours. Go back to your first page."
LONGEST: Final = 100
_AUDIENCE: Final = {True: Audience.FAMILY, False: Audience.PARTNERS}
"""As whom somebody reads: a carer to whom the outcome was not delegated sees what partners may (docs/rules.md 14)."""
OWN_ROLES: Final = [Role.FAMILY.value, Role.YOUNG_PERSON.value]


@dataclass(frozen=True, slots=True)
class FamilyEpisode:
    """One pathway of a child in the family's words. `wait` counts every day since the start, whoever held the child."""

    row: OwnEpisodeRow
    definition: Definition
    stage: Stage
    beside: tuple[str, ...]
    wait: int
    aims: tuple[Aim, ...]
    progress: tuple[tuple[Group, Progress], ...]
    next_update: date | None
    steps: tuple[Step, ...]
    object_until: date | None = None
    """Until when the family may say that it does not agree with ending (docs/rules.md 8)."""

    @property
    def is_quiet(self) -> bool:
        """Closed, and every message stopped: a death. The page then says that we are sorry, and no more."""
        return self.row.closed_on is not None and self.row.messages_stopped


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that reached the reader, readable."""

    id: UUID
    subject: str
    text: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """All that a family sees of one child."""

    child: OwnChildRow
    episodes: tuple[FamilyEpisode, ...]
    messages: tuple[SentMessage, ...]
    looks: tuple[Look, ...]
    needs: tuple[str, ...]


async def own_family(area: Area, actor: Actor) -> list[tuple[OwnChildRow, tuple[FamilyEpisode, ...]]]:
    """The reader's own children, each with where they are."""
    async with area.database.transaction(reading(actor)) as tx:
        children = await own_children(tx, actor.account_id)
        rows = await own_episodes(tx, [child.id for child in children])
        if children:
            await access_log.log(tx, actor, "own children", [child.id for child in children])
        told = {child.id for child in children if Part.OUTCOME in child.parts}
        episodes = [await _episode(tx, area, actor, row, whole=row.child_id in told) for row in rows]
        return [(child, tuple(e for e in episodes if e.row.child_id == child.id)) for child in children]


async def family_page(area: Area, actor: Actor, child_id: UUID) -> FamilyPage:
    """The page of one of the reader's own children. NotFound otherwise."""
    async with area.database.transaction(reading(actor)) as tx:
        child = next((c for c in await own_children(tx, actor.account_id) if c.id == child_id), None)
        if child is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "own child", [child_id])
        return FamilyPage(
            child,
            tuple(
                [
                    await _episode(tx, area, actor, row, whole=Part.OUTCOME in child.parts)
                    for row in await own_episodes(tx, [child_id])
                ]
            ),
            await _readable(area, await own_messages(tx, child_id, LONGEST)),
            tuple(await looks(tx, child_id, OWN_ROLES, LONGEST)),
            await own_needs(tx, actor.account_id),
        )


async def mailbox(area: Area, actor: Actor) -> tuple[SentMessage, ...]:
    """Every message that was sent to the reader, newest first."""
    async with area.database.transaction(reading(actor)) as tx:
        rows = await own_messages(tx, None, LONGEST)
        if rows:
            await access_log.log(tx, actor, "own messages", sorted({row.child_id for row in rows}))
        return await _readable(area, rows)


async def _episode(tx: Tx, area: Area, actor: Actor, row: OwnEpisodeRow, *, whole: bool) -> FamilyEpisode:
    definition, today, calendar = await area.pathways.by_digest(tx, row.definition), area.today, area.calendar
    stage = definition.stages[row.stage]
    async with area.database.transaction(WRITER) as inner:
        events = await events_of(inner, row.id)
    seen = episode_seen(definition, events, calendar, _AUDIENCE[whole]) if events else None
    is_open = row.closed_on is None
    promised = is_open and not row.messages_stopped
    return FamilyEpisode(
        row,
        definition,
        stage,
        tuple(definition.side_states[key].family for key in row.side_states if is_open),
        ((row.closed_on or today) - row.started_on).days,
        aims(seen, await agreed_thresholds(tx, row.pathway), today, calendar) if seen and is_open else (),
        progress(definition, stage),
        next_update(definition, row.family_reached_on or row.started_on, today, calendar)
        if promised
        else None,
        steps_offered(definition, stage, actor.role),
        seen.plan
        if seen and is_open and definition.steps[stage.next_step].to in _ended(definition)
        else None,
    )


def _ended(definition: Definition) -> frozenset[str]:
    return frozenset(stage.key for stage in definition.stages.values() if stage.closed)


async def _readable(area: Area, rows: list[MessageRow]) -> tuple[SentMessage, ...]:
    """The texts of messages; those of a child whose key was destroyed are closed for good and left out."""
    found = []
    async with area.database.transaction(WRITER) as tx:
        texts = {child: await child_text(tx, area.key, child) for child in {row.child_id for row in rows}}
    for row in rows:
        said = texts[row.child_id].unlock(row.secret)
        if said:
            at = row.delivered_at or row.made_at
            found.append(SentMessage(row.id, said["subject"], said["text"], row.channel, at))
    return tuple(found)
