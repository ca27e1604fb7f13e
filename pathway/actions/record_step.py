"""Record a step: the one action through which every step of every pathway goes.

Who may, on which day, with which answers, and whether the whole history still holds: all from the definition.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, change, judge, open_episode, tell_family
from pathway.actions.perform import Asking, perform
from pathway.domain.decide import check_day, check_fields, check_role, step_named
from pathway.domain.ids import event_id
from pathway.store.engine import Tx
from pathway.store.facts import Draft
from pathway.store.keys import child_text


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
        opened = await open_episode(tx, area, asking, episode_id)
        definition, head = opened.definition, opened.head
        step = step_named(definition, step_key)
        check_role(step, asking.actor.role, definition.steps_from(head.stage))
        check_day(happened_on, area.today, head.birth_date)
        checked = check_fields(step, answers, happened_on)
        secret = None
        if checked.free_text:
            secret = (await child_text(tx, area.key, head.child_id)).lock(checked.free_text)
        draft = Draft(event_id(asking.request_id, 0), step_key, happened_on, checked.fields, secret)
        episode = judge(area, asking, opened, draft)
        changed = await change(tx, area, asking, opened, [draft], episode, step_key)
        await tell_family(tx, asking, head, step, draft.id, head.messages_stopped)
        return changed

    body = {"episode": episode_id, "step": step_key, "on": happened_on, "answers": dict(answers)}
    return await perform(area, asking, "record_step", body, Changed, work)
