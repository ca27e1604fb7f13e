"""The children of a list into the database, many in one statement, with their addresses, keys and carers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.domain.matching import Match
from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey

_CHILD = """
INSERT INTO child (id, nhs_number, upn, first_name, family_name, first_norm, family_norm, birth_date, sex, language,
                   interpreter, looked_after, restricted, safe_contact, import_id)
SELECT * FROM unnest($1::uuid[], $2::char(10)[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[],
                     $9::text[], $10::text[], $11::bool[], $12::bool[], $13::bool[], $14::text[], $15::int[])
ON CONFLICT (nhs_number) DO NOTHING RETURNING id"""
_ADDRESS = "INSERT INTO child_address (child_id, lines, postcode) VALUES ($1, $2, $3)"
_KEY = "INSERT INTO child_key (child_id, wrapped) VALUES ($1, $2)"
_CARER = "INSERT INTO carer (id, name, email, phone, channel, language) VALUES ($1, $2, $3, $4, $5, $6)"
_GUARDIAN = "INSERT INTO guardian (child_id, carer_id, relationship) VALUES ($1, $2, $3)"
_PROPOSAL = """
INSERT INTO match_proposal (id, child_id, candidate_id, agreeing, possible_twin) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child of a list who is not on record. `with_number=False` leaves the NHS number out until a person has looked."""

    id: UUID
    details: ChildDetails
    with_number: bool
    carer_id: UUID
    carer: CarerDetails | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records that a person must compare."""

    id: UUID
    child_id: UUID
    candidate_id: UUID
    how: Match


async def insert_children(tx: Tx, area: AreaKey, children: Sequence[NewChild], import_id: int) -> int:
    """Add children with their addresses, keys and carers; how many were added: fewer where a number was taken since."""
    if not children:
        return 0
    added = len(await tx.fetch(_CHILD, *zip(*(_values(child, import_id) for child in children), strict=True)))
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


async def insert_proposals(tx: Tx, proposals: Sequence[Proposal]) -> None:
    """Put pairs of records before a person; nothing is linked."""
    await tx.executemany(
        _PROPOSAL,
        [(p.id, p.child_id, p.candidate_id, list(p.how.agreeing), p.how.possible_twin) for p in proposals],
    )


def _values(child: NewChild, import_id: int) -> tuple[object, ...]:
    details = child.details
    number = details.nhs_number.value if details.nhs_number and child.with_number else None
    return (
        child.id, number, details.upn.value if details.upn else None, details.first_name, details.family_name,
        normalise_name(details.first_name), normalise_name(details.family_name), details.birth_date, details.sex,
        details.language, details.interpreter, details.looked_after, details.restricted,
        details.safe_contact or None, import_id,
    )  # fmt: skip
