"""Record what a young person decided about who is told, carer by carer, and how they themselves are reached.

From sixteen they are presumed able to; before it a clinician's judgement (Gillick) comes first (docs/rules.md 13).
"""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, Opened, change, judge, open_episode, tell_family
from pathway.actions.perform import Asking, perform
from pathway.domain.decide import check_day, check_role, step_named
from pathway.domain.errors import InvalidInput
from pathway.domain.ids import event_id
from pathway.domain.referral import CarerDetails
from pathway.domain.telling import ASKED, SELF, Decision, right_to_decide, told_after
from pathway.store import people, who_is_told
from pathway.store.engine import Tx
from pathway.store.facts import Draft


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided: which carers are told where it is only some, and the young person's own name and e-mail address."""

    decision: Decision
    carers: frozenset[UUID] = frozenset()
    own_name: str = ""
    own_email: str = ""


async def decide_who_is_told(
    area: Area, asking: Asking, episode_id: UUID, decided_on: date, choice: Choice
) -> Changed:
    """Append the fact, and let it hold from its day on; carers who are no longer told see no page and get no message.

    Raises NotFound, StaleVersion, NotAllowed, InvalidInput (the day, the decision or the carers), StepNotAllowed,
    DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        opened = await open_episode(tx, area, asking, episode_id)
        head, step = opened.head, step_named(opened.definition, ASKED)
        check_role(step, asking.actor.role, opened.definition.steps_from(head.stage))
        check_day(decided_on, area.today, head.birth_date)
        draft = Draft(event_id(asking.request_id, 0), ASKED, decided_on, {"decision": choice.decision.value})
        episode = judge(area, asking, opened, draft)
        await _own_contact(tx, area, head.child_id, choice)
        await settle_who_is_told(tx, area, asking, opened, draft, choice.carers)
        changed = await change(tx, area, asking, opened, [draft], episode, ASKED)
        await tell_family(tx, asking, head, step, draft.id, head.messages_stopped)
        return changed

    body = {
        "episode": episode_id,
        "on": decided_on,
        "choice": {**asdict(choice), "carers": sorted(choice.carers)},
    }
    return await perform(area, asking, "decide_who_is_told", body, Changed, work)


async def settle_who_is_told(
    tx: Tx, area: Area, asking: Asking, opened: Opened, draft: Draft, named: frozenset[UUID] | None = None
) -> None:
    """Keep the decision that a fact records, and take it up if its day has come. Raises InvalidInput."""
    head, decision = opened.head, Decision(draft.fields["decision"])
    right = right_to_decide(head.birth_date, draft.happened_on, decision, opened.events)
    links = await who_is_told.links_of(tx, head.child_id)
    carers = [link.carer_id for link in links if not link.is_self]
    told_now = [link.carer_id for link in links if link.may_be_told and not link.is_self]
    told = told_after(decision, told_now, carers, named)
    await who_is_told.insert_decision(
        tx, draft.id, head.child_id, asking.actor.account_id, decision, right, draft.happened_on, told
    )
    await who_is_told.take_up(tx, area.today, head.child_id)


async def _own_contact(tx: Tx, area: Area, child_id: UUID, choice: Choice) -> None:
    """Add the young person's own contact, so that messages reach them and nobody else at that address."""
    if not choice.own_email:
        return
    if any(link.is_self for link in await who_is_told.links_of(tx, child_id)):
        raise InvalidInput("The young person's own contact is recorded already.", "own_email")
    if not choice.own_name:
        raise InvalidInput("Enter the young person's name beside their address.", "own_name")
    own = CarerDetails(choice.own_name, SELF, email=choice.own_email)
    await people.insert_carer(tx, child_id, people.new_id(area.now()), own)
