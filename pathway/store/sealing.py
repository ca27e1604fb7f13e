"""Replacing a child's identity in every table that holds any of it, so that nothing leads back to the earlier one.

Facts hold no identity, and what was written in free text is closed with the key it was encrypted under, in every copy and
backup. What is left are these tables; a test searches every column of every table for the earlier name and number.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pathway.domain.errors import Conflict, NotFound
from pathway.domain.names import normalise_name
from pathway.domain.referral import ChildDetails
from pathway.store import people
from pathway.store.child_details import DETAILS, details_values
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey, replace_key

NOBODY = "No longer linked"
"""What stands where a name stood, of a person or record that nothing leads to any more."""

# The record itself, first; then those that were joined into it, which hold the earlier identity too.
_RECORDS = """
WITH RECURSIVE record (id, depth) AS (
    SELECT id, 0 FROM child WHERE id = $1 AND merged_into IS NULL
    UNION ALL SELECT c.id, r.depth + 1 FROM child c JOIN record r ON c.merged_into = r.id)
SELECT id FROM record ORDER BY depth, id"""
_LOCK = "SELECT 1 FROM child WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_EPISODES = "SELECT id FROM episode WHERE child_id = $1 ORDER BY id"
_TAKEN = "SELECT EXISTS (SELECT FROM child WHERE nhs_number = $1 AND id <> ALL($2))"
_REPLACE = f"""
UPDATE child SET ({DETAILS}) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16), import_id = NULL,
       sealed_at = $2, version = version + 1
 WHERE id = $1"""
_EMPTY = """
UPDATE child SET nhs_number = NULL, upn = NULL, first_name = $2, family_name = $2, first_norm = $3, family_norm = $3,
       birth_date = $4, sex = 'not_known', pronouns = NULL, language = 'en', safe_contact = NULL, import_id = NULL,
       sealed_at = $5, version = version + 1
 WHERE id = ANY($1)"""
_NO_ADDRESS = "DELETE FROM child_address WHERE child_id = ANY($1)"
_ADDRESS = "INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)"
_CARERS = """
SELECT carer_id FROM guardian WHERE child_id = ANY($1) UNION SELECT carer_id FROM message WHERE child_id = ANY($1)
 ORDER BY 1"""
_EMPTY_CARER = "INSERT INTO carer (id, name) VALUES ($1, $2)"
_MESSAGES = "UPDATE message SET carer_id = $3 WHERE child_id = ANY($1) AND carer_id = $2"
_NO_DECISIONS = "DELETE FROM who_is_told WHERE child_id = ANY($1)"
_NO_CARE = "DELETE FROM looked_after WHERE child_id = ANY($1)"
_NO_GUARDIANS = "DELETE FROM guardian WHERE child_id = ANY($1)"
_FORGET_CARERS = """
UPDATE carer SET name = $2, email = NULL, phone = NULL, account_id = NULL, language = 'en', needs = '{}'
 WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM guardian g WHERE g.carer_id = carer.id)"""
_NO_PROPOSALS = "DELETE FROM match_proposal WHERE child_id = ANY($1) OR candidate_id = ANY($1)"
_IMPORTED = """
UPDATE import_row SET secret = NULL, reference = '', errors = '{}'
 WHERE child_id = ANY($1) OR episode_id = ANY($2)"""
_RECEIVED = """
UPDATE received SET secret = NULL, held = NULL, answer = NULL, message_id = NULL, digest = '\\x' WHERE child_id = ANY($1)"""
_NO_PARTNERS = "DELETE FROM child_partner WHERE child_id = ANY($1)"
_NO_NAMES = "DELETE FROM outside_identifier WHERE episode_id = ANY($1)"
_UNTRACED = "UPDATE child SET number_status = '03', messages_held_since = NULL WHERE id = ANY($1)"
_NATIONAL = (
    "DELETE FROM child_trace WHERE child_id = ANY($1)",
    "DELETE FROM doubt WHERE child_id = ANY($1)",
    "DELETE FROM child_adjustment WHERE child_id = ANY($1)",
    "UPDATE signal SET child_id = NULL WHERE child_id = ANY($1)",
)
_REQUESTS = """
UPDATE request r SET answer = NULL, digest = '\\x'
 WHERE r.request_id <> $2
   AND (r.account_id, r.request_id) IN (SELECT v.account_id, v.request_id FROM event v WHERE v.episode_id = ANY($1))"""


async def lock_records_of(tx: Tx, child_id: UUID) -> list[UUID]:
    """The child's record and all that were joined into it, locked; NotFound where there is none (or it was joined)."""
    found = [row["id"] for row in await tx.fetch(_RECORDS, child_id)]
    if not found:
        raise NotFound(
            "There is no such record. If it was joined with another one, seal the record that stayed."
        )
    await tx.execute(_LOCK, found)
    return found


async def episodes_of_child(tx: Tx, child_id: UUID) -> list[UUID]:
    """The child's episodes, in the order in which they are locked."""
    return [row["id"] for row in await tx.fetch(_EPISODES, child_id)]


async def replace_identity(tx: Tx, records: Sequence[UUID], child: ChildDetails, at: datetime) -> None:
    """The new identity on the first record, none on those joined into it; the earlier address is gone."""
    number = child.nhs_number.value if child.nhs_number else None
    if number is not None and await tx.fetchval(_TAKEN, number, records):
        raise Conflict(
            "Another child holds this NHS number. Check the new number, and seal nothing until it is right."
        )
    if len(records) > 1:
        await tx.execute(_EMPTY, records[1:], NOBODY, normalise_name(NOBODY), child.birth_date, at)
    await tx.execute(_REPLACE, records[0], at, *details_values(child))
    await tx.execute(_NO_ADDRESS, records)
    if child.postcode is not None:
        await tx.execute(_ADDRESS, records[0], list(child.address), child.postcode.value)


async def part_from_carers(tx: Tx, records: Sequence[UUID], now: datetime) -> None:
    """Take away every link to the earlier carers, also through messages; who cares for no other child is forgotten."""
    carers = [row["carer_id"] for row in await tx.fetch(_CARERS, records)]
    for carer in carers:
        nobody = people.new_id(now)
        await tx.execute(_EMPTY_CARER, nobody, NOBODY)
        await tx.execute(_MESSAGES, records, carer, nobody)
    await tx.execute(_NO_DECISIONS, records)
    await tx.execute(_NO_CARE, records)
    await tx.execute(_NO_GUARDIANS, records)
    await tx.execute(_FORGET_CARERS, carers, NOBODY)


async def close_texts(tx: Tx, key: AreaKey, records: Sequence[UUID]) -> None:
    """Destroy the keys: free text, earlier details, letters and messages cannot be read any more, in any copy."""
    for record in records:
        await replace_key(tx, key, record)


async def forget_traces(tx: Tx, records: Sequence[UUID], episodes: Sequence[UUID], request_id: UUID) -> None:
    """Proposals to other records, rows of an import, messages received, whose systems knew the child and under which
    identifiers, how sure the number was, and kept answers of requests, but for this request's own.
    """
    await tx.execute(_NO_PROPOSALS, records)
    await tx.execute(_RECEIVED, records)
    await tx.execute(_NO_PARTNERS, records)
    await tx.execute(_NO_NAMES, episodes)
    await tx.execute(_UNTRACED, records)
    for statement in _NATIONAL:
        await tx.execute(statement, records)
    await tx.execute(_IMPORTED, records, episodes)
    await tx.execute(_REQUESTS, episodes, request_id)
