"""What is suspected and what was found: provisional until the family has been told, whatever the team has decided."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.domain.definition import Definition
from pathway.domain.told import EpisodeTold
from pathway_fhir.mapping import condition, diagnostic_report
from pathway_fhir.mapping.of_facts import Shown
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, episodes
from tests.fhir.mapping.of_episodes import Told, facts_shown_as

WITH_CONDITION = [d for d in DEFINITIONS.values() if condition.applies(d)]
with_condition = st.sampled_from(WITH_CONDITION)
FEEDBACK = date(2026, 3, 3)


def verification(found: dict[str, Any]) -> str:
    return str(found["verificationStatus"]["coding"][0]["code"])


@st.composite
def suspected(draw: st.DrawFn) -> EpisodeTold:
    definition = draw(with_condition)
    stage = draw(st.sampled_from([s for s in definition.stages.values() if s.key != "void"]))
    return draw(episodes(definition, stage=stage))


def test_pathways_that_find_nothing_have_no_condition() -> None:
    assert [d.key for d in WITH_CONDITION] == ["autism", "joint_autism_adhd"]


@given(suspected(), st.sampled_from(["", "autism", "not_autism", "uncertain", "adhd", "neither"]))
def test_before_the_feedback_nothing_differs_between_one_child_and_another(
    told: EpisodeTold, outcome: str
) -> None:
    """Rule 10, even where the values were wrong to hold an outcome that nobody has been told."""
    found = condition.resource(replace(told, outcome=outcome))
    assert found == condition.resource(told)
    assert_conforms(found)
    assert verification(found) == "provisional"
    assert found["code"]["text"] == "Suspected autism"
    assert systems.OUTCOME not in str(found)


@given(suspected())
def test_the_day_of_the_feedback_alone_tells_nothing(told: EpisodeTold) -> None:
    """It is known that the family was told, and not shared what."""
    assert condition.resource(replace(told, outcome_told_on=FEEDBACK)) == condition.resource(told)


@pytest.mark.parametrize(
    ("pathway", "outcome", "verified", "clinical", "snomed"),
    [
        ("autism", "autism", "confirmed", "active", "35919005"),
        ("autism", "not_autism", "refuted", "inactive", "401204006"),
        ("autism", "uncertain", "provisional", "active", "401204006"),
        ("autism", "not_completed", "provisional", "active", "401204006"),
        ("joint_autism_adhd", "autism_and_adhd", "confirmed", "active", "35919005"),
        ("joint_autism_adhd", "adhd", "refuted", "inactive", ""),
        ("joint_autism_adhd", "neither", "refuted", "inactive", ""),
        ("joint_autism_adhd", "uncertain", "provisional", "active", ""),
    ],
)
@settings(max_examples=10)
@given(data=st.data())
def test_after_the_feedback_what_was_found_by_the_definitions_own_table(
    data: st.DataObject, pathway: str, outcome: str, verified: str, clinical: str, snomed: str
) -> None:
    definition = DEFINITIONS[pathway]
    stage = definition.stages["after_feedback"]
    told = data.draw(episodes(definition, stage=stage, outcome=outcome, outcome_told_on=FEEDBACK))
    found = condition.resource(told)
    assert_conforms(found)
    assert verification(found) == verified
    assert found["clinicalStatus"]["coding"][0]["code"] == clinical
    by_snomed = [c["code"] for c in found["code"]["coding"] if c["system"] == systems.SNOMED]
    assert by_snomed == ([snomed] if snomed else [])
    assert found["recordedDate"] == FEEDBACK.isoformat()


@pytest.mark.parametrize("definition", list(DEFINITIONS.values()), ids=lambda d: d.key)
def test_every_outcome_of_every_pathway_has_a_standing(definition: Definition) -> None:
    for outcome in definition.outcomes.values():
        standing = condition.standing_of(outcome)
        assert (standing is condition.CONFIRMED) == (outcome.mhsds_autism_status == "1")
        assert (standing is condition.REFUTED) == (outcome.mhsds_autism_status == "5")


@given(data=st.data())
def test_a_record_made_by_mistake_has_no_clinical_status(data: st.DataObject) -> None:
    """con-5: an entry in error is neither active nor inactive."""
    found = condition.resource(data.draw(episodes(AUTISM, stage=AUTISM.stages["void"])))
    assert_conforms(found)
    assert verification(found) == "entered-in-error"
    assert "clinicalStatus" not in found


# --- The report -------------------------------------------------------------------------------------------------------


@given(facts_shown_as(Shown.DIAGNOSTIC_REPORT))
def test_a_report_is_told_without_its_conclusion(told: Told) -> None:
    fact, of = told
    found = diagnostic_report.resource(fact, replace(of, outcome="autism"))
    assert_conforms(found)
    assert not {"conclusion", "conclusionCode"} & set(found)
    assert found["status"] == ("entered-in-error" if fact.struck else "final")


@given(facts_shown_as(Shown.DIAGNOSTIC_REPORT, outcome_told_on=FEEDBACK))
def test_a_report_concludes_what_was_found_once_it_may_be_known(told: Told) -> None:
    fact, of = told
    outcomes = list(of.definition.outcomes.values())
    for outcome in outcomes:
        found = diagnostic_report.resource(fact, replace(of, outcome=outcome.key))
        assert_conforms(found)
        assert found["conclusion"] == outcome.title
        assert outcome.snomed in str(found["conclusionCode"])
