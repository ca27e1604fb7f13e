"""Whoever changes, adds or takes away a sealed row, or cuts off the end of the log, is found out."""

from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.store.embedded import Addresses
from pathway.store.ledger import Ledger
from pathway.store.scopes import WORKER, WRITER
from pathway.store.seals import ACCESS_COLUMNS, EVENT_COLUMNS, SealBook, Sealer, encoded, merkle
from pathway.store.verify_seals import verify
from tests.databases import run_as_owner
from tests.world import World

LOOK = (
    "INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children)"
    " VALUES (1, 'clinician', 1, 'web', 'look', 'direct care', '{}')"
)
SECRET = b"a secret of more than thirty-two characters"


@pytest.fixture
def book(tmp_path: Path) -> SealBook:
    return SealBook(SECRET, tmp_path / "published" / "seals.jsonl")


@pytest.fixture
async def sealed(committed_world: World, book: SealBook) -> World:
    """Two children's facts and reads, under two rounds of seals."""
    sealer, ledger = Sealer(committed_world.area.database, book), Ledger(committed_world.area.database)
    for _ in range(2):
        async with committed_world.area.database.rehearsal(WRITER) as tx:
            await tx.execute(LOOK)
        await committed_world.refer()
        await ledger.number()
        for _ in range(3):  # the access log settles for two looks before it is sealed
            await sealer.seal()
    return committed_world


async def behind_our_back(addresses: Addresses, table: str, *statements: str) -> None:
    """As the owner of the tables could, who can switch off what protects them."""
    await run_as_owner(
        addresses,
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        *statements,
        f"ALTER TABLE {table} ENABLE TRIGGER USER",
    )


async def test_untouched_rows_are_under_seals_that_hold(sealed: World, book: SealBook) -> None:
    report = await verify(sealed.area.database, book)
    assert report.is_whole, report.sentence
    assert (report.seals, report.rows) == (4, 4), "each round: one seal over an event and one over an access"


@pytest.mark.parametrize(
    ("table", "statement", "broken"),
    [
        ("event", "UPDATE event SET happened_on = happened_on - 1 WHERE sequence = (SELECT min(sequence) FROM event)", (1,)),
        ("event", "UPDATE event SET fields = fields || '{\"risk\": \"none\"}' WHERE sequence = (SELECT max(sequence) FROM event)", (3,)),
        ("access_log", "UPDATE access_log SET account_id = 999 WHERE id = (SELECT min(id) FROM access_log)", (2,)),
        ("access_log", "DELETE FROM access_log WHERE id = (SELECT max(id) FROM access_log)", (4,)),
        ("seal", "UPDATE seal SET rows = 2 WHERE n = 2", (2,)),
        ("seal", "DELETE FROM seal WHERE n = 1", (2, 3, 4)),
    ],
)  # fmt: skip
async def test_a_change_breaks_the_seal_it_is_under(
    sealed: World,
    book: SealBook,
    committed_addresses: Addresses,
    table: str,
    statement: str,
    broken: tuple[int, ...],
) -> None:
    await behind_our_back(committed_addresses, table, statement)
    report = await verify(sealed.area.database, book)
    assert report.broken == broken
    assert not report.is_whole
    assert "changed" in report.sentence


async def test_a_row_slipped_in_between_is_found(
    sealed: World, book: SealBook, committed_addresses: Addresses
) -> None:
    """An id that was given and rolled back leaves a gap; it must stay one."""
    await behind_our_back(
        committed_addresses,
        "access_log",
        "INSERT INTO access_log (id, account_id, role, organisation_id, door, action, purpose, children)"
        " OVERRIDING SYSTEM VALUE SELECT max(id) - 1, 1, 'clinician', 1, 'web', 'look', 'direct care', '{}' FROM access_log",
    )
    assert (await verify(sealed.area.database, book)).broken == (4,)


async def test_an_end_cut_off_with_its_seals_is_found_by_what_was_published(
    sealed: World, book: SealBook, committed_addresses: Addresses
) -> None:
    for table in ("seal", "ledger", "access_log"):
        column = {"seal": "n", "ledger": "position", "access_log": "id"}[table]
        keep = {"seal": 2, "ledger": 1, "access_log": 1}[table]
        await behind_our_back(
            committed_addresses,
            table,
            f"DELETE FROM {table} WHERE {column} IN (SELECT {column} FROM {table} ORDER BY 1 OFFSET {keep})",
        )
    without_the_file = SealBook(SECRET, book.published.with_name("other.jsonl"))
    assert (await verify(sealed.area.database, without_the_file)).is_whole, (
        "inside the database it cannot be seen"
    )
    report = await verify(sealed.area.database, book)
    assert report.cut == (3, 4)


async def test_another_key_does_not_verify(sealed: World, book: SealBook) -> None:
    other = SealBook(b"another secret of more than thirty-two characters", book.published)
    assert (await verify(sealed.area.database, other)).broken == (1, 2, 3, 4)


async def test_a_read_that_commits_late_is_never_below_a_seal(committed_world: World, book: SealBook) -> None:
    """Its id was given first; it is sealed when it is there, and the seal before it still holds."""
    database = committed_world.area.database
    sealer = Sealer(database, book)
    early = await database.connect(None)
    await early.execute("SET SESSION ROLE pathway_writer; BEGIN")
    await early.execute(LOOK)
    await committed_world.refer()
    for _ in range(4):
        await sealer.seal()
    async with database.transaction(WORKER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM seal WHERE log = 'access'") == 0
    await early.execute("COMMIT")
    await early.close()
    for _ in range(3):
        await sealer.seal()
    report = await verify(database, book)
    assert report.is_whole
    assert report.rows == 2


async def test_roots_that_a_dead_process_did_not_publish_are_published_by_the_next(
    sealed: World, book: SealBook
) -> None:
    lines = book.published.read_text().splitlines(keepends=True)
    book.published.write_text("".join(lines[:2]))
    await Sealer(sealed.area.database, book).seal()
    assert book.published.read_text() == "".join(lines)


@pytest.mark.parametrize(("table", "columns"), [("event", EVENT_COLUMNS), ("access_log", ACCESS_COLUMNS)])
async def test_a_seal_covers_every_column(sealed: World, table: str, columns: tuple[str, ...]) -> None:
    async with sealed.area.database.transaction(WORKER) as tx:
        rows = await tx.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
    assert {row["attname"] for row in rows} == set(columns)


async def test_the_application_cannot_change_a_seal(sealed: World) -> None:
    async def change() -> None:
        async with sealed.area.database.transaction(WORKER) as tx:
            await tx.execute("UPDATE seal SET rows = 0")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await change()


VALUES = st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.lists(st.text()), st.uuids())


@given(st.lists(VALUES), st.lists(VALUES))
def test_two_rows_have_the_same_bytes_only_if_they_are_the_same(a: list[object], b: list[object]) -> None:
    assert (encoded(a) == encoded(b)) == (a == b)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20), st.data())
def test_a_root_changes_with_any_leaf(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves]
    changed[at] = bytes(32) if changed[at] != bytes(32) else b"\x01" * 32
    assert merkle(changed) != merkle(leaves)
