"""The baton: each day of a wait belongs to exactly one holder, and none is hidden or subtracted (docs/rules.md 2, 9)."""

import pytest

from pathway.domain.definition import Slot
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import BuiltIn
from tests.domain.stories import OTHER, PROVIDER, REFERRER, START, Story, accepted, after, closed, referred


def held(episode: Episode, day: int) -> list[tuple[Slot, int | None, int]]:
    """Who held how many days, one row for each span."""
    spans = episode.spans(after(day))
    assert sum(span.days for span in spans) == episode.wait(after(day))
    return [(span.holder.slot, span.holder.organisation_id, span.days) for span in spans]


def test_asking_for_information_hands_the_days_to_the_referrer_and_the_clock_runs_on() -> None:
    asked = referred().step("information_requested", 5, needed_by="2026-02-02")
    answered = asked.step("information_received", 25)
    assert held(answered.episode, 40) == [
        (Slot.PROVIDER, PROVIDER, 5),
        (Slot.REFERRER, REFERRER, 20),
        (Slot.PROVIDER, PROVIDER, 15),
    ]
    assert answered.clock("nice_start").days(after(40)) == 40


def test_a_pause_that_the_family_asked_for_is_the_familys_and_still_counts() -> None:
    paused = accepted().step("hold_requested", 30, until="2026-04-01").step("hold_ended", 50)
    assert held(paused.episode, 60) == [
        (Slot.PROVIDER, PROVIDER, 30), (Slot.FAMILY, None, 20), (Slot.PROVIDER, PROVIDER, 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "holder"),
    [(None, PROVIDER), (BuiltIn.HAND_OVER_DECLINED, PROVIDER), (BuiltIn.HAND_OVER_ACCEPTED, OTHER)],
    ids=["not answered", "declined", "accepted"],
)
def test_a_hand_over_stays_with_the_sender_until_it_is_accepted(answer: BuiltIn | None, holder: int) -> None:
    story = accepted().built_in(BuiltIn.HAND_OVER_OFFERED, 20, slot="provider", to=str(OTHER))
    if answer is not None:
        story.built_in(answer, 32)
    rows = held(story.episode, 40)
    assert rows[0] == (Slot.PROVIDER, PROVIDER, 32 if holder == OTHER else 40)
    assert story.episode.holder.organisation_id == holder
    assert (story.episode.hand_over is None) is (answer is not None)


def test_accepting_what_nobody_offered_is_refused() -> None:
    with pytest.raises(ImpossibleHistory, match="Ask the sender to offer it again"):
        _ = accepted().built_in(BuiltIn.HAND_OVER_ACCEPTED, 20).episode


def test_a_start_date_from_another_area_gives_its_days_to_the_first_holder() -> None:
    story = Story().step("referral_received", 0, original_start="2025-11-01").step("triage_started", 4)
    assert held(story.episode, 10) == [(Slot.PROVIDER, PROVIDER, 82)]


def test_a_concern_is_not_yet_a_wait_and_the_referral_takes_its_organisations() -> None:
    story = Story().step("concern_noted", 0).step("referral_received", 30, provider=str(OTHER))
    assert story.episode.started_on == after(30)
    assert held(story.episode, 40) == [(Slot.PROVIDER, OTHER, 10)]


def test_a_closed_episode_has_a_wait_that_ended_with_it() -> None:
    assert held(closed().episode, 400) == held(closed().episode, 48)


def test_opened_again_it_is_one_wait_from_the_first_day() -> None:
    again = closed().step("reopened", 100, why="family_asked")
    assert again.episode.started_on == START
    assert again.episode.wait(after(120)) == 120
    assert held(again.episode, 120) == [(Slot.PROVIDER, PROVIDER, 120)]


def test_two_changes_on_one_day_leave_the_day_to_the_last() -> None:
    story = (
        referred().step("information_requested", 5, needed_by="2026-02-02").step("information_received", 5)
    )
    assert held(story.episode, 9) == [(Slot.PROVIDER, PROVIDER, 5), (Slot.PROVIDER, PROVIDER, 4)]
