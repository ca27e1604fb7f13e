"""How large a county is, and the rates by which its days go. Every number that shapes the simulation is here."""

from dataclasses import dataclass, replace
from typing import Final

from pathway.demo.county import COUNTY_TEAM, HARBOUR, NORTH_TEAM, PAEDIATRICS


@dataclass(frozen=True, slots=True)
class Size:
    """A county of `share` of the whole one, cut to so many open and closed episodes where it has more (cut.py).

    `replicas`: how often its histories are loaded, each time as other children, for measuring at size.
    """

    name: str
    share: float
    open_episodes: int | None = None
    closed_episodes: int | None = None
    replicas: int = 1


_COUNTY: Final = Size("county", 0.765, open_episodes=6000, closed_episodes=30_000)
SIZES: Final = {
    size.name: size for size in (Size("small", 0.0075), _COUNTY, replace(_COUNTY, name="stress", replicas=28))
}


@dataclass(frozen=True, slots=True)
class Team:
    """One provider: its share of referrals, how many weeks of waiting it began with, and how far demand outruns it."""

    share: float
    backlog_weeks: int
    load: float


TEAMS: Final = {
    COUNTY_TEAM: Team(0.60, 34, 1.03),
    NORTH_TEAM: Team(0.24, 112, 1.13),
    PAEDIATRICS: Team(0.16, 20, 1.03),
}
"""Load over 1 is the truth of these lists: more children are referred than can be seen."""

BURST: Final = {
    "from_week": 163,
    "weeks": 26,
    "share_of_county_slots": 0.45,
    "afterwards": 0.12,
    "to": HARBOUR,
}
"""Two years ago money was found: for 26 weeks a second provider took children over, and it keeps a small contract."""

HISTORY_WEEKS: Final = 260
"""Five years in which everything is recorded; referrals reach back as far as the first waits do."""

YEARLY: Final = {"autism": 4800, "ehc_only": 420}
GROWTH: Final = 0.03
"""How much more is referred each year; `YEARLY` is what came in the middle of the time."""

ATTENDED: Final = 0.85
"""Of the first appointments that are given, those on which the child is seen; teams plan for it."""

RATES: Final = {
    "information_requested": 0.26,
    "information_never_comes": 0.10,
    "watchful_waiting": 0.03,
    "accepted": 0.47,
    "objected": 0.07,
    "withdrawn_a_year": 0.055,
    "moved_a_year": 0.022,
    "died_a_year": 0.0006,
    "right_to_choose": 0.055,
    "hold": 0.05,
    "was_not_brought": 0.075,
    "cancelled_by_family": 0.045,
    "cancelled_by_team": 0.035,
    "telephone_start": 0.06,
    "autism": 0.79,
    "not_autism": 0.135,
    "uncertain": 0.055,
    "ehc": 0.22,
    "returns": 0.10,
    "recorded_late": 0.12,
    "entered_in_error": 0.004,
}

ANNUAL_REVIEWS_SINCE_WEEKS: Final = 56
"""Plans issued in the last thirteen months are reviewed on this service; earlier ones are still elsewhere."""
