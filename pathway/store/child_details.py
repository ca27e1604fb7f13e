"""Who a child is, as the columns of `child`: one list, for all that write a record or compare one."""

from typing import Final

import asyncpg

from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.matching import Identity
from pathway.domain.names import normalise_name
from pathway.domain.referral import ChildDetails

DETAIL_COLUMNS: Final = (
    "nhs_number", "upn", "first_name", "family_name", "first_norm", "family_norm", "birth_date", "sex", "pronouns",
    "language", "interpreter", "looked_after", "restricted", "safe_contact",
)  # fmt: skip
"""The columns that say who a child is, in the order of `details_values`."""
DETAILS: Final = ", ".join(DETAIL_COLUMNS)


def details_values(child: ChildDetails, *, with_number: bool = True) -> tuple[object, ...]:
    """The values of `DETAIL_COLUMNS`. `with_number=False` leaves the NHS number out until a person has looked."""
    return (
        child.nhs_number.value if child.nhs_number and with_number else None,
        child.upn.value if child.upn else None,
        child.first_name,
        child.family_name,
        normalise_name(child.first_name),
        normalise_name(child.family_name),
        child.birth_date,
        child.sex,
        child.pronouns or None,
        child.language,
        child.interpreter,
        child.looked_after,
        child.restricted,
        child.safe_contact or None,
    )


def identity_from(row: asyncpg.Record) -> Identity:
    """A stored child as matching compares it; the row has the postcode of the address beside it."""
    return Identity(
        row["first_name"],
        row["family_name"],
        row["birth_date"],
        Postcode(row["postcode"]) if row["postcode"] else None,
        NhsNumber(row["nhs_number"]) if row["nhs_number"] else None,
    )
