"""Asking the Personal Demographics Service, and reading it: its own examples, the recipe, the pace, the stub."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from pathway.domain.tracing import Answered, Held, National, traced
from pathway.store.engine import Database
from pathway.store.traces import Asked
from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.national.addresses import PDS
from pathway_fhir.national.asking import NotAnswered, NotNow
from pathway_fhir.national.pds import read_patient, read_search, search_for, trace, trace_child
from pathway_fhir.national.stub_people import PEOPLE, Person, StubPeople
from tests.actions.reading import row
from tests.fhir.client.receiver import Reply, outcome, receiving
from tests.fhir.national.asked import asking
from tests.fhir.outside import files, name_of, needs_examples, read_json
from tests.world import World

ON = date(2026, 11, 24)
STUBS = "pds/karate-stubs"


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


def held(number: str | None = "9000000009", **more: Any) -> Held:
    return Held("Jane Marie", "Smyth", date(2010, 10, 22), number, "LS1 6AE", **more)


# --- What NHS England publishes ---------------------------------------------------------------------------------------


@needs_examples
@pytest.mark.parametrize("file", list(files(f"{STUBS}/patientResponses/*.json")), ids=name_of)
def test_every_published_patient_is_read(file: Path) -> None:
    sent = json.loads(file.read_text(encoding="utf-8"))
    found = read_patient(answer(sent), ON)
    assert (found.answered, found.nhs_number) == (Answered.FOUND, sent["id"])
    assert found.family_name
    assert str(found.birth_date) == sent["birthDate"]
    assert found.restricted == (sent["meta"]["security"][0]["code"] == "R")
    assert found.died == ("deceasedDateTime" in sent)


@needs_examples
def test_the_published_restricted_patient_has_died_too() -> None:
    found = read_patient(answer(read_json(f"{STUBS}/patientResponses/patient_9000000025.json")), ON)
    assert (found.restricted, found.died, found.died_on) == (True, True, date(2010, 10, 22))


@needs_examples
def test_a_record_without_a_name_confirms_nothing() -> None:
    found = read_patient(answer(read_json("pds/sandbox-mocks/Minimal_Patient.json")), ON)
    assert (found.answered, found.family_name, found.birth_date) == (Answered.FOUND, "", None)
    assert traced(held("9000000033"), found).status.value == "05"


@needs_examples
@pytest.mark.parametrize("file", list(files(f"{STUBS}/searchResponses/*.json")), ids=name_of)
def test_every_published_search_is_one_person_or_too_many(file: Path) -> None:
    sent = json.loads(file.read_text(encoding="utf-8"))
    if sent["resourceType"] == "Patient":
        sent = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": sent}]}
    if file.stem == "john_paul_smith_searchset":
        with pytest.raises(NotAnswered):  # its number has a wrong check digit, as published
            read_search(answer(sent), ON)
        return
    found = read_search(answer(sent), ON)
    one = len(sent.get("entry", ())) == 1
    assert found.answered is (Answered.FOUND if one else Answered.TOO_MANY)


@needs_examples
@pytest.mark.parametrize("file", list(files(f"{STUBS}/errorResponses/*.json")), ids=name_of)
def test_every_published_refusal_is_a_finding_or_our_fault(file: Path) -> None:
    sent = json.loads(file.read_text(encoding="utf-8"))
    if file.stem == "INVALID_RESOURCE_ID":
        assert read_patient(answer(sent, 400), ON).answered is Answered.NOT_FOUND
    else:
        with pytest.raises(NotAnswered):
            read_patient(answer(sent, 400), ON)


@needs_examples
def test_the_stub_answers_in_the_published_form() -> None:
    """Each element of the stub's answers is one that the published examples have; nothing is invented but the people."""
    published = elements(read_json(f"{STUBS}/patientResponses/patient_9693632109.json"))
    published |= elements(read_json(f"{STUBS}/patientResponses/patient_9000000025.json"))
    stub = StubPeople()
    for person in PEOPLE:
        found = stub(Call("GET", f"https://stub.invalid/Patient/{person.number}", "stub"))
        if found.status == 200:
            assert elements(found.resource) <= published
    too_many = StubPeople((replace(PEOPLE[0], number="1"), PEOPLE[0]))
    said = too_many(Call("GET", "https://stub.invalid/Patient?family=Fernleigh", "stub"))
    assert said.status == 200
    assert said.resource == read_json(f"{STUBS}/searchResponses/TOO_MANY_MATCHES.json")


def elements(value: Any, path: str = "") -> set[str]:
    if isinstance(value, Mapping):
        return {f"{path}.{name}" for name in value} | {
            found for name, inner in value.items() for found in elements(inner, f"{path}.{name}")
        }
    return {found for inner in value for found in elements(inner, path)} if isinstance(value, list) else set()


# --- How it is asked --------------------------------------------------------------------------------------------------


def test_the_search_is_the_recommended_one() -> None:
    assert search_for(held(None)) == [
        ("family", "Smyth"),
        ("given", "Jan*"),
        ("birthdate", "eq2010-10-22"),
        ("address-postalcode", "LS*"),
        ("_fuzzy-match", "false"),
        ("_exact-match", "false"),
        ("_history", "true"),
        ("_max-results", "1"),
    ]


