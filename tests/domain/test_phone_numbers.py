"""Telephone numbers are taken in any format, and the demo's never ring at a real person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.errors import InvalidPhoneNumber
from pathway.domain.phone_numbers import PhoneNumber


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("01632 960001", "+441632960001", "01632 960001"),
        ("(01632) 960 001", "+441632960001", "01632 960001"),
        ("01632-960-001", "+441632960001", "01632 960001"),
        ("+44 1632 960001", "+441632960001", "01632 960001"),
        ("+44 (0)1632 960001", "+441632960001", "01632 960001"),
        ("0044 1632 960001", "+441632960001", "01632 960001"),
        ("tel:+441632960001", "+441632960001", "01632 960001"),
        ("07700.900.982", "+447700900982", "07700 900982"),
        ("020 7946 0018", "+442079460018", "020 7946 0018"),
        ("01134960123", "+441134960123", "0113 496 0123"),
        ("01214960123", "+441214960123", "0121 496 0123"),
        ("03069990123", "+443069990123", "0306 999 0123"),
        ("0800 111 222", "+44800111222", "0800 111 222"),
        ("+353 20 912 3456", "+353209123456", "+353209123456"),
        ("00 353 20 912 3456", "+353209123456", "+353209123456"),
    ],
)
def test_a_number_is_read_in_any_usual_format(written: str, kept: str, shown: str) -> None:
    number = PhoneNumber.parse(written)
    assert number.value == kept
    assert number.formatted == str(number) == shown
    assert PhoneNumber.parse(number.formatted) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "960001",
        "01632 96",
        "01632 960001 23",
        "04632 960001",
        "1632 960001",
        "+44",
        "+0123456789",
        "٠١٦٣٢",
    ],
)
def test_what_is_not_a_full_number_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(InvalidPhoneNumber, match="not a full telephone number.*for example 01632 960 001"):
        PhoneNumber.parse(written)


@pytest.mark.parametrize("written", ["01632 96000l", "ask school", "01632 960001 ext 4"])
def test_letters_are_named_as_the_fault(written: str) -> None:
    with pytest.raises(InvalidPhoneNumber, match="no letters"):
        PhoneNumber.parse(written)


@pytest.mark.parametrize(
    ("written", "mobile"),
    [
        ("07700 900982", True),
        ("07624 123456", True),  # Isle of Man
        ("07012 345678", False),  # a personal number, which cannot be texted
        ("07640 123456", False),  # a pager
        ("01632 960001", False),
        ("+353 86 123 4567", False),
    ],
)
def test_only_a_uk_mobile_can_be_sent_a_text(written: str, mobile: bool) -> None:
    assert PhoneNumber.parse(written).is_mobile is mobile


@pytest.mark.parametrize(
    ("written", "drama"),
    [
        ("01632 960000", True),
        ("01632 960999", True),
        ("01632 961000", False),
        ("07700 900000", True),
        ("07700 901000", False),
        ("0113 496 0000", True),
        ("0113 497 0000", False),
        ("020 7946 0999", True),
        ("08081 570000", True),
        ("03069 990999", True),
        ("029 2018 0500", True),
        ("01392 123456", False),
        ("+353 20 912 3456", False),
    ],
)
def test_ofcoms_numbers_for_drama_are_recognised(written: str, drama: bool) -> None:
    assert PhoneNumber.parse(written).is_drama is drama


def test_a_number_is_hidden_from_logs() -> None:
    assert "960001" not in repr(PhoneNumber.parse("01632 960001"))


@given(st.text(max_size=25))
def test_any_text_is_either_read_or_refused_without_repeating_it(text: str) -> None:
    try:
        number = PhoneNumber.parse(text)
    except InvalidPhoneNumber as error:
        refused = error
    else:
        assert PhoneNumber.parse(number.formatted) == number
        return
    assert refused.field == "phone"
    assert len(text.strip()) <= 4 or text.strip() not in refused.message
