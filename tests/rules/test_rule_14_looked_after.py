"""docs/rules.md 14: of a looked-after child it is known how, who may decide, who is told on what basis, and what was delegated."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from pathway import definitions
from pathway.actions.end_care import end_care
from pathway.actions.record_care import record_care
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.errors import InvalidInput, NotAllowed, NotFound
from pathway.domain.looked_after import (
    STATUSES,
    VIRTUAL_SCHOOL,
    Care,
    LegalStatus,
    Part,
    Professional,
    SharingBasis,
)
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.reading.child_record import child_record
from pathway.reading.family_page import family_page
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading
from tests.actions.reading import row, rows
from tests.notify.test_deliver import Recorder
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World

FOSTER = CarerDetails("Ruth Field", "foster carer", email="ruth.field@example.com")
MOTHER = CarerDetails(
    "Nadia Stone", "mother", email="nadia.stone@example.com", parental_responsibility=True, may_be_told=False
)
WORKER = Professional("Denise Okoro", "denise@example.com", "01632 960001", SharingBasis.CORPORATE_PARENT)
EVERYTHING = frozenset(Part)


async def in_care(world: World, **child: object) -> tuple[UUID, UUID, UUID, UUID]:
    """A looked-after child with a foster carer who signs in as "family": the child, the episode, both carers."""
    details = world.child(looked_after=True, **child)
    referred = await world.refer(child=details, carers=(FOSTER, MOTHER))
    found = {one["name"]: one["id"] for one in await rows(world, "SELECT id, name FROM carer")}
    foster, mother = found["Ruth Field"], found["Nadia Stone"]
    async with world.area.database.transaction(WRITER) as tx:
        account = world.actors["family"].account_id
        await tx.execute("UPDATE guardian SET account_id = $2 WHERE carer_id = $1", foster, account)
        await tx.execute("UPDATE carer SET account_id = $2 WHERE id = $1", foster, account)
    return referred.child_id, referred.episode_id, foster, mother


def care(world: World, mother: UUID, delegated: Mapping[UUID, frozenset[Part]], **changes: object) -> Care:
    made = Care(
        LegalStatus.CARE_ORDER, date(2025, 2, 3), WORKER, Professional("Moorshire Virtual School"),
        world.org["council"], world.org["icb"], frozenset({mother}), delegated,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


async def sent(world: World) -> set[str]:
    sender = Recorder()
    for one in await rows(world, "SELECT id FROM outbox WHERE state = 'waiting'"):
        await deliver(world.area, Post({"email": sender}), one["id"])
    return {letter.to for letter in sender.letters}


async def test_who_holds_parental_responsibility_is_recorded_for_each_carer(world: World) -> None:
    child, _, _, _ = await in_care(world)
    record = await child_record(world.area, world.actors["clinician"], child)
    assert record.child.looked_after
    held = {carer.relationship: carer.parental_responsibility for carer in record.carers}
    assert held == {"foster carer": False, "mother": True}


@pytest.mark.parametrize("step", ["consent_given"])
def test_a_council_may_decide_under_a_care_order_and_it_is_said_who_did(step: str) -> None:
    given_by = definitions.load("autism").steps[step].field_named("given_by")
    assert given_by is not None
    assert given_by.required
    assert {"parental_responsibility", "council", "gillick_competent"} <= {o.key for o in given_by.options}


def test_whether_the_council_holds_parental_responsibility_follows_from_the_law() -> None:
    """Children Act 1989 sections 33, 44 and 46: by an order, and never by an agreement or police protection."""
    holds = {status for status, about in STATUSES.items() if about.council_holds}
    assert {LegalStatus.CARE_ORDER, LegalStatus.INTERIM_CARE_ORDER, LegalStatus.PLACEMENT_ORDER} <= holds
    assert not {LegalStatus.ACCOMMODATED, LegalStatus.POLICE_PROTECTION, LegalStatus.REMANDED} & holds
    assert STATUSES.keys() == set(LegalStatus)


async def test_that_a_child_is_looked_after_stands_at_the_head_of_each_page_of_the_record(
    world: World,
) -> None:
    kept, other = [
        (await world.refer(child=world.child(looked_after=flag))).child_id for flag in (True, False)
    ]
    async with signed_in(world, "clinician") as client:
        for part in ("", "/people", "/messages"):
            assert "Looked after" in words(await client.get(f"/children/{kept}{part}")), part
            assert "Looked after" not in words(await client.get(f"/children/{other}{part}")), part


async def test_what_is_recorded_stands_on_the_childs_page(world: World) -> None:
    child, _, foster, mother = await in_care(world)
    await record_care(
        world.area, world.asking("coordinator"), child, care(world, mother, {foster: frozenset({Part.WHERE})})
    )
    async with signed_in(world, "officer") as officer, signed_in(world, "clinician") as client:
        said = words(await client.get(f"/children/{child}/people"))
        assert (
            await officer.get(f"/children/{child}/people")
        ).status_code == 404  # the council has no basis here
    for expected in (
        "Full care order (section 31)", "The council, Nadia Stone", "Denise Okoro", "Moorshire Virtual School",
        "Moorshire County Council", "NHS Moorshire Integrated Care Board", "The council holds parental responsibility",
        "Where the child is on the way, and what comes next",
    ):  # fmt: skip
        assert expected in said, expected


async def test_of_a_restricted_child_no_placing_body_is_named(world: World) -> None:
    child, _, _, mother = await in_care(world, restricted=True, safe_contact="Duty desk")
    await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}))
    async with signed_in(world, "clinician") as client:
        said = words(await client.get(f"/children/{child}/people"))
    assert "Full care order" in said
    assert "Integrated Care Board" not in said
    assert "Placing council" not in said


async def test_professionals_are_written_to_only_where_a_lawful_basis_is_named(world: World) -> None:
    child, episode, _, mother = await in_care(world)
    await sent(world)
    await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}))
    await world.step("triage", episode, "referral_accepted", world.area.today, priority="routine")
    assert await sent(world) == {"ruth.field@example.com", "denise@example.com"}
    with pytest.raises(asyncpg.CheckViolationError):
        async with world.area.database.transaction(WRITER) as tx:
            await tx.execute(
                "UPDATE guardian SET may_be_told = true WHERE professional AND relationship = $1",
                VIRTUAL_SCHOOL,
            )


@pytest.mark.parametrize("relationship", ["social worker", "Virtual School", "Social Worker"])
async def test_a_professional_whom_a_referrer_named_is_not_written_to_without_a_basis(
    world: World, relationship: str
) -> None:
    named = CarerDetails("Denise Okoro", relationship, email="denise@example.com")
    await world.refer(child=world.child(looked_after=True), carers=(FOSTER, named))
    assert await sent(world) == {"ruth.field@example.com"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": date(2030, 1, 1)}, "since"),
        ({"since": date(2001, 1, 1)}, "since"),
        ({"social_worker": Professional("")}, "social_worker_name"),
        ({"social_worker": replace(WORKER, email="")}, "social_worker_email"),
        ({"status": LegalStatus.ACCOMMODATED}, "social_worker_basis"),
        ({"responsible": frozenset({UUID(int=5)})}, "responsible"),
        ({"placing_council_id": "school"}, "placing_council"),
    ],
)
async def test_what_cannot_be_is_refused_beside_its_field(
    world: World, changes: dict[str, object], field: str
) -> None:
    child, _, _, mother = await in_care(world)
    if changes.get("placing_council_id") == "school":
        changes = {"placing_council_id": world.org["school"]}
    with pytest.raises(InvalidInput) as refused:
        await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}, **changes))
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["senco", "gp", "commissioner", "privacy", "family"])
async def test_it_is_recorded_by_the_team_and_the_council(world: World, who: str) -> None:
    child, _, _, mother = await in_care(world)
    with pytest.raises(NotAllowed):
        await record_care(world.area, world.asking(who), child, care(world, mother, {}))
    with pytest.raises(NotAllowed):
        await end_care(world.area, world.asking(who), child)


async def test_a_team_that_does_not_reach_the_child_records_nothing(world: World) -> None:
    child, _, _, mother = await in_care(world)
    for act in (
        record_care(world.area, world.asking("other_clinician"), child, care(world, mother, {})),
        end_care(world.area, world.asking("other_clinician"), child),
    ):
        with pytest.raises(NotFound):
            await act


async def test_a_foster_carer_sees_what_was_delegated_and_no_more(world: World) -> None:
    child, episode, foster, mother = await in_care(world)
    actor = world.actors["family"]
    for parts, sees in (
        (frozenset(), (False, False)),
        (frozenset({Part.WHERE}), (True, False)),
        (EVERYTHING, (True, True)),
    ):
        await record_care(
            world.area, world.asking("coordinator"), child, care(world, mother, {foster: parts})
        )
        page = await family_page(world.area, actor, child)
        assert (bool(page.episodes), bool(page.looks)) == sees, parts
        async with world.area.database.transaction(reading(actor)) as tx:
            seen = {one["id"] for one in await tx.fetch("SELECT id FROM episode")}
            log = await tx.fetchval("SELECT count(*) FROM access_log")
        assert (seen == {episode}, log > 0) == sees, "row-level security says the same"


async def test_before_anything_was_delegated_a_foster_carer_sees_only_where_the_child_is(
    world: World,
) -> None:
    child, _, _, _ = await in_care(world)
    page = await family_page(world.area, world.actors["family"], child)
    assert page.child.parts == ["where"]
    async with signed_in(world, "family") as client:
        said = words(await client.get(f"/family/{child}"))
    assert "What the team finds is told to those who hold parental responsibility." in said
    assert "This is for those who hold parental responsibility." in said


async def test_an_outcome_that_was_not_delegated_is_not_on_the_foster_carers_page(world: World) -> None:
    child, episode, foster, mother = await in_care(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE episode SET family_stage = 'post_diagnostic_support', partners_stage = 'assessing' WHERE id = $1",
            episode,
        )
    actor = world.actors["family"]
    for parts, stage in (({Part.WHERE}, "assessing"), (EVERYTHING, "post_diagnostic_support")):
        given = {foster: frozenset(parts)}
        await record_care(world.area, world.asking("coordinator"), child, care(world, mother, given))
        [one] = (await family_page(world.area, actor, child)).episodes
        assert one.row.stage == stage


async def test_what_stood_before_is_kept_under_the_childs_key(world: World) -> None:
    child, _, _, mother = await in_care(world)
    await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}))
    other = care(world, mother, {}, status=LegalStatus.PLACEMENT_ORDER)
    await record_care(world.area, world.asking("coordinator"), child, other)
    kept = await row(world, "SELECT secret FROM child_past WHERE child_id = $1", child)
    async with world.area.database.transaction(WRITER) as tx:
        said = (await child_text(tx, world.area.key, child)).unlock(kept["secret"])
    assert "care_order" in said["looked_after"]
    assert b"care_order" not in kept["secret"]


async def test_when_it_ends_professionals_are_told_no_more_and_no_carer_sees_more(world: World) -> None:
    child, episode, _, mother = await in_care(world)
    await sent(world)
    await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}))
    await end_care(world.area, world.asking("coordinator"), child)
    record = await child_record(world.area, world.actors["clinician"], child)
    assert (record.child.looked_after, record.care) == (False, None)
    assert {carer.relationship for carer in record.carers} == {"foster carer", "mother"}
    assert (await family_page(world.area, world.actors["family"], child)).child.parts == []
    await world.step("triage", episode, "referral_accepted", world.area.today, priority="routine")
    assert await sent(world) == {"ruth.field@example.com"}


async def test_a_sealed_identity_keeps_nothing_of_it(world: World) -> None:
    child, _, _, mother = await in_care(world)
    await record_care(world.area, world.asking("coordinator"), child, care(world, mother, {}))
    new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)))
    await seal_identity(world.area, world.asking("privacy"), child, new)
    assert await rows(world, "SELECT 1 FROM looked_after") == []
    assert await rows(world, "SELECT 1 FROM carer WHERE name = 'Denise Okoro'") == []


async def test_the_page_records_it_and_shows_it_again(world: World) -> None:
    child, _, foster, mother = await in_care(world)
    given = {
        "status": "interim_care_order", "since-day": "3", "since-month": "2", "since-year": "2025",
        "social_worker_name": "Denise Okoro", "social_worker_email": "denise@example.com",
        "social_worker_basis": "education", "placing_icb": str(world.org["icb"]), "responsible": str(mother),
        f"parts-{foster}": ["where", "looks"],
    }  # fmt: skip
    path = f"/children/{child}/care"
    async with signed_in(world, "coordinator") as client:
        assert path in (await client.get(f"/children/{child}/people")).text
        assert (await send(client, path, {**given, "social_worker_name": ""})).status_code == 422
        assert "legal status" in words(await send(client, path, {**given, "status": ""}))
        wrong = {**given, "status": "accommodated", "social_worker_basis": "corporate_parent"}
        assert "Name another basis" in words(await send(client, path, wrong))
        assert (await send(client, path, given)).status_code == 303
        again = (await client.get(path)).text
        assert 'value="Denise Okoro"' in again
        assert again.count(" checked") == 4  # the status, the mother's responsibility, and the two parts
        people = words(await client.get(f"/children/{child}/people"))
        assert "Interim care order" in people
        assert "Who looked at the record" in people
        ended = await client.post(f"{path}/end", data=hidden(again))
        assert ended.status_code == 303
        assert "How the child is looked after" not in words(await client.get(f"/children/{child}"))
