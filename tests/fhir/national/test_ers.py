"""Referrals of e-RS: read in both forms, and put into the list that the existing import checks and loads."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pathway.actions.import_list import dry_run, read_sheet
from pathway.actions.look_up_organisations import proposed_organisations
from pathway.domain.tracing import Answered
from pathway.domain.tracing import National as NationalRecord
from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.national.asking import NotAnswered
from pathway_fhir.national.ers import COLUMNS, as_csv, read_referral, read_worklist, row_of, waiting_list
from pathway_fhir.national.stub_people import StubPeople
from tests.fhir.national.asked import asking
from tests.fhir.outside import files, name_of, needs_examples, read_json
from tests.world import World

UBRN = "000000070000"
ROBIN = "9998800013"


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


def stu3(number: str = ROBIN, ubrn: str = UBRN, **changes: Any) -> dict[str, Any]:
    """A ReferralRequest as the interface documents it."""
    return {
        "resourceType": "ReferralRequest",
        "id": ubrn,
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"https://demographics.spineservices.nhs.uk/STU3/Patient/{number}"},
        "authoredOn": "2026-07-01T23:30:00+00:00",
        "requester": {
            "onBehalfOf": {"reference": "https://directory.spineservices.nhs.uk/STU3/Organization/L83100"}
        },
        **changes,
    }


def the_list(*ubrns: str) -> dict[str, Any]:
    entries = [{"item": {"reference": f"ReferralRequest/{ubrn}/_history/5"}} for ubrn in ubrns]
    return {"resourceType": "List", "status": "current", "mode": "snapshot", "entry": entries}


@needs_examples
def test_the_published_r4_referral_is_read() -> None:
    sent = read_json("ers/r4/searchServiceRequest/responses/ResponseExampleReferral.json")
    found = read_referral(answer(sent))
    assert (found.ubrn, found.nhs_number, found.received_on) == (UBRN, "9912003888", None)
    assert "9912003888" not in repr(found)


@needs_examples
@pytest.mark.parametrize("file", list(files("ers/r4/*.json")), ids=name_of)
def test_every_published_refusal_is_for_a_person(file: Path) -> None:
    body = json.loads(file.read_text(encoding="utf-8"))
    for read in (read_worklist, read_referral):
        with pytest.raises(NotAnswered):
            read(answer(body, 422))
        with pytest.raises(NotAnswered):
            read(answer(body))


def test_an_stu3_referral_is_read_with_its_london_day_and_who_refers() -> None:
    found = read_referral(answer(stu3()))
    assert (found.ubrn, found.nhs_number, found.requester) == (UBRN, ROBIN, "L83100")
    assert found.received_on == date(2026, 7, 2), "half past midnight in London"


@pytest.mark.parametrize(
    "body", [stu3(number="9998800014"), stu3(ubrn="1"), stu3(subject={}), {"resourceType": "Bundle", "entry": []},
             {"resourceType": "Patient"}]
)  # fmt: skip
def test_what_names_nobody_is_no_referral(body: dict[str, Any]) -> None:
    with pytest.raises(NotAnswered) as refused:
        read_referral(answer(body))
    assert "999880001" not in str(refused.value)


def test_a_worklist_is_its_references_each_once() -> None:
    assert read_worklist(answer(the_list(UBRN, "000000070001", UBRN))) == [UBRN, "000000070001"]
    assert read_worklist(answer({**the_list(), "entry": [{"item": {"reference": "Patient/1"}}, {}]})) == []


def test_who_is_not_sure_is_left_for_people() -> None:
    referral = read_referral(answer(stu3()))
    another = NationalRecord(Answered.FOUND, "9998800064", "Jude", "Ashcombe", date(2018, 1, 15))
    for person in (None, another, NationalRecord(Answered.NOT_FOUND)):
        row = row_of(referral, person)
        assert (row["first name"], row["date of birth"]) == ("", "")
        assert row["NHS number"] == ROBIN


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    [_, row] = csv.reader(io.StringIO(as_csv([{"first name": "=1+1"}])))
    assert row[COLUMNS.index("first name")] == "'=1+1"


async def test_the_list_goes_through_the_existing_dry_run(world: World, tmp_path: Path) -> None:
    calls: list[Call] = []

    def play(call: Call) -> Answer:
        calls.append(call)
        if call.method == "POST":
            return answer(the_list(UBRN, "000000070001"))
        unknown = call.url.endswith("1")
        return answer(stu3("9912003888" if unknown else ROBIN, call.url[-12:]))

    national = asking(world.area.database, {"ers": play, "pds": StubPeople()})
    text = await waiting_list(world.area, national, "555032000100")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["first name"], one["date of birth"]) for one in rows] == [("Robin", "2017-03-04"), ("", "")]
    assert {call.headers["nhsd-ers-on-behalf-of-user-id"] for call in calls} == {"555032000100"}
    assert {call.method for call in calls} == {"POST", "GET"}

    file = tmp_path / "ers.csv"
    file.write_text(text, encoding="utf-8")
    report = await dry_run(world.area, world.asking("lead"), read_sheet(file), "e-RS", "autism")
    assert (report.rows, report.new, len(report.bad)) == (2, 1, 1), report.printed()
    assert [one.ods_code for one in await proposed_organisations(world.area)] == ["L83100"]
