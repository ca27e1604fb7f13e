"""An episode, its timeline, and the changes that may be made to it, as other systems see and send them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from pathway.actions.refer import reference
from pathway.api.schemas import Answer, Body, Day, Key, Sum, Text, Titled, sum_of, titled
from pathway.domain.definition import Definition, FieldType
from pathway.domain.events import BuiltIn, Event
from pathway.domain.next_step import NextStep
from pathway.reading.child_record import TimelineFact
from pathway.reading.episode_record import EpisodeSeen, EpisodeTimeline, TaskSeen


class Child(Answer):
    """Who the episode is about. Where the child's whereabouts are restricted, no organisation is named anywhere."""

    id: UUID
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None
    restricted: bool


class HolderOfBaton(Answer):
    """Whose days these are: the part on the pathway, and the organisation where it may be named."""

    part: str
    organisation: int | None


class ComesNext(Answer):
    """The one headline next step. Its date is for those who may know every fact."""

    step: str
    title: str
    role: str
    planned_for: date | None
    set_by_person: bool | None
    reviews_passed: int | None
    missed_plan: date | None


class Task(Answer):
    """Parallel work; to somebody outside the team only what is asked of them."""

    key: str
    title: str
    owner: str
    due_on: date
    done_on: date | None
    fell_away_on: date | None


class Episode(Answer):
    """One child on one pathway, as the reader may know it; `version` counts the facts that they may know, and is its ETag.

    `days_waited` is the unadjusted wait. `stage_since`, `holder` and `next_step` are null where they would tell too much.
    `clocks` are for those who may know every fact. `steps` are those that the reader's role can record now.
    """

    id: UUID
    reference: str
    version: int
    pathway: Titled
    child: Child
    stage: Titled
    stage_since: date | None
    started_on: date
    closed_on: date | None
    days_waited: int
    next_step: ComesNext | None
    holder: HolderOfBaton | None
    clocks: list[Sum]
    tasks: list[Task]
    steps: list[Titled]


class Correction(Answer):
    """The newest correction of a fact: struck out, or given another day."""

    id: UUID
    kind: Literal["struck_out", "re_dated"]
    happened_on: date | None
    recorded_on: datetime | None
    reason: str | None


class TimelineEntry(Answer):
    """One fact. `texts` is empty unless it was asked for; `answers` holds choices, days and numbers."""

    id: UUID
    kind: str
    title: str
    happened_on: date
    recorded_at: datetime | None
    role: str
    organisation: int | None
    answers: dict[str, str]
    texts: dict[str, str]
    correction: Correction | None


class Timeline(Answer):
    """The facts of an episode that the reader may know, newest first."""

    events: list[TimelineEntry]


class StepBody(Body):
    """A step that happened. `answers` by the key of each field; GET /api/pathways/{key} lists them."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "step": "referral_accepted",
                "happened_on": "2026-11-24",
                "answers": {"priority": "routine"},
            }
        },
    )

    step: Key
    happened_on: Day
    answers: dict[Key, Text] = Field(default_factory=dict)


class CorrectionBody(Body):
    """Strike a fact out, or give it the day on which it happened; nothing is overwritten."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "event": "0c7d3f8e-55a5-5f0e-9b8e-3f6c2b1a0d9e",
                "kind": "re_dated",
                "happened_on": "2026-11-20",
                "reason": "The letter was dated the 20th.",
            }
        },
    )

    event: UUID
    kind: Literal["struck_out", "re_dated"]
    reason: Annotated[Text, Field(max_length=2_000)]
    happened_on: Day | None = None


class Recorded(Answer):
    """What was appended: the event, and the version of the episode now (also the ETag)."""

    episode: UUID
    event: UUID
    version: int


def episode_answer(seen: EpisodeSeen, today: date) -> Episode:
    """An episode as the reader may know it."""
    row, episode = seen.row, seen.episode
    return Episode(
        id=row.id,
        reference=reference(row.id),
        version=seen.version,
        pathway=titled(seen.definition),
        child=Child(
            id=row.child_id,
            first_name=row.first_name,
            family_name=row.family_name,
            birth_date=row.birth_date,
            nhs_number=row.nhs_number,
            restricted=row.restricted,
        ),
        stage=titled(seen.stage),
        stage_since=episode.stage_since if episode else None,
        started_on=row.started_on,
        closed_on=row.closed_on,
        days_waited=((row.closed_on or today) - row.started_on).days,
        next_step=_comes_next(seen.next_step, seen.whole) if seen.next_step else None,
        holder=_holder(seen),
        clocks=[sum_of(clock) for clock in seen.clocks],
        tasks=[_task(task) for task in seen.tasks],
        steps=[Titled(key=step.key, title=step.title) for step in seen.steps],
    )


def _comes_next(found: NextStep, whole: bool) -> ComesNext:
    return ComesNext(
        step=found.step.key,
        title=found.title,
        role=found.role.value,
        planned_for=found.planned_for if whole else None,
        set_by_person=found.set_by_person if whole else None,
        reviews_passed=found.reviews_passed if whole else None,
        missed_plan=found.missed_plan if whole else None,
    )


def _holder(seen: EpisodeSeen) -> HolderOfBaton | None:
    if seen.episode is None:
        return None
    holder = seen.episode.holder
    named = None if seen.row.restricted else holder.organisation_id
    return HolderOfBaton(part=holder.slot.value, organisation=named)


def _task(task: TaskSeen) -> Task:
    return Task(
        key=task.key,
        title=task.title,
        owner=task.owner_slot,
        due_on=task.due_on,
        done_on=task.done_on,
        fell_away_on=task.fell_away_on,
    )


def timeline_answer(found: EpisodeTimeline) -> Timeline:
    """The facts, with no organisation where the child's whereabouts are restricted, or from before a sealing."""
    return Timeline(events=[_entry(found, fact) for fact in found.facts])


def _entry(found: EpisodeTimeline, fact: TimelineFact) -> TimelineEntry:
    event = fact.event
    no_place = found.restricted or fact.places_hidden
    hidden = _places(found.definition, event) if no_place else frozenset()
    return TimelineEntry(
        id=event.id,
        kind=event.kind,
        title=fact.title,
        happened_on=event.happened_on,
        recorded_at=event.recorded_at,
        role=event.role.value,
        organisation=None if no_place else event.organisation_id or None,
        answers={key: value for key, value in event.fields.items() if key not in hidden},
        texts=dict(fact.texts),
        correction=_correction(fact),
    )


def _places(definition: Definition, event: Event) -> frozenset[str]:
    """The answers of a fact that name an organisation; of what every pathway has, all of them may."""
    step = definition.steps.get(event.kind)
    if step is None:
        return frozenset(event.fields)
    return frozenset(field.key for field in step.fields if field.type is FieldType.ORGANISATION)


def _correction(fact: TimelineFact) -> Correction | None:
    made = fact.correction
    if made is None:
        return None
    day = made.fields.get("happened_on")
    return Correction(
        id=made.id,
        kind="struck_out" if made.kind == BuiltIn.STRUCK_OUT else "re_dated",
        happened_on=date.fromisoformat(day) if day else None,
        recorded_on=made.recorded_at,
        reason=fact.why_corrected or None,
    )
