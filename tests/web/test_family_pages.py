"""A family sees where its own child is, what comes next and what to do, and nothing that is not for it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest

from pathway.actions.refer import Referred
from pathway.domain.referral import CarerDetails
from pathway.store.keys import child_text
from pathway.store.people import insert_carer, new_id
from pathway.store.scopes import WRITER
from tests.web.signing_in import app_over, send, signed_in
from tests.world import World


async def of_family(world: World, who: str, child: UUID, name: str = "Ada Okafor", **details: object) -> UUID:
    """Link one of the world's family accounts to a child, as a carer; the carer's id."""
    carer = CarerDetails(name, "mother", email=f"{who}@example.com", **details)  # type: ignore[arg-type]
    async with world.area.database.transaction(WRITER) as tx:
        carer_id = new_id(world.area.now())
        await insert_carer(tx, child, carer_id, carer, world.actors[who].account_id)
    return carer_id


async def waiting(world: World) -> Referred:
    """A child of the family who has been accepted."""
    referred = await world.refer(carers=())
    await of_family(world, "family", referred.child_id)
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
    )
    return referred


async def written_to(world: World, referred: Referred, carer: UUID, subject: str, text: str) -> None:
    """A message that reached a carer, kept as the worker keeps it."""
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchval("SELECT id FROM outbox WHERE child_id = $1 LIMIT 1", referred.child_id)
        secret = (await child_text(tx, world.area.key, referred.child_id)).lock(
            {"subject": subject, "text": text}
        )
        await tx.execute(
            "INSERT INTO message (id, outbox_id, child_id, episode_id, carer_id, channel, language, template,"
            " template_version, secret, state, made_at, delivered_at)"
            " VALUES ($1, $2, $3, $4, $5, 'email', 'en', 'accepted', '1', $6, 'delivered', $7, $7)",
            uuid4(), row, referred.child_id, referred.episode_id, carer, secret, world.area.now(),
        )  # fmt: skip


async def page_of(world: World, child: UUID, who: str = "family") -> str:
    async with signed_in(world, who) as client:
        answer = await client.get(f"/family/{child}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_page_says_where_since_when_what_next_and_what_to_do(world: World) -> None:
    referred = await waiting(world)
    text = await page_of(world, referred.child_id)
    for words in (
        "is on the list for an autism assessment.",
        "The wait counts from 3 March 2026. That is 38 weeks so far.",
        "We aim to start within 3 months of the day we got the request. This is taking longer than we aim for. We are sorry.",
        "Who does this: Assessment team, Moorshire Children&#39;s Autism Team.",
        "place is safe",
        "Help while you wait",
    ):
        assert words in text


async def test_one_child_is_opened_at_once_and_several_are_listed(world: World) -> None:
    first = await waiting(world)
    async with signed_in(world, "family") as client:
        assert (await client.get("/family")).headers["location"] == f"/family/{first.child_id}"
        second = await world.refer(carers=())
        await of_family(world, "family", second.child_id)
        text = (await client.get("/family")).text
    assert f"/family/{first.child_id}" in text
    assert f"/family/{second.child_id}" in text


async def test_an_account_without_a_child_is_told_what_to_do(world: World) -> None:
    async with signed_in(world, "other_family") as client:
        assert "Ask the team to link you" in (await client.get("/family")).text


@pytest.mark.parametrize(
    ("today", "by"),
    [
        (date(2026, 3, 20), "Tuesday 26 May 2026"),
        (date(2026, 5, 26), "Tuesday 26 May 2026"),
        (date(2026, 5, 27), "Tuesday 18 August 2026"),
        (date(2026, 11, 24), "Tuesday 2 February 2027"),
    ],
)
async def test_the_next_update_is_promised_within_12_weeks_and_never_for_a_past_day(
    world: World, today: date, by: str
) -> None:
    referred = await waiting(world)
    text = await page_of(world.on(today), referred.child_id)
    assert f"We will write to you again by {by}" in text


async def test_the_way_shows_what_is_done_where_we_are_and_what_is_to_come_also_to_those_who_listen(
    world: World,
) -> None:
    referred = await waiting(world)
    text = await page_of(world, referred.child_id)
    assert text.count('aria-current="step"') == 1
    way = text.split('class="app-progress"')[1].split("</ol>")[0]
    assert [way.count(words) for words in ("Done", "You are here", "Still to come")] == [2, 1, 2]


async def test_a_closed_episode_promises_nothing_and_shows_no_way_on(world: World) -> None:
    referred = await waiting(world)
    await world.step("coordinator", referred.episode_id, "entered_in_error", date(2026, 3, 20))
    text = await page_of(world, referred.child_id)
    for words in ("We will write to you again", "app-progress", "What happens next", "Tell us that"):
        assert words not in text


async def test_after_a_death_the_page_says_only_that_we_are_sorry(world: World) -> None:
    referred = await waiting(world)
    await world.step("coordinator", referred.episode_id, "death_recorded", date(2026, 4, 1))
    text = await page_of(world, referred.child_id)
    assert "We are very sorry." in text
    for words in (
        "began on",
        "We will write to you again",
        "app-progress",
        "taking longer",
        "can get help",
        "is now",
    ):
        assert words not in text


async def test_messages_are_read_by_whom_they_were_sent_to_and_by_nobody_else(world: World) -> None:
    referred = await waiting(world)
    mine = await of_family(world, "family", referred.child_id, "Ben Okafor")
    theirs = await of_family(world, "other_family", referred.child_id, "Cleo Marsh", phone="+447700900123")
    await written_to(world, referred, mine, "An update", "Dear Ben, the place is safe.")
    await written_to(world, referred, theirs, "An update", "Dear Cleo, the place is safe.")
    for who, own, other in (("family", "Dear Ben", "Cleo"), ("other_family", "Dear Cleo", "Ben")):
        text = await page_of(world, referred.child_id, who)
        async with signed_in(world, who) as client:
            text += (await client.get("/mailbox")).text
        assert own in text
        assert other not in text
        assert "07700" not in text
        assert "example.com" not in text


async def test_the_mailbox_is_for_the_demonstration_only(world: World) -> None:
    app = app_over(world)
    app.state["demo"] = False
    async with signed_in(world, "family", app) as client:
        assert (await client.get("/mailbox")).status_code == 404


async def test_the_family_sees_who_looked_in_which_role_and_why_but_not_what_was_done(world: World) -> None:
    referred = await waiting(world)
    text = await page_of(world, referred.child_id)
    looks = text.split("Show who looked")[1]
    assert "Triage clinician, for direct care" in looks
    assert "SENCO, for direct care" in looks
    assert "Parent or carer, for" not in looks
    for told in ("referral_accepted", "triage_started", "Referral accepted"):
        assert told not in looks


async def test_where_the_place_is_hidden_none_is_named(world: World) -> None:
    child = world.child(restricted=True, safe_contact="Jo at the council, 01632 960 001")
    referred = await world.refer(child=child, carers=())
    await of_family(world, "family", referred.child_id)
    text = await page_of(world, referred.child_id)
    assert "Ask the safe contact that we agreed with you." in text
    for place in ("Moorshire Children", "Castle Primary", "EX1", "Mill Lane", "01632"):
        assert place not in text


async def test_the_contact_is_named_once_there_is_one(world: World) -> None:
    referred = await waiting(world)
    coordinator = world.actors["coordinator"].account_id
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE episode SET coordinator_id = $2 WHERE id = $1", referred.episode_id, coordinator
        )
    assert "Coordinator is your contact at Moorshire" in await page_of(world, referred.child_id)


async def test_what_the_carer_needs_is_shown_as_kept(world: World) -> None:
    referred = await world.refer(carers=())
    await of_family(world, "family", referred.child_id, needs=("large_print", "no_calls"))
    assert "large print, no telephone calls" in await page_of(world, referred.child_id)


@dataclass(frozen=True)
class Writing:
    """What a family sends, and what the page answers."""

    given: dict[str, str]
    status: int
    words: str


@pytest.mark.parametrize(
    "sent",
    [
        Writing({"about": "things_worse", "words": "Not sleeping."}, 303, ""),
        Writing({}, 422, "Select the answer to “What is it about?”"),
        Writing(
            {"about": "things_worse", "words": "<script>" + "x" * 2000},
            422,
            "must be 2,000 characters or less",
        ),
    ],
)
async def test_the_family_tells_us_that_something_has_changed(world: World, sent: Writing) -> None:
    referred = await waiting(world)
    async with signed_in(world, "family") as client:
        address = f"/family/{referred.child_id}/write/{referred.episode_id}"
        answer = await send(client, address, sent.given)
        assert answer.status_code == sent.status, answer.text
        assert "<script>x" not in answer.text
        if sent.status == 303:
            assert "A person will read it and answer." in (await client.get(answer.headers["location"])).text
        else:
            assert sent.words in answer.text
    async with world.area.database.transaction(WRITER) as tx:
        tasks = await tx.fetchval("SELECT count(*) FROM task WHERE key = 'answer_family' AND done_on IS NULL")
    assert tasks == (1 if sent.status == 303 else 0)


@pytest.mark.parametrize("pathway", ["autism", "joint_autism_adhd"])
async def test_on_each_health_pathway_the_family_can_write_from_the_first_day(
    world: World, pathway: str
) -> None:
    referred = await world.refer(pathway=pathway, carers=())
    await of_family(world, "family", referred.child_id)
    address = f"/family/{referred.child_id}/write/{referred.episode_id}"
    assert address in await page_of(world, referred.child_id)
    async with signed_in(world, "family") as client:
        answer = await send(client, address, {"about": "still_wanted"})
    assert answer.status_code == 303, answer.text


async def test_a_family_told_of_closing_is_told_until_when_it_may_object_and_can_say_so(world: World) -> None:
    referred = await waiting(world)
    await world.step(
        "coordinator", referred.episode_id, "closing_notified", date(2026, 11, 20),
        closure="withdrawn_by_family", close_on="2026-12-18",
    )  # fmt: skip
    page = await page_of(world, referred.child_id)
    assert "If you do not agree with ending, tell us by Friday 18 December 2026." in page
    assert "Tell us that you do not agree" in page
    async with signed_in(world, "family") as client:
        address = f"/family/{referred.child_id}/write/{referred.episode_id}"
        assert (await send(client, address, {"about": "do_not_end"})).status_code == 303


async def test_another_family_s_child_and_a_child_who_is_not_there_look_alike(world: World) -> None:
    referred = await waiting(world)
    async with signed_in(world, "other_family") as client:
        for path in ("", f"/write/{referred.episode_id}"):
            theirs = await client.get(f"/family/{referred.child_id}{path}")
            nobody = await client.get(f"/family/{uuid4()}{path}")
            assert theirs.status_code == nobody.status_code == 404
            assert theirs.text == nobody.text


async def test_a_link_that_has_ended_shows_nothing(world: World) -> None:
    referred = await waiting(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE guardian SET active = false WHERE child_id = $1", referred.child_id)
    async with signed_in(world, "family") as client:
        assert (await client.get(f"/family/{referred.child_id}")).status_code == 404


async def test_every_reading_by_the_family_is_logged_too(world: World) -> None:
    referred = await waiting(world)
    await page_of(world, referred.child_id)
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow("SELECT action, role, children FROM access_log ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert (row["action"], row["role"], list(row["children"])) == ("own child", "family", [referred.child_id])
