"""What the loader copies is what the actions would have written: the same facts both ways, compared row for row."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pathway import definitions
from pathway.actions.area import Area
from pathway.definitions.calendar import england
from pathway.demo.county import moorshire
from pathway.demo.progress import Silent
from pathway.demo.seed import fill, insert_county
from pathway.demo.simulation import simulate
from pathway.demo.sizes import Size
from pathway.demo.stories import as_facts, story_accounts
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.keys import AreaKey
from pathway.store.loader import LOADER
from pathway.store.loader_facts import Batch
from pathway.store.pathways import Pathways
from pathway.store.scopes import WORKER, WRITER
from tests.databases import new_database, opened
from tests.demo.replaying import Replay

TODAY = date(2026, 11, 24)
SEED = 7


@pytest.fixture(scope="module")
def batch() -> Batch:
    return simulate(Size("few", 0.0022), SEED, TODAY)


@pytest.fixture(scope="module")
def everything(batch: Batch) -> Batch:
    """With the stories, as `fill` adds them."""
    told = as_facts(TODAY)
    return Batch(told.children + batch.children, told.histories + batch.histories)


@pytest.fixture(scope="module")
async def loaded(postgres: Addresses, migrated: str, batch: Batch) -> AsyncIterator[Database]:
    """A database into which the batch was copied."""
    async with new_database(postgres, "demo_loaded", migrated) as addresses, opened(addresses) as database:
        await fill(database, AreaKey(b"k" * 32), batch, "small", SEED, TODAY, Silent())
        yield database


@pytest.fixture(scope="module")
async def replayed(
    postgres: Addresses, migrated: str, everything: Batch, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, Replay]]:
    """Another one, in which every fact went through its action on its own day, with a scan every morning."""
    async with new_database(postgres, "demo_replayed", migrated) as addresses, opened(addresses) as database:
        async with database.transaction(LOADER) as tx:
            await insert_county(tx, moorshire(), story_accounts())
        replay = Replay(_area(database, tmp_path_factory.mktemp("key")), everything, TODAY)
        await replay.run()
        yield database, replay


def _area(database: Database, folder: Path) -> Area:
    pathways = Pathways()
    for definition in definitions.load_all().values():
        pathways.remember(definition)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return Area(database, pathways, england(), AreaKey.from_file(folder / "area.key"), now=lambda: now)


# The columns that say when the database itself wrote a row, or which number it gave; their order is compared instead.
LEFT_OUT = {
    "episode": {"id", "child_id", "last_sequence", "told_sequence", "told_at"},
    "event": {"sequence", "episode_id", "recorded_at", "xid", "secret"},
    "clock": {
        "id",
        "episode_id",
        "known_from",
        "known_to",
        "known_to_month",
        "from_sequence",
        "to_sequence",
    },
    "task": {"episode_id"},
    "crossing": {"id", "episode_id", "noticed_at"},
    "caseload": {"episode_id", "since"},
    "access_log": {"id", "at", "children"},
    "child": {"id", "made_at", "changed_at"},
    "child_address": {"child_id"},
    "match_proposal": {"id", "child_id", "candidate_id", "made_at"},
}
PLACES = {
    "episode": "(SELECT count(*) FROM event o WHERE o.sequence <= t.last_sequence) AS last_place",
    "event": "(SELECT count(*) FROM event o WHERE o.sequence <= t.sequence) AS place",
    "clock": "(SELECT count(*) FROM event o WHERE o.sequence <= t.from_sequence) AS from_place, "
    "(SELECT count(*) FROM event o WHERE o.sequence <= t.to_sequence) AS to_place",
}
OF_EPISODES = {"episode", "event", "clock", "task", "crossing", "caseload"}
WHOSE = "(SELECT min(e.id::text) FROM event e WHERE e.episode_id = t.{key}) AS whose"


async def table(database: Database, name: str) -> list[dict[str, Any]]:
    """Every row of a table, each named by the first event of its episode, which is the same in both databases."""
    key = "id" if name == "episode" else "episode_id"
    whose = WHOSE.format(key=key) if name in OF_EPISODES else "NULL AS whose"
    places = PLACES.get(name, "0 AS no_place")
    async with database.transaction(WRITER) as tx:
        await tx.execute("SET LOCAL statement_timeout = 0")
        rows = await tx.fetch(f"SELECT t.*, {whose}, {places} FROM {name} t")
    kept = [{k: v for k, v in row.items() if k not in LEFT_OUT[name]} for row in rows]
    return sorted(kept, key=lambda row: str(sorted(row.items(), key=str)))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LEFT_OUT.keys() - {"event"}))
async def test_what_is_copied_is_what_the_actions_would_have_written(
    name: str, loaded: Database, replayed: tuple[Database, Replay]
) -> None:
    copied, written = await table(loaded, name), await table(replayed[0], name)
    differing = [(a, b) for a, b in zip(copied, written, strict=False) if a != b]
    assert not differing, "\n".join(f"{key}: {a[key]} is not {b[key]}" for a, b in differing[:1] for key in a)
    assert len(copied) == len(written)
    assert copied


@pytest.mark.slow
async def test_the_facts_are_the_same_and_in_the_same_order(
    loaded: Database, replayed: tuple[Database, Replay]
) -> None:
    def without_links(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "fields": "a link" if row["kind"] == "linked" else row["fields"]} for row in rows]

    copied, written = await table(loaded, "event"), await table(replayed[0], "event")
    assert without_links(copied) == without_links(written)


@pytest.mark.slow
async def test_a_link_names_the_same_earlier_episode(
    everything: Batch, replayed: tuple[Database, Replay]
) -> None:
    database, replay = replayed
    links = [(h, f) for h in everything.histories for f in h.facts if f.kind == "linked"]
    assert links
    async with database.transaction(WORKER) as tx:
        for history, fact in links:
            fields = await tx.fetchval("SELECT fields ->> 'episode' FROM event WHERE id = $1", fact.id)
            assert UUID(fields) == replay.episodes[UUID(fact.fields["episode"])], history
