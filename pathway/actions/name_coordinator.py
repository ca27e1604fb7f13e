"""Name the case coordinator: the family's single point of contact (NICE CG128), on whose list the child then is.

Where the pathway has a step for it that fits the stage, that step is recorded with the account, so that its clock stops
and the family is told; elsewhere the kind of fact that every pathway has.
"""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, Opened, change, judge, open_episode, tell_family
from pathway.actions.perform import Asking, perform
from pathway.domain.built_in_facts import COORDINATOR
from pathway.domain.definition import Step
from pathway.domain.errors import InvalidInput, NotAllowed
from pathway.domain.events import BuiltIn
from pathway.domain.ids import event_id
from pathway.domain.roles import Role
from pathway.store.caseloads import coordinator_of, join_caseload, leave_caseload, works_at
from pathway.store.engine import Tx
from pathway.store.facts import Draft, Head

_NAMED_BY = frozenset({Role.COORDINATOR, Role.TRIAGE, Role.CLINICIAN, Role.PROVIDER_LEAD})
_MAY_COORDINATE = (Role.COORDINATOR, Role.CLINICIAN, Role.TRIAGE, Role.PROVIDER_LEAD)


async def name_coordinator(area: Area, asking: Asking, episode_id: UUID, account_id: int) -> Changed:
    """Append the fact, put the child on the coordinator's list, and take them off the list of the one before.

    Raises NotFound, StaleVersion, NotAllowed (not of the provider that holds the child), InvalidInput (who was named),
    DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        opened = await open_episode(tx, area, asking, episode_id)
        provider = opened.head.standing.provider_id
        if asking.actor.role not in _NAMED_BY or provider != asking.actor.organisation_id:
            raise NotAllowed("The team that holds the child names the coordinator. Ask its lead.")
        step = _step_for(opened)
        kind, fields = step.key if step else BuiltIn.COORDINATOR_SET, {COORDINATOR: str(account_id)}
        draft = Draft(event_id(asking.request_id, 0), kind, area.today, fields)
        episode = judge(area, asking, opened, draft)
        before = await put_on_list(tx, opened.head, account_id)
        changed = await change(tx, area, asking, opened, [draft], episode, kind)
        if step and before != account_id:
            await tell_family(tx, asking, opened.head, step, draft.id, opened.head.messages_stopped)
        return changed

    body = {"episode": episode_id, "account": account_id}
    return await perform(area, asking, "name_coordinator", body, Changed, work)


def _step_for(opened: Opened) -> Step | None:
    """The pathway's own step for it, where it can be taken now."""
    return next((s for s in opened.definition.steps_from(opened.head.stage) if s.names_coordinator), None)


async def put_on_list(tx: Tx, head: Head, account_id: int) -> int | None:
    """Put the child on the coordinator's list and take them off the one before's; who that was.

    Raises InvalidInput for an account that does not work in the team that holds the child.
    """
    provider = head.standing.provider_id
    roles = [role.value for role in _MAY_COORDINATE]
    if provider is None or not await works_at(tx, account_id, provider, roles):
        raise InvalidInput("Name someone who works in the team that holds the child.", field=COORDINATOR)
    before = await coordinator_of(tx, head.id)
    if before is not None and before != account_id:
        await leave_caseload(tx, head.id, before)
    await join_caseload(tx, head.id, account_id)
    return before
