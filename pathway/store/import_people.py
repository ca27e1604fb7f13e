"""The children of a list into the database, many in one statement, with their addresses, keys and carers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.store.child_details import DETAILS, details_values
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey

_CHILD = f"""
INSERT INTO child (id, import_id, {DETAILS})
SELECT * FROM unnest($1::uuid[], $2::int[], $3::char(10)[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::date[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::bool[], $15::bool[], $16::text[])
ON CONFLICT (nhs_number) DO NOTHING RETURNING id"""
_ADDRESS = "INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)"
_KEY = "INSERT INTO child_key (child_id, wrapped) VALUES ($1, $2)"
_CARER = "INSERT INTO carer (id, name, email, phone, channel, language) VALUES ($1, $2, $3, $4, $5, $6)"
# A professional is told only where a lawful basis is named (docs/rules.md 14).
_GUARDIAN = """
INSERT INTO guardian (child_id, carer_id, relationship, may_be_told)
VALUES ($1, $2, $3, lower($3) NOT IN ('social worker', 'virtual school'))"""


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child of a list who is not on record. `with_number=False` leaves the NHS number out until a person has looked."""

    id: UUID
    details: ChildDetails
    with_number: bool
    carer_id: UUID
    carer: CarerDetails | None


async def insert_children(tx: Tx, area: AreaKey, children: Sequence[NewChild], import_id: int) -> int:
    """Add children with their addresses, keys and carers; how many were added: fewer where a number was taken since."""
    if not children:
        return 0
    rows = ((c.id, import_id, *details_values(c.details, with_number=c.with_number)) for c in children)
    added = len(await tx.fetch(_CHILD, *zip(*rows, strict=True)))
    if added < len(children):
        return added
    addresses = [
        (c.id, list(c.details.address), c.details.postcode.value) for c in children if c.details.postcode
    ]
    await tx.executemany(_ADDRESS, addresses)
    await tx.executemany(_KEY, [(child.id, area.new_child_key(child.id)) for child in children])
    cared = [(child, child.carer) for child in children if child.carer is not None]
    await tx.executemany(
        _CARER,
        [
            (
                child.carer_id,
                carer.name,
                carer.email or None,
                carer.phone or None,
                carer.channel,
                carer.language,
            )
            for child, carer in cared
        ],
    )
    await tx.executemany(
        _GUARDIAN, [(child.id, child.carer_id, carer.relationship) for child, carer in cared]
    )
    return added
