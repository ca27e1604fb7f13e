"""An episode by its id, as far as the reader may see it: whose it is, and the version that a form must carry."""

from dataclasses import dataclass
from uuid import UUID

from pathway.store.engine import Tx

_LINE = (
    "SELECT id, child_id, pathway, definition, version, provider_id, hand_over_to FROM episode WHERE id = $1"
)


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """What a form about an episode needs of its row. Every staff role may read these columns."""

    id: UUID
    child_id: UUID
    pathway: str
    definition: str
    version: int
    provider_id: int | None
    hand_over_to: int | None


async def episode_line(tx: Tx, episode_id: UUID) -> EpisodeLine | None:
    """The episode, or nothing where the reader may not know of it."""
    row = await tx.fetchrow(_LINE, episode_id)
    return None if row is None else EpisodeLine(*row)
