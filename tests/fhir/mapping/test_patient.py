"""A child as a Patient and back: nothing that is carried is lost, and nothing that must not travel does."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from pathway.domain.told import ChildTold, NumberStatus
from pathway_fhir.mapping import patient
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import TODAY, children, walk
from tests.fhir.outside import needs_examples, read_json

CHILD: dict[str, Any] = {
    "resourceType": "Patient",
    "identifier": [{"system": systems.NHS_NUMBER, "value": "9990000026"}],
    "name": [{"use": "official", "family": "Stone", "given": ["Amira"]}],
    "gender": "female",
    "birthDate": "2018-05-01",
}
R = {"security": [{"system": systems.CONFIDENTIALITY, "code": "R"}]}
SAFE = {
    "relationship": [{"coding": [{"system": systems.CONTACT_ROLE, "code": "safe-contact"}]}],
    "name": {"text": "Ms Finch, social worker"},
    "telecom": [{"system": "phone", "value": "01632 960001"}],
}


def refused(sent: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        patient.parse(sent, TODAY)
    return refusal.value


@given(children())
def test_every_child_is_a_patient_that_another_system_can_read(child: ChildTold) -> None:
    assert_conforms(patient.resource(child))


@given(children(restricted=False))
def test_what_is_carried_comes_back(child: ChildTold) -> None:
    sent = patient.parse(patient.resource(child), TODAY)
    back = sent.child
    assert (back.first_name, back.family_name, back.birth_date, back.sex) == (
        child.first_name, child.family_name, child.birth_date, child.sex,
    )  # fmt: skip
    assert (back.language, back.interpreter, back.restricted) == (child.language, child.interpreter, False)
    assert (back.nhs_number.value if back.nhs_number else None) == child.nhs_number
    assert sent.number_status == (child.number_status if child.nhs_number else None)
    assert (back.upn.value if back.upn else None) == child.upn
    assert (back.address, back.postcode.value if back.postcode else None) == (child.address, child.postcode)
    assert (sent.died, sent.died_on) == (child.died_on is not None, child.died_on)


@given(children(restricted=True))
def test_a_restricted_child_leaves_no_address_even_where_one_was_left_in(child: ChildTold) -> None:
    told = replace(child, address=("12 Mill Lane",), postcode="EX1 1AA")
    printed = patient.resource(told)
    names = {name for name, _ in walk(printed)}
    assert names.isdisjoint({"address", "line", "postalCode", "generalPractitioner", "managingOrganization"})
    assert "Mill Lane" not in json.dumps(printed)
    assert printed["meta"]["security"][0]["code"] == "R"


@given(children())
def test_a_merged_child_points_at_the_record_that_is_kept(child: ChildTold) -> None:
    printed = patient.resource(child)
    kept = [link["other"]["reference"] for link in printed.get("link", [])]
    assert kept == ([f"Patient/{child.merged_into}"] if child.merged_into else [])
    assert printed["active"] is (child.merged_into is None)


def test_two_nhs_numbers_are_refused_even_where_one_is_old() -> None:
    other = {"system": systems.NHS_NUMBER, "value": "9990000018", "use": "old"}
    said = refused({**CHILD, "identifier": [*CHILD["identifier"], other]})
    assert [issue.expression for issue in said.issues] == [("Patient.identifier",)]


def test_a_wrong_check_digit_is_refused_without_the_number_or_the_digit() -> None:
    said = refused({**CHILD, "identifier": [{"system": systems.NHS_NUMBER, "value": "9990000027"}]})
    assert said.issues[0].expression == ("Patient.identifier[0].value",)
    assert not any(sign.isdigit() for sign in said.issues[0].text)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = refused({"resourceType": "Patient", "birthDate": "2018-05", "gender": "girl"})
    assert {issue.expression[0] for issue in said.issues} == {
        "Patient.name",
        "Patient.birthDate",
        "Patient.gender",
    }


def test_a_restricted_child_needs_a_safe_contact_and_comes_in_without_the_address() -> None:
    there = {**CHILD, "meta": R, "address": [{"line": ["12 Mill Lane"], "postalCode": "EX1 1AA"}]}
    assert refused(there).issues[0].expression == ("Patient.contact",)
    unmarked = {**there, "contact": [{"name": {"text": "Somebody"}}]}
    assert refused(unmarked).issues[0].expression == ("Patient.contact",)
    child = patient.parse({**there, "contact": [SAFE]}, TODAY).child
    assert (child.restricted, child.safe_contact) == (True, "Ms Finch, social worker, 01632 960001")
    assert (child.address, child.postcode) == ((), None)


@pytest.mark.parametrize("system", [systems.NUMBER_STATUS, systems.NUMBER_STATUS_BEFORE])
def test_both_systems_of_the_number_status_are_read(system: str) -> None:
    url = systems.uk_extension("NHSNumberVerificationStatus")
    said = {"url": url, "valueCodeableConcept": {"coding": [{"system": system, "code": "01"}]}}
    number = {**CHILD["identifier"][0], "extension": [said]}
    assert patient.parse({**CHILD, "identifier": [number]}, TODAY).number_status is NumberStatus.TRACED
    assert patient.parse(CHILD, TODAY).number_status is NumberStatus.TRACE_REQUIRED


def test_an_old_address_is_not_where_the_child_lives() -> None:
    old = {"use": "home", "line": ["1 Old Road"], "period": {"end": "2020-01-01"}}
    letters = {"use": "temp", "line": ["Somewhere"]}
    home = {"line": ["12 Mill Lane"], "city": "Exeter", "postalCode": "ex1 1aa"}
    child = patient.parse({**CHILD, "address": [old, letters, home]}, TODAY).child
    assert child.address == ("12 Mill Lane", "Exeter")
    assert str(child.postcode) == "EX1 1AA"


def test_a_name_that_is_too_long_or_holds_unseen_signs_is_refused() -> None:
    for family in ("x" * 201, "Sto\x00ne", "Stone\u0000"):
        assert refused({**CHILD, "name": [{"family": family, "given": ["A"]}]}).issues[0].expression == (
            "Patient.name[0].family",
        )


@needs_examples
@pytest.mark.parametrize("name", ["patient_9693632109", "patient_9733162043", "patient_5900057208"])
def test_a_patient_of_the_personal_demographics_api_is_read(name: str) -> None:
    sent = read_json(f"pds/karate-stubs/patientResponses/{name}.json")
    found = patient.parse(sent, date(2026, 1, 1))
    assert found.child.nhs_number is not None
    assert found.child.nhs_number.value == sent["id"]
    assert found.number_status is NumberStatus.TRACED


@needs_examples
def test_the_answer_to_a_trace_may_be_restricted_and_its_address_unreadable() -> None:
    hidden = read_json("pds/karate-stubs/patientResponses/patient_9000000025.json")
    assert refused(hidden).issues[0].expression == ("Patient.contact",)
    found = patient.parse(hidden, TODAY, referring=False)
    assert (found.child.restricted, found.child.safe_contact, found.died) == (True, "", True)
    odd = read_json("pds/karate-stubs/patientResponses/patient_5900059332.json")
    assert patient.parse(odd, TODAY, referring=False).child.postcode is None
