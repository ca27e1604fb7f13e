"""Everything back in open formats: one CSV file for each table, the definitions as TOML, and a manifest.

The area owns its data and can leave with it: plain UTF-8 and RFC 4180, columns and types in the manifest, a count and a
digest for each file. All of it is read in one snapshot. Free text stays encrypted unless the area's key is given; then
it stands in files of its own, one JSON object to a line. Sessions and other secrets of sign-in are no data of the area.
"""

import csv
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pathway.domain.errors import Conflict
from pathway.settings import Settings
from pathway.store import connections
from pathway.store.addresses import migration_addresses
from pathway.store.keys import AreaKey, ChildText, area_key
from pathway.store.safety import EXEMPT_TABLES

MANIFEST: Final = "manifest.json"
OMITTED: Final[dict[str, str]] = {
    "session": "Sessions of people who are signed in.",
    "rate_limit": "Counts of the last minutes, kept in memory.",
    **dict.fromkeys(EXEMPT_TABLES - {"migration"}, "The job queue: ids of outbox rows, and nothing else."),
}
OMITTED_COLUMNS: Final[dict[tuple[str, str], str]] = {
    ("account", "token_sha256"): "The digest of a bearer token.",
    ("child_key", "wrapped"): "A child's key; it is of no use without the area's.",
}
_SESSION: Final = {
    "application_name": "pathway export", "timezone": "UTC", "datestyle": "ISO", "intervalstyle": "iso_8601",
}  # fmt: skip
_COLUMNS = """
SELECT c.relname::text AS table, a.attname::text AS column, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY c.relname, a.attnum"""
# Which child's key each text is under; the rows of an import are under the area's own.
_TEXTS: Final[dict[str, str]] = {
    "event": "SELECT t.id::text AS id, e.child_id, t.secret FROM event t JOIN episode e ON e.id = t.episode_id"
    " WHERE t.secret IS NOT NULL ORDER BY t.sequence",
    "child_past": "SELECT id::text AS id, child_id, secret FROM child_past ORDER BY id",
    "message": "SELECT id::text AS id, child_id, secret FROM message ORDER BY id",
    "outbox": "SELECT id::text AS id, child_id, secret FROM outbox WHERE secret IS NOT NULL ORDER BY id",
    "partner_message": "SELECT m.id::text AS id, o.child_id, m.secret FROM partner_message m JOIN outbox o ON o.id = m.id"
    " WHERE m.secret IS NOT NULL ORDER BY m.number",
    "received": "SELECT id::text AS id, child_id, secret FROM received WHERE secret IS NOT NULL ORDER BY at, id",
    "doubt": "SELECT id::text AS id, child_id, secret FROM doubt WHERE secret IS NOT NULL ORDER BY made_at, id",
    "child_adjustment": "SELECT child_id::text AS id, child_id, secret FROM child_adjustment WHERE secret IS NOT NULL ORDER BY id",
    "break_glass": "SELECT id::text AS id, child_id, secret FROM break_glass ORDER BY since, id",
    **{
        table: f"SELECT t.id::text AS id, b.child_id, t.secret FROM {table} t JOIN break_glass b ON b.id = t.opening_id"
        " ORDER BY t.at, t.id"
        for table in ("break_glass_review", "break_glass_telling")
    },
}
# A record that was joined with another keeps its own key (pathway/store/keys.py).
_JOINED = "SELECT DISTINCT child_id, key_child FROM episode WHERE key_child IS NOT NULL"
# What belongs to no child yet is under the area's own key, each bound to its place by a name.
_AREA_TEXTS: Final[dict[str, str]] = {
    "import_row": "SELECT 'import:' || batch_id || ':' || row AS id, secret FROM import_row WHERE secret IS NOT NULL"
    " ORDER BY batch_id, row",
    "referral_draft": "SELECT 'draft ' || id AS id, secret FROM referral_draft WHERE secret IS NOT NULL"
    " ORDER BY id",
}
_LOGGED = """
INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children)
SELECT 0, 'system', 0, 'command', $1, 'export of the whole area', coalesce(array_agg(id), '{}') FROM child"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, with PostgreSQL's name of its type. Bytes are base64, arrays and JSON as PostgreSQL prints them."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export."""

    file: str
    table: str
    rows: int
    sha256: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds and what it leaves out, and why."""

    made_at: str
    schema: tuple[str, ...]
    with_text: bool
    for_people: bool
    files: tuple[ExportedFile, ...]
    left_out: dict[str, str]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


async def export_area(
    settings: Settings, folder: Path, *, with_text: bool = False, for_people: bool = False
) -> Manifest:
    """Write everything into a new folder that only its owner can open, and say what is there.

    `with_text` decrypts free text with the area's key. `for_people` makes files for a spreadsheet: with a byte order mark,
    and with an apostrophe before what would run as a formula. Raises Conflict where the folder holds anything.
    """
    addresses = migration_addresses(settings)
    _make(folder)
    async with _snapshot(
        addresses.owner_dsn, "export with free text" if with_text else "export"
    ) as connection:
        schema = tuple(r["name"] for r in await connection.fetch("SELECT name FROM migration ORDER BY name"))
        files = [
            await _table(connection, folder, table, columns, for_people)
            for table, columns in (await _tables(connection)).items()
        ]
        files += await _definitions(connection, folder)
        if with_text:
            files += await _texts(connection, folder, area_key(settings))
    left_out = {**OMITTED, **{f"{table}.{column}": why for (table, column), why in OMITTED_COLUMNS.items()}}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(made_at, schema, with_text, for_people, tuple(files), left_out)
    _write(folder / MANIFEST, json.dumps(asdict(manifest), indent=2, ensure_ascii=False).encode())
    return manifest


def faults_of(folder: Path) -> list[str]:
    """Read an export back: what is missing, changed or miscounted in it; nothing where it is whole."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    faults = []
    for entry in manifest["files"]:
        file = folder / entry["file"]
        if not file.is_file():
            faults.append(f"{entry['file']} is missing.")
        elif _digest(file) != entry["sha256"]:
            faults.append(f"{entry['file']} is not as it was written.")
        elif _count(file) != entry["rows"]:
            faults.append(f"{entry['file']} does not hold {entry['rows']:,} rows.")
    return faults


