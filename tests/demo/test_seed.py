"""Making the demonstration: everything is there afterwards, and it is never put into a database that holds anything."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from pathway.demo.answer_key import ANSWERS, totals
from pathway.demo.county import moorshire
from pathway.demo.seed import Seeded, is_seeded, seed_county
from pathway.demo.stories import all_stories, story, story_accounts
from pathway.domain.errors import Conflict
from pathway.domain.roles import Role
from pathway.settings import Settings
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.scopes import WRITER, reading
from tests.databases import new_database, opened

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
async def seeded(
    postgres: Addresses, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Addresses, Database, Seeded, Settings]]:
    """The small county."""
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    async with new_database(postgres, "demo_seeded", migrated) as addresses, opened(addresses) as database:
        made = await seed_county(settings, addresses, "small", 1, TODAY)
        yield addresses, database, made, settings


Demo = tuple[Addresses, Database, Seeded, Settings]


async def value(database: Database, query: str, *arguments: object) -> object:
    async with database.transaction(WRITER, read_only=True) as tx:
        return await tx.fetchval(query, *arguments)


async def test_the_county_says_what_was_made_and_it_is_there(seeded: Demo) -> None:
    addresses, database, made, _ = seeded
    assert await is_seeded(addresses)
    assert await value(database, "SELECT count(*) FROM episode") == made.loaded.episodes
    assert await value(database, "SELECT count(*) FROM event") == made.loaded.events + 1  # and the sealing
    assert await value(database, "SELECT count(*) FROM ledger") == made.loaded.events
    assert await value(database, "SELECT count(*) FROM crossing") == made.loaded.crossings
    assert await value(database, "SELECT count(*) FROM outbox") == 0  # the past is silent


async def test_a_database_that_holds_anything_is_refused(seeded: Demo) -> None:
    addresses, _, _, settings = seeded
    with pytest.raises(Conflict, match="not empty"):
        await seed_county(settings, addresses, "small", 1, TODAY)


async def test_what_is_made_next_gets_a_number_after_the_countys_own(seeded: Demo) -> None:
    _, database, _, _ = seeded
    async with database.rehearsal(WRITER) as tx:
        number = await tx.fetchval(
            "INSERT INTO organisation (kind, name) VALUES ('other', 'New') RETURNING id"
        )
        account = await tx.fetchval(
            "INSERT INTO account (login, name, role) VALUES ('n', 'N', 'senco') RETURNING id"
        )
    assert number > max(organisation.id for organisation in moorshire().organisations)
    assert account > max(one.id for one in story_accounts())


async def test_the_stories_are_in_the_county_as_the_key_has_them(seeded: Demo) -> None:
    _, database, _, _ = seeded
    ids = [story(answer.story).episode_id(answer.episode) for answer in ANSWERS]
    expected = totals()
    count = "SELECT count(*) FROM episode WHERE id = ANY($1) AND closed_on IS {} NULL"
    assert await value(database, count.format(""), ids) == expected.still_open
    assert await value(database, count.format("NOT"), ids) == expected.closed
    late = """SELECT count(*) FROM clock WHERE episode_id = ANY($1) AND known_to IS NULL AND state = 'running'
                 AND late_from <= $2 AND clock = 'nice_start'"""
    assert await value(database, late, ids, TODAY) == expected.late_to_start


async def test_each_persona_of_a_story_can_follow_it_and_a_commissioner_sees_no_child(seeded: Demo) -> None:
    _, database, _, _ = seeded
    logins = {account.login: account for account in (*moorshire().accounts, *story_accounts())}
    unseen = []
    for one in all_stories():
        ids = [one.episode_id(n) for n in range(len(one.episodes))]
        for login in one.seen_by:
            account = logins[login]
            if account.role in (Role.COMMISSIONER, Role.PRIVACY):
                continue
            async with database.transaction(reading(account.actor), read_only=True) as tx:
                if not await tx.fetchval("SELECT count(*) FROM episode WHERE id = ANY($1)", ids):
                    unseen.append((one.key, login))
    assert unseen == []


@pytest.mark.parametrize(
    ("key", "login"),
    [
        ("school-not-told", "senco"),
        ("handed-over", "lead"),
        ("looked-after", "officer"),
        ("adopted", "senco"),
    ],
)
async def test_who_may_not_know_of_a_story_does_not_see_it(seeded: Demo, key: str, login: str) -> None:
    _, database, _, _ = seeded
    async with database.transaction(reading(moorshire().actor(login)), read_only=True) as tx:
        found = await tx.fetchval("SELECT count(*) FROM episode WHERE id = $1", story(key).episode_id())
    assert found == 0


async def test_every_partner_has_signed_one_limit_and_another_waits_for_two_of_them(seeded: Demo) -> None:
    _, database, _, _ = seeded
    limits = """SELECT clock, agreed_at IS NOT NULL AS agreed, effective_from,
                       (SELECT array_agg(kind ORDER BY kind) FROM threshold_signature s WHERE s.threshold_id = t.id) AS signed
                  FROM threshold t ORDER BY id"""
    async with database.transaction(WRITER, read_only=True) as tx:
        agreed, waiting = await tx.fetch(limits)
    assert (agreed["clock"], agreed["agreed"]) == ("referral_to_feedback", True)
    assert agreed["signed"] == ["council", "icb", "provider"]
    assert (waiting["clock"], waiting["agreed"], waiting["signed"]) == (
        "triage_decision",
        False,
        ["provider"],
    )
    assert agreed["effective_from"] > TODAY < waiting["effective_from"]
    used = "SELECT count(*) FROM clock WHERE threshold_id <> 0"
    assert await value(database, used) == 0  # they hold for what starts after their day


async def test_two_pairs_are_put_before_a_person_and_the_adopted_childs_identity_is_sealed(
    seeded: Demo,
) -> None:
    _, database, _, _ = seeded
    assert await value(database, "SELECT count(*) FROM match_proposal") == 2
    assert await value(database, "SELECT count(*) FROM match_proposal WHERE possible_twin") == 1
    name = "SELECT family_name FROM child WHERE id = $1"
    assert await value(database, name, story("adopted").child_id) == "Sterling"
    assert (
        await value(
            database, "SELECT count(*) FROM child WHERE family_name = 'Pearce' AND first_name = 'Alfie'"
        )
        == 0
    )
