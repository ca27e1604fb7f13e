"""Every version of every limit that was drafted, with who signed it."""

from dataclasses import dataclass
from datetime import date, datetime

from pathway.store.engine import Tx

_VERSIONS = """
SELECT t.id, t.pathway, t.clock, t.limit_text, t.due_soon_text, t.applies, t.effective_from, t.source, t.needs,
       o.name AS drafted_for, t.drafted_at, t.agreed_at, t.withdrawn_at
  FROM threshold t JOIN organisation o ON o.id = t.drafted_for
 WHERE ($1::int IS NULL OR t.id = $1) ORDER BY t.id DESC LIMIT 200"""
_SIGNATURES = """
SELECT s.threshold_id, s.kind, o.name, s.signed_at FROM threshold_signature s JOIN organisation o ON o.id = s.organisation_id
 WHERE s.threshold_id = ANY($1::int[]) ORDER BY s.signed_at"""


@dataclass(frozen=True, slots=True)
class Signature:
    """Which organisation signed, for its kind, and when."""

    kind: str
    organisation: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class ThresholdVersion:
    """One version of a limit."""

    id: int
    pathway: str
    clock: str
    limit: str
    due_soon: str | None
    applies: str
    effective_from: date
    source: str
    needs: tuple[str, ...]
    drafted_for: str
    drafted_at: datetime
    agreed_at: datetime | None
    withdrawn_at: datetime | None
    signatures: tuple[Signature, ...]

    @property
    def is_open(self) -> bool:
        """Still to be signed."""
        return self.agreed_at is None and self.withdrawn_at is None


async def threshold_versions(tx: Tx, threshold_id: int | None = None) -> list[ThresholdVersion]:
    """All versions, the newest first; or only one."""
    rows = await tx.fetch(_VERSIONS, threshold_id)
    signed: dict[int, list[Signature]] = {}
    for threshold, *signature in await tx.fetch(_SIGNATURES, [row["id"] for row in rows]):
        signed.setdefault(threshold, []).append(Signature(*signature))
    return [
        ThresholdVersion(
            row["id"], row["pathway"], row["clock"], row["limit_text"], row["due_soon_text"], row["applies"],
            row["effective_from"], row["source"], tuple(row["needs"]), row["drafted_for"], row["drafted_at"],
            row["agreed_at"], row["withdrawn_at"], tuple(signed.get(row["id"], ())),
        )
        for row in rows
    ]  # fmt: skip
