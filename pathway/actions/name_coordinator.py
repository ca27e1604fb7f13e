"""Name the case coordinator: the family's single point of contact (NICE CG128), on whose list the child then is."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, change, judge, open_episode
from pathway.actions.perform import Asking, perform
from pathway.domain.errors import InvalidInput, NotAllowed
from pathway.domain.events import BuiltIn
from pathway.domain.ids import event_id
from pathway.domain.roles import Role
from pathway.store.caseloads import coordinator_of, join_caseload, leave_caseload, works_at
from pathway.store.engine import Tx
from pathway.store.facts import Draft

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
        if not await works_at(tx, account_id, provider, [role.value for role in _MAY_COORDINATE]):
            raise InvalidInput("Name someone who works in the team that holds the child.", field="account")
        before = await coordinator_of(tx, episode_id)
        fields = {"account": str(account_id)}
        draft = Draft(event_id(asking.request_id, 0), BuiltIn.COORDINATOR_SET, area.today, fields)
        episode = judge(area, asking, opened, draft)
        changed = await change(tx, area, asking, opened, [draft], episode, BuiltIn.COORDINATOR_SET)
        if before is not None and before != account_id:
            await leave_caseload(tx, episode_id, before)
        await join_caseload(tx, episode_id, account_id)
        return changed

    body = {"episode": episode_id, "account": account_id}
    return await perform(area, asking, "name_coordinator", body, Changed, work)
