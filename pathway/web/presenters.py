"""How days, waits, numbers and grades are printed, the same way on every page.

NHS content style: numerals for every number, months in full because screen readers read them, "Not known" and
never an empty cell. Pure: every function is given what it prints.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pathway.domain.ages import age_on
from pathway.domain.breaches import Grade
from pathway.domain.clocks import ClockState
from pathway.domain.errors import InvalidPhoneNumber
from pathway.domain.phone_numbers import PhoneNumber

LONDON = ZoneInfo("Europe/London")
NOT_KNOWN = "Not known"
NO_BREAK = "\N{NO-BREAK SPACE}"

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

TAG_COLOURS = frozenset(
    {"white", "grey", "green", "aqua-green", "blue", "purple", "pink", "red", "orange", "yellow"}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A short state in words, with a colour that only repeats what the words say."""

    text: str
    colour: str = "grey"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("A tag needs words: colour alone says nothing to many readers.")
        if self.colour not in TAG_COLOURS:
            raise ValueError(f"NHS.UK frontend has no {self.colour} tag. Use one of: {sorted(TAG_COLOURS)}.")


# Three colours so that red stays rare: most waits are past their limit, and a list that is all red warns of nothing.
GRADE_TAGS: dict[Grade, Tag] = {
    Grade.ON_TIME: Tag("On time", "white"),
    Grade.DUE_SOON: Tag("Due soon", "orange"),
    Grade.BREACHED: Tag("Past threshold", "grey"),
    Grade.OVER_18_WEEKS: Tag("Over 18 weeks", "grey"),
    Grade.OVER_26_WEEKS: Tag("Over 26 weeks", "grey"),
    Grade.OVER_52_WEEKS: Tag("Over 52 weeks", "red"),
    Grade.OVER_78_WEEKS: Tag("Over 78 weeks", "red"),
    Grade.OVER_104_WEEKS: Tag("Over 104 weeks", "red"),
}

CLOCK_TAGS: dict[ClockState, Tag] = {
    ClockState.RUNNING: Tag("Running", "blue"),
    ClockState.MET: Tag("Met", "green"),
    ClockState.MISSED: Tag("Missed", "grey"),
    ClockState.ENDED: Tag("Ended, not met", "white"),
}


def grade_tag(grade: Grade) -> Tag:
    """The tag of a breach grade."""
    return GRADE_TAGS[grade]


def clock_tag(state: ClockState) -> Tag:
    """The tag of where a clock stands."""
    return CLOCK_TAGS[state]


def day(value: date | None) -> str:
    """6 August 2018."""
    return NOT_KNOWN if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def long_day(value: date | None) -> str:
    """Monday 6 August 2018."""
    return NOT_KNOWN if value is None else f"{_WEEKDAYS[value.weekday()]} {day(value)}"


def day_and_time(moment: datetime | None) -> str:
    """6 August 2018 at 4:12pm, in London time."""
    if moment is None:
        return NOT_KNOWN
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be printed: London has two.")
    local = moment.astimezone(LONDON)
    return (
        f"{day(local.date())} at {local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"
    )


def plural(count: int, one: str, many: str = "") -> str:
    """1 child, 2 children, 1,204 days."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def weeks(days: int) -> str:
    """Whole weeks, rounded down: 98 days and 104 days are both 14 weeks."""
    return plural(_length(days) // 7, "week")


def days_in_words(days: int) -> str:
    """91 is 13 weeks, 94 is 13 weeks and 3 days, 5 is 5 days."""
    rest = plural(days % 7, "day")
    if _length(days) < 7:
        return rest
    return f"{weeks(days)} and {rest}" if days % 7 else weeks(days)


def _length(days: int) -> int:
    if days < 0:
        raise ValueError("A length of time is never negative: say which side of the day it lies on.")
    return days


def time_left(days: int) -> str:
    """How far off a due date is: "3 weeks left", "Due today", "17 weeks over"."""
    if days == 0:
        return "Due today"
    return f"{days_in_words(days)} left" if days > 0 else f"{days_in_words(-days)} over"


def age(born: date | None, on: date) -> str:
    """Whole years lived by a day; under 1 year, whole months."""
    if born is None:
        return NOT_KNOWN
    years = age_on(born, on)
    months = (on.month - born.month - (on.day < born.day)) % 12
    return plural(years, "year") if years else plural(months, "month")


def nhs_number(value: str | None) -> str:
    """999 313 7359 on one line, however narrow the cell. Anything that is not 10 digits is printed as it is."""
    if not value:
        return NOT_KNOWN
    digits = value.replace(" ", "").replace(NO_BREAK, "").replace("-", "")
    if len(digits) != 10 or not digits.isdecimal():
        return value
    return NO_BREAK.join((digits[:3], digits[3:6], digits[6:]))


def nhs_number_beside_a_name(value: str | None) -> str:
    """The number where no label says what it is: "Not known" alone would leave the reader to guess what is not."""
    return nhs_number(value) if value else "NHS number not known"


def phone_number(value: str | None) -> str | None:
    """01632 960 001, as people in the UK write it; what was kept and is no full number is printed as it is."""
    try:
        return PhoneNumber.parse(value).formatted if value else None
    except InvalidPhoneNumber:
        return value


def known(value: object) -> str:
    """The value as words, or "Not known": a table never shows an empty cell."""
    if isinstance(value, datetime):
        return day_and_time(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return NOT_KNOWN if value is None or value == "" else str(value)


def sentence(words: str) -> str:
    """The words as one sentence: a capital at its beginning, one full stop at its end, and nothing else changed."""
    text = words.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
