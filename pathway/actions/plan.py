"""Agree the next date: a person sets the day on which the child's next step is planned (docs/rules.md 6).

The date is a plan and never a limit: the limit is shown beside it, and a plan that has passed gives way to the next review.
"""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, change, judge, open_episode
from pathway.actions.perform import Asking, perform
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed
from pathway.domain.events import BuiltIn
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.periods import Period, Unit, add
from pathway.store.engine import Tx
from pathway.store.facts import Draft

_FURTHEST = Period(24, Unit.MONTHS)


async def set_plan(area: Area, asking: Asking, episode_id: UUID, planned_for: date) -> Changed:
    """Append the fact that the next date has been agreed. It holds until the stage changes or another date is set.

    Raises NotFound, StaleVersion, NotAllowed (neither staff nor holding the child), InvalidInput (the day), Conflict
    (closed), DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        opened = await open_episode(tx, area, asking, episode_id)
        before = fold(opened.definition, opened.events, area.calendar, opened.head.family_reached_on)
        if not before.is_open:
            raise Conflict("This episode is closed, so nothing is planned. Reopen it first.")
        if not asking.actor.is_staff and before.holder.organisation_id != asking.actor.organisation_id:
            raise NotAllowed("The next date is agreed by whoever holds the child now. Ask them.")
        _check_day(area, planned_for)
        fields = {"planned_for": planned_for.isoformat()}
        draft = Draft(event_id(asking.request_id, 0), BuiltIn.PLAN_SET, area.today, fields)
        episode = judge(area, asking, opened, draft)
        return await change(tx, area, asking, opened, [draft], episode, BuiltIn.PLAN_SET)

    body = {"episode": episode_id, "planned_for": planned_for}
    return await perform(area, asking, "set_plan", body, Changed, work)


def _check_day(area: Area, planned_for: date) -> None:
    if planned_for <= area.today:
        raise InvalidInput("The next date is a day still to come. Give a later date.", field="planned_for")
    furthest = add(area.today, _FURTHEST, area.calendar)
    if planned_for > furthest:
        raise InvalidInput(
            f"The next date is within {_FURTHEST}: until {furthest:%-d %B %Y}. Look at the child again by then.",
            field="planned_for",
        )
