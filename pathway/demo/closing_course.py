"""How a time on the pathway ends: never by itself. The family is told, has 28 days, and sometimes objects."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pathway.demo import autism_course, waiting_course
from pathway.demo.seasons import working_day
from pathway.demo.sizes import RATES
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation
    from pathway.demo.waiting_course import AutismCourse

_TURNED_AWAY: Final = {
    "rejected_inappropriate": 46, "redirected": 30, "withdrawn_by_family": 12, "consent_not_given": 8,
    "rejected_duplicate": 4,
}  # fmt: skip
_MAY_RETURN: Final = frozenset(
    {"rejected_inappropriate", "rejected_incomplete", "withdrawn_by_family", "consent_not_given"}
)
_AFTER_FEEDBACK: Final = frozenset(
    {"diagnosed_support_complete", "not_autism_redirected", "assessment_not_completed", "outside_diagnosis"}
)


def turn_away(sim: Simulation, course: AutismCourse, day: date) -> None:
    """Triage decides that this assessment is not the next thing."""
    reason = course.random.choices(tuple(_TURNED_AWAY), tuple(_TURNED_AWAY.values()))[0]
    notify(sim, course, day, reason, Role.TRIAGE)


def notify(sim: Simulation, course: AutismCourse, day: date, closure: str, role: Role) -> None:
    """Tell the family that we plan to close, and why; they have 28 days."""
    if course.stopped or course.where in ("closing", "closed"):
        return
    until = working_day(day + timedelta(28))
    course.record("closing_notified", day, course.staff(role), closure=closure, close_on=str(until))
    course.where = "closing"
    if closure not in _AFTER_FEEDBACK and closure != "moved_out_of_area" and course.chance(RATES["objected"]):
        sim.at(
            working_day(day + timedelta(course.random.randrange(5, 27))), lambda on: _object(sim, course, on)
        )
    else:
        shut = working_day(until + timedelta(course.random.randrange(1, 9)))
        sim.at(shut, lambda on: _close(sim, course, on, closure, role))


def _close(sim: Simulation, course: AutismCourse, day: date, closure: str, role: Role) -> None:
    if course.where != "closing" or not course.record(
        "episode_closed", day, course.staff(role), closure=closure
    ):
        return
    course.where, course.closed_on = "closed", day
    if closure in _MAY_RETURN and course.person.is_numbered and course.chance(RATES["returns"]):
        returns = working_day(day + timedelta(course.random.randrange(40, 600)))
        sim.at(returns, lambda on: autism_course.refer(sim, course.person, on, course))


def _object(sim: Simulation, course: AutismCourse, day: date) -> None:
    """The family objects: looked at again, with the place kept."""
    if course.where != "closing":
        return
    course.record("closing_objected", day, course.staff(Role.TRIAGE))
    course.where = "triage"
    again = working_day(day + timedelta(course.days(7)))
    sim.at(again, lambda on: waiting_course.accept(sim, course, on))


def withdraw(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where == "waiting":
        notify(sim, course, day, "withdrawn_by_family", Role.COORDINATOR)


def move_away(sim: Simulation, course: AutismCourse, day: date) -> None:
    """The records and the first date go to the new area, and only then does it end here."""
    if course.where == "waiting":
        course.record("records_sent_to_new_area", day, course.staff(Role.COORDINATOR))
        notify(sim, course, day, "moved_out_of_area", Role.COORDINATOR)


def die(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where == "waiting" and course.record("death_recorded", day, course.staff(Role.COORDINATOR)):
        course.where, course.closed_on = "closed", day


def grow_up(sim: Simulation, course: AutismCourse, day: date) -> None:
    """At seventeen and a half: the adult team accepts first, with the first date."""
    if course.where != "waiting":
        return
    coordinator = course.staff(Role.COORDINATOR)
    moves = working_day(day + timedelta(120))
    course.where = "moving"
    planned = working_day(day + timedelta(10))
    sim.at(planned, lambda on: course.record("transition_planned", on, coordinator, move_on=str(moves)))
    sim.at(working_day(day + timedelta(100)), lambda on: _grown(sim, course, on))


def _grown(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where == "moving":
        course.record("adult_team_accepted", day, course.staff(Role.COORDINATOR))
        notify(sim, course, day, "adult_pathway", Role.COORDINATOR)


def choose(sim: Simulation, course: AutismCourse, day: date) -> None:
    """Right to Choose: another provider, and the place here is kept until it has accepted and seen the child."""
    if course.where != "waiting":
        return
    coordinator = course.staff(Role.COORDINATOR)
    course.record("right_to_choose_chosen", day, coordinator)
    course.right_to_choose = True
    seen = day + timedelta(course.days(170, 0.35))
    accepted = working_day(day + timedelta(course.days(30)))
    sim.at(accepted, lambda on: _chosen(sim, course, on, "right_to_choose_accepted"))
    sim.at(working_day(max(seen, accepted + timedelta(5))), lambda on: _chosen_saw(sim, course, on))


def _chosen(sim: Simulation, course: AutismCourse, day: date, kind: str) -> None:
    if course.where in ("waiting", "booked"):
        course.record(kind, day, course.staff(Role.COORDINATOR))


def _chosen_saw(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where != "waiting":
        return
    course.record("right_to_choose_seen", day, course.staff(Role.COORDINATOR))
    course.where = "elsewhere"
    reported = working_day(day + timedelta(course.days(45)))
    sim.at(reported, lambda on: _chosen_reported(sim, course, on))


def _chosen_reported(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where != "elsewhere":
        return
    course.record("right_to_choose_report_received", day, course.staff(Role.COORDINATOR))
    if course.chance(0.5):
        notify(sim, course, day, "right_to_choose_complete", Role.COORDINATOR)
    else:
        sim.at(working_day(day + timedelta(course.days(14))), lambda on: _accept_outside(sim, course, on))


def _accept_outside(sim: Simulation, course: AutismCourse, day: date) -> None:
    course.record(
        "outside_diagnosis_accepted", day, course.staff(Role.CLINICIAN), outcome="autism",
        made_by="right_to_choose_provider",
    )  # fmt: skip
    course.where = "after_feedback"
    ends = working_day(day + timedelta(30))
    sim.at(ends, lambda on: notify(sim, course, on, "outside_diagnosis", Role.COORDINATOR))
