"""Which episodes may be offered to another organisation together, and which wait for ours to accept them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.store.engine import Tx

_TO_OFFER = """
SELECT id FROM episode
 WHERE provider_id = $1 AND closed_on IS NULL AND hand_over_to IS NULL
   AND ($2::text IS NULL OR pathway = $2) AND ($3::text IS NULL OR stage = $3)
   AND ($4::int IS NULL OR school_id = $4) AND ($5::int IS NULL OR coordinator_id = $5)
 ORDER BY id"""
_OFFERED = """
SELECT id FROM episode WHERE hand_over_to = $1 AND ($2::int IS NULL OR provider_id = $2) ORDER BY id"""

_SENDERS = """
SELECT e.id, o.name FROM episode e JOIN child c ON c.id = e.child_id JOIN organisation o ON o.id = e.provider_id
 WHERE e.id = ANY($1::uuid[]) AND NOT c.restricted"""


@dataclass(frozen=True, slots=True)
class ListChoice:
    """Which open episodes of the sender: of one pathway, stage, school or coordinator, where given."""

    pathway: str | None = None
    stage: str | None = None
    school_id: int | None = None
    coordinator_id: int | None = None


async def episodes_to_offer(tx: Tx, sender: int, choice: ListChoice) -> list[UUID]:
    """The open episodes of a provider that no hand-over waits for, in a fixed order."""
    found = await tx.fetch(
        _TO_OFFER, sender, choice.pathway, choice.stage, choice.school_id, choice.coordinator_id
    )
    return [row["id"] for row in found]


async def episodes_offered(tx: Tx, to: int, sender: int | None) -> list[UUID]:
    """The episodes offered to an organisation (by one sender, where given), in a fixed order."""
    return [row["id"] for row in await tx.fetch(_OFFERED, to, sender)]


async def senders_of(tx: Tx, episodes: Sequence[UUID]) -> dict[UUID, str]:
    """Which provider holds each of these episodes, by name; not where the child's whereabouts are restricted."""
    return {row["id"]: row["name"] for row in await tx.fetch(_SENDERS, episodes)}
