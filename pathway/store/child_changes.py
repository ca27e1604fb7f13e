"""Changing who a child is said to be: what stood there before is kept under the child's key, and nothing is lost."""

from datetime import datetime
from uuid import UUID

import asyncpg

from pathway.domain.names import normalise_name
from pathway.domain.referral import ChildDetails
from pathway.store.engine import Tx
from pathway.store.keys import ChildText

_HELD = """
SELECT c.version, c.nhs_number::text, c.upn, c.first_name, c.family_name, c.birth_date, c.sex, c.language, c.interpreter,
       c.restricted, a.lines, a.postcode
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id
 WHERE c.id = $1 AND c.merged_into IS NULL FOR UPDATE OF c"""
_CHANGE = """
UPDATE child SET nhs_number = coalesce(nhs_number, $2), upn = coalesce($3, upn), first_name = $4, family_name = $5,
       first_norm = $6, family_norm = $7, birth_date = $8, sex = $9, language = $10, interpreter = $11,
       restricted = restricted OR $12, safe_contact = coalesce(safe_contact, $13), version = version + 1
 WHERE id = $1 RETURNING version"""
_ADDRESS = """
INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)
ON CONFLICT (child_id) DO UPDATE SET lines = excluded.lines, postcode = excluded.postcode"""
_PASTS = "SELECT changed_at, secret FROM child_past WHERE child_id = $1 ORDER BY id DESC"
_PAST = "INSERT INTO child_past (child_id, account_id, secret) VALUES ($1, $2, $3)"


async def held(tx: Tx, child_id: UUID) -> asyncpg.Record | None:
    """The record as it is, locked until the transaction ends; nothing where there is none, or where it was joined."""
    return await tx.fetchrow(_HELD, child_id)


async def change_child(
    tx: Tx, child_id: UUID, before: asyncpg.Record, new: ChildDetails, text: ChildText, account_id: int
) -> int:
    """Bring the record to the new details and keep the old ones; the new version. A restriction is never lifted here."""
    was = {
        name: str(before[name])
        for name in ("first_name", "family_name", "birth_date", "sex", "language", "interpreter", "postcode", "version")
        if before[name] is not None
    } | {"lines": "\n".join(before["lines"] or ())}  # fmt: skip
    await tx.execute(_PAST, child_id, account_id, text.lock(was))
    version: int = await tx.fetchval(
        _CHANGE, child_id, new.nhs_number.value if new.nhs_number else None, new.upn.value if new.upn else None,
        new.first_name, new.family_name, normalise_name(new.first_name), normalise_name(new.family_name),
        new.birth_date, new.sex, new.language, new.interpreter, new.restricted, new.safe_contact or None,
    )  # fmt: skip
    if new.postcode is not None:
        await tx.execute(_ADDRESS, child_id, list(new.address), new.postcode.value)
    return version


async def earlier(tx: Tx, child_id: UUID, text: ChildText) -> list[tuple[datetime, dict[str, str]]]:
    """What stood in the record before each change of it that kept its version, newest first, with when that ended."""
    rows = await tx.fetch(_PASTS, child_id)
    found = [(row["changed_at"], text.unlock(row["secret"])) for row in rows]
    return [(until, was) for until, was in found if "version" in was]
