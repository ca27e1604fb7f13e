"""Clearing away what has had its time, and saying that the worker lives."""

from typing import Final

from pathway.domain.referral import DRAFT_KEPT_DAYS
from pathway.store import received
from pathway.store.engine import Tx

# A repeat after this long is a new request; its facts would still be refused, for their ids are the same.
_OLD: Final[dict[str, str]] = {
    "session": "until < clock_timestamp()",
    "partner_token": "until < clock_timestamp()",
    "partner_assertion": "until < clock_timestamp()",
    "rate_limit": "tat < clock_timestamp() - interval '1 hour'",
    "request": "at < clock_timestamp() - interval '35 days'",
    "referral_draft": f"sent_at IS NULL AND changed_at < clock_timestamp() - interval '{DRAFT_KEPT_DAYS} days'",
    "signal": "taken_at < clock_timestamp() - interval '90 days'",
    "pgqueuer_log": "created < clock_timestamp() - interval '30 days'",
}
_BEAT = """
INSERT INTO heartbeat (worker, detail) VALUES ($1, $2)
ON CONFLICT (worker) DO UPDATE SET at = clock_timestamp(), detail = EXCLUDED.detail"""


async def clear_away(tx: Tx) -> int:
    """Delete ended sessions and tokens, spent rate limits, answers kept for repeats, forgotten drafts and the queue's old log.

    Returns how many rows.
    """
    gone = 0
    for table, condition in _OLD.items():
        gone += int((await tx.execute(f"DELETE FROM {table} WHERE {condition}")).split()[-1])
    await received.forget_unknown(tx)
    return gone


async def beat(tx: Tx, worker: str, detail: str = "") -> None:
    """Say that this worker lives."""
    await tx.execute(_BEAT, worker, detail)
