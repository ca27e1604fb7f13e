"""What each kind of job does, and what becomes of a message that could not be sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.re_date_clocks import re_date_clocks
from pathway.domain.errors import NotSent, PathwayError, place_of
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.store import deliveries, openings, outbox, partner_messages
from pathway.store.jobs import DELIVER, RE_DATE
from pathway.store.scopes import WORKER
from pathway.worker.queue import ATTEMPTS, Handler, TryLater, delay_after
from pathway_fhir.outbound.deliver import deliver as deliver_to_partner
from pathway_fhir.outbound.outward import Outward

Deliver = Callable[[Area, Post, UUID], Awaitable[str]]

TOPICS: Final[Mapping[str, Deliver]] = {
    outbox.FAMILY_UPDATE: deliver,
    outbox.CORRECTION: deliver,
    openings.TOLD: deliver,
}
"""Who delivers what to families, by the topic of the outbox row."""


def topics(outward: Outward) -> dict[str, Deliver]:
    """Who delivers what, to families and to partners' systems."""

    async def to_partner(area: Area, _: Post, outbox_id: UUID) -> str:
        return await deliver_to_partner(area, outward, outbox_id)

    return {**TOPICS, partner_messages.TOPIC: to_partner}


def handlers(area: Area, post: Post, topics: Mapping[str, Deliver] = TOPICS) -> dict[str, Handler]:
    """The handler of each kind of job."""

    async def deliver_one(about: str) -> None:
        await _deliver(area, post, UUID(about), topics)

    async def re_date(about: str) -> None:
        await re_date_clocks(area, int(about))

    return {DELIVER: deliver_one, RE_DATE: re_date}


async def _deliver(area: Area, post: Post, outbox_id: UUID, topics: Mapping[str, Deliver]) -> None:
    """Send what a row says. A failure is counted on the row; after the last one it is held, and the job is done."""
    async with area.database.transaction(WORKER) as tx:
        row = await deliveries.leaving(tx, outbox_id)
    send = topics.get(row.topic)
    if send is None:
        await _failed(area, row, "This version cannot send this kind of message. Update the worker.", 1)
        return
    try:
        await send(area, post, outbox_id)
    except NotSent as error:
        await _failed(area, row, error.message, 1 if error.final else ATTEMPTS)
    except PathwayError as error:
        await _failed(area, row, error.message, ATTEMPTS)
    except Exception as error:  # noqa: BLE001
        # Its own text may hold what somebody typed: where it arose is enough to find it.
        await _failed(
            area, row, f"An unforeseen error, {type(error).__name__} at {place_of(error)}.", ATTEMPTS
        )


async def _failed(area: Area, row: deliveries.Leaving, because: str, attempts_allowed: int) -> None:
    async with area.database.transaction(WORKER) as tx:
        state = await deliveries.note_failure(tx, row.id, because, attempts_allowed)
    if state == deliveries.WAITING:
        raise TryLater(delay_after(row.attempts))
