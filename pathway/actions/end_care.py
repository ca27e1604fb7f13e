"""A child is no longer looked after: professionals are told no more, and no carer comes to see more than before."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.break_glass import reaches_child
from pathway.actions.episode_change import NOT_THERE
from pathway.actions.perform import Asking, perform, require
from pathway.actions.record_care import keep_what_stood
from pathway.domain.errors import NotFound
from pathway.domain.roles import Permission
from pathway.store import access_log
from pathway.store import care as rows
from pathway.store.engine import Tx


async def end_care(area: Area, asking: Asking, child_id: UUID) -> UUID:
    """Keep what stood, and take it away. The child's id. Raises NotAllowed, NotFound, DuplicateRequest."""

    async def work(tx: Tx) -> UUID:
        require(asking.actor, Permission.RECORD_CARE, "record that a child is no longer looked after")
        born = await rows.lock_child(tx, child_id)
        if born is None or not await reaches_child(tx, asking.actor, child_id):
            raise NotFound(NOT_THERE)
        await keep_what_stood(tx, area, asking, child_id)
        await rows.end_care(tx, child_id)
        await access_log.log(tx, asking.actor, "end_care", [child_id], request_id=asking.request_id)
        return child_id

    return await perform(area, asking, "end_care", {"child": child_id}, UUID, work)
