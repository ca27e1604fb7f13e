"""The loader itself: all or nothing, on every core, whatever is in a text, and copies that are whole."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.demo.county import moorshire
from pathway.demo.people import nhs_numbers
from pathway.demo.seed import insert_county
from pathway.demo.simulation import simulate
from pathway.demo.sizes import Size
from pathway.demo.stories import as_facts, story, story_accounts
from pathway.domain.errors import ImpossibleHistory
from pathway.store import connections
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.keys import AreaKey, child_text
from pathway.store.loader import LOADER, Loading, load
from pathway.store.loader_facts import Loaded
from pathway.store.loader_others import Block
from pathway.store.loader_replicas import replicate
from pathway.store.loader_text import line
from pathway.store.scopes import WRITER

TODAY = date(2026, 11, 24)
KEY = AreaKey(b"k" * 32)


@pytest.fixture
async def county(committed: Database) -> Database:
    """A database with the county's organisations and nobody in it yet."""
    async with committed.transaction(LOADER) as tx:
        await insert_county(tx, moorshire(), story_accounts())
    return committed


def loading(**more: object) -> Loading:
    sources = {key: definitions.source(key) for key in definitions.load_all()}
    return replace(Loading(sources, england(), KEY, watched_until=TODAY), **more)  # type: ignore[arg-type]


async def counted(database: Database, table: str) -> int:
    async with database.transaction(WRITER, read_only=True) as tx:
        count: int = await tx.fetchval(f"SELECT count(*) FROM {table}")
    return count


async def test_a_history_that_does_not_hold_is_named_and_nothing_is_loaded(county: Database) -> None:
    told = as_facts(TODAY)
    whole = told.histories[0]
    without_triage = replace(whole, facts=(whole.facts[0], *whole.facts[3:]))
    with pytest.raises(ImpossibleHistory, match=str(whole.episode_id)):
        await load(county, replace(told, histories=(without_triage, *told.histories[1:])), loading())
    assert await counted(county, "child") == await counted(county, "event") == 0


@pytest.mark.slow
async def test_worker_processes_give_what_one_process_gives(county: Database) -> None:
    batch = simulate(Size("few", 0.004), 3, TODAY)
    told: list[tuple[str, int, int]] = []
    loaded: Loaded = await load(county, batch, loading(processes=2, progress=lambda *seen: told.append(seen)))
    assert loaded.episodes == len(batch.histories) == await counted(county, "episode")
    assert loaded.clocks == await counted(county, "clock")
    assert told[-1][1:] == (len(batch.histories), len(batch.histories))


async def test_free_text_is_readable_with_the_childs_key_and_with_nothing_else(county: Database) -> None:
    await load(county, as_facts(TODAY), loading())
    amira = story("amira")
    async with county.transaction(WRITER, read_only=True) as tx:
        row = await tx.fetchrow(
            "SELECT fields::text, secret FROM event WHERE episode_id = $1 ORDER BY sequence LIMIT 1",
            amira.episode_id(),
        )
        text = await child_text(tx, KEY, amira.child_id)
    assert row is not None
    assert "trains" not in row["fields"]
    assert "trains" in text.unlock(row["secret"])["child_says"]


async def test_an_import_leaves_the_ledger_and_the_log_to_the_worker_and_its_own_act(
    county: Database,
) -> None:
    await load(county, as_facts(TODAY), loading(numbered=False, watched_until=None))
    assert await counted(county, "event") > 100
    assert (
        await counted(county, "ledger")
        == await counted(county, "access_log")
        == await counted(county, "crossing")
        == 0
    )


async def test_copies_are_whole_and_stand_beside_their_originals_in_time(
    committed_addresses: Addresses, county: Database
) -> None:
    loaded = await load(county, as_facts(TODAY), loading(replicas=3))
    owner = await connections.connect(committed_addresses.owner_dsn, {"application_name": "test"}, None)
    indexes = "SELECT array_agg(indexdef ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'"
    references = (
        "SELECT array_agg(conname::text ORDER BY conname) FROM pg_constraint WHERE contype IN ('p', 'u', 'f')"
    )
    before = [await owner.fetchval(query) for query in (indexes, references)]
    try:
        await replicate(owner, 3, nhs_numbers(), lambda *_: None)
        assert [await owner.fetchval(query) for query in (indexes, references)] == before
    finally:
        await owner.close()
    assert await counted(county, "episode") == 3 * loaded.episodes
    assert await counted(county, "clock") == 3 * loaded.clocks
    async with county.transaction(WRITER, read_only=True) as tx:
        backwards = """SELECT count(*) FROM (SELECT numbered_at < lag(numbered_at) OVER (ORDER BY position) AS back
                                               FROM ledger) AS steps WHERE back"""
        assert await tx.fetchval(backwards) == 0
        assert await tx.fetchval("SELECT count(DISTINCT nhs_number) = count(nhs_number) FROM child")
        assert await tx.fetchval("SELECT max(position) = count(*) FROM ledger")
        for query in DANGLING:
            assert await tx.fetchval(query) == 0, query
        by_length = "SELECT array_agg(n ORDER BY n) FROM (SELECT count(*) AS n FROM event GROUP BY episode_id) AS all_of"
        lengths = await tx.fetchval(by_length)
        assert lengths == sorted(3 * [len(history.facts) for history in as_facts(TODAY).histories])
        assert (
            await tx.fetchval("SELECT count(DISTINCT fields ->> 'episode') FROM event WHERE kind = 'linked'")
            == 3
        )


