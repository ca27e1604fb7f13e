"""Seal an identity: on adoption, or where a child must not be found, the earlier identity is replaced and not kept.

The start dates, the stages and the days stay; nothing leads from them to who the child was (docs/rules.md 12). Everything
that waits to be sent is dropped in the same transaction (docs/rules.md 19). It cannot be undone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Opened, change, judge
from pathway.actions.perform import Asking, perform, require
from pathway.domain.errors import InvalidInput
from pathway.domain.events import BuiltIn
from pathway.domain.ids import event_id
from pathway.domain.london import london_date
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.roles import Permission
from pathway.store import access_log, outbox, people, sealing
from pathway.store.engine import Tx
from pathway.store.facts import Draft, events_of, lock_episode
from pathway.store.organisations import organisation

PURPOSE = "sealing"


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Who the child is from now on, who cares for them, and where they go to school if that may be known."""

    child: ChildDetails
    carers: tuple[CarerDetails, ...] = ()
    school_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed record: how many episodes it keeps."""

    child_id: UUID
    episodes: int


async def seal_identity(area: Area, asking: Asking, child_id: UUID, identity: NewIdentity) -> Sealed:
    """Replace a child's identity everywhere, destroy what cannot be replaced, and part the earlier school and carers.

    Raises NotAllowed (information governance only), NotFound, InvalidInput (no safe contact for a restricted child; not a
    school), Conflict (another child holds the new number), DuplicateRequest.
    """

    async def work(tx: Tx) -> Sealed:
        require(asking.actor, Permission.SEAL_IDENTITY, "seal an identity")
        await _check(tx, identity)
        episodes = await seal(tx, area, asking, child_id, identity, area.now())
        await access_log.log(tx, asking.actor, "seal_identity", [child_id], PURPOSE, asking.request_id)
        return Sealed(child_id, episodes)

    body = {"child": child_id, "identity": asdict(identity)}
    return await perform(area, asking, "seal_identity", body, Sealed, work)


async def seal(
    tx: Tx, area: Area, asking: Asking, child_id: UUID, identity: NewIdentity, at: datetime
) -> int:
    """The sealing itself, as of the moment `at`, in the transaction of the action that decided it; how many episodes."""
    records = await sealing.lock_records_of(tx, child_id)
    episodes = await sealing.episodes_of_child(tx, child_id)
    opened = [await _opened(tx, area, episode) for episode in episodes]
    for record in records:
        await outbox.stop_all(tx, record, "the record was sealed")
    await sealing.replace_identity(tx, records, identity.child, at)
    await sealing.part_from_carers(tx, records, at)
    await sealing.close_texts(tx, area.key, records)
    await sealing.forget_traces(tx, records, episodes, asking.request_id)
    for carer in identity.carers:
        await people.insert_carer(tx, child_id, people.new_id(area.now()), carer)
    await _record(tx, area, asking, identity, opened, at)
    return len(episodes)


async def _check(tx: Tx, identity: NewIdentity) -> None:
    if identity.child.restricted and not identity.child.safe_contact:
        raise InvalidInput("Name a safe contact for a child whose location is restricted.", "safe_contact")
    if identity.school_id is not None and (await organisation(tx, identity.school_id)).kind != "school":
        raise InvalidInput("Choose a school from the list, or leave it out.", "school")


async def _opened(tx: Tx, area: Area, episode: UUID) -> Opened:
    head = await lock_episode(tx, episode)
    definition = await area.pathways.by_digest(tx, head.definition)
    return Opened(head, definition, await events_of(tx, episode))


async def _record(
    tx: Tx, area: Area, asking: Asking, identity: NewIdentity, opened: Sequence[Opened], at: datetime
) -> None:
    """The fact itself, on each episode: the earlier school and referrer see the child no more."""
    fields = {"school": str(identity.school_id)} if identity.school_id else {}
    for n, one in enumerate(opened):
        draft = Draft(event_id(asking.request_id, n), BuiltIn.SEALED, london_date(at), fields)
        episode = judge(area, asking, one, draft)
        await change(tx, area, asking, one, [draft], episode, BuiltIn.SEALED)
