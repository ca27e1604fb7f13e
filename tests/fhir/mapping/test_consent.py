"""Permissions as Consents and back; what a referral's Consent agrees to; proxy roles as the national service sends them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway_fhir.mapping import consent, proxy_role
from pathway_fhir.mapping.of_facts import Shown, steps_shown_as
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, episodes, facts, walk
from tests.fhir.outside import body_of, files, needs_examples

STEPS = steps_shown_as(AUTISM, Shown.CONSENT)
EPISODE = "ServiceRequest/6a0f7a52-1a54-4a0e-9d5e-3b7d5c1e2f10"


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


WITHDRAWN: dict[str, Any] = {
    "resourceType": "Consent",
    "status": "active",
    "scope": coded(systems.CONSENT_SCOPE, "patient-privacy"),
    "category": [
        coded(systems.STEP, "consent_withdrawn"),
        coded(systems.answer_options("autism", "consent_withdrawn", "scope"), "share_with_school"),
    ],
    "dateTime": "2026-11-20",
    "policyRule": coded(systems.ACT_CODE, "OPTOUT"),
    "provision": {"type": "deny", "data": [{"meaning": "related", "reference": {"reference": EPISODE}}]},
}


def places_refused(**changed: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        consent.parse({**WITHDRAWN, **changed}, AUTISM)
    return {issue.expression[0] for issue in refused.value.issues}


@given(st.data())
def test_every_permission_conforms_and_comes_back(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(STEPS))
    told, of = data.draw(facts(step, struck=False)), data.draw(episodes(AUTISM))
    printed = consent.resource(told, of)
    assert_conforms(printed)
    back = consent.parse(printed, AUTISM)
    assert (back.episode_id, back.step, back.happened_on) == (
        told.episode_id,
        step.key,
        told.event.happened_on,
    )
    assert back.answers == {**told.event.fields, **told.texts}


@pytest.mark.parametrize(
    ("step", "type_"),
    [("consent_given", "permit"), ("consent_withdrawn", "deny"), ("school_not_to_be_told", "deny")],
)
def test_a_step_that_hides_the_child_denies(step: str, type_: str) -> None:
    @given(facts(AUTISM.steps[step]), episodes(AUTISM))
    def holds(told: Any, of: Any) -> None:
        assert consent.resource(told, of)["provision"]["type"] == type_

    holds()


@given(st.data())
def test_rule_12_of_a_restricted_child_no_organisation_is_named(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(STEPS))
    printed = consent.resource(data.draw(facts(step)), data.draw(episodes(AUTISM, restricted=True)))
    assert not any(str(value).startswith("Organization") for _, value in walk(printed))


def test_a_withdrawal_is_read_by_its_codes() -> None:
    found = consent.parse(WITHDRAWN, AUTISM)
    assert (found.step, found.happened_on) == ("consent_withdrawn", date(2026, 11, 20))
    assert found.answers == {"scope": "share_with_school"}


def test_a_consent_that_contradicts_itself_is_refused() -> None:
    """Otherwise one that says “deny” would be recorded as permission, and the school told."""
    given_ = [coded(systems.STEP, "consent_given")]
    assert places_refused(category=given_) == {"Consent.provision.type"}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert places_refused(status="draft", category=[], dateTime="2026", provision={}) == {
        "Consent.status",
        "Consent.category",
        "Consent.dateTime",
        "Consent.provision.data",
    }


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, False),
        ({"provision": {"type": "permit"}, "policyRule": None}, True),
        ({"provision": None, "policyRule": coded(systems.ACT_CODE, "OPTIN")}, True),
        ({"provision": None, "policyRule": coded(systems.ACT_CODE, "IMPLIED")}, None),
        ({"provision": {"type": "permit"}, "policyRule": None, "status": "inactive"}, False),
        ({"provision": {"type": "permit"}, "policyRule": None, "status": "proposed"}, None),
    ],
)
def test_only_what_is_said_is_agreement(changed: dict[str, Any], answer: bool | None) -> None:
    assert consent.agreed({**WITHDRAWN, **changed}) is answer


# --- Proxy roles ------------------------------------------------------------------------------------------------------


def resources(file: Path) -> dict[str, Any]:
    """The resources of a published example, by type; its adult's number has a wrong check digit, so it is given a right one."""
    bundle = json.loads(body_of(file).replace(b"9000000019", b"9000000017"))
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle.get("entry", [])}


@needs_examples
def test_a_mothers_proxy_role_is_read_with_the_relationship_beside_it() -> None:
    (file,) = files("vrs/responses/GET_Consent/single-mother-child-relationship-include-performer.yaml")
    found = resources(file)
    role = proxy_role.parse(found["Consent"], found["RelatedPerson"])
    assert (role.child.value, role.carer.value) == ("9000000009", "9000000017")
    assert (role.relationship, role.parental_responsibility, role.active) == ("mother", True, True)
    assert (role.start, role.end) == (date(2025, 2, 11), date(2029, 2, 11))
    days = [date(2025, 2, 10), date(2025, 2, 11), date(2029, 2, 11), date(2029, 2, 12)]
    assert [role.holds_on(day) for day in days] == [False, True, True, False]


@needs_examples
def test_published_proxy_roles_are_read_or_refused_for_a_number_that_cannot_be_one() -> None:
    found = map(resources, files("vrs/responses/GET_Consent/*.yaml"))
    consents = [each["Consent"] for each in found if "Consent" in each]
    assert consents
    refused = [places for sent in consents if (places := proxy_places(sent))]
    assert len(refused) < len(consents)
    assert set().union(*refused) <= {
        "Consent.patient.identifier.value",
        "Consent.performer.identifier.value",
    }


def proxy_places(sent: dict[str, Any]) -> set[str]:
    try:
        proxy_role.parse(sent)
    except Refused as refused:
        return {issue.expression[0] for issue in refused.issues}
    return set()


def test_a_proxy_role_without_numbers_or_basis_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        proxy_role.parse({"resourceType": "Consent", "status": "active"})
    assert {issue.expression[0] for issue in refused.value.issues} == {
        "Consent.patient",
        "Consent.performer",
        "Consent.policyRule",
        "Consent.provision.type",
    }
