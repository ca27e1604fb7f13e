"""Asking the Personal Demographics Service about children: whom to ask about next, what was asked, and what follows at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathway.domain.tracing import Held
from pathway.store.engine import Tx
from pathway.store.jobs import TRACE, enqueue
from pathway.store.keys import ChildText

# A sealed child is never asked about: the question alone would tell that there is a link (docs/rules.md 12).
_DUE = """
SELECT c.id FROM child c LEFT JOIN child_trace t ON t.child_id = c.id
 WHERE c.merged_into IS NULL AND c.sealed_at IS NULL AND c.died_on IS NULL
   AND (t.child_id IS NULL OR t.wanted
        OR t.answered_at < $1 AND EXISTS (SELECT FROM episode e WHERE e.child_id = c.id AND e.closed_on IS NULL))
 ORDER BY t.answered_at NULLS FIRST, c.id LIMIT $2"""
_HELD = """
SELECT c.first_name, c.family_name, c.birth_date, c.nhs_number::text AS nhs_number, a.postcode, c.restricted, c.safe_contact,
       c.died_on IS NOT NULL AS died
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id
 WHERE c.id = $1 AND c.merged_into IS NULL AND c.sealed_at IS NULL AND c.died_on IS NULL FOR UPDATE OF c"""
# A question that was not answered is asked again under its id.
_ASK = """
INSERT INTO child_trace AS t (child_id, request_id, asked_at) VALUES ($1, $2, $3)
ON CONFLICT (child_id) DO UPDATE SET request_id = coalesce(t.request_id, excluded.request_id), asked_at = excluded.asked_at
RETURNING request_id"""
_NOTE = """
UPDATE child_trace SET request_id = NULL, answered_at = $3, outcome = $2, wanted = $4 WHERE child_id = $1"""
_WANT = """
INSERT INTO child_trace (child_id, wanted) VALUES ($1, true)
ON CONFLICT (child_id) DO UPDATE SET wanted = true"""
_RESTRICT = """
UPDATE child SET restricted = true, version = version + 1,
       messages_held_since = CASE WHEN safe_contact IS NULL THEN coalesce(messages_held_since, clock_timestamp())
                                  ELSE messages_held_since END
 WHERE id = $1 AND NOT restricted"""
_HOLD = (
    "UPDATE child SET messages_held_since = clock_timestamp() WHERE id = $1 AND messages_held_since IS NULL"
)
# A restriction for which nobody has named a safe contact keeps the messages held, whatever else was decided.
_RELEASE = """
UPDATE child c SET messages_held_since = NULL
 WHERE c.id = $1 AND (NOT c.restricted OR c.safe_contact IS NOT NULL)
   AND NOT EXISTS (SELECT FROM doubt d WHERE d.child_id = c.id AND d.decided_at IS NULL AND d.kind = ANY($2))"""
_FORGET_ADDRESS = "DELETE FROM child_address WHERE child_id = $1"
_CONTACT = "UPDATE child SET safe_contact = $2, version = version + 1 WHERE id = $1"
_PAST = "INSERT INTO child_past (child_id, account_id, secret) VALUES ($1, $2, $3)"
_NUMBER = "UPDATE child SET nhs_number = $2, number_status = '03', version = version + 1 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about a child: our record as it was asked about, and the id under which it is asked."""

    child_id: UUID
    request_id: UUID
    held: Held


async def enqueue_due(tx: Tx, answered_before: datetime, limit: int) -> int:
    """Enqueue a question about each child who was never asked about, who is wanted, or whose answer is old; how many."""
    rows = await tx.fetch(_DUE, answered_before, limit)
    for row in rows:
        await enqueue(tx, TRACE, row["id"])
    return len(rows)


async def held(tx: Tx, child_id: UUID) -> Held | None:
    """Our record as a trace compares it, locked; None for a child who is not asked about (sealed, joined, died)."""
    row = await tx.fetchrow(_HELD, child_id)
    return Held(**row) if row else None


async def ask(tx: Tx, child_id: UUID, request_id: UUID, now: datetime) -> UUID:
    """Note that we ask, and give the id to ask under: that of the question before, where it has not been answered."""
    found: UUID = await tx.fetchval(_ASK, child_id, request_id, now)
    return found


async def note(tx: Tx, child_id: UUID, outcome: str, now: datetime, *, wanted: bool = False) -> None:
    """Note what came of the question; `wanted` asks again soon."""
    await tx.execute(_NOTE, child_id, outcome, now, wanted)


async def want(tx: Tx, child_id: UUID) -> None:
    """Ask about the child soon: a signal says that the national record has changed, or our own has."""
    await tx.execute(_WANT, child_id)


async def restrict(tx: Tx, child_id: UUID) -> None:
    """Hide where the child is; with nobody named as safe, no message leaves."""
    await tx.execute(_RESTRICT, child_id)


async def forget_address(tx: Tx, child_id: UUID) -> None:
    """Take the address that we held away: it is not shown, not sent and not kept (PDS, "Restricted patient records")."""
    await tx.execute(_FORGET_ADDRESS, child_id)


async def hold_messages(tx: Tx, child_id: UUID) -> None:
    """Let no message leave about the child until a person has decided."""
    await tx.execute(_HOLD, child_id)


async def release_messages(tx: Tx, child_id: UUID, kinds_that_hold: frozenset[str]) -> None:
    """Let messages leave again, where nothing that holds them is undecided any more."""
    await tx.execute(_RELEASE, child_id, sorted(kinds_that_hold))


async def name_safe_contact(tx: Tx, child_id: UUID, contact: str) -> None:
    """Keep whom a person has named as safe."""
    await tx.execute(_CONTACT, child_id, contact)


async def change_number(
    tx: Tx, child_id: UUID, number: str | None, before: str | None, text: ChildText, account_id: int
) -> None:
    """Give the child another NHS number, or none; the earlier one is kept under the child's key."""
    await tx.execute(_PAST, child_id, account_id, text.lock({"nhs_number": before or ""}))
    await tx.execute(_NUMBER, child_id, number)
