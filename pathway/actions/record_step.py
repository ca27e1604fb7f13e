"""Record a step: the one action through which every step of every pathway goes.

Who may, on which day, with which answers, and whether the whole history still holds: all from the definition. The same
checks make the preview, which says what recording would do and records nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.decide_who_is_told import settle_who_is_told
from pathway.actions.episode_change import Changed, Opened, change, judge, open_episode, tell_family
from pathway.actions.name_coordinator import put_on_list
from pathway.actions.perform import Asking, perform
from pathway.domain.decide import check_day, check_fields, check_role, step_named
from pathway.domain.definition import Definition, Step
from pathway.domain.episode import Episode
from pathway.domain.events import Event
from pathway.domain.explain import Explanation, explain
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.next_step import NextStep, next_step
from pathway.domain.projection import Versions
from pathway.domain.telling import ASKED
from pathway.domain.thresholds import read
from pathway.domain.visibility import knows_facts
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.facts import Draft, by_id
from pathway.store.keys import episode_text
from pathway.store.organisations import check_organisations
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import writing


@dataclass(frozen=True, slots=True)
class _Judged:
    """A step that may be recorded: the episode under its lock, the fact, and the history it would make."""

    opened: Opened
    step: Step
    draft: Draft
    episode: Episode


@dataclass(frozen=True, slots=True)
class Preview:
    """What recording a step would do, on the day of asking.

    `stopped` and `started` hold the sum of each clock that it would stop or start. `tells_family` is false where no message
    would be made: the step is a silent one, messages have been stopped, or the episode was imported and not released.
    """

    child_id: UUID
    definition: Definition
    step: Step
    before: Episode
    after: Episode
    stopped: tuple[Explanation, ...]
    started: tuple[Explanation, ...]
    next_step: NextStep | None
    tells_family: bool


async def record_step(
    area: Area,
    asking: Asking,
    episode_id: UUID,
    step_key: str,
    happened_on: date,
    answers: Mapping[str, str],
) -> Changed:
    """Append the fact that a step happened, with everything that follows from it, in one transaction.

    Raises NotFound (not this actor's child), StaleVersion, StepNotAllowed (with the steps that are), NotAllowed (role),
    InvalidInput (day or field), ImpossibleHistory (a later fact stands in the way), DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        judged = await _judged(tx, area, asking, episode_id, step_key, happened_on, answers)
        opened, head = judged.opened, judged.opened.head
        if judged.step.names_coordinator:
            await put_on_list(tx, head, judged.episode.coordinator)
        if step_key == ASKED:
            await settle_who_is_told(tx, area, asking, opened, judged.draft)
        changed = await change(tx, area, asking, opened, [judged.draft], judged.episode, step_key)
        await tell_family(tx, asking, head, judged.step, judged.draft.id, head.messages_stopped)
        return changed

    body = {"episode": episode_id, "step": step_key, "on": happened_on, "answers": dict(answers)}
    return await perform(area, asking, "record_step", body, Changed, work)


async def preview_step(
    area: Area,
    asking: Asking,
    episode_id: UUID,
    step_key: str,
    happened_on: date,
    answers: Mapping[str, str],
) -> Preview:
    """Say what recording a step would do; nothing is written but who looked. Raises as `record_step`."""
    async with area.database.transaction(writing(asking.actor)) as tx:
        judged = await _judged(tx, area, asking, episode_id, step_key, happened_on, answers)
        head, definition, step = judged.opened.head, judged.opened.definition, judged.step
        await access_log.log(tx, asking.actor, "preview of a step", [head.child_id])
        versions = await agreed_thresholds(tx, head.pathway)
    events = judged.opened.events
    before = fold(definition, events, area.calendar, head.family_reached_on)
    fact = judged.draft.as_event(asking.actor, judged.opened.next_sequence)
    known = _finished(_sums(area, before, events, versions))
    sums = _sums(area, judged.episode, [*events, fact], versions)
    silent = head.silent or head.messages_stopped or head.sealed or step.stops_messages
    silent = silent or judged.episode.messages_refused
    return Preview(
        child_id=head.child_id,
        definition=definition,
        step=step,
        before=before,
        after=judged.episode,
        stopped=tuple(e for e in sums if e.finished_on and known.get((e.clock, e.instance)) is False),
        started=tuple(e for e in sums if (e.clock, e.instance) not in known),
        next_step=next_step(judged.episode, area.today, area.calendar),
        tells_family=bool(step.tell_family) and not silent,
    )


def _sums(area: Area, episode: Episode, events: Sequence[Event], versions: Versions) -> list[Explanation]:
    facts = by_id(events)
    return [
        explain(
            episode.definition,
            read(f, versions.get(f.definition.key, ()), area.calendar),
            facts,
            area.today,
        )
        for f in episode.clocks
    ]


def _finished(sums: Sequence[Explanation]) -> dict[tuple[str, int], bool]:
    """Each clock, and whether it has finished."""
    return {(e.clock, e.instance): e.finished_on is not None for e in sums}


async def _judged(
    tx: Tx,
    area: Area,
    asking: Asking,
    episode_id: UUID,
    step_key: str,
    happened_on: date,
    answers: Mapping[str, str],
) -> _Judged:
    opened = await open_episode(tx, area, asking, episode_id)
    definition, head = opened.definition, opened.head
    step = step_named(definition, step_key)
    here = definition.steps_from(head.stage) if knows_facts(asking.actor.role, definition) else ()
    check_role(step, asking.actor.role, here)
    check_day(happened_on, area.today, head.birth_date)
    checked = check_fields(step, answers, happened_on)
    await check_organisations(tx, step, checked.fields)
    secret = None
    if checked.free_text:
        secret = (await episode_text(tx, area.key, head.id)).lock(checked.free_text)
    draft = Draft(event_id(asking.request_id, 0), step_key, happened_on, checked.fields, secret)
    return _Judged(opened, step, draft, judge(area, asking, opened, draft))
