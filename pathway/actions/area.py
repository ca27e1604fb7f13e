"""One area: its database, its pathways, its calendar, its key, and the time. Everything an action is given to work with.

One area (its council and NHS partners) is one database. The time comes from here and only from here, so that a test, or a
report as of last March, can bring its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pathway.domain.london import london_date
from pathway.domain.working_days import Calendar
from pathway.store.engine import Database
from pathway.store.keys import AreaKey
from pathway.store.pathways import Pathways


@dataclass(frozen=True, slots=True)
class Area:
    """What actions share. `now` gives an aware time; days are London days."""

    database: Database
    pathways: Pathways
    calendar: Calendar
    key: AreaKey
    now: Callable[[], datetime]

    @property
    def today(self) -> date:
        return london_date(self.now())
