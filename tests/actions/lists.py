"""Lists for the import tests, as text that is read like any file."""

from datetime import date

from pathway.domain.sheet_file import Sheet, sheet_of
from tests.world import nhs_number

HEADINGS = "Ref,NHS number,First name,Surname,DOB,Postcode,School,Parent,Email,Date referred,Accepted"
SOURCE = "Harbour Assessments, list of 2026"


def line(
    n: int,
    *,
    first: str = "",
    family: str = "",
    number: str | None = None,
    received: str = "2025-01-06",
    accepted: str = "2025-02-03",
    reference: str | None = None,
    postcode: str = "EX1 1AA",
    born: date = date(2017, 4, 2),
) -> str:
    """The nth child of a list."""
    given = nhs_number(5000 + n).value if number is None else number
    ref = f"H{n}" if reference is None else reference
    first, family = first or f"Listed{n}", family or f"Marsh{n}"
    return (
        f"{ref},{given},{first},{family},{born.isoformat()},{postcode},Castle Primary School,Nadia Marsh,"
        f"nadia{n}@example.com,{received},{accepted}"
    )


def sheet(*lines: str) -> Sheet:
    return sheet_of("\n".join([HEADINGS, *lines, ""]).encode())


def listed(count: int) -> Sheet:
    return sheet(*(line(n) for n in range(count)))
