"""London days and UTC instants: a clock counts Europe/London calendar days, the database stores UTC.

A referral sent at 23:30 UTC on 1 July was received on 2 July: it was half past midnight in London.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_date(at: datetime) -> date:
    """The day it was in London at this instant."""
    if at.utcoffset() is None:
        raise ValueError(
            "This time has no time zone, so its day in London is unknown. Give it one, such as UTC."
        )
    return at.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """The instant, in UTC, at which `day` begins in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
