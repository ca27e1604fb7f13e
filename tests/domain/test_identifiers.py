"""Identifiers are read as people write them, refused with the fault named, and never shown in a log."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pathway.domain.errors import (
    InvalidIdentifier,
    InvalidInput,
    InvalidNhsNumber,
    InvalidOdsCode,
    InvalidPostcode,
    InvalidUpn,
    InvalidUrn,
)
from pathway.domain.identifiers import Identifier, NhsNumber, OdsCode, Postcode, Upn, Urn

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NINE_DIGITS = st.text("0123456789", min_size=9, max_size=9)


def is_valid(kind: type[Identifier], text: str) -> bool:
    try:
        kind.parse(text)
    except InvalidIdentifier:
        return False
    return True


def with_check_digit(nine: str) -> str | None:
    """The NHS number that begins with these nine digits, as the NHS Data Dictionary computes it step by step."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
    check = 11 - total % 11
    return None if check == 10 else f"{nine}{0 if check == 11 else check}"


# --- NHS number ---


@pytest.mark.parametrize(
    "written",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        " 943 4765919 ",
        "943\u00a0476\u20135919",
        "943\u2011476\u20115919",
    ],
)
def test_an_nhs_number_is_read_with_spaces_or_dashes(written: str) -> None:
    number = NhsNumber.parse(written)
    assert number.value == "9434765919"
    assert number.formatted == str(number) == "943 476 5919"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "Enter the NHS number"),
        ("   ", "Enter the NHS number"),
        ("QQ 12 34 56 C", "National Insurance number"),
        ("qq123456", "National Insurance number"),
        ("943 476 591O", "no letters"),
        ("not known", "no letters"),
        ("943/476/5919", "only spaces or dashes"),
        ("٩٤٣٤٧٦٥٩١٩", "only spaces or dashes"),
        ("943 476 591", "too short: it has 9 digits"),
        ("943 476 59190", "too long: it has 11 digits"),
        ("943 476 5918", "mistyped or out of order"),
        ("943 476 9519", "mistyped or out of order"),
        ("999 123 4567", "mistyped or out of order"),  # the NHS service manual's own example
        ("000 000 0000", "only fills the space"),
        ("999 999 9999", "only fills the space"),
    ],
)
def test_a_wrong_nhs_number_is_refused_with_its_fault_named(written: str, fault: str) -> None:
    with pytest.raises(InvalidNhsNumber, match=fault) as refused:
        NhsNumber.parse(written)
    assert refused.value.field == "nhs_number"
    assert refused.value.status == 422


@given(NINE_DIGITS)
def test_exactly_the_one_right_check_digit_is_accepted_and_none_where_it_would_be_ten(nine: str) -> None:
    assume(len(set(nine)) > 1)
    accepted = [f"{nine}{digit}" for digit in range(10) if is_valid(NhsNumber, f"{nine}{digit}")]
    right = with_check_digit(nine)
    assert accepted == ([right] if right else [])


def test_a_number_whose_check_digit_would_be_ten_is_never_valid() -> None:
    assert with_check_digit("999000014") is None
    assert not any(is_valid(NhsNumber, f"999000014{digit}") for digit in range(10))


@given(NINE_DIGITS, st.integers(0, 8), st.integers(0, 9))
def test_one_mistyped_digit_is_always_noticed_and_the_right_one_is_not_given_away(
    nine: str, place: int, typed: int
) -> None:
    right = with_check_digit(nine)
    assume(right is not None and str(typed) != nine[place])
    assert right is not None
    wrong = right[:place] + str(typed) + right[place + 1 :]
    assume(len(set(wrong)) > 1)
    with pytest.raises(InvalidNhsNumber) as refused:
        NhsNumber.parse(wrong)
    assert not re.search(r"\d", refused.value.message)


@given(NINE_DIGITS, st.integers(0, 7))
def test_two_neighbours_that_changed_places_are_always_noticed(nine: str, place: int) -> None:
    right = with_check_digit(nine)
    assume(right is not None and nine[place] != nine[place + 1])
    assert right is not None
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert not is_valid(NhsNumber, swapped)


def test_the_test_range_is_recognised() -> None:
    assert NhsNumber.parse("999 000 0018").is_test
    assert not NhsNumber.parse("943 476 5919").is_test


# --- UPN ---


