"""Copies of everything that was loaded, made inside PostgreSQL: a million episodes, for measuring at size.

Each copy is another child with an NHS number, episodes, facts and clocks of their own; days, stages and organisations are
those of the original. The facts were loaded with numbers left free between them, so that the copies stand beside their
originals in the order of recording, and the ledger stays in the order of time. Indexes and references are taken off while
the rows are written and made again from all of them, which checks every reference once.

Runs as the owner of the tables, under the policies: only INSERT, and nothing but what `_rows` says.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Final

from pathway.domain.identifiers import NhsNumber

# The columns that are not simply taken over; `_r` is the number of the copy, 1 and up.
_ID: Final = "md5({0}::text || ':' || _r)::uuid"
_TABLES: Final[dict[str, dict[str, str]]] = {
    "child": {"id": _ID, "nhs_number": "(SELECT number FROM free_number f WHERE f.n = _n)", "upn": "NULL"},
    "child_address": {"child_id": _ID},
    "child_key": {"child_id": _ID},
    "episode": {"id": _ID, "child_id": _ID, "last_sequence": "{0} + _r", "told_sequence": "{0} + _r"},
    "event": {
        "id": _ID, "episode_id": _ID, "sequence": "{0} + _r", "target": _ID, "secret": "NULL",
        "fields": "CASE WHEN t.kind = 'linked' THEN jsonb_set(t.fields, '{{episode}}',"
        " to_jsonb(md5((t.fields ->> 'episode') || ':' || _r)::uuid)) ELSE t.fields END",
    },
    "clock": {
        "episode_id": _ID, "start_event": _ID, "finish_event": _ID, "from_sequence": "{0} + _r",
        "to_sequence": "{0} + _r",
    },
    "task": {"episode_id": _ID},
    "crossing": {"episode_id": _ID, "start_event": _ID},
    "ledger": {"position": "{0} + _r", "sequence": "{0} + _r"},
}  # fmt: skip
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
    """Add `replicas - 1` copies of everything. `connection` is the owner's; `numbers` are NHS numbers nobody has here."""
    async with connection.transaction():  # lint-skip: the owner's own connection, outside every pool
        await connection.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'")
        await _free_numbers(connection, numbers)
        steps, done = len(_TABLES) * 2, 0
        taken_off = {table: await _take_off(connection, table) for table in reversed(_TABLES)}
        for table in _TABLES:
            progress("Copying the county", done, steps)
            await connection.execute(await _rows(connection, table, replicas))
            done += 1
        for table in _TABLES:
            progress("Copying the county", done, steps)
            for statement in taken_off[table]:
                await connection.execute(statement)
            done += 1
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence('event', 'sequence'), (SELECT max(sequence) FROM event))"
        )
        progress("Copying the county", steps, steps)


async def _free_numbers(connection: Any, numbers: Iterable[NhsNumber]) -> None:
    await connection.execute("CREATE TEMPORARY TABLE free_number (n int, number char(10)) ON COMMIT DROP")

    async def lines() -> AsyncIterator[bytes]:
        block: list[str] = []
        for n, number in enumerate(numbers, 1):
            block.append(f"{n}\t{number.value}\n")
            if len(block) == 10_000:
                yield "".join(block).encode()
                block.clear()
        yield "".join(block).encode()

    await connection.copy_to_table("free_number", source=lines())
    await connection.execute("CREATE INDEX ON free_number (n); ANALYZE free_number")


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


async def _rows(connection: Any, table: str, replicas: int) -> str:
    """INSERT … SELECT of every row so many times, with the columns that must differ."""
    own = _OWN.get(table, set())
    names = [row["attname"] for row in await connection.fetch(_COLUMNS, table) if row["attname"] not in own]
    changed = _TABLES[table]
    values = [changed[name].format(f"t.{name}") if name in changed else f"t.{name}" for name in names]
    source = f"{table} t"
    if table == "child":
        count = await connection.fetchval("SELECT count(*) FROM child")
        source = "(SELECT *, row_number() OVER () AS _k FROM child) t"
        values = [value.replace("_n)", f"(_r - 1) * {count} + t._k)") for value in values]
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {source} CROSS JOIN generate_series(1, {replicas - 1}) AS _r"
    )
