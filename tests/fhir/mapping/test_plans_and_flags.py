"""Plans as CarePlan, breaches and safeguarding as Flag: the sum travels whole, and a concern is never spelt out."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.explain import sentences
from pathway.domain.told import BreachTold, EpisodeTold, OrganisationTold
from pathway_fhir import ids
from pathway_fhir.mapping import care_plan, flag, service_request
from pathway_fhir.mapping.of_facts import SUPPORT_PLANNED, Shown
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS
from tests.fhir.mapping.of_episodes import Told, breaches, facts_of, facts_shown_as

TRUST = OrganisationTold(7, "provider", "Moorland Community Trust")

# --- Plans ------------------------------------------------------------------------------------------------------------


@given(facts_shown_as(Shown.CARE_PLAN))
def test_every_plan_conforms_and_points_at_no_condition(told: Told) -> None:
    found = care_plan.resource(*told)
    assert_conforms(found)
    assert not {"addresses", "goal"} & set(found)
    assert found["status"] == ("entered-in-error" if told[0].struck else "active")


@given(st.data())
def test_a_plan_is_complete_when_its_episode_has_ended(data: st.DataObject) -> None:
    fact, of = data.draw(
        facts_of(AUTISM, AUTISM.steps["plan_agreed"], struck=False, stage=AUTISM.stages["closed"])
    )
    found = care_plan.resource(fact, replace(of, closed_on=date(2026, 9, 1)))
    assert (found["status"], found["period"]["end"]) == ("completed", "2026-09-01")


@given(st.data())
def test_support_while_waiting_is_a_plan_only_where_its_words_are_told(data: st.DataObject) -> None:
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["referral_received"]))
    silent = replace(fact, texts={"concerns": "Finds the dining hall hard."})
    assert not care_plan.applies(silent)
    told = replace(fact, texts={**silent.texts, SUPPORT_PLANNED: "A quiet place at lunch."})
    assert care_plan.applies(told)
    found = care_plan.resource(told, of)
    assert_conforms(found)
    assert found["title"] == "Support while waiting"
    assert found["activity"][0]["detail"]["description"] == "A quiet place at lunch."
    assert "dining hall" not in str(found)


@pytest.mark.parametrize("key", ["plan_issued", "plan_transferred_in"])
@given(data=st.data())
def test_a_first_step_that_is_a_plan_itself_always_has_one(data: st.DataObject, key: str) -> None:
    definition = DEFINITIONS["annual_review"]
    fact, of = data.draw(facts_of(definition, definition.steps[key]))
    assert care_plan.applies(fact)
    assert care_plan.resource(fact, of)["title"] == fact.title


# --- Breaches ---------------------------------------------------------------------------------------------------------


@given(breaches())
def test_a_breach_explains_itself_as_the_screens_do(told: tuple[BreachTold, EpisodeTold]) -> None:
    late, of = told
    found = flag.resource(late, of)
    assert_conforms(found)
    said = " ".join(sentences(late.explanation))
    assert found["code"]["text"] == said
    assert found["code"]["coding"][0]["display"] == GRADE_TITLES[late.grade]
    assert found["status"] == ("active" if late.closed_on is None else "inactive")
    assert ids.numbered_in(found["id"]) == (late.id, late.episode_id)
    assert flag.breach_note(late)["text"] == said
    request = service_request.resource(of, notes=[flag.breach_note(late)["text"]])
    assert request["note"] == [{"text": said}]
    assert_conforms(request)


@given(breaches())
def test_every_part_of_the_sum_can_be_read_by_a_machine(told: tuple[BreachTold, EpisodeTold]) -> None:
    late, of = told
    e = late.explanation
    sums = next(x for x in flag.resource(late, of)["extension"] if x["url"] == flag.EXPLANATION)
    parts = {p["url"]: next(v for k, v in p.items() if k != "url") for p in sums["extension"]}
    assert parts["startedOn"] == e.started_on.isoformat()
    assert (parts["days"], parts["daysOver"], parts["limit"]) == (e.days, e.days_over, e.limit)
    assert (parts["dueOn"], parts["source"]) == (e.due_on.isoformat(), e.source)
    assert parts["thresholdVersion"] == e.threshold_id
    lines = [p["valueString"] for p in sums["extension"] if p["url"] == "sentence"]
    assert lines == list(sentences(e))


@given(breaches())
def test_a_restricted_childs_breach_names_no_organisation(told: tuple[BreachTold, EpisodeTold]) -> None:
    late, of = told
    found = flag.resource(replace(late, provider=TRUST), replace(of, restricted=True, provider=TRUST))
    assert "author" not in found
    assert "Moorland" not in str(found)


# --- Safeguarding -----------------------------------------------------------------------------------------------------


@given(facts_shown_as(Shown.FLAG))
def test_a_safeguarding_flag_says_that_there_is_a_concern_and_nothing_of_it(told: Told) -> None:
    fact, of = told
    noted = replace(fact, texts={"note": "Bruises on both arms."})
    found = flag.safeguarding(noted, of)
    assert_conforms(found)
    assert {c["code"] for c in found["category"][0]["coding"]} == {"safety", "SG"}
    assert "Bruises" not in str(found)
    assert "passed_on" not in str(found)
    assert found["status"] == ("entered-in-error" if fact.struck else "active")
