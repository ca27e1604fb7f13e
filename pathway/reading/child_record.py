"""One child's record as clinical and council staff see it: every episode, every clock, the timeline, the people.

Reading it is logged in the same transaction. What a reader may not see is not in the answer: restricted addresses, facts of
pathways that are not the council's, outcomes before the family has been told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import title_of
from pathway.domain.definition import Definition, FieldType, Stage
from pathway.domain.episode import Episode, Span
from pathway.domain.errors import NotFound
from pathway.domain.events import CORRECTIONS, BuiltIn, Event
from pathway.domain.explain import Explanation, explain
from pathway.domain.fold import fold
from pathway.domain.next_step import NextStep, next_step
from pathway.domain.projection import TaskRow, Versions, task_row
from pathway.domain.roles import Actor, Permission, Role
from pathway.domain.thresholds import read
from pathway.reading.seen_by_council import as_council_saw, as_council_sees, is_shown_less
from pathway.store import access_log
from pathway.store.care import CareRow, care_of
from pathway.store.child_rows import (
    CarerRow,
    ChildEpisodeRow,
    ChildRow,
    MessageRow,
    address_of,
    carers_of,
    child_row,
    episodes_of,
    free_text_of,
    messages_of,
)
from pathway.store.engine import Tx
from pathway.store.facts import by_id, events_known_at, events_of
from pathway.store.keys import ChildText, child_text
from pathway.store.ledger import position_at
from pathway.store.openings import open_until
from pathway.store.organisations import organisation_names
from pathway.store.past import family_reached, up_to
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER, reading

NOT_THERE = "There is no such child, or it is not one whose record you may see."


@dataclass(frozen=True, slots=True)
class TimelineFact:
    """One fact on the timeline, with its free text where the reader may read it, and the newest correction of it.

    `places_hidden`: recorded before the identity was sealed, so no organisation that it names may be shown.
    """

    event: Event
    title: str
    texts: Mapping[str, str]
    correction: Event | None = None
    why_corrected: str = ""
    places_hidden: bool = False

    @property
    def struck(self) -> bool:
        return self.correction is not None and self.correction.kind == BuiltIn.STRUCK_OUT


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One episode with all that follows from its facts on the day of reading."""

    row: ChildEpisodeRow
    definition: Definition
    episode: Episode | None = None
    next_step: NextStep | None = None
    clocks: tuple[Explanation, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    baton: tuple[Span, ...] = ()
    timeline: tuple[TimelineFact, ...] = ()

    @property
    def stage(self) -> Stage:
        """The stage on that day, as far as the reader may know it."""
        return self.episode.stage if self.episode else self.definition.stages[self.row.stage]


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message to the family: when, how, to whom, whether it arrived, and its text as it was sent."""

    row: MessageRow
    carer: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """A child with their people, episodes and messages. Organisations are named only where no location is hidden."""

    child: ChildRow
    as_of: date
    address: tuple[str, ...]
    carers: tuple[CarerRow, ...]
    episodes: tuple[EpisodeRecord, ...]
    messages: tuple[MessageRecord, ...]
    organisations: Mapping[int, str]
    care: CareRow | None = None
    opened_until: datetime | None = None
    """Until when the reader has it open by breaking the glass; nothing where they have another right to it."""


async def child_record(
    area: Area, actor: Actor, child_id: UUID, as_of: date | None = None, known_at: datetime | None = None
) -> ChildRecord:
    """The record of a child that the reader may see, as of a day (today unless given), as known now or known then.

    NotFound where there is no such child for this reader.
    """
    day = as_of or area.today
    async with area.database.transaction(reading(actor)) as tx:
        child = await child_row(tx, child_id)
        if child is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "child record", [child_id])
        position = None if known_at is None else await position_at(tx, known_at)
        rows = await episodes_of(tx, child_id, council=actor.role is Role.SEND_OFFICER)
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, child_id)
            reached = {row.id: await family_reached(inner, row.id, day, position) for row in rows}
        found = [await _record(tx, area, actor, row, text, day, position, reached[row.id]) for row in rows]
        episodes = [one for one in found if one is not None]
        carers = await carers_of(tx, child_id)
        care = await care_of(tx, child_id) if child.looked_after else None
        return ChildRecord(
            child,
            day,
            () if child.restricted else await address_of(tx, child_id),
            tuple(carers),
            tuple(episodes),
            tuple(await _messages(tx, child_id, carers, text)),
            {} if child.restricted else await organisation_names(tx, _organisations_in(episodes, care)),
            care,
            await open_until(tx, actor.account_id, child_id) if actor.may(Permission.BREAK_GLASS) else None,
        )


async def _record(
    tx: Tx,
    area: Area,
    actor: Actor,
    row: ChildEpisodeRow,
    text: ChildText,
    day: date,
    position: int | None,
    reached: date | None,
) -> EpisodeRecord | None:
    """None where nothing was known of the episode then."""
    definition = await area.pathways.by_digest(tx, row.definition)
    if is_shown_less(actor, definition):
        if day == area.today and position is None:
            return EpisodeRecord(await as_council_sees(area, row, row.id, definition), definition)
        then = await as_council_saw(area, row, definition, day, position)
        return None if then is None else EpisodeRecord(then, definition)
    known = await events_of(tx, row.id) if position is None else await events_known_at(tx, row.id, position)
    # Also on a day before it: no replay names a place of the earlier identity (docs/rules.md 12).
    sealed = sealed_at(known if position is None else await events_of(tx, row.id))
    shown = up_to(known, day)
    if not shown:
        # What stands in the row is of today.
        return EpisodeRecord(row, definition) if day == area.today and position is None else None
    secrets = {event: text.unlock(secret) for event, secret in (await free_text_of(tx, row.id)).items()}
    versions = await agreed_thresholds(tx, row.pathway)
    episode = fold(definition, shown, area.calendar, reached)
    return EpisodeRecord(
        row,
        definition,
        episode,
        next_step(episode, day, area.calendar),
        explanations(area, definition, episode, shown, versions, day),
        tuple(task_row(episode, key, area.calendar) for key in episode.tasks),
        episode.spans(day),
        timeline(definition, _seen(known, shown, day), secrets, sealed),
    )


def _seen(known: list[Event], shown: list[Event], day: date) -> list[Event]:
    """What stands on the timeline: also what was struck out, which no longer counts but happened to be believed."""
    counted = {event.id for event in shown}
    return [event for event in known if event.id in counted or event.happened_on <= day]


async def _messages(tx: Tx, child_id: UUID, carers: list[CarerRow], text: ChildText) -> list[MessageRecord]:
    names = {carer.id: carer.name for carer in carers}
    rows = await messages_of(tx, child_id)
    return [MessageRecord(row, names.get(row.carer_id, ""), text.unlock(row.secret)) for row in rows]


def _organisations_in(episodes: list[EpisodeRecord], care: CareRow | None) -> set[int]:
    """Those that may be named: where a child's identity was sealed, none that only the time before knows of."""
    found: set[int | None] = {care.placing_council_id, care.placing_icb_id} if care else set()
    for one in episodes:
        row = one.row
        shown = [fact for fact in one.timeline if not fact.places_hidden]
        found |= {fact.event.organisation_id for fact in shown}
        found |= {int(v) for fact in shown for v in organisations_given(one.definition, fact.event)}
        if len(shown) == len(one.timeline):
            found |= {span.holder.organisation_id for span in one.baton}
            found |= {task.owner_id for task in one.tasks}
        found |= {
            row.provider_id,
            row.school_id,
            row.council_id,
            row.referrer_id,
            row.hand_over_to,
            row.holder_id,
        }
    return {organisation for organisation in found if organisation}


def organisations_given(definition: Definition, event: Event) -> list[str]:
    """The organisations that a fact's answers name, by number."""
    step = definition.steps.get(event.kind)
    asked = [f.key for f in step.fields if f.type is FieldType.ORGANISATION] if step else ["to"]
    return [event.fields[key] for key in asked if event.fields.get(key, "").isdigit()]


def explanations(
    area: Area, definition: Definition, episode: Episode, events: list[Event], versions: Versions, day: date
) -> tuple[Explanation, ...]:
    """The sum behind every clock of an episode, running ones first and the longest first."""
    facts = by_id(events)
    found = [
        explain(definition, read(f, versions.get(f.definition.key, ()), area.calendar), facts, day)
        for f in episode.clocks
    ]
    return tuple(sorted(found, key=lambda e: (e.finished_on is not None, -e.grade.rank, e.started_on)))


def timeline(
    definition: Definition, events: list[Event], texts: Mapping[UUID, Mapping[str, str]], sealed: int
) -> tuple[TimelineFact, ...]:
    """The facts, newest first; corrected ones stay, with the correction that holds. `sealed` is the place of a sealing."""
    corrections = _corrections(events)
    newest = sorted(
        (e for e in events if e.kind not in CORRECTIONS),
        key=lambda e: (e.happened_on, e.sequence),
        reverse=True,
    )
    return tuple(
        TimelineFact(
            event,
            title_of(definition, event.kind),
            {} if event.kind == BuiltIn.DETAILS_STATED else texts.get(event.id, {}),
            corrections.get(event.id),
            texts.get(corrections[event.id].id, {}).get("reason", "") if event.id in corrections else "",
            event.sequence < sealed,
        )
        for event in newest
    )


def sealed_at(events: list[Event]) -> int:
    """The place of the last sealing among the facts; 0 where the identity was never replaced."""
    return max((event.sequence for event in events if event.kind == BuiltIn.SEALED), default=0)


def _corrections(events: list[Event]) -> dict[UUID, Event]:
    """The newest correction of each fact that has not been struck out itself."""
    gone: set[UUID] = set()
    found: dict[UUID, Event] = {}
    for event in sorted((e for e in events if e.kind in CORRECTIONS), key=lambda e: -e.sequence):
        if event.id in gone or event.target is None:
            continue
        if event.kind == BuiltIn.STRUCK_OUT:
            gone.add(event.target)
        found.setdefault(event.target, event)
    return found
