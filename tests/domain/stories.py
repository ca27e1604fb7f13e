"""Children's histories, told step by step: a pathway, a day, and what happened when."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from uuid import UUID, uuid5

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.clocks import ClockFact
from pathway.domain.episode import Episode
from pathway.domain.events import BuiltIn, Event
from pathway.domain.fold import fold
from pathway.domain.roles import Role
from pathway.domain.thresholds import ClockReading, read

CALENDAR = england()
START = date(2026, 1, 12)
REFERRER, PROVIDER, SCHOOL, COUNCIL, OTHER = 1, 2, 3, 4, 5
_PLACES = {"referrer": "1", "provider": "2", "school": "3", "council": "4"}
_SPACE = UUID("5f3a5f0e-64f1-4a60-9f0a-5a6f4f1c2a10")


def after(days: int) -> date:
    """A day so many days after the start of the story."""
    return START + timedelta(days)


class Story:
    """The facts of one child, in the order in which they were recorded; days count from the start."""

    def __init__(self, pathway: str = "autism") -> None:
        self.pathway = definitions.load(pathway)
        self.events: list[Event] = []
        self._sequence: Iterator[int] = count(1)

    def step(self, key: str, days: int, by: Role = Role.SENCO, account: int = 0, **fields: str) -> "Story":
        """A step of the pathway; a first one says which organisations the episode is with."""
        places = _PLACES if self.pathway.steps[key].first else {}
        return self._add(key, days, {**places, **fields}, by, account)

    def built_in(self, kind: BuiltIn, days: int, **fields: str) -> "Story":
        """A fact that every pathway has."""
        return self._add(kind, days, fields)

    def strike_out(self, kind: str, days: int) -> "Story":
        """The last fact of a kind does not hold after all."""
        return self._add(BuiltIn.STRUCK_OUT, days, {}, target=self.last(kind).id)

    def re_date(self, kind: str, days: int, to: int) -> "Story":
        """The last fact of a kind happened on another day."""
        fields = {"happened_on": after(to).isoformat()}
        return self._add(BuiltIn.RE_DATED, days, fields, target=self.last(kind).id)

    def link(self, days: int, start: date) -> "Story":
        """The episode follows an earlier one, whose start date is kept."""
        return self.built_in(BuiltIn.LINKED, days, **{ORIGINAL_START: start.isoformat()})

    def last(self, kind: str) -> Event:
        return next(e for e in reversed(self.events) if e.kind == kind)

    def _add(
        self, kind: str, days: int, fields: dict[str, str], by: Role = Role.TRIAGE, account: int = 0,
        target: UUID | None = None,
    ) -> "Story":  # fmt: skip
        n = next(self._sequence)
        event = Event(
            uuid5(_SPACE, str(n)), kind, after(days), n, fields, by, account_id=account, target=target
        )
        self.events.append(event)
        return self

    @property
    def episode(self) -> Episode:
        return fold(self.pathway, self.events, CALENDAR)

    def clock(self, key: str) -> ClockFact:
        """The last instance of a clock."""
        return next(f for f in reversed(self.episode.clocks) if f.definition.key == key)

    def reading(self, key: str) -> ClockReading:
        return read(self.clock(key), (), CALENDAR)


def referred() -> Story:
    return Story().step("referral_received", 0)


def accepted() -> Story:
    return referred().step("triage_started", 3).step("referral_accepted", 10, priority="routine")


def assessing(mechanism: str = "face_to_face") -> Story:
    return accepted().step("assessment_started", 80, mechanism=mechanism, attendance="on_time")


def decided(outcome: str = "autism") -> Story:
    """An outcome is recorded and nobody has been told."""
    booked = assessing().step("formulation_booked", 120, meeting_on=after(128).isoformat())
    return booked.step("outcome_recorded", 130, outcome=outcome)


def told(outcome: str = "autism") -> Story:
    return decided(outcome).step("feedback_given", 135, how="face_to_face")


def closed() -> Story:
    """Closed while waiting, for the reason that the family was told."""
    announced = accepted().step("closing_notified", 20, closure="withdrawn_by_family", close_on="2026-03-01")
    return announced.step("episode_closed", 48, closure="withdrawn_by_family")
