"""A day to meet as an Appointment, and an Appointment that is sent as the step it means."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.domain.appointments import attend_status, day_field
from pathway.domain.definition import Definition, Step
from pathway.domain.london import london_date
from pathway.domain.told import EpisodeTold, OrganisationTold
from pathway_fhir.mapping import appointment, appointment_sent
from pathway_fhir.mapping.of_facts import Shown
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary.care import CANCELLATION_REASON
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, TODAY
from tests.fhir.mapping.of_episodes import Told, facts_of, facts_shown_as

ENDS = [(d, step) for d in DEFINITIONS.values() for step in d.steps.values() if attend_status(step)]
NEVER = ("was not brought", "not brought", "breach", "your delay")


def booked(data: st.DataObject, key: str = "assessment_booked", by: str = "", stage: str = "booked") -> Told:
    end = AUTISM.steps[by] if by else None
    return data.draw(
        facts_of(
            AUTISM,
            AUTISM.steps[key],
            struck=False,
            ended_by=end,
            stage=AUTISM.stages[stage],
            restricted=False,
        )
    )


@given(facts_shown_as(Shown.APPOINTMENT))
def test_every_appointment_conforms_and_holds_its_day(told: Told) -> None:
    fact, of = told
    found = appointment.resource(fact, of)
    assert_conforms(found)
    assert fact.step is not None
    day = fact.event.fields[day_field(fact.step)]
    assert found["requestedPeriod"] == [{"start": day, "end": day}]
    if "start" in found:
        start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
        assert found["start"].startswith(day)
        assert london_date(start).isoformat() == day
        assert london_date(end) - london_date(start) == timedelta(1)
    assert ("start" in found) == (found["status"] != "proposed")


@given(facts_shown_as(Shown.APPOINTMENT))
def test_no_word_that_a_family_should_not_meet(told: Told) -> None:
    """The title of the step that ends it is staff's own; the reason is in our words (docs/rules.md 20)."""
    text = str(appointment.resource(*told)).lower()
    assert not [word for word in NEVER if word in text]


def test_a_summer_day_begins_with_londons_offset() -> None:
    """In UTC it would begin on the evening before."""
    assert appointment._midnight(date(2026, 7, 1)) == "2026-07-01T00:00:00+01:00"
    assert appointment._midnight(date(2026, 1, 7)) == "2026-01-07T00:00:00+00:00"


@pytest.mark.parametrize(
    ("key", "by", "status", "reason"),
    [
        ("assessment_booked", "", "booked", None),
        ("contact_offered", "", "proposed", None),
        ("formulation_booked", "", "booked", None),
        ("feedback_offered", "", "booked", None),
        ("assessment_booked", "assessment_started", "fulfilled", None),
        ("contact_offered", "contact_attended", "fulfilled", None),
        ("formulation_booked", "mdt_held", "fulfilled", None),
        ("feedback_offered", "feedback_given", "fulfilled", None),
        ("assessment_booked", "appointment_cancelled_by_family", "cancelled", "pat"),
        ("assessment_booked", "appointment_cancelled_by_team", "cancelled", "prov"),
        ("assessment_booked", "appointment_missed", "noshow", None),
        ("assessment_booked", "appointment_too_late", "noshow", None),
        ("contact_offered", "contact_missed", "noshow", None),
        ("assessment_booked", "assessment_booked", "cancelled", "other"),
        ("assessment_booked", "death_recorded", "cancelled", "other"),
    ],
)  # fmt: skip
@settings(max_examples=10)
@given(data=st.data())
def test_how_an_appointment_stands(
    data: st.DataObject, key: str, by: str, status: str, reason: str | None
) -> None:
    found = appointment.resource(*booked(data, key, by))
    assert_conforms(found)
    assert found["status"] == status
    codings = found.get("cancelationReason", {}).get("coding", [])
    assert [c["code"] for c in codings if c["system"] == CANCELLATION_REASON] == ([reason] if reason else [])
    assert ("cancelationReason" in found) == (status in ("cancelled", "noshow"))


def test_every_national_code_for_an_end_is_in_the_table() -> None:
    assert {attend_status(step) for _, step in ENDS} <= set(appointment.ENDINGS)


@given(facts_shown_as(Shown.APPOINTMENT, struck=True))
def test_one_that_was_struck_out_is_in_error(told: Told) -> None:
    found = appointment.resource(*told)
    assert_conforms(found)
    assert found["status"] == "entered-in-error"


@given(facts_shown_as(Shown.APPOINTMENT))
def test_a_restricted_childs_appointment_has_no_place(told: Told) -> None:
    fact, of = told
    trust = OrganisationTold(7, "provider", "Moorland Community Trust")
    found = str(appointment.resource(fact, replace(of, restricted=True, provider=trust)))
    assert "Moorland" not in found
    assert "Organization" not in found.replace("BookingOrganization", "")
    assert not [place for place in ("school", "home", "clinic") if f"'code': '{place}'" in found]


