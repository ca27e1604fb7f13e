"""Putting pairs of records before a person: nothing is linked by it (docs/rules.md 18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.domain.matching import Match
from pathway.store.engine import Tx

_PROPOSAL = """
INSERT INTO match_proposal (id, child_id, candidate_id, agreeing, possible_twin) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Two records that a person must compare: the newer one, the one on record, and how they compare."""

    id: UUID
    child_id: UUID
    candidate_id: UUID
    how: Match


async def insert_proposals(tx: Tx, proposals: Sequence[NewProposal]) -> None:
    """Keep them until somebody decides; a pair that was put before a person already is not put there again."""
    await tx.executemany(
        _PROPOSAL,
        [(p.id, p.child_id, p.candidate_id, list(p.how.agreeing), p.how.possible_twin) for p in proposals],
    )
