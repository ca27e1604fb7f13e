"""Hand over a whole list: when a contract ends, hundreds of children change provider, and none may be lost on the way.

The list is fixed by the first asking and kept; then each child is offered in a transaction of its own, under an id that
follows from the request's. So a request that was cut off is simply sent again: what was done answers as it did, the rest
is done, and each child who could not be offered is named by reference with the reason.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed
from pathway.actions.hand_over import accept, offer
from pathway.actions.perform import Asking, perform, require
from pathway.actions.refer import reference
from pathway.domain.errors import DatabaseUnavailable, InvalidInput, PathwayError
from pathway.domain.roles import Permission
from pathway.store.engine import Tx
from pathway.store.hand_overs import ListChoice, episodes_offered, episodes_to_offer

LONGEST_LIST = 2000


@dataclass(frozen=True, slots=True)
class ListResult:
    """What became of one episode of a list: done, or refused with the reason in a sentence."""

    episode_id: UUID
    reference: str
    done: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of a list, episode by episode, in its order."""

    results: tuple[ListResult, ...]

    @property
    def done(self) -> int:
        return sum(result.done for result in self.results)

    @property
    def refused(self) -> tuple[ListResult, ...]:
        return tuple(result for result in self.results if not result.done)


async def hand_over_list(
    area: Area, asking: Asking, which: Sequence[UUID] | ListChoice, to: int
) -> HandedOver:
    """Offer many episodes to another provider: those named, or all the sender's open ones that match a choice.

    Raises NotAllowed (role), InvalidInput (too many), DuplicateRequest (same id, another list).
    """

    async def listed(tx: Tx) -> tuple[UUID, ...]:
        require(asking.actor, Permission.HAND_OVER, "hand a list over")
        if isinstance(which, ListChoice):
            return _in_bounds(await episodes_to_offer(tx, asking.actor.organisation_id, which))
        return _in_bounds(which)

    chosen = asdict(which) if isinstance(which, ListChoice) else [str(one) for one in which]
    body = {"list": chosen, "to": to}
    episodes = await perform(area, asking, "hand_over_list", body, tuple[UUID, ...], listed)
    return await _each(asking, episodes, lambda one, episode: offer(area, one, episode, to))


async def accept_list(
    area: Area, asking: Asking, episode_ids: Sequence[UUID] | None = None, sender: int | None = None
) -> HandedOver:
    """Accept many offered episodes: those named, or all that were offered to us (by one sender, where given).

    Raises as `hand_over_list`.
    """

    async def listed(tx: Tx) -> tuple[UUID, ...]:
        require(asking.actor, Permission.HAND_OVER, "accept a list")
        if episode_ids is None:
            return _in_bounds(await episodes_offered(tx, asking.actor.organisation_id, sender))
        return _in_bounds(episode_ids)

    chosen = None if episode_ids is None else [str(one) for one in episode_ids]
    body = {"list": chosen, "sender": sender}
    episodes = await perform(area, asking, "accept_list", body, tuple[UUID, ...], listed)
    return await _each(asking, episodes, lambda one, episode: accept(area, one, episode))


def _in_bounds(episodes: Sequence[UUID]) -> tuple[UUID, ...]:
    """The list without repeats, in its order."""
    found = tuple(dict.fromkeys(episodes))
    if len(found) > LONGEST_LIST:
        raise InvalidInput(
            f"A list holds at most {LONGEST_LIST:,} children; this one has {len(found):,}. Do it in parts."
        )
    return found


async def _each(
    asking: Asking, episodes: Sequence[UUID], act: Callable[[Asking, UUID], Awaitable[Changed]]
) -> HandedOver:
    results = []
    for episode in episodes:
        one = replace(asking, request_id=uuid5(asking.request_id, f"episode:{episode}"), version=None)
        try:
            await act(one, episode)
        except DatabaseUnavailable:
            raise  # nothing is known of the rest: the same request, sent again, goes on from here
        except PathwayError as refusal:
            results.append(ListResult(episode, reference(episode), False, refusal.message))
        else:
            results.append(ListResult(episode, reference(episode), True))
    return HandedOver(tuple(results))