@pytest.mark.parametrize("written", ["B801200005001", "H801200001001", "P207000016049", "b801 2000 05001"])
def test_a_upn_is_read(written: str) -> None:
    upn = Upn.parse(written)
    assert upn.value == written.replace(" ", "").upper()
    assert not upn.is_temporary


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "13 characters and this has 0"),
        ("B80120000500", "13 characters and this has 12"),
        ("A801200005001", "first letter does not fit"),
        ("B207000016049", "first letter does not fit"),
        ("I801200005001", "never uses I, O or S"),
        ("8801200005001", "begins with a letter"),
        ("B80120000500O", "never uses I, O or S"),
        ("B8012000O5001", "Check for O and 0"),
        ("B801²00005001", "Check for O and 0"),
    ],
)
def test_a_wrong_upn_is_refused_with_its_fault_named(written: str, fault: str) -> None:
    with pytest.raises(InvalidUpn, match=fault):
        Upn.parse(written)


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from("0123456789" + LETTERS))
def test_exactly_one_check_letter_fits_each_upn(digits: str, last: str) -> None:
    fitting = [letter for letter in LETTERS if is_valid(Upn, f"{letter}{digits}{last}")]
    assert len(fitting) == 1
    assert Upn.parse(f"{fitting[0]}{digits}{last}").is_temporary == last.isalpha()


# --- ODS code, URN, postcode ---


@pytest.mark.parametrize("written", ["RH8", "l83100", "RH8 01", "K81003001", "15N"])
def test_an_ods_code_is_read(written: str) -> None:
    assert OdsCode.parse(written).value == written.replace(" ", "").upper()


@pytest.mark.parametrize("written", ["", "RH", "RH8/01", "K810030011", "RHÉ8"])
def test_a_wrong_ods_code_is_refused(written: str) -> None:
    with pytest.raises(InvalidOdsCode, match="3 to 9 letters and digits"):
        OdsCode.parse(written)


def test_a_urn_is_six_digits() -> None:
    assert Urn.parse(" 113 456 ").value == "113456"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("8784001", "DfE number"),
        ("878/4001", "URN is 6 digits"),
        ("10012345", "UK provider reference number"),
        ("012345", "does not begin with 0"),
        ("11345", "URN is 6 digits"),
        ("11345A", "URN is 6 digits"),
        ("", "URN is 6 digits"),
    ],
)
def test_a_wrong_urn_is_refused_with_what_it_looks_like(written: str, fault: str) -> None:
    with pytest.raises(InvalidUrn, match=fault):
        Urn.parse(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("EX4 3RU", "EX4 3RU"),
        ("ex43ru", "EX4 3RU"),
        (" sw1a1aa ", "SW1A 1AA"),
        ("M1-1AE", "M1 1AE"),
        ("PL210AA", "PL21 0AA"),
        ("gir0aa", "GIR 0AA"),
        ("ZZ993VZ", "ZZ99 3VZ"),
    ],
)
def test_a_postcode_is_read_in_any_case_and_spacing(written: str, kept: str) -> None:
    assert Postcode.parse(written).value == kept


@pytest.mark.parametrize(
    "written", ["", "EX4", "EX4 3R", "EXE4 3RU", "4EX 3RU", "EX4 3RÜ", "90210", "EX4 3RUU"]
)
def test_what_is_not_a_postcode_is_refused(written: str) -> None:
    with pytest.raises(InvalidPostcode, match="not a full UK postcode"):
        Postcode.parse(written)


def test_a_postcode_knows_its_district_and_the_codes_that_are_no_address() -> None:
    assert Postcode.parse("PL210AA").outward == "PL21"
    assert Postcode.parse("ZZ99 3VZ").is_pseudo
    assert not Postcode.parse("EX4 3RU").is_pseudo


# --- what holds for all of them ---

KINDS = [NhsNumber, Upn, OdsCode, Urn, Postcode]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NhsNumber, "9434765919"),
        (Upn, "B801200005001"),
        (OdsCode, "L83100"),
        (Urn, "113456"),
        (Postcode, "EX4 3RU"),
    ],
)
def test_an_identifier_is_equal_by_value_shown_in_full_and_hidden_from_logs(
    kind: type[Identifier], text: str
) -> None:
    identifier = kind.parse(text)
    assert identifier == kind(text)
    assert hash(identifier) == hash(kind(text))
    assert str(identifier).replace(" ", "") == text.replace(" ", "")
    assert text not in repr(identifier)
    assert text not in repr([identifier])


def test_the_same_characters_are_not_the_same_identifier() -> None:
    identifiers: set[Identifier] = {OdsCode("113456"), Urn("113456")}
    assert len(identifiers) == 2


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=20))
@example(text="scho")
def test_any_text_is_either_read_or_refused_with_a_sentence(kind: type[Identifier], text: str) -> None:
    try:
        identifier = kind.parse(text)
    except InvalidInput as error:
        refused = error
    else:
        assert kind.parse(str(identifier)) == identifier
        return
    assert refused.message.endswith(".")
    assert refused.field == kind.field
    if len(text.strip()) > 3 and text.strip() in refused.message:
        # A word of the sentence's own, such as "scho" of "school": then it says the same of the same word in capitals.
        with pytest.raises(InvalidInput) as other:
            kind.parse(text.swapcase())
        assert text.swapcase() != text
        assert other.value.message == refused.message


def test_a_value_that_is_not_canonical_cannot_be_made() -> None:
    with pytest.raises(InvalidNhsNumber):
        NhsNumber("943 476 5919")
    with pytest.raises(InvalidPostcode):
        Postcode("EX43RU")
