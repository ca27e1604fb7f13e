"""docs/rules.md 20: what a subject may not say, and the words that are never shown to a family."""

import re

import pytest

from tests.rules.messages import CARER, NAME, Case, cases

NEVER = re.compile(
    r"\b(breach|rejected|inappropriate|refuted|not brought|was not brought|not accepted|your delay|13 weeks|autistic)\b",
    re.IGNORECASE,
)
PRONOUNS = re.compile(r"\b(he|she|him|his|hers|her)\b", re.IGNORECASE)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_subject_has_no_name_no_autism_and_no_outcome(case: Case) -> None:
    subject = case.message().subject
    said = subject.lower()
    assert NAME.lower() not in said
    assert CARER.lower() not in said
    assert "autis" not in said
    assert "{" not in subject
    assert 5 <= len(subject) <= 60
    for outcome in case.definition.outcomes.values():
        assert outcome.title.lower() not in said


@pytest.mark.parametrize("case", cases(), ids=str)
def test_no_message_uses_a_word_that_blames_or_frightens(case: Case) -> None:
    message = case.message()
    assert not NEVER.search(message.subject + message.text)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_pronouns_are_avoided(case: Case) -> None:
    assert not PRONOUNS.search(case.message().text.replace("Pronouns", ""))


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_restricted_child_is_never_placed(case: Case) -> None:
    """docs/rules.md 12: no team, school, clinic or place; the safe contact instead."""
    text = case.message(team="").text
    assert "Moorshire" not in text
    assert "safe contact" in text
    assert not re.search(r"\b(clinic|ward|surgery at|school at)\b", text, re.IGNORECASE)
