"""What an answer of the Personal Demographics Service means: the whole table, line by line."""

from datetime import date

import pytest

from pathway.domain.doubt_decisions import MAY_DECIDE
from pathway.domain.told import NumberStatus
from pathway.domain.tracing import (
    BY_DETAILS,
    BY_NUMBER,
    Answered,
    DoubtKind,
    Finding,
    Held,
    National,
    finding_of,
    traced,
)

NUMBER, OTHER = "9000000009", "9000000025"
BORN = date(2018, 5, 1)
CHILD = Held("Amira", "O'Stone", BORN, NUMBER)
UNNUMBERED = Held("Amira", "O'Stone", BORN)


def found(number: str = NUMBER, family: str = "OStone", born: date | None = BORN, **more: bool) -> National:
    return National(Answered.FOUND, number, "Amira", family, born, **more)  # type: ignore[arg-type]


CASES = [
    (CHILD, found(), NumberStatus.TRACED, []),
    (CHILD, found(family="Brown"), NumberStatus.CONFLICT, [DoubtKind.CONFLICT]),
    (CHILD, found(born=date(2018, 5, 2)), NumberStatus.CONFLICT, [DoubtKind.CONFLICT]),
    (CHILD, found(family="", born=None), NumberStatus.CONFLICT, [DoubtKind.CONFLICT]),
    (CHILD, found(OTHER), NumberStatus.CONFLICT, [DoubtKind.SUPERSEDED]),
    (CHILD, found(OTHER, "Brown"), NumberStatus.CONFLICT, [DoubtKind.SUPERSEDED]),
    (CHILD, National(Answered.NOT_FOUND), NumberStatus.NO_MATCH, [DoubtKind.NOT_KNOWN]),
    (CHILD, National(Answered.INVALIDATED), NumberStatus.NO_MATCH, [DoubtKind.NOT_KNOWN]),
    (CHILD, National(Answered.TOO_MANY), NumberStatus.NO_MATCH, [DoubtKind.SEVERAL]),
    (UNNUMBERED, found(), NumberStatus.IN_PROGRESS, [DoubtKind.NUMBER_FOUND]),
    (UNNUMBERED, found(family="Brown"), NumberStatus.NO_MATCH, [DoubtKind.NUMBER_FOUND]),
    (UNNUMBERED, National(Answered.NOT_FOUND), NumberStatus.NO_MATCH, [DoubtKind.NOT_KNOWN]),
    (UNNUMBERED, National(Answered.TOO_MANY), NumberStatus.NO_MATCH, [DoubtKind.SEVERAL]),
]


@pytest.mark.parametrize(("held", "answer", "status", "kinds"), CASES)
def test_each_answer_has_one_meaning(
    held: Held, answer: National, status: NumberStatus, kinds: list[DoubtKind]
) -> None:
    follows = traced(held, answer)
    assert follows.status is status
    assert [doubt.kind for doubt in follows.doubts] == kinds
    assert (follows.restrict, follows.forget_address, follows.hold_messages) == (False, False, False)


def test_every_finding_has_a_line_in_each_table() -> None:
    assert set(BY_NUMBER) == set(Finding)
    assert set(Finding) - set(BY_DETAILS) == {Finding.OTHER_NUMBER}, "without a number there is no other one"
    assert finding_of(UNNUMBERED, found(OTHER)) is Finding.AGREES


def test_every_doubt_can_be_decided() -> None:
    assert set(MAY_DECIDE) == set(DoubtKind)


def test_a_restriction_is_taken_at_its_word_and_asks_a_person_for_a_safe_contact() -> None:
    follows = traced(CHILD, found(restricted=True))
    assert follows.restrict
    assert follows.forget_address
    assert follows.hold_messages
    assert [doubt.kind for doubt in follows.doubts] == [DoubtKind.SAFE_CONTACT]


def test_where_the_number_may_be_anothers_the_child_is_hidden_and_the_address_is_kept() -> None:
    follows = traced(CHILD, found(family="Brown", restricted=True))
    assert follows.restrict
    assert not follows.forget_address
    assert follows.status is NumberStatus.CONFLICT


def test_somebody_found_by_name_who_differs_restricts_nobody() -> None:
    follows = traced(UNNUMBERED, found(family="Brown", restricted=True, died=True))
    assert not follows.restrict
    assert not follows.hold_messages


def test_a_named_safe_contact_lets_messages_leave() -> None:
    known = Held("Amira", "O'Stone", BORN, NUMBER, None, True, "Aunt, 01632 960123")
    follows = traced(known, found(restricted=True))
    assert not follows.restrict
    assert not follows.hold_messages
    assert not follows.doubts


def test_a_death_holds_messages_and_asks_a_person() -> None:
    follows = traced(CHILD, found(died=True))
    assert follows.hold_messages
    assert [doubt.kind for doubt in follows.doubts] == [DoubtKind.DIED]
    assert follows.status is NumberStatus.TRACED


def test_no_number_and_no_name_stands_in_a_log() -> None:
    follows = traced(CHILD, found(OTHER, "Brown"))
    for shown in (repr(CHILD), repr(found()), repr(follows.doubts)):
        assert NUMBER not in shown
        assert "Stone" not in shown
        assert "Brown" not in shown
