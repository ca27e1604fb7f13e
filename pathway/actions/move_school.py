"""Move school: from a day on, the new school or setting is the child's, on every open episode at once.

The wait goes on as it was (docs/rules.md 2). What had been shared with the school before is not shared with the new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import NOT_THERE, Opened, change, judge
from pathway.actions.perform import Asking, perform, require
from pathway.domain.decide import check_day
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.events import BuiltIn, in_force
from pathway.domain.ids import event_id
from pathway.domain.reach import reaches
from pathway.domain.roles import Permission
from pathway.store.engine import Tx
from pathway.store.facts import Draft, events_of, lock_episode, with_links
from pathway.store.organisations import organisation
from pathway.store.people import open_episodes_of


@dataclass(frozen=True, slots=True)
class Moved:
    """A child at a new school: the episodes that go on there."""

    child_id: UUID
    episodes: tuple[UUID, ...]


async def move_school(area: Area, asking: Asking, child_id: UUID, to: int, moved_on: date) -> Moved:
    """Append the fact to every open episode of the child.

    Raises NotAllowed, NotFound (no open episode of a child of this actor's; no such school), InvalidInput (not a school,
    the same school, or the day), DuplicateRequest.
    """

    async def work(tx: Tx) -> Moved:
        require(asking.actor, Permission.RECORD_STEP, "record a change of school")
        opened = await _opened(tx, area, asking, child_id)
        check_day(moved_on, area.today, opened[0].head.birth_date)
        if (await organisation(tx, to)).kind != "school":
            raise InvalidInput("Choose a school or setting from the list.", field="to")
        moving = [one for one in opened if one.head.standing.school_id != to]
        if not moving:
            raise InvalidInput("This is the child's school already. Choose the new one.", field="to")
        for n, one in enumerate(moving):
            day = max(
                moved_on, in_force(one.events)[0][0]
            )  # an episode opened since then began at the new school
            draft = Draft(event_id(asking.request_id, n), BuiltIn.SCHOOL_CHANGED, day, {"to": str(to)})
            episode = judge(area, asking, one, draft)
            await change(tx, area, asking, one, [draft], episode, BuiltIn.SCHOOL_CHANGED)
        return Moved(child_id, tuple(one.head.id for one in moving))

    body = {"child": child_id, "to": to, "on": moved_on}
    return await perform(area, asking, "move_school", body, Moved, work)


async def _opened(tx: Tx, area: Area, asking: Asking, child_id: UUID) -> Sequence[Opened]:
    """The child's open episodes, locked; NotFound unless this actor reaches one of them."""
    opened, reached = [], False
    for episode in await open_episodes_of(tx, child_id):
        head = await lock_episode(tx, episode)
        reached = reached or reaches(asking.actor, head.standing)
        reached = reached or reaches(asking.actor, await with_links(tx, head))
        definition = await area.pathways.by_digest(tx, head.definition)
        opened.append(Opened(head, definition, await events_of(tx, episode)))
    if not reached:
        raise NotFound(NOT_THERE)
    return opened
