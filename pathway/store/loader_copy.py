"""COPY into temporary tables, which hold no policy, and from there into the real ones, under their policies."""

from collections.abc import AsyncIterator, Mapping, Sequence

from pathway.store.engine import Tx

_TYPES = """
SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"""


async def create_staging(tx: Tx, tables: Mapping[str, Sequence[str]]) -> None:
    """Temporary tables with these columns of the real ones; they go with the transaction.

    Their types come from the catalogue: the loader may add to the real tables and read next to nothing of them.
    """
    for table, columns in tables.items():
        types = dict(await tx.fetch(_TYPES, table))
        asked = ", ".join(f"{name} {types[name]}" for name in columns)
        await tx.execute(f"CREATE TEMPORARY TABLE load_{table} ({asked}) ON COMMIT DROP")


async def copy_text(tx: Tx, table: str, columns: Sequence[str], text: bytes) -> None:
    """COPY lines of text into the temporary table, and insert from there under the policies."""

    async def source() -> AsyncIterator[bytes]:
        yield text

    await tx.connection.copy_to_table(f"load_{table}", source=source(), columns=columns)
    names = ", ".join(columns)
    await tx.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM load_{table}")
