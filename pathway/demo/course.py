"""A course: the facts of one episode while they are being made, each recorded by somebody who may, some days late."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from pathway import definitions
from pathway.demo.county import County
from pathway.demo.people import Person
from pathway.demo.seasons import office_time, working_day
from pathway.domain.roles import Actor, Door, Role
from pathway.store.loader_facts import History, RecordedFact

_MINUTE = timedelta(minutes=1)


class Course:
    """One child on one pathway, fact by fact. Nothing is recorded after `end`: the course simply goes no further."""

    def __init__(
        self, random: Random, county: County, pathway: str, person: Person, provider: int, end: date
    ) -> None:
        self.random, self.county, self.pathway, self.person = random, county, pathway, person
        self._definition = definitions.load(pathway)
        self.provider, self.end = provider, end
        self.school = person.school.id if person.school else None
        self.facts: list[RecordedFact] = []
        self.episode_id: UUID | None = None
        self.stopped = False
        self.is_open = True
        self.closed_on: date | None = None
        self.started_on: date | None = None
        self._staff: dict[tuple[int, Role], Actor] = {}
        self._last: datetime | None = None

    @property
    def child_id(self) -> UUID:
        return self.person.child.id

    def record(self, kind: str, on: date, actor: Actor, late: int = 0, /, **fields: str) -> bool:
        """Add a fact that happened on a day and was recorded `late` days after; False where that is yet to come."""
        if self.stopped:
            return False
        at = self._time(on if late == 0 else working_day(on + timedelta(late)))
        if at.date() > self.end:
            self.stopped = True
            return False
        request = UUID(int=self.random.getrandbits(128), version=4)
        self.facts.append(RecordedFact(kind, on, at, actor, request, fields))
        self._last = at
        step = self._definition.steps.get(kind)
        if step is not None and step.to:
            self.is_open = not self._definition.stages[step.to].closed
        return True

    def say(self, **texts: str) -> None:
        """Add what was written in one's own words to the last fact."""
        self.facts[-1] = replace(self.facts[-1], texts=texts)

    def record_also(self, kind: str, on: date, **fields: str) -> None:
        """Add a fact to the request of the last one, as a link belongs to its referral."""
        last = self.facts[-1]
        at = last.recorded_at + timedelta(milliseconds=1)
        self.facts.append(
            RecordedFact(kind, on, at, last.actor, last.request_id, fields, n=last.n + 1),
        )
        self._last = at

    def grow(self, kind: str, day: date) -> None:
        """A step that comes with age, recorded by the service itself, where the pathway has it and it is not there yet."""
        step = self._definition.steps.get(kind)
        if step is None or not self.is_open or any(fact.kind == kind for fact in self.facts):
            return
        self.record(kind, day, Actor(0, Role.SYSTEM, 0, Door.WORKER))

    def staff(self, role: Role, organisation: int | None = None) -> Actor:
        """Who of this role sees to the child: the same person throughout."""
        key = (organisation or self.provider, role)
        if key not in self._staff:
            self._staff[key] = self.random.choice(self.county.staff[key])
        return self._staff[key]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def days(self, typical: float, spread: float = 0.45) -> int:
        """A number of days around a typical one, with a long tail."""
        return max(1, round(typical * self.random.lognormvariate(0.0, spread)))

    def history(self) -> History | None:
        """The facts as the loader takes them; nothing where the first of them is yet to come."""
        if not self.facts or self.episode_id is None:
            return None
        return History(self.episode_id, self.child_id, self.pathway, tuple(self.facts))

    def _time(self, day: date) -> datetime:
        at = office_time(day, self.random)
        if self._last is not None and at <= self._last:
            return self._last + _MINUTE * self.random.randrange(1, 8)
        return at
