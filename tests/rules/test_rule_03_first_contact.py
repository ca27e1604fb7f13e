"""docs/rules.md 3: an assessment starts with an attended contact; a telephone call meets one clock and not the other."""

from datetime import date

import pytest

from pathway.domain.clocks import ClockState
from pathway.domain.errors import InvalidInput
from tests.domain.stories import after, assessing, referred
from tests.world import World


@pytest.mark.parametrize(
    ("mechanism", "nice", "national"),
    [
        ("face_to_face", ClockState.MET, ClockState.MET),
        ("video", ClockState.MET, ClockState.MET),
        ("telephone", ClockState.MET, ClockState.RUNNING),
    ],
)
def test_a_telephone_contact_meets_nices_limit_and_not_the_national_statistic(
    mechanism: str, nice: ClockState, national: ClockState
) -> None:
    story = assessing(mechanism)
    assert story.reading("nice_start").state is nice
    assert story.reading("national_first_contact").state is national
    assert story.reading("community_wait").state is national


def test_the_national_clock_stops_at_the_first_contact_that_counts_after_a_call() -> None:
    story = assessing("telephone").step("contact_attended", 86, mechanism="video", attendance="on_time")
    assert story.clock("national_first_contact").stopped_on == after(86)


async def test_an_assessment_is_not_started_without_saying_that_the_child_was_seen(world: World) -> None:
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 6), priority="routine")
    with pytest.raises(InvalidInput) as refusal:
        await world.step("clinician", episode, "assessment_started", date(2026, 4, 1), mechanism="video")
    assert refusal.value.field == "attendance"


def test_the_triage_clock_runs_from_the_day_of_receipt_also_while_information_is_missing() -> None:
    story = (
        referred().step("information_requested", 2, needed_by="2026-02-02").step("information_received", 30)
    )
    clock = story.clock("triage_decision")
    assert (clock.started_on, clock.is_running) == (after(0), True)
    assert clock.days(after(30)) == 30
