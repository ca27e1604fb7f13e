"""Carers whom a national record names: noted with those we know, or added."""

from uuid import UUID

from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails
from pathway.store.engine import Tx
from pathway.store.people import insert_carer

_KNOWN = """
SELECT r.id, r.name, g.parental_responsibility FROM guardian g JOIN carer r ON r.id = g.carer_id WHERE g.child_id = $1 AND g.active FOR UPDATE OF g"""
_RESPONSIBLE = """
UPDATE guardian SET parental_responsibility = true WHERE child_id = $1 AND carer_id = $2"""


async def is_known(tx: Tx, child_id: UUID, name: str, parental_responsibility: bool) -> bool:
    """Whether exactly one carer has that name, with parental responsibility where it is said."""
    found = [row for row in await tx.fetch(_KNOWN, child_id) if _same(row["name"], name)]
    return len(found) == 1 and (found[0]["parental_responsibility"] or not parental_responsibility)


async def link_proxy(
    tx: Tx, child_id: UUID, carer_id: UUID, name: str, relationship: str, parental_responsibility: bool
) -> bool:
    """Note what a validated proxy role says of a carer; whether they were added.

    Who is new is told nothing until somebody has asked them how they want to be told.
    """
    known = [r["id"] for r in await tx.fetch(_KNOWN, child_id) if _same(r["name"], name)]
    if len(known) == 1:
        if parental_responsibility:
            await tx.execute(_RESPONSIBLE, child_id, known[0])
        return False
    carer = CarerDetails(
        name, relationship or "carer", channel="letter",
        parental_responsibility=parental_responsibility, may_be_told=False,
    )  # fmt: skip
    await insert_carer(tx, child_id, carer_id, carer)
    return True


def _same(one: str, other: str) -> bool:
    return normalise_name(one) == normalise_name(other)
