"""Birthdays, ages, and the day on which compulsory school age ends.

Rights turn on these days: from the sixteenth birthday a young person is presumed able to decide who is told (Mental
Capacity Act 2005 section 2(5)); EHC rights pass when compulsory school age has ended (Children and Families Act 2014
section 83(2)).
"""

from datetime import date, timedelta

from pathway.domain.errors import InvalidInput

_FRIDAY = 4


def birthday(birth: date, n: int) -> date:
    """The day at the beginning of which a person born on `birth` becomes `n` (Family Law Reform Act 1969 s.9(1)).

    The Act does not say when someone born on 29 February has an anniversary in a common year. We take 1 March: the
    usual reading in England, and no right passes a day early. Practice; the area's legal lead confirms it.
    """
    year = birth.year + n
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(birth: date, day: date) -> int:
    """Age in whole years on `day`."""
    if day < birth:
        raise InvalidInput(
            "The date of birth is after the date it was compared with. Check both.", "birth_date"
        )
    years = day.year - birth.year
    return years if birthday(birth, years) <= day else years - 1


def school_leaving_date(year: int) -> date:
    """The last Friday in June (Education (School Leaving Date) Order 1997, SI 1997/1970)."""
    last = date(year, 6, 30)
    return last - timedelta((last.weekday() - _FRIDAY) % 7)


def compulsory_school_age_ends(birth: date) -> date:
    """The last day on which a person born on `birth` is of compulsory school age (Education Act 1996 s.8(3)).

    The school leaving date of the school year in which the person becomes 16. A school year begins with the first
    term after July (section 579); we take 1 September for every school. Practice, as DfE guidance has it.
    """
    sixteen = birthday(birth, 16)
    starts_next_school_year = sixteen >= date(sixteen.year, 9, 1)
    return school_leaving_date(sixteen.year + starts_next_school_year)


def is_over_compulsory_school_age(birth: date, day: date) -> bool:
    """Has compulsory school age ended before `day`? (It lasts to the end of the leaving date itself.)"""
    return day > compulsory_school_age_ends(birth)