@asynccontextmanager
async def _snapshot(owner_dsn: str, action: str) -> AsyncIterator[Any]:
    """The owner's connection, in one snapshot. Who was in it is noted in the access log before anything is read."""
    connection = await connections.connect(owner_dsn, _SESSION, None)
    try:
        await connection.execute(_LOGGED, action)
        async with connection.transaction(
            isolation="repeatable_read", readonly=True
        ):  # lint-skip: the owner's own
            yield connection
    finally:
        await connection.close()


async def _tables(connection: Any) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for row in await connection.fetch(_COLUMNS):
        if row["table"] not in OMITTED and (row["table"], row["column"]) not in OMITTED_COLUMNS:
            found.setdefault(row["table"], []).append(Column(row["column"], row["type"]))
    return found


async def _table(
    connection: Any, folder: Path, table: str, columns: list[Column], for_people: bool
) -> ExportedFile:
    file = folder / f"{table}.csv"
    chosen = ", ".join(f"{_expression(column, for_people)} AS {_quoted(column.name)}" for column in columns)
    with _opened(file) as out:
        if for_people:
            out.write(b"\xef\xbb\xbf")
        query = f"SELECT {chosen} FROM {_quoted(table)} ORDER BY 1"
        said = await connection.copy_from_query(query, output=out, format="csv", header=True)
    return ExportedFile(file.name, table, int(said.split()[-1]), _digest(file), tuple(columns))


def _expression(column: Column, for_people: bool) -> str:
    name = _quoted(column.name)
    if column.type == "bytea":
        return f"translate(encode({name}, 'base64'), E'\\n', '')"
    if for_people and column.type.startswith(("text", "char")):
        return rf"CASE WHEN {name}::text ~ '^[=+@\t\r-]' THEN '''' || {name}::text ELSE {name}::text END"
    return name


async def _definitions(connection: Any, folder: Path) -> list[ExportedFile]:
    """Each pathway as the file that was agreed, byte for byte."""
    (folder / "definitions").mkdir(mode=0o700)
    files = []
    for row in await connection.fetch(
        "SELECT key, version, digest, source FROM definition ORDER BY key, version"
    ):
        file = folder / "definitions" / f"{row['key']}-{row['version']}-{row['digest'][:12]}.toml"
        _write(file, row["source"].encode())
        files.append(ExportedFile(f"definitions/{file.name}", "definition", 1, _digest(file)))
    return files


async def _texts(connection: Any, folder: Path, key: AreaKey) -> list[ExportedFile]:
    """Free text, decrypted. What was sealed stays closed: its key is gone."""
    wrapped = dict(await connection.fetch("SELECT child_id, wrapped FROM child_key"))
    joined: dict[UUID, list[tuple[UUID, bytes | None]]] = {}
    for child, other in await connection.fetch(_JOINED):
        joined.setdefault(child, []).append((other, wrapped[other]))
    keys = {child: ChildText(key, child, own, joined.get(child, ())) for child, own in wrapped.items()}
    files = []
    for table, query in _TEXTS.items():
        file = folder / f"{table}_text.jsonl"
        count = 0
        with _opened(file) as out:
            async for row in connection.cursor(query):
                text = keys[row["child_id"]].unlock(row["secret"])
                out.write(_line({"id": row["id"], "closed": not text, "text": text}))
                count += 1
        files.append(ExportedFile(file.name, table, count, _digest(file)))
    return files + [await _area_texts(connection, folder, key, table) for table in _AREA_TEXTS]


async def _area_texts(connection: Any, folder: Path, key: AreaKey, table: str) -> ExportedFile:
    file, count = folder / f"{table}_text.jsonl", 0
    with _opened(file) as out:
        async for row in connection.cursor(_AREA_TEXTS[table]):
            out.write(_line({"id": row["id"], "text": json.loads(key.unlock(row["secret"], row["id"]))}))
            count += 1
    return ExportedFile(file.name, table, count, _digest(file))


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"The folder {folder} holds something already. Name a new one.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _opened(file: Path) -> Any:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(file: Path, data: bytes) -> None:
    with _opened(file) as out:
        out.write(data)


def _line(row: dict[str, object]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _count(file: Path) -> int:
    """Rows of a CSV file below its heading, objects of a file of JSON lines; a definition is one."""
    if file.suffix == ".toml":
        return 1
    with file.open(encoding="utf-8-sig", newline="") as text:
        return sum(1 for _ in text) if file.suffix == ".jsonl" else sum(1 for _ in csv.reader(text)) - 1


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
