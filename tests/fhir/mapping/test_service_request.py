"""A referral as a ServiceRequest and back; rule 10 and rule 12 as far as a referral could break them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pathway.domain.told import EpisodeTold
from pathway_fhir.mapping import service_request
from pathway_fhir.mapping.service_request_sent import Asked, ReferralAsked, parse
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import referrals, systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, TODAY, days, episodes, ids, organisations, walk

PATHWAYS = referrals.pathways_by_code(DEFINITIONS.values())
REFERRAL: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "identifier": [{"system": systems.UBRN, "value": "000000070000"}],
    "status": "active",
    "intent": "order",
    "code": {"coding": [{"system": systems.SNOMED, "code": "1085671000000109"}]},
    "subject": {"identifier": {"system": systems.NHS_NUMBER, "value": "9990000026"}},
    "authoredOn": "2026-11-20T23:30:00+00:00",
    "requester": {"identifier": {"system": systems.ODS_CODE, "value": "L83100"}},
}


def read(**changed: Any) -> ReferralAsked:
    return parse({**REFERRAL, **changed}, PATHWAYS)


def places_refused(**changed: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        read(**changed)
    return {issue.expression[0] for issue in refused.value.issues}


@given(episodes(), st.sampled_from(["", "gp", "school", "council", "family"]), st.lists(ids, max_size=2))
def test_every_referral_conforms_and_comes_back(told: EpisodeTold, source: str, forms: list[Any]) -> None:
    printed = service_request.resource(
        told, source=source, source_title=source.title(), forms=forms, notes=["Waited 14 weeks."]
    )
    assert_conforms(printed)
    assume(printed["status"] != "completed")
    back = parse(printed, PATHWAYS)
    assert (back.pathway, back.received_on) == (told.definition.key, told.started_on)
    assert (back.source, back.priority) == (source, told.priority)
    assert back.subject.reference == f"Patient/{told.child_id}"
    assert [form.reference for form in back.forms] == [f"QuestionnaireResponse/{form}" for form in forms]
    assert back.texts == ("Waited 14 weeks.",)
    if told.referrer and not told.restricted:
        assert back.requester.reference == f"Organization/{told.referrer.id}"


@given(episodes(AUTISM), st.sampled_from(["", *AUTISM.outcomes]), st.none() | days)
def test_rule_10_nothing_in_it_follows_from_the_outcome(
    told: EpisodeTold, outcome: str, on: date | None
) -> None:
    other = replace(told, outcome=outcome, outcome_told_on=on)
    assert service_request.resource(other) == service_request.resource(told)


def test_rule_10_the_ways_to_end_after_the_feedback_look_alike_and_like_one_that_is_not_told() -> None:
    after = [c.key for c in AUTISM.closures.values() if "feedback_given" in c.requires]
    assert len(after) >= 3
    closed = episodes(AUTISM, stage=AUTISM.stages["closed"])

    @given(closed, st.sampled_from(["", *after]), st.sampled_from(["", *after]))
    def alike(told: EpisodeTold, first: str, second: str) -> None:
        one, other = (service_request.resource(replace(told, closure=key)) for key in (first, second))
        assert one == other
        assert one["status"] == "completed"

    alike()


@given(episodes(restricted=True), organisations)
def test_rule_12_a_restricted_child_has_no_organisation_even_where_one_was_left_in(
    told: EpisodeTold, anyone: Any
) -> None:
    left_in = replace(told, provider=anyone, referrer=anyone, school=anyone, council=anyone)
    printed = service_request.resource(left_in)
    assert {"requester", "performer", "locationReference"}.isdisjoint(name for name, _ in walk(printed))
    assert not any(str(value).startswith("Organization") for _, value in walk(printed))


@pytest.mark.parametrize(
    ("stage", "closure", "side_states", "status"),
    [
        ("waiting", "", (), "active"),
        ("waiting", "", ("on_hold_family_request",), "on-hold"),
        ("waiting", "", ("right_to_choose",), "active"),
        ("closed", "withdrawn_by_family", (), "revoked"),
        ("closed", "rejected_duplicate", (), "revoked"),
        ("void", "entered_in_error", (), "entered-in-error"),
        ("void", "", (), "entered-in-error"),
        ("died", "death_recorded", (), "revoked"),
    ],
)
def test_the_status_follows_from_what_may_be_seen(
    stage: str, closure: str, side_states: tuple[str, ...], status: str
) -> None:
    @given(episodes(AUTISM, stage=AUTISM.stages[stage], closure=closure, side_states=side_states))
    def holds(told: EpisodeTold) -> None:
        assert service_request.status(told) == status

    holds()


# --- What comes in ----------------------------------------------------------------------------------------------------


def test_a_gps_referral_is_read() -> None:
    found = read(reasonCode=[{"text": "Worried about play."}], priority="stat")
    assert (found.asked, found.pathway, found.received_on) == (Asked.REFER, "autism", date(2026, 11, 20))
    assert found.identifiers == ((systems.UBRN, "000000070000"),)
    assert (found.requester.value, found.priority, found.texts) == (
        "L83100",
        "urgent",
        ("Worried about play.",),
    )


@pytest.mark.parametrize(
    ("changed", "pathway"),
    [
        ({"code": {"coding": [{"system": systems.SNOMED, "code": "1914891000000100"}]}}, "joint_autism_adhd"),
        (
            {"code": {"coding": [{"system": systems.PATHWAY, "code": "ehc_needs_assessment"}]}},
            "ehc_needs_assessment",
        ),
        (
            {
                "code": None,
                "category": [{"coding": [{"system": systems.USE_CASE, "code": "joint-autism-adhd"}]}],
            },
            "joint_autism_adhd",
        ),
        (
            {"code": None, "performer": [{"reference": "HealthcareService/12--joint.autism.adhd"}]},
            "joint_autism_adhd",
        ),
        (
            {"code": None, "reasonCode": [{"coding": [{"system": systems.SNOMED, "code": "401204006"}]}]},
            "autism",
        ),
    ],
)
def test_the_pathway_is_known_by_any_of_its_codes(changed: dict[str, Any], pathway: str) -> None:
    assert read(**changed).pathway == pathway


def test_the_national_source_is_read() -> None:
    for code, source in {
        "108161000000109": "gp",
        "1065401000000101": "other_health",
        "185365002": "council",
    }.items():
        said = {
            "url": systems.uk_extension("SourceOfServiceRequest"),
            "valueCodeableConcept": {"coding": [{"system": systems.SNOMED, "code": code}]},
        }
        assert read(extension=[said]).source == source


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("revoked", Asked.WITHDRAW),
        ("entered-in-error", Asked.ENTERED_IN_ERROR),
        ("on-hold", Asked.HOLD),
    ],
)
def test_a_change_is_read_without_what_the_referral_has_said(status: str, asked: Asked) -> None:
    found = read(status=status, authoredOn=None, code=None)
    assert (found.asked, found.received_on, found.pathway) == (asked, None, "")


def test_a_referral_without_a_code_of_ours_is_for_the_pathway_of_the_door_it_came_to() -> None:
    assert parse({**REFERRAL, "code": None}, PATHWAYS, otherwise="autism").pathway == "autism"
    assert places_refused(code=None) == {"ServiceRequest.code"}


def test_everything_that_keeps_a_referral_from_being_used_is_said_where_it_stands() -> None:
    assert places_refused(status="draft", intent=None, code=None, subject={}, authoredOn="2026") == {
        "ServiceRequest.status",
        "ServiceRequest.intent",
        "ServiceRequest.code",
        "ServiceRequest.subject",
        "ServiceRequest.authoredOn",
    }
    both = [{"system": systems.PATHWAY, "code": key} for key in ("autism", "joint_autism_adhd")]
    assert places_refused(code={"coding": both}) == {"ServiceRequest.code"}
    assert places_refused(note=[{"text": "x" * 4001}]) == {"ServiceRequest.note[0].text"}


def test_a_day_to_come_is_left_to_the_action_that_refuses_it() -> None:
    assert (read(authoredOn="2030-01-01").received_on or TODAY) > TODAY
