"""The Piccolo tables say what the migrated database has: every table, every column, its type and whether it may be empty."""

import pkgutil
from importlib import import_module

import pytest
from piccolo.table import Table

from pathway import store
from pathway.store.engine import Database
from pathway.store.safety import EXEMPT_TABLES
from pathway.store.scopes import WRITER

TABLES = [
    found
    for module in pkgutil.iter_modules(store.__path__, f"{store.__name__}.")
    if module.name.startswith(f"{store.__name__}.tables_")
    for found in vars(import_module(module.name)).values()
    if isinstance(found, type) and issubclass(found, Table) and found is not Table
]
KINDS = {
    "integer": "Integer",
    "bigint": "BigInt",
    "smallint": "SmallInt",
    "text": "Text",
    "uuid": "UUID",
    "boolean": "Boolean",
    "date": "Date",
    "timestamp with time zone": "Timestamptz",
    "jsonb": "JSONB",
    "bytea": "Bytea",
    "ARRAY": "Array",
    "character": "Varchar",
    "xid8": "Text",
}
COLUMNS = """
SELECT a.attname AS name, CASE WHEN t.typelem <> 0 AND t.typcategory = 'A' THEN 'ARRAY'
            ELSE regexp_replace(format_type(a.atttypid, NULL), '^character$', 'character') END AS type,
       NOT a.attnotnull AS empty
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t._meta.tablename)
async def test_a_table_has_the_columns_that_the_database_has(
    rolled_back: Database, table: type[Table]
) -> None:
    async with rolled_back.transaction(WRITER) as tx:
        rows = await tx.fetch(COLUMNS, table._meta.tablename)
    stored = [(r["name"], KINDS[r["type"]], r["empty"]) for r in rows]
    primary = table._meta.primary_key._meta.name
    said = [(c._meta.name, c.__class__.__name__, c._meta.null) for c in table._meta.columns]
    assert [(n, k, False if n == primary else e) for n, k, e in said] == stored


async def test_no_table_of_ours_is_left_out(rolled_back: Database) -> None:
    async with rolled_back.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    ours = {row["relname"] for row in rows} - EXEMPT_TABLES
    assert ours == {table._meta.tablename for table in TABLES}
