"""docs/rules.md 21: every message can be answered, says what to do if things are worse now, and names a way without screens."""

import pytest

from tests.rules.messages import Case, cases


@pytest.mark.parametrize("case", cases(), ids=str)
def test_each_message_can_be_answered_and_gives_crisis_help_first(case: Case) -> None:
    text = case.message().text
    worse = text.split("If things are worse now")[1]
    first = worse.strip().splitlines()[0]
    assert "999" in first, "the number to ring in danger comes first"
    assert "111 and choose option 2" in worse
    assert worse.index("999") < worse.index("111")
    assert worse.index("111") < worse.index("Who to ask")
    assert "answer this message" in text
    assert "If you would rather not use a screen" in text


@pytest.mark.parametrize("case", cases(), ids=str)
def test_each_message_says_where_things_are_what_is_next_what_to_do_and_when_we_write_again(
    case: Case,
) -> None:
    text = case.message().text
    places = [
        text.find(h) for h in ("Where things are", "What to do now", "If things are worse now", "Who to ask")
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert "We will write again by 16 February 2027" in text
    assert text.startswith("Dear Nadia Stone,")


@pytest.mark.parametrize("case", [c for c in cases() if not c.stage.closed], ids=str)
def test_each_message_before_the_end_says_what_happens_next(case: Case) -> None:
    assert "What happens next\n\n" in case.message().text


def test_a_last_message_says_that_it_is_the_last() -> None:
    closing = next(c for c in cases() if c.stage.closed)
    assert "This is the last message that we plan to send" in closing.message(by=None).text


def test_needs_that_were_told_once_are_said_back() -> None:
    """docs/rules.md 22: asked once, kept, honoured."""
    case = cases()[0]
    assert (
        "no telephone calls, British Sign Language"
        in case.message(needs=("no_calls", "british_sign_language")).text
    )
