"""docs/rules.md 9: the local place is kept until the other provider has accepted and seen the child; two waits, two figures."""

import pytest

from pathway.domain.clocks import ClockState
from pathway.domain.errors import ImpossibleHistory
from tests.domain.stories import PROVIDER, START, Story, accepted, after


def chosen() -> Story:
    return accepted().step("right_to_choose_chosen", 30)


def test_choosing_another_provider_leaves_the_child_on_the_local_list() -> None:
    episode = chosen().episode
    assert (episode.stage.key, episode.is_open) == ("waiting", True)
    assert episode.holder.organisation_id == PROVIDER
    assert "right_to_choose" in episode.side_states


@pytest.mark.parametrize(
    ("steps", "missing"),
    [
        ((), "Other provider accepted the child"),
        (("right_to_choose_accepted",), "Other provider saw the child"),
    ],
)
def test_the_place_is_not_given_up_before_the_other_provider_has_seen_the_child(
    steps: tuple[str, ...], missing: str
) -> None:
    story = chosen()
    for n, step in enumerate(steps):
        story.step(step, 40 + n)
    with pytest.raises(ImpossibleHistory, match=missing):
        _ = story.step("closing_notified", 60, closure="right_to_choose_complete").episode


def test_once_seen_elsewhere_it_may_be_given_up_after_the_family_was_told() -> None:
    story = chosen().step("right_to_choose_accepted", 40).step("right_to_choose_seen", 200)
    story.step("closing_notified", 210, closure="right_to_choose_complete")
    story.step("episode_closed", 238, closure="right_to_choose_complete")
    assert story.episode.closure == "right_to_choose_complete"


def test_the_childs_wait_ends_where_the_child_is_seen_and_the_local_providers_own_wait_goes_on() -> None:
    story = chosen().step("right_to_choose_accepted", 40).step("right_to_choose_seen", 200)
    childs, locals_ = story.reading("nice_start"), story.reading("national_first_contact")
    assert (childs.state, childs.fact.days(after(300))) == (ClockState.MISSED, 200)
    assert (locals_.state, locals_.fact.days(after(300))) == (ClockState.RUNNING, 300)


def test_coming_back_keeps_the_place_and_the_first_date() -> None:
    story = chosen().step("right_to_choose_ended", 90)
    assert story.episode.side_states == {}
    assert story.clock("nice_start").started_on == story.episode.started_on == START
