"""The wait: who is on which list, how they are kept told, what may end it, and the appointment or hand-over that does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pathway.demo import assessment_course, closing_course
from pathway.demo.county import COUNTY_TEAM, HARBOUR
from pathway.demo.course import Course
from pathway.demo.seasons import working_day
from pathway.demo.sizes import RATES
from pathway.domain.events import BuiltIn
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation

_PRIORITIES: Final = {"routine": 84, "soon": 12, "urgent": 4}
_RANKS: Final = {"urgent": 0, "soon": 1, "routine": 2}
_REASONS: Final = ("education_breakdown", "family_breakdown", "little_communication", "risk")


class AutismCourse(Course):
    """A child on the autism pathway, with what the simulation must know of their wait."""

    rank: int = 2
    priority: str = "routine"
    where: str = "referred"
    on_hold: bool = False
    missed: int = 0
    right_to_choose: bool = False
    referrer: int = 0

    @property
    def may_be_booked(self) -> bool:
        return self.where == "waiting" and not self.stopped


def accept(sim: Simulation, course: AutismCourse, day: date) -> None:
    """The child is on the list: a coordinator is named, the school sends what it sees, the wait begins to be looked after."""
    course.priority = course.random.choices(tuple(_PRIORITIES), tuple(_PRIORITIES.values()))[0]
    reason = {} if course.priority == "routine" else {"priority_reason": course.random.choice(_REASONS)}
    course.record("referral_accepted", day, course.staff(Role.TRIAGE), priority=course.priority, **reason)
    course.rank = _RANKS[course.priority]
    wait(sim, course)
    if course.chance(0.85):
        appointed = working_day(day + timedelta(course.days(4, 0.8)))
        sim.at(appointed, lambda on: _coordinator(course, on))
    if course.school and course.chance(0.55):
        sim.at(working_day(day + timedelta(course.days(24))), lambda on: _school_tells(course, on))
    sim.at(working_day(day + timedelta(course.days(75, 0.2))), lambda on: _keep_told(sim, course, on))
    sim.at(working_day(day + timedelta(course.days(190, 0.15))), lambda on: _review(sim, course, on))
    _fates(sim, course, day)


def wait(sim: Simulation, course: AutismCourse) -> None:
    course.where = "waiting"
    sim.queues[course.provider].add(course, sim.next_number())


def _waits(course: AutismCourse) -> bool:
    return course.where in ("waiting", "booked") and not course.stopped


def _coordinator(course: AutismCourse, day: date) -> None:
    if _waits(course):
        course.record("coordinator_assigned", day, course.staff(Role.COORDINATOR))


def _school_tells(course: AutismCourse, day: date) -> None:
    if _waits(course):
        senco, helped = course.staff(Role.SENCO, course.school), course.random.choice(("yes", "partly", "no"))
        course.record("support_cycle_reviewed", day, senco, helped=helped, continues="yes")


def _keep_told(sim: Simulation, course: AutismCourse, day: date) -> None:
    """A letter every eleven weeks or so; now and then nobody writes, and the family rings."""
    if not _waits(course):
        return
    staff = course.staff(Role.COORDINATOR)
    if course.chance(0.72):
        course.record("waiting_letter_sent", day, staff)
    elif course.chance(0.5):
        course.record(
            "family_replied", day, staff, about=course.random.choice(("still_wanted", "things_worse"))
        )
        answered = working_day(day + timedelta(course.days(2)))
        sim.at(answered, lambda on: _answer(course, on))
    sim.at(working_day(day + timedelta(course.days(77, 0.18))), lambda on: _keep_told(sim, course, on))


def _answer(course: AutismCourse, day: date) -> None:
    if _waits(course):
        course.record("family_updated", day, course.staff(Role.COORDINATOR), how="telephone")


def _review(sim: Simulation, course: AutismCourse, day: date) -> None:
    if not _waits(course):
        return
    needs = course.random.choice(("same", "same", "greater", "less"))
    spoke = "yes" if course.chance(0.8) else "no"
    course.record("list_reviewed", day, course.staff(Role.COORDINATOR), needs=needs, spoke_with_family=spoke)
    if needs == "greater" and course.priority == "routine" and course.chance(0.3):
        course.record(
            "priority_changed", day, course.staff(Role.TRIAGE), priority="soon", reason="list_review"
        )
        course.priority, course.rank = "soon", 1
    sim.at(working_day(day + timedelta(course.days(200, 0.15))), lambda on: _review(sim, course, on))


def _fates(sim: Simulation, course: AutismCourse, day: date) -> None:
    """What may end or change a wait before its appointment comes; the first of them that does, does."""
    random = course.random
    for name, what in (
        ("withdrawn_a_year", closing_course.withdraw), ("moved_a_year", closing_course.move_away),
        ("died_a_year", closing_course.die),
    ):  # fmt: skip
        after = random.expovariate(RATES[name] / 365.25)
        if after < 2000:
            sim.at(working_day(day + timedelta(1 + int(after))), lambda on, what=what: what(sim, course, on))  # type: ignore[misc]
    if course.chance(RATES["hold"]):
        sim.at(working_day(day + timedelta(random.randrange(20, 400))), lambda on: _hold(sim, course, on))
    if course.chance(RATES["right_to_choose"]):
        sim.at(
            working_day(day + timedelta(random.randrange(14, 200))),
            lambda on: closing_course.choose(sim, course, on),
        )
    grown = course.person.birth_date + timedelta(days=int(17.6 * 365.25))
    if grown > day:
        sim.at(working_day(grown), lambda on: closing_course.grow_up(sim, course, on))


def _hold(sim: Simulation, course: AutismCourse, day: date) -> None:
    """A family asks for a pause: the days stay counted, and are theirs."""
    if course.where != "waiting" or course.stopped:
        return
    until = working_day(day + timedelta(course.days(80)))
    why = course.random.choice(("illness", "away", "family_event", "not_ready", "not_said"))
    course.record("hold_requested", day, course.staff(Role.COORDINATOR), why=why, until=str(until))
    course.on_hold = True
    sim.at(until, lambda on: _resume(course, on))


def _resume(course: AutismCourse, day: date) -> None:
    if course.where == "waiting" and course.on_hold:
        course.record("hold_ended", day, course.staff(Role.COORDINATOR))
        course.on_hold = False


def book(sim: Simulation, course: AutismCourse, day: date) -> None:
    """The next appointment is theirs."""
    on = working_day(day + timedelta(course.random.randrange(21, 49)))
    where = course.random.choice(("clinic", "clinic", "clinic", "school", "home"))
    course.record(
        "assessment_booked", day, course.staff(Role.COORDINATOR), appointment_on=str(on), setting=where
    )
    course.where = "booked"
    sim.at(on, lambda day: assessment_course.appointment(sim, course, day))


def hand_over(sim: Simulation, course: AutismCourse, day: date) -> None:
    """Offered to the second provider; until it accepts, the child stays with the first."""
    course.record(
        BuiltIn.HAND_OVER_OFFERED.value, day, course.staff(Role.PROVIDER_LEAD, COUNTY_TEAM),
        slot="provider", to=str(HARBOUR),
    )  # fmt: skip
    course.where = "offered"
    sim.at(working_day(day + timedelta(course.days(10))), lambda on: _answer_hand_over(sim, course, on))


def _answer_hand_over(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where != "offered":
        return
    lead = course.staff(Role.PROVIDER_LEAD, HARBOUR)
    if course.chance(0.92):
        course.record(BuiltIn.HAND_OVER_ACCEPTED.value, day, lead)
        course.provider = HARBOUR
    elif course.record(BuiltIn.HAND_OVER_DECLINED.value, day, lead, by="receiver"):
        course.say(reason="We have no clinic near enough for this family.")
    wait(sim, course)
