"""Finding an organisation of this area by the number that another system knows it by."""

from pathway.store.engine import Tx

_FIND = """
SELECT id FROM organisation WHERE active AND (id = $1 OR ods_code = $2 OR urn = $3)"""


async def organisation_named(tx: Tx, number: int | None, ods_code: str | None, urn: str | None) -> int | None:
    """Our number for it; nothing where this area has none like it, or where the numbers name two."""
    rows = await tx.fetch(_FIND, number, ods_code, urn)
    return rows[0]["id"] if len(rows) == 1 else None
