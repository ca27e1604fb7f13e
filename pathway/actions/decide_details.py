"""Decide about details that a new referral stated of a child we know: use them from now on, or keep what we have."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import NOT_THERE, Changed, change, judge, open_episode
from pathway.actions.perform import Asking, perform, require
from pathway.domain.errors import NotFound
from pathway.domain.events import BuiltIn
from pathway.domain.ids import event_id
from pathway.domain.roles import Permission
from pathway.domain.stated import OF, Details, TakeOver, undecided
from pathway.domain.visibility import knows_facts
from pathway.store import people
from pathway.store.child_rows import free_text_of
from pathway.store.engine import Tx
from pathway.store.facts import Draft
from pathway.store.keys import child_text
from pathway.store.stated_rows import take_over

_DECIDED = "Somebody has decided about these details already. Look at the record again."


async def decide_details(
    area: Area, asking: Asking, episode_id: UUID, fact: UUID, decision: TakeOver
) -> Changed:
    """Record what a person decided, and bring the record up to date where they take the details over.

    Raises NotAllowed, NotFound (not this actor's child, or decided already), DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        require(asking.actor, Permission.CORRECT, "decide about a child's details")
        opened = await open_episode(tx, area, asking, episode_id)
        if not knows_facts(asking.actor.role, opened.definition):
            raise NotFound(NOT_THERE)
        if fact not in {event.id for event in undecided(opened.events)}:
            raise NotFound(_DECIDED)
        if decision is TakeOver.TAKEN:
            await _take_over(tx, area, asking, opened.head.child_id, episode_id, fact)
        fields = {OF: str(fact), "decision": decision.value}
        draft = Draft(event_id(asking.request_id, 0), BuiltIn.DETAILS_DECIDED, area.today, fields)
        episode = judge(area, asking, opened, draft)
        return await change(tx, area, asking, opened, [draft], episode, "decide_details")

    body = {"episode": episode_id, "fact": fact, "decision": decision}
    return await perform(area, asking, "decide_details", body, Changed, work)


async def _take_over(
    tx: Tx, area: Area, asking: Asking, child_id: UUID, episode_id: UUID, fact: UUID
) -> None:
    text = await child_text(tx, area.key, child_id)
    said = Details.from_text(text.unlock((await free_text_of(tx, episode_id)).get(fact)))
    fresh = tuple(people.new_id(area.now()) for _ in said.carers)
    await take_over(tx, child_id, said, text, asking.actor.account_id, fresh)
