"""Children and carers in the database: finding who a referral may mean, and adding who is new."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.domain.identifiers import NhsNumber
from pathway.domain.ids import time_ordered_id
from pathway.domain.looked_after import PROFESSIONALS
from pathway.domain.matching import Identity, matching_keys
from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.telling import SELF
from pathway.store.child_details import DETAILS, details_values, identity_from
from pathway.store.engine import Tx

_IDENTITY = """
SELECT c.id, c.first_name, c.family_name, c.birth_date, c.nhs_number, a.postcode
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id"""
# Whoever waits for the lock reads the row again: a child that was sealed meanwhile no longer holds the number.
_BY_NUMBER = _IDENTITY + " WHERE c.nhs_number = $1 FOR UPDATE OF c"
_HOLD = "SELECT 1 FROM child WHERE id = $1 AND merged_into IS NULL FOR UPDATE"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7204012))"
_ALIKE = (
    _IDENTITY
    + """
 WHERE c.merged_into IS NULL AND c.sealed_at IS NULL
   AND ((c.birth_date = $1 AND (c.family_norm = $2 OR c.first_norm = $3 OR a.postcode = $4))
     OR (c.family_norm = $2 AND c.first_norm = $3 AND a.postcode = $4))"""
)
_INSERT_CHILD = f"""
INSERT INTO child (id, import_id, {DETAILS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"""
_PROTECT = """
UPDATE child SET restricted = restricted OR $2, safe_contact = coalesce(safe_contact, $3::text), looked_after = looked_after OR $4,
       interpreter = interpreter OR $5, version = version + 1
 WHERE id = $1
   AND ($2 AND NOT restricted OR $3::text IS NOT NULL AND safe_contact IS NULL OR $4 AND NOT looked_after OR $5 AND NOT interpreter)"""
_INSERT_CARER = """
INSERT INTO carer (id, account_id, name, email, phone, channel, language, needs)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
# Whoever is added later is not told where the young person said who is, and a professional not without a lawful basis.
_INSERT_GUARDIAN = """
INSERT INTO guardian (child_id, carer_id, account_id, relationship, parental_responsibility, may_be_told)
VALUES ($1, $2, $3, $4, $5, $6 AND lower($4) <> ALL ($7) AND ($4 = $8 OR coalesce(
        (SELECT w.decision NOT IN ('some_carers', 'young_person_only') FROM who_is_told w
          WHERE w.child_id = $1 AND w.taken_up_at IS NOT NULL ORDER BY w.from_on DESC, w.at DESC LIMIT 1), true)))"""
_EPISODES = """
SELECT id, stage, started_on, closed_on, closure FROM episode WHERE child_id = $1 AND pathway = $2
 ORDER BY opened_on DESC, id"""

_OPEN_EPISODES = "SELECT id FROM episode WHERE child_id = $1 AND closed_on IS NULL ORDER BY id"

_DIED = """
UPDATE child SET died_on = $2 WHERE id = $1 AND died_on IS DISTINCT FROM $2
   AND ($2::date IS NOT NULL OR NOT EXISTS (SELECT FROM episode e WHERE e.child_id = $1 AND e.messages_stopped))"""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An episode this child has or had on the pathway."""

    id: UUID
    started_on: date
    closed_on: date | None
    closure: str


async def by_nhs_number(tx: Tx, number: NhsNumber) -> tuple[UUID, Identity] | None:
    """The child who holds this NHS number, if we know one.

    Until the transaction ends nobody else looks for this number, so two who refer one child at once make one record; and the
    record stays as it is.
    """
    await tx.execute(_ONE_AT_A_TIME, number.value)
    row = await tx.fetchrow(_BY_NUMBER, number.value)
    return None if row is None else (row["id"], identity_from(row))


async def hold_child(tx: Tx, child_id: UUID) -> bool:
    """Lock a child's record as it is; false where there is none, or where it was joined with another or sealed."""
    return await tx.fetchval(_HOLD, child_id) is not None


async def alike(tx: Tx, identity: Identity) -> list[tuple[UUID, Identity]]:
    """Children of whom at least three of the four may agree; the domain decides what they are to each other.

    Until the transaction ends nobody else looks for a child of whom three agree, so of two who refer one child at once the
    second finds the record of the first.
    """
    for key in matching_keys(identity):
        await tx.execute(_ONE_AT_A_TIME, key)
    rows = await tx.fetch(
        _ALIKE,
        identity.birth_date,
        normalise_name(identity.family_name),
        normalise_name(identity.first_name),
        identity.postcode.value if identity.postcode else None,
    )
    return [(row["id"], identity_from(row)) for row in rows]


async def earlier_episodes(tx: Tx, child_id: UUID, pathway: str) -> list[Earlier]:
    """This child's episodes on a pathway, newest first."""
    rows = await tx.fetch(_EPISODES, child_id, pathway)
    return [Earlier(r["id"], r["started_on"], r["closed_on"], r["closure"]) for r in rows]


async def open_episodes_of(tx: Tx, child_id: UUID) -> list[UUID]:
    """This child's open episodes on every pathway, in the order in which they are locked."""
    return [row["id"] for row in await tx.fetch(_OPEN_EPISODES, child_id)]


async def set_died_on(tx: Tx, child_id: UUID, day: date | None) -> None:
    """Keep the day of a death, or take it back where no episode records one any more."""
    await tx.execute(_DIED, child_id, day)


async def insert_child(
    tx: Tx, child_id: UUID, child: ChildDetails, *, with_number: bool = True, import_id: int | None = None
) -> None:
    """Add a child with their address. `with_number=False` leaves the NHS number out until a person has looked."""
    await tx.execute(_INSERT_CHILD, child_id, import_id, *details_values(child, with_number=with_number))
    if child.postcode is not None:
        await tx.execute(
            "INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)",
            child_id,
            list(child.address),
            child.postcode.value,
        )


async def protect(tx: Tx, child_id: UUID, told: ChildDetails) -> bool:
    """Take over the protections that a new referral names, and lift none; whether the child is restricted only now."""
    was: bool = await tx.fetchval("SELECT restricted FROM child WHERE id = $1", child_id)
    contact = told.safe_contact if told.restricted else None
    await tx.execute(
        _PROTECT, child_id, told.restricted, contact or None, told.looked_after, told.interpreter
    )
    return told.restricted and not was


async def insert_carer(
    tx: Tx, child_id: UUID, carer_id: UUID, carer: CarerDetails, account_id: int | None = None
) -> None:
    """Add a carer and their link to the child."""
    await tx.execute(
        _INSERT_CARER,
        carer_id,
        account_id,
        carer.name,
        carer.email or None,
        carer.phone or None,
        carer.channel,
        carer.language,
        list(carer.needs),
    )
    await tx.execute(
        _INSERT_GUARDIAN,
        child_id,
        carer_id,
        account_id,
        carer.relationship,
        carer.parental_responsibility,
        carer.may_be_told,
        [who.lower() for who in PROFESSIONALS],
        SELF,
    )


def new_id(now: datetime) -> UUID:
    """A fresh id, ordered by time; it says nothing about anyone."""
    return time_ordered_id(now, secrets.token_bytes(10))
