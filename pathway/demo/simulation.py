"""A county over five years, day by day: who is referred, who waits, who is seen; the same for the same seed, size and day.

A discrete-event simulation. Each thing that will happen lies in one queue by its day; taking it out may put others in.
The only thing that children compete for is a first appointment: each week a provider has so many, and gives them by
priority and then by the first date. Demand is a little more than that, so the wait grows as such lists do.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from pathway.definitions.calendar import england
from pathway.demo import autism_course, ehc_course, waiting_course
from pathway.demo.county import COUNTY_TEAM, HARBOUR, NORTH_TEAM, PAEDIATRICS, County, moorshire
from pathway.demo.course import Course
from pathway.demo.cut import children_left_out
from pathway.demo.people import Person, Population
from pathway.demo.places import NORTH
from pathway.demo.seasons import clinic_weight, office_time, referral_weight, working_day
from pathway.demo.sizes import ATTENDED, BURST, GROWTH, HISTORY_WEEKS, RATES, TEAMS, YEARLY, Size
from pathway.demo.waiting_course import AutismCourse
from pathway.domain.birthdays import DUE_FROM
from pathway.store.loader_facts import Batch

Happening = Callable[[date], object]
_WEEK = timedelta(7)


@dataclass(slots=True)
class Queue:
    """The children who wait for a first appointment with one provider."""

    provider: int
    credit: float = 0.0
    waiting: list[tuple[int, date, int, AutismCourse]] = field(default_factory=list)

    def add(self, course: AutismCourse, n: int) -> None:
        started = course.started_on or course.end
        heapq.heappush(self.waiting, (course.rank, started, n, course))


class Simulation:
    """The state of the county on a day, and what is still to come."""

    def __init__(self, size: Size, seed: int, today: date) -> None:
        self.random = Random(f"{seed} {size.name} {today}")  # noqa: S311
        self.county: County = moorshire()
        self.population = Population(self.random, self.county)
        self.size, self.today = size, today
        self.end = today - timedelta(1)
        self.opens = today - timedelta(weeks=HISTORY_WEEKS)
        self.begins = self.opens - timedelta(weeks=max(team.backlog_weeks for team in TEAMS.values()))
        self.middle = self.begins + (today - self.begins) / 2
        self.people: list[Person] = []
        self.courses: list[Course] = []
        self.queues = {provider: Queue(provider) for provider in (*TEAMS, HARBOUR)}
        self._events: list[tuple[date, int, Happening]] = []
        self._count = 0

    def run(self) -> Batch:
        """Let every day pass up to yesterday."""
        self.at(self.begins, self._referrals)
        self.at(self.begins, self._clinics)
        while self._events and self._events[0][0] <= self.end:
            day, _, happening = heapq.heappop(self._events)
            happening(day)
        made = [(h, course.is_open) for course in self.courses if (h := course.history()) is not None]
        cut = children_left_out(((h.child_id, is_open) for h, is_open in made), self.size, self.random)
        histories = tuple(h for h, _ in made if h.child_id not in cut)
        known = {history.child_id for history in histories}
        return Batch(tuple(p.child for p in self.people if p.child.id in known), histories)

    def at(self, day: date, happening: Happening) -> None:
        """Let something happen on a day."""
        heapq.heappush(self._events, (day, self.next_number(), happening))

    def next_number(self) -> int:
        self._count += 1
        return self._count

    def new_person(self, day: date) -> Person:
        person = self.population.person(office_time(day, self.random), self.today)
        self.people.append(person)
        return person

    def open(self, course: Course, at: datetime) -> None:
        """Give a course its episode, and keep it."""
        course.episode_id = self.population.id(at)
        self.courses.append(course)
        for kind, due_from in DUE_FROM.items():
            on = max(due_from(course.person.birth_date, england()), at.date() + timedelta(1))
            if on <= self.end:
                self.at(on, lambda day, kind=kind: course.grow(kind, day))  # type: ignore[misc]

    def provider_for(self, person: Person, day: date) -> int:
        """The team of the child's age and town."""
        if (day - person.birth_date).days < 5 * 365:
            return PAEDIATRICS
        return NORTH_TEAM if person.town >= NORTH else COUNTY_TEAM

    # --- arrivals ---

    def _referrals(self, day: date) -> None:
        growth = (1 + GROWTH) ** ((day - self.middle).days / 365.25)
        weight = referral_weight(day) * growth * self.size.share / 252
        for _ in range(self._poisson(YEARLY["autism"] * weight)):
            autism_course.refer(self, self.new_person(day), day)
        if day >= self.opens:
            for _ in range(self._poisson(YEARLY["ehc_only"] * weight)):
                ehc_course.request(self, self.new_person(day), day)
        self.at(working_day(day + timedelta(1)), self._referrals)

    def _poisson(self, mean: float) -> int:
        """How many arrive where `mean` are expected (Knuth)."""
        limit, product, n = 2.718281828459045**-mean, self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            n += 1
        return n

    # --- first appointments ---

    def _clinics(self, day: date) -> None:
        """Each week a provider gives its first appointments, three to seven weeks ahead."""
        for provider, slots in self._slots(day):
            queue = self.queues[provider]
            queue.credit += slots * clinic_weight(day)
            passed: list[AutismCourse] = []
            while queue.credit >= 1 and queue.waiting:
                course = heapq.heappop(queue.waiting)[-1]
                if course.provider != provider or not course.may_be_booked:
                    continue
                if course.on_hold:
                    passed.append(course)
                    continue
                queue.credit -= 1
                waiting_course.book(self, course, day)
            queue.credit = min(queue.credit, 3.0) if not queue.waiting else queue.credit
            for course in passed:
                queue.add(course, self.next_number())
        if self._in_burst(day):
            self._hand_over(day)
        self.at(day + _WEEK, self._clinics)

    def _slots(self, day: date) -> Iterator[tuple[int, float]]:
        """First appointments a week: what would meet the demand, divided by the load."""
        weekly = YEARLY["autism"] * self.size.share / 52
        for provider, team in TEAMS.items():
            if day >= self.begins + timedelta(weeks=team.backlog_weeks):
                yield provider, weekly * team.share * RATES["accepted"] / team.load / ATTENDED
        if day >= self._burst_from:
            share = BURST["share_of_county_slots"] if self._in_burst(day) else BURST["afterwards"]
            yield HARBOUR, weekly * TEAMS[COUNTY_TEAM].share * RATES["accepted"] * share

    @property
    def _burst_from(self) -> date:
        return self.opens + timedelta(weeks=BURST["from_week"])

    def _in_burst(self, day: date) -> bool:
        return self._burst_from <= day < self._burst_from + timedelta(weeks=BURST["weeks"])

    def _hand_over(self, day: date) -> None:
        """The county team offers those who have waited longest to the second provider."""
        queue = self.queues[COUNTY_TEAM]
        weekly = YEARLY["autism"] * self.size.share / 52 * TEAMS[COUNTY_TEAM].share * RATES["accepted"]
        for _ in range(self._poisson(weekly * BURST["share_of_county_slots"])):
            if not queue.waiting:
                return
            course = heapq.heappop(queue.waiting)[-1]
            if course.may_be_booked and course.provider == COUNTY_TEAM:
                waiting_course.hand_over(self, course, day)


def simulate(size: Size, seed: int, today: date) -> Batch:
    """The county of this size and seed as it is on this day."""
    return Simulation(size, seed, today).run()
