"""Join two records of one child, and part them again.

A person decides it, never a rule, and two different NHS numbers are never joined (docs/rules.md 18). The episodes move with
their carers and messages; every start date survives. Where both records had an open episode on one pathway, the later one is
linked to the earlier and keeps the earlier start; both stay open, for nothing closes by itself. Parting gives everything
back as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.episode_change import NOT_THERE, Opened, change
from pathway.actions.perform import Asking, perform, require
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.corrections import check_reason, is_struck_out
from pathway.domain.episode import Episode
from pathway.domain.errors import Conflict, InvalidInput, NotFound
from pathway.domain.events import BuiltIn, Event
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.reach import reaches
from pathway.domain.roles import Permission
from pathway.store import merging, outbox, people
from pathway.store.engine import Tx
from pathway.store.facts import Draft, events_of, lock_episode, with_links
from pathway.store.keys import episode_text
from pathway.store.merging import Merge, Record

LINKED_BY = "merge"
"""The field of a link that names the joining it came from, so that parting the records takes it back."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Two records joined: the record that stays, what moved to it, and the later episodes linked to earlier ones."""

    merge_id: UUID
    child_id: UUID
    moved: tuple[UUID, ...]
    linked: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """Two records parted again: each child, and the episodes that went back."""

    child_id: UUID
    other_id: UUID
    moved: tuple[UUID, ...]


async def merge(area: Area, asking: Asking, into: UUID, source: UUID) -> Merged:
    """Join the record `source` into the record `into`, which stays.

    Raises NotAllowed, NotFound (not both are this actor's), Conflict (two NHS numbers; sealed; joined already),
    InvalidInput (one record), DuplicateRequest.
    """

    async def work(tx: Tx) -> Merged:
        return await join(tx, area, asking, into, source)

    return await perform(area, asking, "merge", {"into": into, "from": source}, Merged, work)


async def unmerge(area: Area, asking: Asking, merge_id: UUID, reason: str) -> Parted:
    """Part two joined records again; both are as they were, with what has been recorded since, and with the reason.

    Raises NotAllowed, NotFound, InvalidInput (no reason), Conflict (parted already; joined further or sealed since), DuplicateRequest.
    """

    why = check_reason(reason)

    async def work(tx: Tx) -> Parted:
        require(asking.actor, Permission.MERGE, "part two records")
        done = await merging.lock_merge(tx, merge_id)
        into, source = await merging.lock_records(tx, done.into_child, done.from_child)
        opened = await _open_all(tx, area, asking, [into.id])
        _check_partable(done, into, source)
        await _part(tx, area, asking, done, opened, why)
        return Parted(done.into_child, done.from_child, done.episodes)

    return await perform(area, asking, "unmerge", {"merge": merge_id, "reason": why}, Parted, work)


async def join(
    tx: Tx, area: Area, asking: Asking, into_id: UUID, source_id: UUID, reached: Sequence[UUID] | None = None
) -> Merged:
    """The joining itself, in the transaction of the action that decided it.

    NotFound unless this actor has to do with each of `reached`: both records, where nothing else is said.
    """
    require(asking.actor, Permission.MERGE, "join two records")
    if into_id == source_id:
        raise InvalidInput("This is one record already. Choose two different ones.")
    into, source = await merging.lock_records(tx, into_id, source_id)
    opened = await _open_all(tx, area, asking, [into_id, source_id], reached)
    _check_joinable(into, source)
    moved = tuple(one.head.id for one in opened if one.head.child_id == source_id)
    took = await merging.take_over(tx, into, source)
    linked, unlinked = await merging.move_carers(tx, source_id, into_id)
    await merging.move_episodes(tx, area.key, moved, source_id, into_id)
    await merging.point_to(tx, source_id, into_id)
    if into.restricted or source.restricted or into.died or source.died:
        # What waits was made for the carers of one record, and would now tell of the other (docs/rules.md 19).
        await outbox.stop_all(tx, into_id, "the record was joined with one that is protected")
    merge_id = uuid5(asking.request_id, "merge")
    kept = Merge(merge_id, source_id, into_id, moved, tuple(linked), tuple(unlinked), took, False)
    await merging.keep_merge(tx, kept, asking.actor.account_id)
    await merging.decide_pair(tx, into_id, source_id, "same", asking.actor.account_id)
    later = await _record_joining(tx, area, asking, kept, opened)
    return Merged(merge_id, into_id, moved, later)


def _check_joinable(into: Record, source: Record) -> None:
    if into.nhs_number and source.nhs_number:
        raise Conflict(
            "These records have two different NHS numbers, so they are two children and are not joined. If one number "
            "is wrong, correct it first."
        )
    if into.sealed or source.sealed:
        raise Conflict("One of these records has been sealed, and nothing may link it to another.")
    if into.merged_into or source.merged_into:
        raise Conflict(
            "One of these records has been joined with another already. Use the record that stayed."
        )


def _check_partable(done: Merge, into: Record, source: Record) -> None:
    if done.undone:
        raise Conflict("These records have been parted already. Look at them again.")
    if into.sealed or source.sealed:
        raise Conflict("This record has been sealed since, so what came from where is not known any more.")
    if into.merged_into:
        raise Conflict("This record has been joined with another one since. Part those first.")


