"""Hand an episode over to another provider: offer, accept, decline, or take the offer back.

Until the other provider has accepted, the sender holds the child, and the days are the sender's. The start date goes
with the child.
"""

from collections.abc import Mapping
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed, Opened, change, judge, open_episode
from pathway.actions.perform import Asking, perform, require
from pathway.domain.corrections import check_reason
from pathway.domain.definition import Slot
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed
from pathway.domain.events import BuiltIn
from pathway.domain.ids import event_id
from pathway.domain.roles import Permission
from pathway.store.caseloads import organisation_leaves
from pathway.store.engine import Tx
from pathway.store.facts import Draft
from pathway.store.keys import episode_text
from pathway.store.organisations import organisation

_NOT_OFFERED = (
    "No hand-over of this child to your organisation waits for an answer. Look at the record again."
)

_WHY_NOT = "Say why you decline, so that the team that asked knows what to do next."


async def offer(area: Area, asking: Asking, episode_id: UUID, to: int) -> Changed:
    """Offer an open episode to another provider. The sender goes on holding it.

    Raises NotFound, StaleVersion, NotAllowed (not the provider that holds the child), InvalidInput (to whom),
    Conflict (closed, or offered already), DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        opened = await _open(tx, area, asking, episode_id)
        _check_holds(asking, opened)
        if opened.definition.stages[opened.head.stage].closed:
            raise Conflict("This episode is closed, so there is nothing to hand over. Reopen it first.")
        if opened.head.standing.hand_over_to is not None:
            raise Conflict("A hand-over of this child is waiting for an answer. Take it back first, or wait.")
        await _check_receiver(tx, asking, to)
        fields = {"slot": Slot.PROVIDER.value, "to": str(to)}
        return await _record(tx, area, asking, opened, BuiltIn.HAND_OVER_OFFERED, fields)

    body = {"episode": episode_id, "to": to}
    return await perform(area, asking, "hand_over_offer", body, Changed, work)


async def accept(area: Area, asking: Asking, episode_id: UUID) -> Changed:
    """Accept an episode that was offered to one's own organisation: from today it holds the child.

    Raises NotFound, StaleVersion, NotAllowed, Conflict (nothing was offered), DuplicateRequest.
    """

    async def work(tx: Tx) -> Changed:
        opened = await _open(tx, area, asking, episode_id)
        _check_receives(asking, opened)
        changed = await _record(tx, area, asking, opened, BuiltIn.HAND_OVER_ACCEPTED, {})
        sender = opened.head.standing.provider_id
        if sender is not None:
            await organisation_leaves(tx, episode_id, sender)
        return changed

    return await perform(area, asking, "hand_over_accept", {"episode": episode_id}, Changed, work)


async def decline(area: Area, asking: Asking, episode_id: UUID, reason: str) -> Changed:
    """Say no to an offered episode, and why: the sender holds the child as before. Raises as `accept`, and InvalidInput."""
    why = check_reason(reason, _WHY_NOT)

    async def work(tx: Tx) -> Changed:
        opened = await _open(tx, area, asking, episode_id)
        _check_receives(asking, opened)
        secret = (await episode_text(tx, area.key, episode_id)).lock({"reason": why})
        return await _record(tx, area, asking, opened, BuiltIn.HAND_OVER_DECLINED, {"by": "receiver"}, secret)

    body = {"episode": episode_id, "reason": why}
    return await perform(area, asking, "hand_over_decline", body, Changed, work)


async def take_back(area: Area, asking: Asking, episode_id: UUID) -> Changed:
    """Take back an offer that has not been answered. Raises as `offer`."""

    async def work(tx: Tx) -> Changed:
        opened = await _open(tx, area, asking, episode_id)
        _check_holds(asking, opened)
        if opened.head.standing.hand_over_to is None:
            raise Conflict("No hand-over of this child waits for an answer. Look at the record again.")
        return await _record(tx, area, asking, opened, BuiltIn.HAND_OVER_DECLINED, {"by": "sender"})

    return await perform(area, asking, "hand_over_take_back", {"episode": episode_id}, Changed, work)


async def _open(tx: Tx, area: Area, asking: Asking, episode_id: UUID) -> Opened:
    require(asking.actor, Permission.HAND_OVER, "hand a child over")
    return await open_episode(tx, area, asking, episode_id)


def _check_holds(asking: Asking, opened: Opened) -> None:
    if opened.head.standing.provider_id != asking.actor.organisation_id:
        raise NotAllowed("Only the provider that holds the child may offer the hand-over. Ask its lead.")


def _check_receives(asking: Asking, opened: Opened) -> None:
    """The sender is told that it is not theirs to answer; anyone else with a link, that nothing was offered to them."""
    to = opened.head.standing.hand_over_to
    if to == asking.actor.organisation_id:
        return
    if to is not None:
        raise NotAllowed("Only the provider that was offered the hand-over may answer it. Ask its lead.")
    raise Conflict(_NOT_OFFERED)


async def _check_receiver(tx: Tx, asking: Asking, to: int) -> None:
    if to == asking.actor.organisation_id:
        raise InvalidInput(
            "Your own organisation holds this child already. Choose another provider.", field="to"
        )
    if (await organisation(tx, to)).kind != "provider":
        raise InvalidInput("A child is handed over to a provider. Choose one from the list.", field="to")


async def _record(
    tx: Tx,
    area: Area,
    asking: Asking,
    opened: Opened,
    kind: BuiltIn,
    fields: Mapping[str, str],
    secret: bytes | None = None,
) -> Changed:
    draft = Draft(event_id(asking.request_id, 0), kind, area.today, dict(fields), secret)
    episode = judge(area, asking, opened, draft)
    return await change(tx, area, asking, opened, [draft], episode, kind)
