"""Rule 12: a child whom the national record restricts leaves no address anywhere, from the moment that we learn of it."""

import json
from uuid import UUID

from pathway.domain.identifiers import Postcode
from pathway.store.engine import Scope
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER, WRITER, reading
from pathway_fhir.national.pds import trace_child
from pathway_fhir.national.stub_people import Person, StubPeople
from tests.actions.reading import outbox_rows, row, rows
from tests.fhir.national.asked import asking
from tests.fhir.server.calling import calling
from tests.web.signing_in import signed_in, words
from tests.web.test_family_pages import of_family
from tests.world import ORGANISATIONS, World

PLACES = [title for kind, title in ORGANISATIONS.values() if kind not in ("icb",)]
ADDRESS = ("Wisteria", "EX4 9ZZ", "EX49ZZ")


async def restricted_by_the_national_record(world: World) -> tuple[UUID, UUID]:
    """A child referred with their address, of whom the national record then says R."""
    child = world.child(address=("9 Wisteria Lane",), postcode=Postcode.parse("EX4 9ZZ"))
    referred = await world.refer(child=child)
    await of_family(world, "family", referred.child_id)
    number = child.nhs_number.value if child.nhs_number else ""
    person = Person(number, child.first_name, child.family_name, "2018-05-01", security="R")
    assert await trace_child(
        world.area, asking(world.area.database, {"pds": StubPeople((person,))}), referred.child_id
    )
    return referred.child_id, referred.episode_id


async def test_no_page_names_where_the_child_is(world: World) -> None:
    child, _ = await restricted_by_the_national_record(world)
    doubt = (await row(world, "SELECT id FROM doubt"))["id"]
    pages = {
        "triage": [f"/children/{child}", f"/children/{child}/people", f"/children/{child}/messages", "/worklist",
                   "/national-checks", f"/national-checks/{doubt}", "/matches"],
        "lead": [f"/children/{child}", "/worklist", "/breaches", "/held"],
        "family": [f"/family/{child}"],
        "senco": ["/pupils"],
    }  # fmt: skip
    for who, addresses in pages.items():
        async with signed_in(world, who) as client:
            for address in addresses:
                answer = await client.get(address)
                assert answer.status_code == 200, (who, address)
                read = words(answer).split("Account")[-1] if who != "senco" else ""
                for place in ADDRESS:
                    assert place not in answer.text, (who, address, place)
                for place in PLACES if who != "lead" else ():
                    assert place not in read, (who, address, place)


async def test_no_resource_holds_an_address(world: World) -> None:
    child, _ = await restricted_by_the_national_record(world)
    for organisation in ("provider", "council"):
        async with calling(world, organisation) as calls:
            for path in (
                f"Patient/{child}",
                f"Patient/{child}/$everything",
                f"ServiceRequest?patient={child}",
            ):
                answer = await calls.get(path)
                for place in ADDRESS:
                    assert place not in answer.text, (organisation, path)
                if answer.status_code == 200 and path == f"Patient/{child}":
                    assert "address" not in answer.json()
                    assert answer.json()["meta"]["security"][0]["code"] == "R"


async def test_no_row_that_anybody_reads_holds_it_not_even_the_one_who_posts_letters(world: World) -> None:
    child, _ = await restricted_by_the_national_record(world)
    assert await rows(world, "SELECT FROM child_address WHERE child_id = $1", child) == []
    tables = await rows(
        world, "SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )  # fmt: skip
    readers = [reading(world.actors[who]) for who in ("triage", "lead", "officer", "senco", "family")]
    for scope in (WRITER, WORKER, *readers, Scope(DbRole.r_partner, world.org["provider"])):
        for table in tables:
            async with world.area.database.transaction(WRITER) as outer:
                granted = await outer.fetchval(
                    "SELECT has_table_privilege($1, $2, 'SELECT')", scope.role.name, table["name"]
                )
            if granted:
                async with world.area.database.transaction(scope) as tx:
                    held = await tx.fetch(f"SELECT to_jsonb(t)::text AS text FROM {table['name']} t")
                for one in held:
                    assert not any(place in one["text"] for place in ADDRESS), (scope.role, table["name"])


async def test_what_waited_is_dropped_and_nothing_else_leaves_until_somebody_is_named(world: World) -> None:
    child, episode = await restricted_by_the_national_record(world)
    assert {one["state"] for one in await outbox_rows(world, episode)} == {"dropped"}
    held = await row(world, "SELECT messages_held_since, safe_contact FROM child WHERE id = $1", child)
    assert held["messages_held_since"] is not None
    assert held["safe_contact"] is None


async def test_what_was_answered_is_kept_nowhere(world: World) -> None:
    """The national record's own address of somebody who is not restricted is not taken over either: families say where they live."""
    child = world.child()
    referred = await world.refer(child=child)
    number = child.nhs_number.value if child.nhs_number else ""
    person = Person(number, child.first_name, child.family_name, "2018-05-01", postcode="EX4 9ZZ")
    await trace_child(
        world.area, asking(world.area.database, {"pds": StubPeople((person,))}), referred.child_id
    )
    kept = await row(
        world, "SELECT to_jsonb(a)::text AS text FROM child_address a WHERE child_id = $1", referred.child_id
    )
    assert "Mill Lane" in kept["text"]
    assert "EX4 9ZZ" not in json.dumps(kept["text"])
