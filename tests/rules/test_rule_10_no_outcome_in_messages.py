"""docs/rules.md 10: no message says an outcome, nor a stage that implies one."""

import re

import pytest

from pathway import definitions
from tests.rules.messages import Case, cases

TELLING = re.compile(
    r"is autistic|not autism|does not explain|diagnosis (was|has)|diagnosed|is not sure yet|could not be finished"
    r"|does not need a plan|decided not to|refus|the team found",
    re.IGNORECASE,
)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_no_message_has_an_outcome_in_it(case: Case) -> None:
    message = case.message()
    outcomes = [o.family.replace("{name}", "Amira") for o in case.definition.outcomes.values()]
    for text in (message.subject, message.text):
        assert not TELLING.search(text), TELLING.search(text)
        assert not any(outcome in text for outcome in outcomes)


def test_a_message_reads_the_same_whatever_the_outcome() -> None:
    """After the feedback each outcome has a stage of its own; the message that follows must not tell which."""
    steps = {"plan_agreed", "other_support_agreed", "review_agreed"}
    texts = {c.message().text for c in cases() if c.definition.key == "autism" and c.step.key in steps}
    assert len(texts) == 1


def test_the_councils_yes_and_no_read_the_same() -> None:
    steps = {"assess_agreed", "assess_refused", "plan_agreed", "plan_refused"}
    ehc = [c for c in cases() if c.definition.key == "ehc_needs_assessment" and c.step.key in steps]
    assert {c.step.key for c in ehc} == steps
    assert len({(c.message().subject, c.message().text) for c in ehc}) == 1


def test_recording_an_outcome_sends_nothing() -> None:
    for definition in definitions.load_all().values():
        for step in definition.steps.values():
            if step.field_named("outcome") and not step.reveals_outcome:
                assert not step.tell_family
