"""Messages, origins, readings and figures: what became of a message, where a fact is from, who looked, how many wait."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.roles import Door, Role
from pathway.domain.told import MessageTold, OrganisationTold, PersonTold, ReadingTold, WaitsTold
from pathway_fhir import ids
from pathway_fhir.mapping import audit_event, communication, measure_report, provenance
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, walk
from tests.fhir.mapping.of_episodes import Told, facts_of, messages, readings, waits

TRUST = OrganisationTold(7, "provider", "Moorland Community Trust", "RXX")
SAM = PersonTold(31, "Sam Reed", Role.CLINICIAN, TRUST)


@st.composite
def any_fact(draw: st.DrawFn) -> Told:
    definition = draw(st.sampled_from(list(DEFINITIONS.values())))
    return draw(facts_of(definition, draw(st.sampled_from(list(definition.steps.values())))))


# --- Messages ---------------------------------------------------------------------------------------------------------


@given(messages)
def test_every_message_conforms_and_carries_no_text(told: MessageTold) -> None:
    found = communication.resource(told)
    assert_conforms(found)
    assert not {"payload", "note", "text"} & set(found)
    carer = ids.related_person_in(found["recipient"][0]["reference"].partition("/")[2])
    assert carer == (told.child_id, told.carer_id)
    assert found["topic"]["coding"][0]["code"] == told.template


@pytest.mark.parametrize(
    ("state", "status"),
    [("waiting", "preparation"), ("sending", "in-progress"), ("sent", "completed"), ("delivered", "completed"),
     ("failed", "stopped"), ("held", "on-hold"), ("dropped", "not-done"), ("nobody_to_tell", "not-done")],
)  # fmt: skip
@given(told=messages)
def test_what_became_of_a_message(told: MessageTold, state: str, status: str) -> None:
    found = communication.resource(replace(told, state=state))
    assert found["status"] == status
    assert ("sent" in found) == (status != "preparation")


# --- Origins ----------------------------------------------------------------------------------------------------------


@given(any_fact(), st.sampled_from(["", "3a1f0a7e-2b0c-4c9e-9d1d-0a2b3c4d5e6f"]), st.sampled_from(Door))
def test_every_fact_of_every_pathway_has_a_provenance(told: Told, message: str, door: Door) -> None:
    fact, of = told
    fact = replace(fact, event=replace(fact.event, door=door))
    found = provenance.resource(fact, of, message)
    assert_conforms(found)
    assert found["occurredDateTime"] == fact.event.happened_on.isoformat()
    assert found["target"][-1]["reference"] == f"EpisodeOfCare/{of.id}"
    assert ("entity" in found) == bool(message)
    assert found["activity"]["coding"][1]["code"] == fact.event.kind


@given(any_fact())
def test_the_agent_is_a_person_for_their_organisation(told: Told) -> None:
    fact, of = told
    open_child = replace(of, restricted=False)
    agent = provenance.resource(replace(fact, by=SAM), open_child)["agent"][0]
    assert agent["who"]["reference"] == "PractitionerRole/31"
    assert agent["onBehalfOf"]["reference"] == "Organization/7"
    nobody = provenance.resource(replace(fact, by=None), open_child)["agent"][0]
    assert set(nobody["who"]) == {"display"}


@given(any_fact())
def test_of_a_restricted_child_only_the_role_is_said(told: Told) -> None:
    fact, of = told
    found = provenance.resource(replace(fact, by=SAM), replace(of, restricted=True, provider=TRUST))
    assert_conforms(found)
    assert not [n for n in ("Moorland", "Sam Reed", "PractitionerRole", "Organization/") if n in str(found)]


@given(st.data())
def test_a_referral_and_a_contact_are_named_by_their_own_keys(data: st.DataObject) -> None:
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["contact_attended"]))
    assert [target["reference"] for target in provenance.targets(fact, of)] == [
        f"Encounter/{fact.event.id}",
        f"EpisodeOfCare/{of.id}",
    ]
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["concern_noted"]))
    assert provenance.targets(fact, of)[0]["reference"] == f"ServiceRequest/{of.id}"
    fact, of = data.draw(facts_of(AUTISM, AUTISM.steps["referral_received"]))
    for texts, plans in (
        ({}, []),
        ({"support_while_waiting": "A quiet place."}, [f"CarePlan/{fact.event.id}"]),
    ):
        targets = [t["reference"] for t in provenance.targets(replace(fact, texts=texts), of)]
        assert [t for t in targets if t.startswith("CarePlan")] == plans


# --- Readings ---------------------------------------------------------------------------------------------------------


@given(readings)
def test_every_reading_conforms_and_says_who_by_role_alone(told: ReadingTold) -> None:
    found = audit_event.resource(told)
    assert_conforms(found)
    agent = found["agent"][0]
    assert agent["role"][0]["coding"][0]["code"] == told.role.value
    assert "name" not in agent
    assert ("who" in agent) == (told.organisation is not None)
    assert found["entity"][0]["what"]["reference"] == f"Patient/{told.child_id}"
    assert ids.numbered_in(found["id"]) == (told.id, told.child_id)
    assert found["purposeOfEvent"][0]["text"] == told.purpose


# --- Figures ----------------------------------------------------------------------------------------------------------


@given(waits)
def test_how_many_wait_is_counted_or_held_back_and_never_guessed(told: WaitsTold) -> None:
    found = measure_report.resource(told)
    assert_conforms(found)
    assert measure_report.key_in(found["id"]) == (told.pathway, told.provider.id, told.as_of)
    expected = [told.open, *(n for _, n in told.bands), *(n for _, n in told.breaches)]
    populations = [group["population"][0] for group in found["group"]]
    assert [p.get("count") for p in populations] == expected
    for population, count in zip(populations, expected, strict=True):
        absent = population.get("_count", {}).get("extension", [{}])[0].get("valueCode")
        assert absent == ("masked" if count is None else None)


@given(waits)
def test_the_measure_counts_what_the_report_reports(told: WaitsTold) -> None:
    report, measure = measure_report.resource(told), measure_report.measure(told)
    assert_conforms(measure)
    assert report["measure"] == measure["url"]
    assert [g["code"] for g in report["group"]] == [g["code"] for g in measure["group"]]


@given(waits)
def test_each_group_is_in_words(told: WaitsTold) -> None:
    titles = {clock.key: clock.title for clock in DEFINITIONS["autism"].clocks.values()}
    report, measure = measure_report.resource(told, titles), measure_report.measure(told, titles)
    said = [group["code"]["text"] for group in report["group"]]
    assert said[:2] == ["All who wait", "Waiting: Over 18 weeks"]
    assert said[-2:] == [
        "Past the limit: Referral to start of assessment",
        "Past the limit: Referral received to triage decision",
    ]
    assert [group["code"]["text"] for group in measure["group"]] == said
    assert measure_report.resource(told)["group"][-1]["code"]["text"] == "Past the limit: Triage decision"


@given(waits)
def test_no_child_is_in_a_figure(told: WaitsTold) -> None:
    names = {name for name, _ in walk(measure_report.resource(told))}
    assert not names & {"subject", "subjectResults", "evaluatedResource"}


@pytest.mark.parametrize(
    "wrong", ["", "autism", "autism--x", "autism--7.20261301", "autism--7", "a--0.20260101"]
)
def test_an_id_that_is_none_is_no_report(wrong: str) -> None:
    assert measure_report.key_in(wrong) is None


def test_the_door_of_a_reading_has_a_kind_of_source() -> None:
    assert set(audit_event._SOURCES) == set(Door)
