"""A million episodes for measuring at size: every history of the county loaded again by COPY, each time as other children.

Each copy is another child with an NHS number, episodes, facts and clocks of their own; days, stages and organisations are
those of the original (loader_others.py). The facts were loaded with numbers left free between them, so that the copies
stand beside their originals in the order of recording, and the ledger stays in the order of time.

The county's rows are read with COPY, one table at a time into a file, and come back with COPY in blocks: what is held in
memory is one block and the next, whatever the size. As in loader.py they go through temporary tables, which hold no policy,
and are inserted under the policies. Indexes and references are taken off while the rows are written and made again from all
of them, which checks every reference once; that asks for the owner of the tables. All of it is one transaction.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Any, Final

from pathway.domain.identifiers import NhsNumber
from pathway.store.loader_others import OTHER_CELLS, Block

_BLOCK: Final = 4000
"""Lines of the county that are written again at a time: with 27 copies, some thirty megabytes."""
# Numbered by the database, or for one process only.
_OWN: Final = {"clock": {"id"}, "crossing": {"id"}, "event": {"xid"}}
_COLUMNS = """
SELECT attname::text FROM pg_attribute
 WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index i
 WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
_CONSTRAINTS = """
SELECT conname::text AS name, pg_get_constraintdef(oid) AS made FROM pg_constraint
 WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'f')
   AND (contype = 'f' OR NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = pg_constraint.conindid))
 ORDER BY contype = 'f'"""

Progress = Callable[[str, int, int], None]


async def replicate(connection: Any, replicas: int, numbers: Iterable[NhsNumber], progress: Progress) -> None:
    """Load `replicas - 1` copies of everything. `connection` is the owner's; `numbers` are NHS numbers nobody has here."""
    free = iter(numbers)
    async with connection.transaction():  # lint-skip: the owner's own connection, outside every pool
        await connection.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'")
        total = await connection.fetchval(
            f"SELECT {' + '.join(f'(SELECT count(*) FROM {t})' for t in OTHER_CELLS)}"
        )
        taken_off = {table: await _take_off(connection, table) for table in reversed(OTHER_CELLS)}
        done = 0
        for table in OTHER_CELLS:
            async for lines in _load_others(connection, table, replicas, free):
                done += lines
                progress("Loading the county again as others", done, total)
        for n, table in enumerate(OTHER_CELLS, 1):
            for statement in taken_off[table]:
                await connection.execute(statement)
            progress("Indexing", n, len(OTHER_CELLS))
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence('event', 'sequence'), (SELECT max(sequence) FROM event))"
        )


async def _load_others(
    connection: Any, table: str, replicas: int, numbers: Iterator[NhsNumber]
) -> AsyncIterator[int]:
    """Load the copies of a table's rows, block by block; yields how many rows were copied so often."""
    own = _OWN.get(table, set())
    columns = [row["attname"] for row in await connection.fetch(_COLUMNS, table) if row["attname"] not in own]
    names = ", ".join(columns)
    await connection.execute(
        f"CREATE TEMPORARY TABLE other_{table} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
    )
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as file:
        await connection.copy_from_query(f"SELECT {names} FROM {table}", output=file)
        file.seek(0)
        ahead = loop.run_in_executor(None, _next_texts, file, table, columns, replicas, numbers)
        while texts := await ahead:
            # The next block is written, in a thread without a connection, while PostgreSQL takes this one.
            ahead = loop.run_in_executor(None, _next_texts, file, table, columns, replicas, numbers)
            await connection.copy_to_table(f"other_{table}", source=_sent(texts), columns=columns)
            await connection.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM other_{table}; TRUNCATE other_{table}"
            )
            yield texts[0].count(b"\n")
    await connection.execute(f"DROP TABLE other_{table}")


def _next_texts(
    file: IO[bytes], table: str, columns: list[str], replicas: int, numbers: Iterator[NhsNumber]
) -> list[bytes]:
    """The next lines of the file as those of all the others; nothing at its end."""
    lines = [line.decode() for line in islice(file, _BLOCK)]
    if not lines:
        return []
    block = Block(table, columns, lines)
    return [block.copy(n, numbers) for n in range(1, replicas)]


async def _sent(texts: list[bytes]) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


async def _take_off(connection: Any, table: str) -> list[str]:
    """Drop what makes writing slow; the statements that make it again, in their order."""
    indexes = await connection.fetch(_INDEXES, table)
    constraints = await connection.fetch(_CONSTRAINTS, table)
    for row in constraints[::-1]:
        await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{row["name"]}"')
    for row in indexes:
        await connection.execute(f"DROP INDEX {row['name']}")
    return [f'ALTER TABLE {table} ADD CONSTRAINT "{row["name"]}" {row["made"]}' for row in constraints] + [
        row["made"] for row in indexes
    ]
