"""A carer as a RelatedPerson and back; and as PDS and the Validated Relationships Service send one."""

from typing import Any

import pytest
from hypothesis import given

from pathway.domain.told import CarerTold
from pathway_fhir.mapping import related_person
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import TODAY, carers
from tests.fhir.outside import needs_examples, read_json

MOTHER: dict[str, Any] = {
    "resourceType": "RelatedPerson",
    "patient": {"reference": "Patient/1"},
    "relationship": [
        {"coding": [{"system": systems.ROLE_CODE, "code": "PRN", "display": "parent"}]},
        {"coding": [{"system": systems.ROLE_CODE, "code": "MTH", "display": "mother"}]},
    ],
    "name": [{"use": "usual", "family": "Stone", "given": ["Nadia"]}],
}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


@given(carers)
def test_every_carer_conforms_and_comes_back(carer: CarerTold) -> None:
    printed = related_person.resource(carer)
    assert_conforms(printed)
    sent = related_person.parse(printed, TODAY)
    assert sent.child.reference == f"Patient/{carer.child_id}"
    for name in ("name", "relationship", "channel", "language", "parental_responsibility", "may_be_told"):
        assert getattr(sent.carer, name) == getattr(carer, name)
    assert (sent.carer.email, sent.carer.phone) == (carer.email or "", carer.phone or "")
    assert set(sent.carer.needs) == set(carer.needs)
    assert sent.warnings == ()


def test_who_is_not_said_to_be_told_is_not_told_and_has_no_parental_responsibility() -> None:
    sent = related_person.parse(MOTHER, TODAY)
    assert (sent.carer.may_be_told, sent.carer.parental_responsibility) == (False, False)
    assert [issue.code for issue in sent.warnings] == [IssueType.INCOMPLETE]


def test_the_most_exact_relationship_is_kept_and_a_way_to_reach_them_is_found() -> None:
    telecom = [{"system": "phone", "value": "01632 960001"}, {"system": "phone", "value": "0", "use": "old"}]
    carer = related_person.parse({**MOTHER, "telecom": telecom}, TODAY).carer
    assert (carer.relationship, carer.phone, carer.channel) == ("mother", "+441632960001", "telephone")


def test_preferences_are_read_as_the_demographics_service_sends_them() -> None:
    preference = {
        "url": systems.uk_extension("ContactPreference"),
        "extension": [
            {
                "url": "PreferredWrittenCommunicationFormat",
                "valueCodeableConcept": coded(systems.WRITTEN_FORMAT, "11"),
            },
            {"url": "PreferredContactMethod", "valueCodeableConcept": coded(systems.CONTACT_METHOD, "1")},
        ],
    }
    spoken = {
        "url": systems.uk_extension("NHSCommunication"),
        "extension": [
            {"url": "language", "valueCodeableConcept": coded(systems.HUMAN_LANGUAGE, "fr")},
            {"url": "interpreterRequired", "valueBoolean": True},
        ],
    }
    copy = {
        "url": "https://fhir.nhs.uk/R4/StructureDefinition/Extension-UKCore-CopyCorrespondenceIndicator",
        "valueBoolean": True,
    }
    carer = related_person.parse({**MOTHER, "extension": [preference, spoken, copy]}, TODAY).carer
    assert (carer.channel, carer.language, carer.may_be_told) == ("letter", "fr", True)
    assert set(carer.needs) == {"large_print", "interpreter"}


@pytest.mark.parametrize(("method", "need"), [("7", "british_sign_language"), ("8", "no_calls")])
def test_two_contact_methods_are_needs(method: str, need: str) -> None:
    part = {"url": "PreferredContactMethod", "valueCodeableConcept": coded(systems.CONTACT_METHOD, method)}
    preference = {"url": systems.uk_extension("ContactPreference"), "extension": [part]}
    assert related_person.parse({**MOTHER, "extension": [preference]}, TODAY).carer.needs == (need,)


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_repeated() -> None:
    telecom = [{"system": "phone", "value": "nobody"}, {"system": "email", "value": "not an address"}]
    with pytest.raises(Refused) as refused:
        related_person.parse({"resourceType": "RelatedPerson", "telecom": telecom}, TODAY)
    assert {issue.expression[0] for issue in refused.value.issues if issue.severity.refuses} == {
        "RelatedPerson.patient",
        "RelatedPerson.name",
        "RelatedPerson.relationship",
        "RelatedPerson.telecom[0].value",
        "RelatedPerson.telecom[1].value",
    }
    assert "nobody" not in str(refused.value)


@needs_examples
def test_a_guardian_of_the_personal_demographics_api_is_read() -> None:
    bundle = read_json("pds/karate-stubs/relatedPersonResponses/related_person_9000000017.json")
    sent = related_person.parse(bundle["entry"][0]["resource"], TODAY)
    assert (sent.child.value, sent.carer.relationship) == ("5328023641", "Guardian of patient")
    assert (sent.carer.language, sent.carer.channel, sent.carer.needs) == ("fr", "letter", ("interpreter",))
    assert sent.carer.phone == "", "the number ended in 2021"
