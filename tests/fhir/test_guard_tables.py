"""The committed tables and the invariants: whole, credited, and held to where they came from."""

import json
from pathlib import Path
from typing import Any

import pytest

import pathway_fhir
from pathway_fhir.guard.invariants import RULES
from pathway_fhir.guard.tables import tables
from scripts import make_ukcore
from tests.fhir.outside import EXAMPLES, needs_examples

Json = dict[str, Any]

DATA = Path(pathway_fhir.__file__).parent / "data"


@pytest.mark.parametrize(("name", "licence"), [("r4.json", "CC0-1.0"), ("ukcore.json", "Apache-2.0")])
def test_each_table_says_where_it_is_from_and_under_which_licence(name: str, licence: str) -> None:
    table = json.loads((DATA / name).read_text(encoding="utf-8"))
    assert table["licence"].startswith(licence)
    assert table["source"]
    assert (Path(__file__).parents[2] / table["made_by"]).exists()


@pytest.mark.parametrize(
    ("path", "element", "codes"),
    [
        ("Task", "status", {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"}),
        ("Task", "status", {"on-hold", "failed", "completed", "entered-in-error"}),
        ("Encounter", "status", {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"}),
        ("Observation", "status", {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "unknown"}),
        ("Appointment", "status", {"proposed", "pending", "booked", "arrived", "noshow", "waitlist", "checked-in"}),
        ("Condition", "verificationStatus", {"unconfirmed", "provisional", "differential", "confirmed", "refuted"}),
    ],
)  # fmt: skip
def test_the_lists_are_whole_where_the_librarys_are_cut_short(
    path: str, element: str, codes: set[str]
) -> None:
    listed = tables().kinds[path].elements[element].codes
    assert listed
    assert codes <= listed.any_system


def test_every_resource_of_the_mapping_has_its_elements_and_its_lists() -> None:
    """No required list is missing, but for three that HL7 itself leaves open."""
    known = tables()
    assert known.mapped <= known.kinds.keys()
    raw = json.loads((DATA / "r4.json").read_text(encoding="utf-8"))
    named = {row[3] for rows in raw["types"].values() for row in rows.values() if len(row) > 3 and row[3]}
    assert named - raw["codes"].keys() == {"all-languages", "mimetypes", "bcp13.txt"}


@needs_examples
def test_the_uk_core_table_is_what_the_script_makes_of_its_definitions() -> None:
    assert make_ukcore.make(EXAMPLES / "ukcore" / "snapshots") == json.loads(
        make_ukcore.TABLE.read_text(encoding="utf-8")
    )


# --- invariants: for each, the smallest element that breaks it, and one that does not ----------------

REFERENCE = {"reference": "Patient/1"}
ENDED = {"abatementDateTime": "2026-01-01"}


def concept(code: str) -> Json:
    return {"coding": [{"system": "s", "code": code}]}


def items(**item: Any) -> Json:
    return {"item": [{"linkId": "1", **item}]}


BROKEN_AND_WHOLE: dict[str, tuple[Json, Json]] = {
    "ext-1": ({"url": "a"}, {"url": "a", "valueString": "b"}),
    "per-1": ({"start": "2026-02-01", "end": "2026-01-31"}, {"start": "2026-02-01", "end": "2026-02"}),
    "qty-3": ({"code": "mm"}, {"code": "mm", "system": "s"}),
    "rat-1": ({"numerator": {}}, {"numerator": {}, "denominator": {}}),
    "rng-2": ({"low": {"value": 2}, "high": {"value": 1}}, {"low": {"value": 1}, "high": {"value": 1}}),
    "att-1": ({"data": "QUJD"}, {"data": "QUJD", "contentType": "text/plain"}),
    "cpt-2": ({"value": "1"}, {"value": "1", "system": "phone"}),
    "exp-1": ({"language": "a"}, {"expression": "a"}),
    "drt-1": ({"code": "d"}, {"code": "d", "value": 1, "system": "http://unitsofmeasure.org"}),
    "age-1": ({"value": 0, "code": "a"}, {"value": 1, "code": "a"}),
    "dis-1": ({"value": 1}, {"value": 1, "code": "m"}),
    "cnt-3": ({"value": 1.5, "code": "1"}, {"value": 2, "code": "1"}),
    "tim-1": ({"duration": 1}, {"duration": 1, "durationUnit": "d"}),
    "tim-2": ({"period": 1}, {"period": 1, "periodUnit": "d"}),
    "tim-4": ({"duration": -1}, {"duration": 0}),
    "tim-5": ({"period": -0.5}, {"period": 0}),
    "tim-6": ({"periodMax": 1}, {"periodMax": 1, "period": 1}),
    "tim-7": ({"durationMax": 1}, {"durationMax": 1, "duration": 1}),
    "tim-8": ({"countMax": 1}, {"countMax": 1, "count": 1}),
    "tim-9": ({"offset": 1, "when": ["C"]}, {"offset": 1, "when": ["MORN"]}),
    "tim-10": ({"timeOfDay": ["09:00:00"], "when": ["MORN"]}, {"timeOfDay": ["09:00:00"]}),
    "pat-1": ({"gender": "male"}, {"telecom": []}),
    "app-1": ({"status": "accepted"}, {"actor": REFERENCE}),
    "app-2": ({"start": "a"}, {"start": "a", "end": "b"}),
    "app-3": ({"status": "booked"}, {"status": "waitlist"}),
    "app-4": ({"status": "booked", "cancelationReason": {}}, {"status": "noshow", "cancelationReason": {}}),
    "prr-1": ({"orderDetail": []}, {"orderDetail": [], "code": {}}),
    "con-1": ({"type": {}}, {"summary": {}}),
    "con-2": ({"id": "a"}, {"code": []}),
    "con-4": (ENDED, {**ENDED, "clinicalStatus": concept("resolved")}),
    "con-5": (
        {"verificationStatus": concept("entered-in-error"), "clinicalStatus": concept("active")},
        {"verificationStatus": concept("refuted"), "clinicalStatus": concept("active")},
    ),
    "ppc-1": ({"status": "active"}, {"policyRule": {}}),
    "obs-3": ({"type": {}}, {"text": "a"}),
    "obs-6": ({"dataAbsentReason": {}, "valueString": "a"}, {"dataAbsentReason": {}}),
    "obs-7": (
        {"code": concept("a"), "valueString": "b", "component": [{"code": concept("a")}]},
        {"code": concept("a"), "valueString": "b", "component": [{"code": concept("b")}]},
    ),
    "org-1": ({"active": True}, {"name": "a"}),
    "org-2": ({"address": [{"use": "home"}]}, {"address": [{"use": "work"}]}),
    "org-3": ({"telecom": [{"use": "home"}]}, {"telecom": [{"use": "work"}]}),
    "cpl-3": ({"detail": {}, "reference": {}}, {"detail": {}}),
    "sev-1": ({"name": "a", "query": "QUJD"}, {"name": "a"}),
    "lst-1": ({"emptyReason": {}, "entry": []}, {"emptyReason": {}}),
    "lst-2": ({"mode": "working", "entry": [{"deleted": True}]}, {"mode": "changes", "entry": [{"deleted": True}]}),
    "lst-3": ({"mode": "changes", "entry": [{"date": "2026"}]}, {"mode": "working", "entry": [{"date": "2026"}]}),
    "mrp-1": ({"type": "data-collection", "group": []}, {"type": "summary", "group": []}),
    "mrp-2": ({"value": {}, "component": []}, {"value": {}}),
    "mea-1": ({"code": {}, "component": []}, {"code": {}}),
    "md-1": ({"max": "0"}, {"max": "*"}),
    "inv-1": ({"valueString": "a", "part": []}, {"part": []}),
    "cpb-1": ({"status": "active"}, {"rest": []}),
    "cpb-14": ({"kind": "instance"}, {"kind": "instance", "implementation": {}}),
    "que-1": ({"type": "group"}, {"type": "display"}),
    "que-2": (items(item=[{"linkId": "1"}]), items(item=[{"linkId": "2"}])),
    "que-3": ({"type": "display", "code": []}, {"type": "string", "code": []}),
    "que-4": ({"answerOption": [], "answerValueSet": "a"}, {"answerOption": []}),
    "que-5": ({"type": "boolean", "answerOption": []}, {"type": "choice", "answerOption": []}),
    "que-6": ({"type": "display", "required": False}, {"type": "string", "required": True}),
    "que-7": ({"operator": "exists", "answerString": "a"}, {"operator": "exists", "answerBoolean": True}),
    "que-8": ({"type": "group", "initial": []}, {"type": "string", "initial": []}),
    "que-9": ({"type": "display", "readOnly": True}, {"type": "string", "readOnly": True}),
    "que-10": ({"type": "date", "maxLength": 1}, {"type": "text", "maxLength": 1}),
    "que-11": ({"answerOption": [], "initial": []}, {"initial": []}),
    "que-12": ({"enableWhen": [{}, {}, {}]}, {"enableWhen": [{}, {}, {}], "enableBehavior": "all"}),
    "que-13": ({"initial": [{}, {}]}, {"initial": [{}, {}], "repeats": True}),
    "qrs-1": ({"answer": [], "item": []}, {"answer": []}),
    "value": ({"id": "a"}, {"valueString": "a"}),
    "bdl-1": ({"type": "message", "total": 1}, {"type": "searchset", "total": 1}),
    "bdl-2": ({"type": "message", "entry": [{"search": {}}]}, {"type": "searchset", "entry": [{"search": {}}]}),
    "bdl-3": ({"type": "batch", "entry": [{}]}, {"type": "batch", "entry": [{"request": {}}]}),
    "bdl-4": ({"type": "batch", "entry": [{"response": {}}]}, {"type": "history", "entry": [{"response": {}}]}),
    "bdl-5": ({"fullUrl": "a"}, {"response": {}}),
    "bdl-7": ({"entry": [{"fullUrl": "a"}, {"fullUrl": "a"}]}, {"entry": [{"fullUrl": "a"}, {"fullUrl": "b"}]}),
    "bdl-8": ({"fullUrl": "a/_history/1"}, {"fullUrl": "a"}),
    "bdl-9": ({"type": "document"}, {"type": "document", "identifier": {"system": "a", "value": "b"}}),
    "bdl-10": ({"type": "document"}, {"type": "document", "timestamp": "a"}),
    "bdl-11": ({"type": "document"}, {"type": "document", "entry": [{"resource": {"resourceType": "Composition"}}]}),
    "bdl-12": ({"type": "message"}, {"type": "message", "entry": [{"resource": {"resourceType": "MessageHeader"}}]}),
}  # fmt: skip

ALL = [rule for rules in RULES.values() for rule in rules]


def test_every_invariant_is_about_a_type_that_is_known_and_is_tried_here() -> None:
    assert [rule.path for rule in ALL if rule.path not in tables().kinds] == []
    assert {rule.key for rule in ALL} == BROKEN_AND_WHOLE.keys()
    assert len(ALL) == len(BROKEN_AND_WHOLE)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.key)
def test_each_invariant_finds_what_breaks_it_and_lets_through_what_does_not(rule: Any) -> None:
    breaking, whole = BROKEN_AND_WHOLE[rule.key]
    assert not rule.holds(breaking)
    assert rule.holds(whole)


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        ("2026-03-01T10:00:00+01:00", "2026-03-01T09:30:00Z", True),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:30:00+01:00", False),
        ("2026-03-01T10:00:00.1234567Z", "2026-03-01T10:00:00.2Z", True),
        ("2026-03-02", "2026-03", True),
        ("2026-04", "2026-03-02", False),
        ("2026-03-02", "2026-03-01T23:30:00-05:00", True),
        ("nonsense T", "2026 T", True),
    ],
)
def test_moments_are_compared_as_far_as_they_are_known(start: str, end: str, holds: bool) -> None:
    [rule] = RULES["Period"]
    assert rule.holds({"start": start, "end": end}) is holds
