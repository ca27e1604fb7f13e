"""A contact as an Encounter, and an Encounter that is sent as the step it means; telephone is never taken for video."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.told import OrganisationTold
from pathway_fhir.mapping import encounter
from pathway_fhir.mapping.of_facts import Shown, is_component, steps_shown_as
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import ATTEND_STATUS, DELIVERY_CHANNEL
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS
from tests.fhir.mapping.of_episodes import Told, facts_of, facts_shown_as

EPISODE = UUID("0197a000-0000-7000-8000-000000000001")
CHANNEL = systems.uk_extension("DeliveryChannel")


def by(channel: str) -> dict[str, Any]:
    return {
        "url": CHANNEL,
        "valueCodeableConcept": {"coding": [{"system": DELIVERY_CHANNEL, "code": channel}]},
    }


def attended(status: str) -> dict[str, Any]:
    return {
        "url": encounter.ATTENDANCE,
        "valueCodeableConcept": {"coding": [{"system": ATTEND_STATUS, "code": status}]},
    }


def sent(**elements: Any) -> dict[str, Any]:
    """A contact in the standard's own words."""
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": systems.ACT_CODE, "code": "AMB"},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{EPISODE}"}],
        "period": {"start": "2026-03-02T09:30:00Z", "end": "2026-03-02T10:30:00Z"},
        "extension": [attended("5")],
        **elements,
    }


def refused(**change: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        encounter.parse(sent(**change), AUTISM)
    return refusal.value


@given(facts_shown_as(Shown.ENCOUNTER))
def test_every_contact_conforms(told: Told) -> None:
    fact, of = told
    found = encounter.resource(fact, of)
    assert_conforms(found)
    on = fact.event.happened_on.isoformat()
    assert found["period"] == {"start": on, "end": on}
    assert found["episodeOfCare"][0]["reference"] == f"EpisodeOfCare/{of.id}"


@given(facts_shown_as(Shown.ENCOUNTER, struck=False, restricted=False))
def test_a_contact_comes_back_as_it_was(told: Told) -> None:
    fact, of = told
    found = encounter.parse(encounter.resource(fact, of), of.definition)
    assert (found.episode_id, found.step) == (of.id, fact.event.kind)
    assert (found.happened_on, found.answers) == (fact.event.happened_on, dict(fact.event.fields))


def test_every_result_of_every_component_has_a_status() -> None:
    for definition in DEFINITIONS.values():
        for step in filter(is_component, definition.steps.values()):
            result = step.field_named("result")
            assert result is not None
            assert {option.key for option in result.options} == set(encounter.STATUS_BY_RESULT)


@pytest.mark.parametrize(
    ("mechanism", "code"), [("face_to_face", "AMB"), ("video", "VR"), ("telephone", "VR")]
)
@given(data=st.data())
def test_the_class_follows_from_how_the_child_was_seen(
    data: st.DataObject, mechanism: str, code: str
) -> None:
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["contact_attended"]))
    seen = replace(fact, event=replace(fact.event, fields={"mechanism": mechanism, "attendance": "on_time"}))
    assert encounter.resource(seen, of)["class"]["code"] == code


@given(st.data())
def test_at_home_is_said_only_where_the_place_may_be(data: st.DataObject) -> None:
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["assessment_started"], restricted=False))
    fields = {"mechanism": "face_to_face", "attendance": "late_but_seen", "setting": "home"}
    seen = replace(fact, event=replace(fact.event, fields=fields), struck=False)
    found = encounter.resource(seen, of)
    assert found["class"]["code"] == "HH"
    assert {"system": ATTEND_STATUS, "code": "6"} in found["extension"][0]["valueCodeableConcept"]["coding"]
    trust = OrganisationTold(7, "provider", "Moorland Community Trust")
    hidden = encounter.resource(seen, replace(of, restricted=True, provider=trust))
    assert hidden["class"]["code"] == "AMB"
    assert not [word for word in ("Moorland", "Organization", "'home'") if word in str(hidden)]


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_standards_own_words_are_enough_for_a_contact() -> None:
    found = encounter.parse(sent(), AUTISM)
    assert (found.step, found.happened_on) == ("contact_attended", date(2026, 3, 2))
    assert found.answers == {"mechanism": "face_to_face", "attendance": "on_time"}
    assert encounter.episode_of(sent()) == EPISODE


@pytest.mark.parametrize(
    ("pathway", "snomed", "step"),
    [
        ("autism", "1085671000000109", "assessment_started"),
        ("autism", "185316007", "contact_attended"),
        ("joint_autism_adhd", "1914891000000100", "assessment_started"),
        ("joint_autism_adhd", "1085671000000109", "contact_attended"),
    ],
)
def test_the_code_tells_the_start_of_the_assessment_from_other_contacts(
    pathway: str, snomed: str, step: str
) -> None:
    coded = sent(type=[{"coding": [{"system": systems.SNOMED, "code": snomed}]}])
    assert encounter.parse(coded, DEFINITIONS[pathway]).step == step


@pytest.mark.parametrize(("channel", "mechanism"), [("Video", "video"), ("Telephone", "telephone")])
def test_a_virtual_contact_says_whether_it_was_by_video_or_telephone(channel: str, mechanism: str) -> None:
    """A telephone contact meets NICE's limit and not the national statistic (docs/rules.md 3)."""
    virtual = {"system": systems.ACT_CODE, "code": "VR"}
    found = encounter.parse(sent(**{"class": virtual, "extension": [attended("5"), by(channel)]}), AUTISM)
    assert found.answers["mechanism"] == mechanism
    refusal = refused(**{"class": virtual})
    assert [issue.expression for issue in refusal.issues] == [("Encounter.class",)]


def test_a_contact_at_home_is_face_to_face() -> None:
    coded = [{"coding": [{"system": systems.STEP, "code": "assessment_started"}]}]
    found = encounter.parse(sent(type=coded, **{"class": {"system": systems.ACT_CODE, "code": "HH"}}), AUTISM)
    assert found.answers == {"mechanism": "face_to_face", "attendance": "on_time", "setting": "home"}


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ({"status": "planned"}, "status", IssueType.NOT_SUPPORTED),
        ({"status": "in-progress"}, "status", IssueType.NOT_SUPPORTED),
        ({"period": {}}, "period.end", IssueType.REQUIRED),
        ({"period": {"start": "2026"}}, "period.start", IssueType.VALUE),
        ({"episodeOfCare": []}, "episodeOfCare", IssueType.REQUIRED),
        (
            {"type": [{"coding": [{"system": systems.STEP, "code": "outcome_recorded"}]}]},
            "type",
            IssueType.CODE_INVALID,
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(
    change: dict[str, Any], where: str, code: IssueType
) -> None:
    refusal = refused(**change)
    assert [(i.expression, i.code) for i in refusal.issues] == [((f"Encounter.{where}",), code)]


def test_a_pathway_without_contacts_names_none() -> None:
    review = DEFINITIONS["annual_review"]
    assert encounter.plain_contact(steps_shown_as(review, Shown.ENCOUNTER)) is None
    with pytest.raises(Refused) as refusal:
        encounter.parse(sent(), review)
    assert "none" in refusal.value.issues[0].text
