"""Changing one episode: lock it, check the actor and the version, judge the new history, append, project, tell.

Every action that appends facts to an episode goes through `change`, so the order of the checks, the log and the outbox
are the same for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.tell_partners import tell_partners
from pathway.domain.decide import fold_with
from pathway.domain.definition import Definition, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory, NotFound, StaleVersion, StepNotAllowed
from pathway.domain.events import BUILT_IN_TITLES, Event, in_force
from pathway.domain.ids import event_id
from pathway.domain.projection import Projection, project
from pathway.domain.reach import audience_of, reaches
from pathway.domain.roles import ROLE_TITLES, Actor
from pathway.domain.visibility import episode_seen, knows_facts, version_seen
from pathway.store import access_log, outbox, people
from pathway.store.engine import Tx
from pathway.store.facts import Draft, Head, Written, append_events, events_of, lock_episode, with_links
from pathway.store.pathways import agreed_thresholds
from pathway.store.projections import write_projection

NOT_THERE = "There is no such record, or it is not one that you may see."
NOT_THEN = "This cannot be recorded for that day. Check the date, or ask the assessment team."


@dataclass(frozen=True, slots=True)
class Opened:
    """An episode under its lock: its head, its definition and its facts so far."""

    head: Head
    definition: Definition
    events: list[Event]

    @property
    def next_sequence(self) -> int:
        """A place after every fact so far, to judge a draft before the database gives it its own."""
        return self.events[-1].sequence + 1 if self.events else 1


@dataclass(frozen=True, slots=True)
class Changed:
    """What an action on one episode answers: the episode, its new version, and the last fact appended."""

    episode_id: UUID
    child_id: UUID
    version: int
    event_id: UUID
    stage: str


async def open_episode(tx: Tx, area: Area, asking: Asking, episode_id: UUID) -> Opened:
    """Lock the episode for this actor. NotFound where it is not theirs to know of; StaleVersion where it moved on."""
    head = await lock_episode(tx, episode_id)
    await check_reach(tx, asking.actor, head)
    definition = await area.pathways.by_digest(tx, head.definition)
    events = await events_of(tx, episode_id)
    now = version_for(area, asking, head, definition, events)
    if asking.version is not None and asking.version != now:
        raise stale(definition, asking.actor, events, asking.version, now)
    return Opened(head, definition, events)


def version_for(
    area: Area, asking: Asking, head: Head, definition: Definition, events: Sequence[Event]
) -> int:
    """The version as whoever asks counts it. What moved on in a stage that is hidden from them is no reason to refuse."""
    actor = asking.actor
    if not asking.counts_what_is_shown or knows_facts(actor.role, definition):
        return head.version
    seen = episode_seen(definition, events, area.calendar, audience_of(actor, head.standing))
    return version_seen(events, seen, actor.organisation_id)


async def check_reach(tx: Tx, actor: Actor, head: Head) -> None:
    """Refuse, as not found, an episode that this actor has nothing to do with."""
    if not reaches(actor, head.standing) and not reaches(actor, await with_links(tx, head)):
        raise NotFound(NOT_THERE)


def stale(
    definition: Definition, actor: Actor, events: Sequence[Event], shown: int, now: int
) -> StaleVersion:
    """The refusal of a change made on an old page: it says who changed what since, by role and without names.

    To somebody who may not know the facts it says only that there was a change.
    """
    if not knows_facts(actor.role, definition):
        return StaleVersion(
            "This record has changed since you opened it. Look at it again, and then repeat your change.", now
        )
    changes = tuple(
        f"{ROLE_TITLES[e.role]}: {title_of(definition, e.kind)}, {e.happened_on:%-d %B %Y}"
        for e in events[max(shown, 0) :]
    )
    said = "; ".join(changes) or "the record was corrected"
    return StaleVersion(
        f"This record has changed since you opened it ({said}). Look at it again, and then repeat your change.",
        now,
        changes,
    )


def title_of(definition: Definition, kind: str) -> str:
    """The words for a kind of event: a step's title, or that of a kind which every pathway has."""
    step = definition.steps.get(kind)
    return step.title if step else BUILT_IN_TITLES.get(kind, kind)


def judge(area: Area, asking: Asking, opened: Opened, draft: Draft) -> Episode:
    """Fold the history with the draft; refuse what would not hold, in words that suit who asks (docs/rules.md 10)."""
    candidate = draft.as_event(asking.actor, opened.next_sequence)
    try:
        return fold_with(
            opened.definition, opened.events, candidate, area.calendar, opened.head.family_reached_on
        )
    except (StepNotAllowed, ImpossibleHistory):
        if knows_facts(asking.actor.role, opened.definition):
            raise
        raise StepNotAllowed(NOT_THEN) from None


async def change(
    tx: Tx, area: Area, asking: Asking, opened: Opened, drafts: Sequence[Draft], episode: Episode, action: str
) -> Changed:
    """Append the drafts, write the projections, log the act. `episode` is the history with the drafts, already judged."""
    head = opened.head
    written = await append_events(tx, head.id, head.definition, asking.actor, asking.request_id, drafts)
    version = head.version + len(drafts)
    await _project(tx, area, opened, episode, version, written)
    if episode.messages_stopped or head.messages_stopped:
        await _note_death(tx, asking, opened, drafts)
    if episode.messages_refused:
        await outbox.leave_to_a_person(tx, head.id)
    await tell_partners(tx, asking.actor, head, opened.definition, episode, drafts)
    await access_log.log(tx, asking.actor, action, [head.child_id], request_id=asking.request_id)
    return Changed(head.id, head.child_id, version, drafts[-1].id, episode.stage.key)


async def _project(
    tx: Tx, area: Area, opened: Opened, episode: Episode, version: int, written: Written
) -> Projection:
    head, today = opened.head, area.today
    versions = await agreed_thresholds(tx, head.pathway) if head.limits_agreed else {}
    projection = project(episode, versions, area.calendar, today)
    await write_projection(tx, head.id, head.pathway, version, projection, written, today)
    return projection


async def _note_death(tx: Tx, asking: Asking, opened: Opened, drafts: Sequence[Draft]) -> None:
    """The day of a death stands with the child, so that nothing is sent because of any other episode either.

    It is read from the facts in force, so a correction of the day, or of the death itself, is followed.
    """
    new = [draft.as_event(asking.actor, opened.next_sequence + n) for n, draft in enumerate(drafts)]
    steps = opened.definition.steps
    facts = in_force([*opened.events, *new])
    days = [day for day, _, fact in facts if fact.kind in steps and steps[fact.kind].stops_messages]
    await people.set_died_on(tx, opened.head.child_id, min(days, default=None))


async def tell_family(tx: Tx, asking: Asking, head: Head, step: Step, event: UUID, stopped: bool) -> None:
    """Put the update for the family in the outbox, or stop every message where the step says so (docs/rules.md 19)."""
    if step.stops_messages:
        await outbox.stop_all(tx, head.child_id, f"stopped by: {step.key}", but=event)
        return
    if step.tell_family and not (stopped or head.silent or head.sealed):
        await outbox.put(
            tx,
            event_id(asking.request_id, 1000),
            outbox.FAMILY_UPDATE,
            step.tell_family,
            head.id,
            head.child_id,
            event,
        )
