"""Rights that turn on an age turn on the right day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.ages import (
    age_on,
    birthday,
    compulsory_school_age_ends,
    is_over_compulsory_school_age,
    school_leaving_date,
)
from pathway.domain.errors import InvalidInput

BIRTHS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "n", "day"),
    [
        (date(2010, 11, 24), 16, date(2026, 11, 24)),
        (date(2012, 2, 29), 16, date(2028, 2, 29)),
        (date(2012, 2, 29), 13, date(2025, 3, 1)),  # no 29 February in 2025
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2012, 3, 1), 13, date(2025, 3, 1)),
        (date(2012, 2, 29), 0, date(2012, 2, 29)),
    ],
)
def test_a_birthday_is_the_anniversary_and_1_march_for_a_leap_day_in_a_common_year(
    birth: date, n: int, day: date
) -> None:
    assert birthday(birth, n) == day


@given(BIRTHS, st.integers(0, 30))
def test_an_age_is_reached_on_the_birthday_and_not_the_day_before(birth: date, n: int) -> None:
    assert age_on(birth, birthday(birth, n)) == n
    if n:
        assert age_on(birth, birthday(birth, n) - timedelta(1)) == n - 1


def test_a_day_before_the_birth_has_no_age() -> None:
    with pytest.raises(InvalidInput, match="date of birth") as refused:
        age_on(date(2020, 1, 2), date(2020, 1, 1))
    assert refused.value.field == "birth_date"


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2023, date(2023, 6, 30)),
        (2024, date(2024, 6, 28)),
        (2025, date(2025, 6, 27)),
        (2026, date(2026, 6, 26)),
        (2027, date(2027, 6, 25)),
        (2028, date(2028, 6, 30)),
    ],
)
def test_the_school_leaving_date_is_the_last_friday_in_june(year: int, day: date) -> None:
    assert school_leaving_date(year) == day


@pytest.mark.parametrize(
    ("birth", "ends", "why"),
    [
        (
            date(2010, 9, 1),
            date(2027, 6, 25),
            "16 on the first day of a school year: that year's leaving date",
        ),
        (date(2010, 12, 31), date(2027, 6, 25), "16 in autumn"),
        (date(2011, 6, 24), date(2027, 6, 25), "16 the day before the leaving date"),
        (date(2011, 6, 25), date(2027, 6, 25), "16 on the leaving date itself, s.8(3)(b)"),
        (date(2011, 6, 26), date(2027, 6, 25), "16 the day after it, so still 15 on it, s.8(3)(a)"),
        (date(2011, 8, 31), date(2027, 6, 25), "16 on the last day of the school year"),
        (date(2011, 9, 1), date(2028, 6, 30), "one day later is a whole school year later"),
        (date(2012, 2, 29), date(2028, 6, 30), "born on a leap day"),
    ],
)
def test_compulsory_school_age_ends_with_the_school_year_of_the_sixteenth_birthday(
    birth: date, ends: date, why: str
) -> None:
    assert compulsory_school_age_ends(birth) == ends, why
    assert not is_over_compulsory_school_age(birth, ends), "it lasts to the end of that day"
    assert is_over_compulsory_school_age(birth, ends + timedelta(1))


@given(BIRTHS)
def test_compulsory_school_age_ends_on_a_friday_in_june_at_15_or_16(birth: date) -> None:
    ends = compulsory_school_age_ends(birth)
    assert (ends.weekday(), ends.month) == (4, 6)
    assert age_on(birth, ends) in (15, 16)
    assert birthday(birth, 16) - timedelta(68) <= ends < birthday(birth, 17)


@given(BIRTHS)
def test_an_older_child_never_stays_of_compulsory_school_age_longer(birth: date) -> None:
    assert compulsory_school_age_ends(birth) <= compulsory_school_age_ends(birth + timedelta(1))