# --- Reading ----------------------------------------------------------------------------------------------------------


@given(facts_shown_as(Shown.APPOINTMENT, struck=False, ended_by=None, restricted=False))
def test_a_booking_comes_back_as_it_was(told: Told) -> None:
    fact, of = told
    resource = appointment.resource(fact, of)
    found = appointment_sent.parse(resource, of.definition, TODAY)
    assert appointment_sent.episode_of(resource) == found.episode_id == of.id
    assert (found.step, found.happened_on) == (fact.event.kind, fact.event.happened_on)
    assert found.answers == dict(fact.event.fields)


@pytest.mark.parametrize(("definition", "end"), ENDS, ids=lambda x: x.key)
@settings(max_examples=10)
@given(data=st.data())
def test_an_ending_comes_back_as_it_was(data: st.DataObject, definition: Definition, end: Step) -> None:
    made = definition.steps["assessment_booked"]
    stage = definition.stages[min(end.from_stages)]
    fact, of = data.draw(facts_of(definition, made, struck=False, ended_by=end, stage=stage))
    resource = appointment.resource(fact, of)
    found = appointment_sent.parse_update(resource, of, fact, TODAY)
    assert fact.ended_by is not None
    assert (found.episode_id, found.step, found.happened_on) == (of.id, end.key, fact.ended_by.happened_on)


def update(of: EpisodeTold, told: Told, **change: Any) -> Any:
    return appointment_sent.parse_update({**appointment.resource(*told), **change}, of, told[0], TODAY)


@pytest.mark.parametrize(
    ("stage", "status", "reason", "step"),
    [
        ("booked", "cancelled", "pat", "appointment_cancelled_by_family"),
        ("booked", "cancelled", "prov", "appointment_cancelled_by_team"),
        ("booked", "noshow", "", "appointment_missed"),
        ("assessing", "cancelled", "pat", "contact_cancelled_by_family"),
        ("assessing", "noshow", "", "contact_missed"),
        ("formulation", "cancelled", "prov", "contact_cancelled_by_team"),
    ],
)
@settings(max_examples=10)
@given(data=st.data())
def test_a_partner_needs_only_the_standards_own_words(
    data: st.DataObject, stage: str, status: str, reason: str, step: str
) -> None:
    told = booked(data, stage=stage)
    why = (
        {"cancelationReason": {"coding": [{"system": CANCELLATION_REASON, "code": reason}]}} if reason else {}
    )
    found = update(told[1], told, status=status, **why)
    assert (found.step, found.happened_on) == (step, TODAY)


@given(st.data())
def test_another_day_is_the_booking_again(data: st.DataObject) -> None:
    told = booked(data)
    found = update(told[1], told, start="2026-12-10T09:30:00Z", end="2026-12-10T10:30:00Z")
    assert found.step == "assessment_booked"
    assert found.answers["appointment_on"] == "2026-12-10"


@given(st.data())
def test_what_an_update_cannot_say_is_refused_with_what_it_can(data: st.DataObject) -> None:
    told = booked(data)
    for change, where in (
        ({"status": "cancelled"}, "cancelationReason"),
        ({"status": "fulfilled"}, "status"),
        ({"status": "arrived"}, "status"),
    ):
        with pytest.raises(Refused) as refusal:
            update(told[1], told, **change)
        assert refusal.value.issues[0].expression == (f"Appointment.{where}",)
    waiting = replace(told[1], stage=AUTISM.stages["waiting"])
    with pytest.raises(Refused) as refusal:
        update(waiting, told, status="noshow")
    assert refusal.value.issues[0].code is IssueType.BUSINESS_RULE


@given(facts_shown_as(Shown.APPOINTMENT, struck=False, ended_by=None))
def test_a_new_one_is_booked_or_proposed_for_a_day(told: Told) -> None:
    fact, of = told
    resource = appointment.resource(fact, of)
    for change in ({"status": "arrived"}, {"start": None, "requestedPeriod": None}, {"basedOn": None}):
        with pytest.raises(Refused):
            appointment_sent.parse({**resource, **change}, of.definition, TODAY)


@given(st.data())
def test_without_a_code_only_a_kind_that_is_the_only_one_is_understood(data: st.DataObject) -> None:
    """What is offered is one thing on this pathway; what is booked is one of three."""
    offered, of = booked(data, "contact_offered", stage="assessing")
    bare = {
        k: v for k, v in appointment.resource(offered, of).items() if k not in ("serviceType", "extension")
    }
    assert appointment_sent.parse(bare, AUTISM, TODAY).step == "contact_offered"
    with pytest.raises(Refused) as refusal:
        appointment_sent.parse({**bare, "status": "booked"}, AUTISM, TODAY)
    assert "assessment_booked, formulation_booked, feedback_offered" in refusal.value.issues[0].text