DANGLING = (
    (
        "SELECT count(*) FROM clock c WHERE NOT EXISTS (SELECT FROM event v WHERE v.id = c.start_event"
        " AND v.episode_id = c.episode_id)"
    ),
    (
        "SELECT count(*) FROM clock c WHERE finish_event IS NOT NULL AND NOT EXISTS (SELECT FROM event v"
        " WHERE v.id = c.finish_event AND v.episode_id = c.episode_id)"
    ),
    (
        "SELECT count(*) FROM clock c WHERE NOT EXISTS (SELECT FROM event v WHERE v.sequence = c.from_sequence"
        " AND v.episode_id = c.episode_id)"
    ),
    (
        "SELECT count(*) FROM crossing c WHERE NOT EXISTS (SELECT FROM event v WHERE v.id = c.start_event"
        " AND v.episode_id = c.episode_id)"
    ),
    (
        "SELECT count(*) FROM event v WHERE target IS NOT NULL AND NOT EXISTS (SELECT FROM event o WHERE o.id = v.target"
        " AND o.episode_id = v.episode_id)"
    ),
    (
        "SELECT count(*) FROM event v JOIN episode e ON e.id = v.episode_id WHERE v.kind = 'linked' AND NOT EXISTS"
        " (SELECT FROM episode o WHERE o.id = (v.fields ->> 'episode')::uuid AND o.child_id = e.child_id)"
    ),
)
"""What a copy refers to and is not its own."""


def test_a_line_becomes_that_of_another_child_wherever_it_names_one() -> None:
    one, two, link = (str(UUID(int=n)) for n in (1, 2, 3))
    columns = ["sequence", "id", "episode_id", "kind", "fields", "secret", "target"]
    linked = f'7\t{one}\t{two}\tlinked\t{{"100%": "s", "episode": "{link}"}}\t\\\\x00\t\\N\n'
    changed = f"14\t{link}\t{two}\tstruck_out\t{{}}\t\\N\t{one}\n"
    numbers = nhs_numbers()
    rows = [
        line.split("\t")
        for line in Block("event", columns, [linked, changed]).copy(2, numbers).decode().splitlines()
    ]
    assert [row[0] for row in rows] == ["9", "16"]
    assert rows[0][1] == rows[1][6] != one
    assert rows[0][2] == rows[1][2] != two
    assert UUID(json.loads(rows[0][4])["episode"]) == UUID(rows[1][1]) != UUID(link)
    assert [row[5] for row in rows] == ["\\N", "\\N"]
    assert "100%" in rows[0][4]
    child = Block("child", ["id", "nhs_number", "upn"], [f"{one}\t9990000018\tA999\n", f"{two}\t\\N\t\\N\n"])
    first, second = (line.split("\t") for line in child.copy(1, numbers).decode().splitlines())
    assert first[1:] == [next(nhs_numbers()).value, "\\N"]
    assert second[1:] == ["\\N", "\\N"]
    assert child.copy(2, numbers) != child.copy(1, numbers)


def test_a_text_may_hold_anything() -> None:
    assert line(("a\tb\nc\\d", None, True, ["x,y", 'say "no"'])) == (
        'a\\tb\\nc\\\\d\t\\N\tt\t{"x,y","say \\\\"no\\\\""}\n'
    )
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert line((UUID(int=5), at, b"\x01", {"k": "v"}, 7)) == (
        f'{"0" * 31}5\t2026-01-02T03:04:00+00:00\t\\\\x01\t{{"k": "v"}}\t7\n'
    )


def test_a_kind_of_value_that_copy_was_not_taught_is_refused() -> None:
    with pytest.raises(KeyError):
        line((1.5,))
