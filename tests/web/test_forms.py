"""A form is read into typed answers, or into sentences that say what to put right."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.definition import Field, FieldType, Option
from pathway.domain.identifiers import NhsNumber
from pathway.web.fields import Bound, Choice, FieldSpec, Kind, from_definition
from pathway.web.forms import Reading, open_form, read_form

TODAY = date(2026, 11, 24)
BORN = date(2019, 3, 15)

ASSESSED = FieldSpec(
    "assessed", Kind.DATE, "Date of the assessment", subject="the date",
    earliest=Bound(BORN, "the child's date of birth"), latest=Bound(TODAY, "today"),
)  # fmt: skip
PLACE = FieldSpec("place", Kind.CHOICE, "Place", choices=(Choice("clinic", "Clinic"), Choice("home", "Home")))


def date_pairs(day: str, month: str, year: str) -> list[tuple[str, object]]:
    return [("assessed-day", day), ("assessed-month", month), ("assessed-year", year)]


def read_one(spec: FieldSpec, *typed: str) -> Reading:
    return read_form([spec], [(spec.name, value) for value in typed])


def only_message(reading: Reading) -> str:
    (error,) = reading.errors
    return error.message


@pytest.mark.parametrize(
    ("boxes", "message", "href"),
    [
        (("", "", ""), "Enter the date", "#assessed-day"),
        (("3", "", "2026"), "The date must include a month", "#assessed-month"),
        (("3", "", ""), "The date must include a month and a year", "#assessed-month"),
        (("", "8", "2026"), "The date must include a day", "#assessed-day"),
        (("31", "2", "2026"), "The date must be a real date", "#assessed-day"),
        (("3", "13", "2026"), "The date must be a real date", "#assessed-day"),
        (("x", "8", "2026"), "The date must be a real date", "#assessed-day"),
        (("3", "ju", "2026"), "The date must be a real date", "#assessed-day"),
        (("٣", "8", "2026"), "The date must be a real date", "#assessed-day"),
        (("3", "8", "0000"), "The date must be a real date", "#assessed-day"),
        (("3", "8", "26"), "The date must include a year with 4 numbers", "#assessed-year"),
        (("25", "11", "2026"), "The date must be today or in the past", "#assessed-day"),
        (
            ("14", "3", "2019"),
            "The date must be on or after 15 March 2019, the child's date of birth",
            "#assessed-day",
        ),
    ],
)
def test_a_date_that_cannot_be_right_says_why(boxes: tuple[str, str, str], message: str, href: str) -> None:
    reading = read_form([ASSESSED], date_pairs(*boxes))
    assert [(error.message, error.href) for error in reading.errors] == [(message, href)]


@pytest.mark.parametrize(
    "boxes", [("3", "8", "2026"), (" 03 ", "08", "2026"), ("3", "Aug", "2026"), ("3", "august", "2026")]
)
def test_a_date_is_read_with_its_month_as_a_number_or_a_name(boxes: tuple[str, str, str]) -> None:
    reading = read_form([ASSESSED], date_pairs(*boxes))
    assert reading.ok
    assert reading.day("assessed") == date(2026, 8, 3)


@given(st.dates(min_value=BORN, max_value=TODAY))
def test_any_day_from_birth_to_today_survives_being_shown_and_read_again(day: date) -> None:
    shown = open_form([ASSESSED], {"assessed": day}).field("assessed")
    assert read_form([ASSESSED], shown.typed).day("assessed") == day


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_typing_in_the_three_boxes_ever_breaks_the_form(day: str, month: str, year: str) -> None:
    reading = read_form([ASSESSED], date_pairs(day, month, year))
    assert reading.ok is (reading.day("assessed") is not None)


def test_a_planned_date_must_not_lie_in_the_past() -> None:
    planned = replace(ASSESSED, earliest=Bound(TODAY, "today"), latest=None)
    assert (
        only_message(read_form([planned], date_pairs("23", "11", "2026")))
        == "The date must be today or in the future"
    )


def test_only_the_boxes_to_put_right_are_marked() -> None:
    field = read_form([ASSESSED], date_pairs("3", "", "2026")).field("assessed")
    assert [part for part in ("day", "month", "year") if field.wrong(part)] == ["month"]


def test_an_optional_answer_may_be_left_out_whatever_its_kind() -> None:
    for kind in Kind:
        spec = FieldSpec("one", kind, "One", required=False, choices=(Choice("a", "A"),))
        reading = read_form([spec], [])
        assert reading.ok
        assert reading.answers == {"one": None}


def test_a_required_answer_is_asked_for_whatever_its_kind() -> None:
    for kind in Kind:
        spec = FieldSpec("one", kind, "Reason", choices=(Choice("a", "A"),) if kind in _CHOSEN else ())
        verb = "Select" if kind in _CHOSEN or kind is Kind.YES_NO else "Enter"
        assert only_message(read_form([spec], [])) == f"{verb} the reason"


_CHOSEN = (Kind.CHOICE, Kind.SEVERAL, Kind.ORGANISATION)


def test_a_question_without_a_subject_is_asked_for_in_plain_words() -> None:
    there = FieldSpec("there", Kind.YES_NO, "Was the child there?")
    assert only_message(read_one(there)) == "Select the answer to “Was the child there?”"
    assert only_message(read_one(FieldSpec("upn", Kind.TEXT, "UPN"))) == "Enter the UPN"


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("Who first asked", "Select who first asked"),
        ("Their first language", "Select their first language"),
        ("Needed by", "Select the answer to “Needed by”"),
        ("Priority", "Select the priority"),
    ],
)
def test_a_label_is_asked_for_in_a_sentence(label: str, sentence: str) -> None:
    """A pathway's own labels stand in the error messages: none may read "the who" or "the needed by"."""
    spec = FieldSpec("one", Kind.CHOICE, label, choices=(Choice("a", "A"),))
    assert only_message(read_form([spec], [])) == sentence


