"""Record how a child is looked after: legal status, parental responsibility, social worker, Virtual School, placing bodies.

What stood before is kept under the child's key. Foster carers see what is delegated to them here, and professionals are
written to only where a lawful basis is named (docs/rules.md 11 and 14).
"""

from dataclasses import asdict
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.break_glass import reaches_child
from pathway.actions.episode_change import NOT_THERE
from pathway.actions.perform import Asking, perform, require
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.looked_after import SOCIAL_WORKER, VIRTUAL_SCHOOL, Care, check_care
from pathway.domain.roles import Permission
from pathway.store import access_log, people
from pathway.store import care as rows
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.organisations import organisation


async def record_care(area: Area, asking: Asking, child_id: UUID, care: Care) -> UUID:
    """Keep how the child is looked after from now on. The child's id.

    Raises NotAllowed, NotFound, InvalidInput (with the field), DuplicateRequest.
    """

    async def work(tx: Tx) -> UUID:
        require(asking.actor, Permission.RECORD_CARE, "record how a child is looked after")
        born = await rows.lock_child(tx, child_id)
        if born is None or not await reaches_child(tx, asking.actor, child_id):
            raise NotFound(NOT_THERE)
        carers = await rows.carers_at_home(tx, child_id)
        check_care(care, carers, born, area.today)
        await _check_bodies(tx, care)
        await keep_what_stood(tx, area, asking, child_id)
        workers = await _professionals(tx, area, child_id, care)
        await rows.keep_care(tx, child_id, care, workers)
        for carer in carers:
            parts = care.delegated.get(carer, frozenset())
            await rows.delegate(tx, child_id, carer, carer in care.responsible, parts)
        await access_log.log(tx, asking.actor, "record_care", [child_id], request_id=asking.request_id)
        return child_id

    body = {"child": child_id, "care": _body(care)}
    return await perform(area, asking, "record_care", body, UUID, work)


def _body(care: Care) -> dict[str, object]:
    """The same care is the same body, in whichever order its sets are kept."""
    delegated = {str(carer): sorted(parts) for carer, parts in care.delegated.items()}
    return {**asdict(care), "responsible": sorted(map(str, care.responsible)), "delegated": delegated}


async def keep_what_stood(tx: Tx, area: Area, asking: Asking, child_id: UUID) -> None:
    """Keep the row that is about to change."""
    before = await rows.care_of(tx, child_id)
    if before is not None:
        secret = (await child_text(tx, area.key, child_id)).lock({"looked_after": rows.as_text(before)})
        await rows.keep_past(tx, child_id, asking.actor.account_id, secret or b"")


async def _check_bodies(tx: Tx, care: Care) -> None:
    for field, number, kind in (
        ("placing_council", care.placing_council_id, "council"),
        ("placing_icb", care.placing_icb_id, "icb"),
    ):
        if number is not None and (await organisation(tx, number)).kind != kind:
            raise InvalidInput("Choose one from the list.", field)


async def _professionals(tx: Tx, area: Area, child_id: UUID, care: Care) -> tuple[UUID, UUID | None]:
    now = area.now()
    worker = people.new_id(now)
    await rows.replace_professional(tx, child_id, worker, SOCIAL_WORKER, care.social_worker)
    school = await rows.replace_professional(
        tx, child_id, people.new_id(now), VIRTUAL_SCHOOL, care.virtual_school
    )
    return worker, school
