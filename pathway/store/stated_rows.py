"""The details of a known child that a referral may state otherwise: read, and brought up to date once a person has decided."""

from uuid import UUID

import asyncpg

from pathway.domain.referral import CarerDetails
from pathway.domain.stated import Details, is_same_person
from pathway.store import people
from pathway.store.engine import Tx
from pathway.store.keys import ChildText

_CHILD = """
SELECT c.language, coalesce(c.safe_contact, '') AS safe_contact, a.lines, a.postcode
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id WHERE c.id = $1"""
_CARERS = """
SELECT r.id, r.name, coalesce(r.email, '') AS email, coalesce(r.phone, '') AS phone, r.channel, r.language, r.needs,
       g.relationship, g.parental_responsibility, g.may_be_told
  FROM guardian g JOIN carer r ON r.id = g.carer_id WHERE g.child_id = $1 AND g.active ORDER BY g.since, r.id"""
_CHANGE = """
UPDATE child SET language = coalesce(nullif($2, ''), language), safe_contact = coalesce(nullif($3, ''), safe_contact),
       version = version + 1 WHERE id = $1"""
_ADDRESS = """
INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)
ON CONFLICT (child_id) DO UPDATE SET lines = excluded.lines, postcode = excluded.postcode"""
_CONTACT = """
UPDATE carer SET email = coalesce(nullif($2, ''), email), phone = coalesce(nullif($3, ''), phone), channel = $4, language = $5,
       needs = $6 WHERE id = $1"""
_PAST = "INSERT INTO child_past (child_id, account_id, secret) VALUES ($1, $2, $3)"


async def details_known(tx: Tx, child_id: UUID) -> Details:
    """What is on record of a child's carers, home, language and safe contact; `tx` is the writer's."""
    [child] = await tx.fetch(_CHILD, child_id)
    carers = tuple(_carer(row) for row in await tx.fetch(_CARERS, child_id))
    return Details(
        carers, tuple(child["lines"] or ()), child["postcode"] or "", child["language"], child["safe_contact"]
    )


async def take_over(
    tx: Tx, child_id: UUID, new: Details, text: ChildText, account_id: int, carer_ids: tuple[UUID, ...]
) -> None:
    """Bring the record up to date with what was stated; what stood there before is kept under the child's key.

    `carer_ids`: one fresh id for each of the carers, used for those who are new to the record.
    """
    before = await details_known(tx, child_id)
    await tx.execute(_PAST, child_id, account_id, text.lock(before.as_text()))
    await tx.execute(_CHANGE, child_id, new.language, new.safe_contact)
    if new.postcode:
        await tx.execute(_ADDRESS, child_id, list(new.address), new.postcode)
    linked = await carers_known(tx, child_id)
    for carer, fresh in zip(new.carers, carer_ids, strict=True):
        same = next((known for known, one in linked if is_same_person(carer, one)), None)
        if same is None:
            await people.insert_carer(tx, child_id, fresh, carer)
        else:
            await tx.execute(
                _CONTACT, same, carer.email, carer.phone, carer.channel, carer.language, list(carer.needs)
            )


async def carers_known(tx: Tx, child_id: UUID) -> list[tuple[UUID, CarerDetails]]:
    """The carers on record, each with their id; `tx` is the writer's."""
    return [(row["id"], _carer(row)) for row in await tx.fetch(_CARERS, child_id)]


def _carer(row: asyncpg.Record) -> CarerDetails:
    return CarerDetails(
        row["name"], row["relationship"], row["email"], row["phone"], row["channel"], row["language"],
        row["parental_responsibility"], row["may_be_told"], tuple(row["needs"]),
    )  # fmt: skip
