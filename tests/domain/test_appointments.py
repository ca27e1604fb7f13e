"""Which fact ended an appointment: truth tables over children's histories."""

import pytest

from pathway.domain.appointments import DAY_FIELDS, ended_by
from pathway.domain.events import Event
from tests.domain.stories import Story, accepted, after, assessing, decided


def ending(story: Story, kind: str, nth: int = 0) -> str | None:
    """The kind of the fact that ended the nth appointment of a kind."""
    made = [event for event in story.events if event.kind == kind][nth]
    found = ended_by(story.pathway, made, story.events)
    return found.kind if found else None


def booked(on: int = 60) -> Story:
    return accepted().step("assessment_booked", 40, appointment_on=after(on).isoformat(), setting="clinic")


def test_it_stands_until_something_ends_it() -> None:
    assert ending(booked(), "assessment_booked") is None
    assert ending(booked().step("family_updated", 61, how="telephone"), "assessment_booked") is None


@pytest.mark.parametrize(
    "kind",
    [
        "appointment_cancelled_by_family", "appointment_cancelled_by_team", "appointment_missed",
        "appointment_too_late",
    ],
)  # fmt: skip
def test_what_ends_the_first_appointment(kind: str) -> None:
    assert ending(booked().step(kind, 60), "assessment_booked") == kind


def test_the_assessment_ends_it_even_before_the_day_that_was_booked() -> None:
    for day in (50, 60, 70):
        story = booked().step("assessment_started", day, mechanism="video", attendance="on_time")
        assert ending(story, "assessment_booked") == "assessment_started"


def test_another_contact_before_the_day_leaves_it_booked() -> None:
    seen = booked().step("contact_attended", 50, mechanism="telephone", attendance="on_time")
    assert ending(seen, "assessment_booked") is None
    later = booked().step("contact_attended", 60, mechanism="face_to_face", attendance="on_time")
    assert ending(later, "assessment_booked") == "contact_attended"


def test_it_is_cancelled_on_any_day_and_missed_not_before_its_own() -> None:
    offered = assessing().step("contact_offered", 90, offered_for=after(110).isoformat())
    assert (
        ending(offered.step("contact_cancelled_by_family", 100), "contact_offered")
        == "contact_cancelled_by_family"
    )
    offered = assessing().step("contact_offered", 90, offered_for=after(110).isoformat())
    assert ending(offered.step("contact_missed", 100), "contact_offered") is None
    assert ending(offered.step("contact_missed", 110), "contact_offered") == "contact_missed"


def test_booking_again_replaces_and_offering_again_does_not() -> None:
    again = booked().step("assessment_booked", 45, appointment_on=after(70).isoformat(), setting="home")
    assert ending(again, "assessment_booked", 0) == "assessment_booked"
    assert ending(again, "assessment_booked", 1) is None
    story = assessing().step("contact_offered", 90, offered_for=after(95).isoformat())
    story.step("contact_offered", 91, offered_for=after(110).isoformat())
    story.step("contact_attended", 95, mechanism="video", attendance="on_time")
    assert ending(story, "contact_offered", 0) == "contact_attended"
    assert ending(story, "contact_offered", 1) is None


def test_a_team_meeting_is_ended_by_the_team_alone() -> None:
    meeting = assessing().step("formulation_booked", 120, meeting_on=after(128).isoformat())
    assert ending(meeting.step("contact_missed", 128), "formulation_booked") is None
    assert ending(meeting.step("mdt_held", 128, present="core_team"), "formulation_booked") == "mdt_held"
    assert ending(decided(), "formulation_booked") == "outcome_recorded"


def test_a_feedback_is_ended_by_the_feedback_or_by_what_became_of_the_day() -> None:
    def offered() -> Story:
        return decided().step("feedback_offered", 131, feedback_on=after(140).isoformat())

    assert ending(offered(), "feedback_offered") is None
    assert ending(offered().step("feedback_given", 138, how="video"), "feedback_offered") == "feedback_given"
    assert ending(offered().step("contact_missed", 140), "feedback_offered") == "contact_missed"


def test_a_meeting_of_the_annual_review_is_held_or_put_off() -> None:
    def called() -> Story:
        story = Story("annual_review").step("plan_issued", 0)
        return story.step("meeting_called", 200, meeting_on=after(230).isoformat())

    assert ending(called().step("papers_sent", 210), "meeting_called") is None
    assert ending(called().step("meeting_held", 230), "meeting_called") == "meeting_held"
    assert ending(called().step("meeting_put_off", 220), "meeting_called") == "meeting_put_off"


def test_whatever_closes_the_episode_ends_them_all() -> None:
    meeting = assessing().step("formulation_booked", 120, meeting_on=after(128).isoformat())
    offer = assessing().step("contact_offered", 90, offered_for=after(170).isoformat())
    booking = booked()
    for story, kind in (
        (booking, "assessment_booked"), (meeting, "formulation_booked"), (offer, "contact_offered"),
    ):  # fmt: skip
        assert ending(story.step("death_recorded", 150), kind) == "death_recorded"


def test_a_fact_that_was_struck_out_ends_nothing_and_one_re_dated_ends_it_on_its_new_day() -> None:
    missed = booked().step("appointment_missed", 60)
    assert ending(missed.strike_out("appointment_missed", 61), "assessment_booked") is None
    moved = booked().step("appointment_missed", 60).re_date("appointment_missed", 62, 61)
    found = ended_by(moved.pathway, moved.last("assessment_booked"), moved.events)
    assert isinstance(found, Event)
    assert found.happened_on == after(61)


def test_what_makes_no_appointment_has_no_end() -> None:
    story = booked().step("appointment_missed", 60)
    assert ending(story, "referral_received") is None
    assert ending(booked().strike_out("assessment_booked", 41), "assessment_booked") is None


def test_every_pathway_names_its_days_alike() -> None:
    assert set(DAY_FIELDS) == {"appointment_on", "offered_for", "meeting_on", "feedback_on"}
