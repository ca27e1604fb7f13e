"""Record the steps that come with age: a birthday that is near, rights that have passed. Each becomes a person's task.

The worker does it daily. A repeat is harmless: the request's id follows from the episode, the step and its due day.
"""

from typing import Final
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.record_step import record_step
from pathway.domain.birthdays import DUE_FROM, due_by_age, oldest_birth_to_look_at
from pathway.domain.errors import Conflict
from pathway.domain.roles import THE_SERVICE
from pathway.store.birthdays import GrowingUp, growing_up
from pathway.store.scopes import WRITER

_NONE: Final = UUID(int=0)


async def mark_birthdays(area: Area, *, batch: int = 500) -> int:
    """Record every step that is due by age today; how many there were.

    What no longer fits, because somebody changed the episode meanwhile, is left for the next day.
    """
    marked, after = 0, _NONE
    while True:
        async with area.database.transaction(WRITER) as tx:
            found = await growing_up(tx, oldest_birth_to_look_at(area.today), after, list(DUE_FROM), batch)
        for episode in found:
            marked += await _mark(area, episode)
        if len(found) < batch:
            return marked
        after = found[-1].id


async def _mark(area: Area, episode: GrowingUp) -> int:
    async with area.database.transaction(WRITER) as tx:
        definition = await area.pathways.by_digest(tx, episode.definition)
    due = due_by_age(
        definition, episode.stage, episode.recorded, episode.birth_date, area.today, area.calendar
    )
    marked = 0
    for step, since in due:
        asking = Asking(THE_SERVICE, uuid5(episode.id, f"{step}:{since}"))
        try:
            await record_step(area, asking, episode.id, step, area.today, {})
        except Conflict:
            continue
        marked += 1
    return marked