async def check_reaches_each(tx: Tx, area: Area, asking: Asking, children: Sequence[UUID]) -> None:
    """NotFound unless this actor has to do with each of these children."""
    await _open_all(tx, area, asking, children)


async def _open_all(
    tx: Tx, area: Area, asking: Asking, children: Sequence[UUID], must_reach: Sequence[UUID] | None = None
) -> list[Opened]:
    """Lock every episode of these children. NotFound unless this actor reaches one of each child's (or of `must_reach`)."""
    opened = []
    reached = set()
    for episode in await merging.episodes_of_children(tx, *children):
        head = await lock_episode(tx, episode)
        if reaches(asking.actor, head.standing) or reaches(asking.actor, await with_links(tx, head)):
            reached.add(head.child_id)
        definition = await area.pathways.by_digest(tx, head.definition)
        opened.append(Opened(head, definition, await events_of(tx, episode)))
    if not reached >= set(children if must_reach is None else must_reach):
        raise NotFound(NOT_THERE)
    return opened


async def _record_joining(
    tx: Tx, area: Area, asking: Asking, kept: Merge, opened: Sequence[Opened]
) -> tuple[UUID, ...]:
    """Append the joining to the moved episodes, and the earlier start to the later of two open ones."""
    links = dict(_links(area, kept, opened))
    numbers = count()
    fields = {"merge": str(kept.id), "from": str(kept.from_child), "into": str(kept.into_child)}
    for one in opened:
        drafts = []
        if one.head.id in kept.episodes:
            drafts.append(Draft(_next(asking, numbers), BuiltIn.MERGED, area.today, fields))
        if one.head.id in links:
            opened_on, link = links[one.head.id]
            drafts.append(Draft(_next(asking, numbers), BuiltIn.LINKED, opened_on, link))
        await _append(tx, area, asking, one, drafts, kept.into_child, "merge")
    return tuple(links)


def _links(
    area: Area, kept: Merge, opened: Sequence[Opened]
) -> Iterator[tuple[UUID, tuple[date, dict[str, str]]]]:
    """For each pathway with several open episodes: the later ones, each with its day and the link to the earliest."""
    now = [(one.head.id, _folded(area, one, one.events)) for one in opened]
    waiting = [(key, episode) for key, episode in now if episode.is_open]
    for pathway in {episode.definition.key for _, episode in waiting}:
        mine = [(key, episode) for key, episode in waiting if episode.definition.key == pathway]
        first, earliest = min(mine, key=lambda pair: (pair[1].started_on, pair[1].opened_on, pair[0]))
        for key, episode in mine:
            if key != first:
                start = earliest.started_on.isoformat()
                link = {"episode": str(first), ORIGINAL_START: start, LINKED_BY: str(kept.id)}
                yield key, (episode.opened_on, link)


async def _part(tx: Tx, area: Area, asking: Asking, done: Merge, opened: Sequence[Opened], why: str) -> None:
    await merging.move_episodes_back(tx, area.key, done)
    await merging.move_carers_back(tx, done)
    await merging.give_back(tx, done)
    await merging.point_to(tx, done.from_child, None)
    await merging.mark_undone(tx, done.id, asking.actor.account_id)
    await merging.decide_pair(tx, done.into_child, done.from_child, "different", asking.actor.account_id)
    numbers = count()
    for one in opened:
        drafts = [
            Draft(_next(asking, numbers), BuiltIn.STRUCK_OUT, area.today, {}, target=link.id)
            for link in _links_of(one.events, done.id)
        ]
        back = one.head.id in done.episodes
        if back or not done.episodes:
            secret = (await episode_text(tx, area.key, one.head.id)).lock({"reason": why})
            fields = {"merge": str(done.id)}
            drafts.append(Draft(_next(asking, numbers), BuiltIn.UNMERGED, area.today, fields, secret))
        child = done.from_child if back else done.into_child
        await _append(tx, area, asking, one, drafts, child, "unmerge")
    await people.set_died_on(tx, done.into_child, None)  # unless an episode that stays records a death


def _links_of(events: Sequence[Event], merge_id: UUID) -> list[Event]:
    """The links that a joining made and that still hold."""
    return [
        event
        for event in events
        if event.kind == BuiltIn.LINKED
        and event.fields.get(LINKED_BY) == str(merge_id)
        and not is_struck_out(events, event)
    ]


async def _append(
    tx: Tx, area: Area, asking: Asking, one: Opened, drafts: Sequence[Draft], child: UUID, action: str
) -> None:
    if not drafts:
        return
    facts = [draft.as_event(asking.actor, one.next_sequence + n) for n, draft in enumerate(drafts)]
    episode = _folded(area, one, [*one.events, *facts])
    moved = replace(one, head=replace(one.head, child_id=child))
    await change(tx, area, asking, moved, drafts, episode, action)


def _folded(area: Area, one: Opened, events: Sequence[Event]) -> Episode:
    return fold(one.definition, events, area.calendar, one.head.family_reached_on)


def _next(asking: Asking, numbers: "count[int]") -> UUID:
    return event_id(asking.request_id, next(numbers))