def test_a_postcode_would_hide_a_restricted_child_from_the_search() -> None:
    assert "address-postalcode" not in dict(search_for(held(None, restricted=True)))


def test_no_wildcard_stands_where_it_may_not() -> None:
    assert dict(search_for(Held("Jo", "Smyth", ON)))["given"] == "Jo"


async def test_a_question_bears_its_id_and_is_the_same_when_it_is_asked_again(rolled_back: Database) -> None:
    asked = Asked(uuid4(), uuid4(), held())
    with receiving() as receiver:
        receiver.queue(
            Reply(503, json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": "transient"}]}).encode(),
                  {"Retry-After": "7"}),
            outcome(404, "RESOURCE_NOT_FOUND"),
        )  # fmt: skip
        national = asking(rolled_back, sandboxes={"pds": receiver.address})
        with pytest.raises(NotNow) as later:
            await trace(national, asked)
        assert later.value.wait.total_seconds() == 7
        with pytest.raises(NotAnswered):  # BaRS's own coding is not the Spine's
            await trace(national, asked)
        await national.close()
    one, two = receiver.sent
    assert one.path == two.path == "/Patient/9000000009"
    assert one.headers["x-request-id"] == two.headers["x-request-id"] == str(asked.request_id)
    assert {sent.method for sent in receiver.sent} == {"GET"}, "nothing is ever changed there"


async def test_a_search_is_asked_as_the_recipe_says(rolled_back: Database) -> None:
    nobody = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    with receiving(lambda _: Reply(200, json.dumps(nobody).encode())) as receiver:
        national = asking(rolled_back, sandboxes={"pds": receiver.address})
        found = await trace(national, Asked(uuid4(), uuid4(), held(None)))
        await national.close()
    assert found.answered is Answered.NOT_FOUND
    assert parse_qsl(urlsplit(receiver.sent[0].path).query) == search_for(held(None))


async def test_not_being_let_in_is_for_a_person(rolled_back: Database) -> None:
    with receiving(lambda _: outcome(403, "ACCESS_DENIED", "forbidden")) as receiver:
        national = asking(rolled_back, sandboxes={"pds": receiver.address})
        with pytest.raises(NotAnswered, match="does not let us in"):
            await trace(national, Asked(uuid4(), uuid4(), held()))
        await national.close()


async def test_what_is_off_is_not_asked(rolled_back: Database) -> None:
    national = asking(rolled_back)
    with pytest.raises(NotAnswered, match="switched off"):
        await trace(national, Asked(uuid4(), uuid4(), held()))


@pytest.mark.slow
async def test_all_processes_together_ask_five_times_in_a_second(committed: Database) -> None:
    stub = StubPeople()
    two = [asking(committed, {"pds": stub}) for _ in range(2)]
    began = time.monotonic()
    await asyncio.gather(*(two[n % 2].ask(PDS, "GET", f"/Patient/{PEOPLE[0].number}") for n in range(12)))
    took = time.monotonic() - began
    assert took >= 11 * 0.2 - 0.05
    assert len(stub.asked) == 12


# --- From the question to the record ----------------------------------------------------------------------------------

STATUS = "SELECT number_status, restricted FROM child WHERE id = $1"


async def test_a_child_is_traced_by_number(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    number = child.nhs_number.value if child.nhs_number else ""
    same = Person(number, child.first_name, child.family_name.upper(), "2018-05-01")
    national = asking(world.area.database, {"pds": StubPeople((same,))})
    assert await trace_child(world.area, national, referred.child_id)
    assert (await row(world, STATUS, referred.child_id))["number_status"] == "01"


async def test_a_child_without_a_number_is_found_by_name(world: World) -> None:
    referred = await world.refer(child=world.child(first_name="Robin", family_name="Fernleigh",
                                                   birth_date=date(2017, 3, 4), nhs_number=None))  # fmt: skip
    national = asking(world.area.database, {"pds": StubPeople()})
    assert await trace_child(world.area, national, referred.child_id)
    assert (await row(world, STATUS, referred.child_id))["number_status"] == "06"
    assert (await row(world, "SELECT kind FROM doubt"))["kind"] == "number_found"


async def test_no_answer_changes_nothing(world: World) -> None:
    referred = await world.refer()

    def silent(_: Call) -> Answer:
        return Answer(200, {}, b"<html>")

    national = asking(world.area.database, {"pds": silent})
    with pytest.raises(NotNow):
        await trace_child(world.area, national, referred.child_id)
    assert (await row(world, STATUS, referred.child_id))["number_status"] == "03"
    assert (await row(world, "SELECT request_id FROM child_trace"))["request_id"] is not None


def test_the_record_that_was_read_is_hidden_in_logs() -> None:
    found = National(Answered.FOUND, "9000000009", "Jane", "Smyth")
    assert "Smyth" not in repr(found)
    assert "9000000009" not in repr(found)