def test_an_answer_that_was_not_offered_is_refused() -> None:
    assert read_one(PLACE, "home").text("place") == "home"
    assert only_message(read_one(PLACE, "moon")) == "Select the place from the list"
    several = replace(PLACE, kind=Kind.SEVERAL)
    assert only_message(read_one(several, "home", "moon")) == "Select the place from the list"


def test_several_answers_come_back_once_each_in_the_order_they_were_offered() -> None:
    several = replace(PLACE, kind=Kind.SEVERAL)
    assert read_one(several, "home", "clinic", "home").several("place") == ("clinic", "home")


@pytest.mark.parametrize(("typed", "answer"), [("yes", True), ("no", False)])
def test_yes_and_no_are_read_as_such(typed: str, answer: bool) -> None:
    assert read_one(FieldSpec("there", Kind.YES_NO, "There?"), typed).yes_no("there") is answer


def test_a_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    spec = FieldSpec("name", Kind.TEXT, "Name", longest=5)
    assert read_one(spec, "  Ada  ").text("name") == "Ada"
    assert read_one(spec, "Sámié").ok
    assert only_message(read_one(spec, "Abigail")) == "The name must be 5 characters or less"


def test_a_long_text_keeps_its_lines_and_refuses_what_a_database_cannot_hold() -> None:
    spec = FieldSpec("note", Kind.LONG_TEXT, "Note")
    assert read_one(spec, "One\r\nTwo").text("note") == "One\nTwo"
    assert "cannot be kept" in only_message(read_one(spec, "a\x00b"))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("many", "The visits must be a whole number, like 12"),
        ("1.5", "The visits must be a whole number, like 12"),
        ("9" * 5000, "The visits must be a whole number, like 12"),
        ("0", "The visits must be between 1 and 20"),
        ("21", "The visits must be between 1 and 20"),
    ],
)
def test_a_number_that_cannot_be_right_says_why(typed: str, message: str) -> None:
    spec = FieldSpec("visits", Kind.NUMBER, "Visits", smallest=1, largest=20)
    assert only_message(read_one(spec, typed)) == message
    assert read_one(spec, "20").number("visits") == 20


def test_an_nhs_number_is_read_with_its_spaces_and_names_its_own_fault() -> None:
    spec = FieldSpec("nhs-number", Kind.NHS_NUMBER, "NHS number")
    assert read_one(spec, "999 313 7359").nhs_number("nhs-number") == NhsNumber.parse("9993137359")
    assert "too short" in only_message(read_one(spec, "999"))


def test_all_errors_are_told_at_once_in_the_order_of_the_page_and_nothing_typed_is_lost() -> None:
    reading = read_form([PLACE, ASSESSED], [*date_pairs("31", "2", "2026"), ("unasked", "x")])
    assert [error.name for error in reading.errors] == ["place", "assessed"]
    assert reading.field("assessed").text("assessed-day") == "31"


def test_an_uploaded_file_in_the_place_of_a_text_is_no_answer() -> None:
    assert only_message(read_form([PLACE], [("place", object())])) == "Select the place"


def test_a_problem_found_after_reading_stands_beside_its_field() -> None:
    reading = read_one(PLACE, "home").with_error("place", "This place is closed on that day")
    assert not reading.ok
    assert reading.errors[0].href == "#place"
    assert reading.field("place").chosen("home")


def test_an_answer_asked_for_as_another_type_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="place was read as str, not as int"):
        read_one(PLACE, "home").number("place")


def test_every_kind_of_field_in_a_pathway_definition_becomes_a_question() -> None:
    for kind in FieldType:
        field = Field("one", "One", kind, options=(Option("a", "A"),))
        spec = from_definition(field, today=TODAY, born=BORN, organisations=[Choice("RX1", "Trust")])
        assert spec.kind.value == kind.value
    assert spec.offered == (Choice("RX1", "Trust"),)


def test_a_date_of_a_step_lies_ahead_only_where_the_definition_says_so() -> None:
    happened = from_definition(Field("on", "Day", FieldType.DATE), today=TODAY, born=BORN)
    planned = from_definition(Field("on", "Day", FieldType.DATE, plan=True), today=TODAY, born=BORN)
    assert happened.latest == Bound(TODAY, "today")
    assert planned.latest is None
    assert planned.earliest == Bound(BORN, "the child's date of birth")
