"""EHC needs assessments, and the annual reviews of the plans they end in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pathway.demo import review_course
from pathway.demo.county import COUNCIL
from pathway.demo.course import Course
from pathway.demo.people import Person
from pathway.demo.seasons import working_day
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation

_ADVICE: Final = {"education": 30, "health": 35, "psychology": 42, "social_care": 28}
"""Who advises, and after how many days it usually comes; 42 is the limit (SI 2014/1530 reg 8(1))."""


def request(sim: Simulation, person: Person, day: date) -> None:
    """Somebody asks the council to assess."""
    health = sim.provider_for(person, day)
    course = Course(sim.random, sim.county, "ehc_needs_assessment", person, health, sim.end)
    by_school = course.school is not None and course.chance(0.6)
    officer = course.staff(Role.SEND_OFFICER, COUNCIL)
    actor = course.staff(Role.SENCO, course.school) if by_school else officer
    school = {"school": str(course.school)} if course.school else {}
    if not course.record(
        "assessment_requested", day, actor, council=str(COUNCIL), provider=str(health),
        referrer=str(actor.organisation_id), **school, asked_by="school" if by_school else "parent",
    ):  # fmt: skip
        return
    sim.open(course, course.facts[0].recorded_at)
    course.started_on = day
    sim.at(working_day(day + timedelta(course.days(34, 0.2))), lambda on: _decide(sim, course, on))


def _officer(course: Course, kind: str, day: date, **fields: str) -> bool:
    return course.record(kind, day, course.staff(Role.SEND_OFFICER, COUNCIL), **fields)


def _decide(sim: Simulation, course: Course, day: date) -> None:
    if course.chance(0.2):
        _officer(course, "assess_refused", day, notice_complete="yes")
        sim.at(
            working_day(day + timedelta(66)),
            lambda on: _officer(course, "ended_without_assessment", on, nothing_open="yes"),
        )
        return
    _officer(course, "assess_agreed", day)
    if course.chance(0.06):
        _officer(course, "exception_claimed", day, clock="final_plan", reason="exceptional_circumstances")
    asked = last = day
    for body, usual in _ADVICE.items():
        _officer(course, f"{body}_advice_requested", asked)
        got = working_day(asked + timedelta(course.days(usual, 0.35)))
        last = max(last, got)
        sim.at(got, lambda on, body=body: _advised(course, on, body))  # type: ignore[misc]
    views = working_day(asked + timedelta(course.days(18)))
    sim.at(views, lambda on: _officer(course, "family_views_received", on))
    sim.at(working_day(max(last, views) + timedelta(course.days(9))), lambda on: _outcome(sim, course, on))


def _advised(course: Course, day: date, body: str) -> None:
    if body == "education" and course.school is not None:
        course.record("education_advice_received", day, course.staff(Role.SENCO, course.school))
    elif body == "health":
        course.record("health_advice_received", day, course.staff(Role.CLINICIAN))
    else:
        _officer(course, f"{body}_advice_received", day)


def _outcome(sim: Simulation, course: Course, day: date) -> None:
    if course.chance(0.07):
        _officer(course, "plan_refused", day, notice_complete="yes")
        sim.at(
            working_day(day + timedelta(66)),
            lambda on: _officer(course, "ended_without_plan", on, nothing_open="yes"),
        )
        return
    _officer(course, "plan_agreed", day)
    sim.at(working_day(day + timedelta(course.days(12, 0.6))), lambda on: _draft(sim, course, on))


def _draft(sim: Simulation, course: Course, day: date) -> None:
    _officer(course, "draft_plan_sent", day, comment_by=str(day + timedelta(16)))
    final = working_day(day + timedelta(max(17, course.days(24, 0.5))))
    commented = working_day(day + timedelta(course.days(11, 0.2)))
    if commented < final and course.chance(0.8):
        sim.at(commented, lambda on: _officer(course, "family_commented", on))
    sim.at(final, lambda on: _final(sim, course, on))


def _final(sim: Simulation, course: Course, day: date) -> None:
    if not _officer(course, "final_plan_issued", day, notice_complete="yes"):
        return
    sim.at(
        working_day(day + timedelta(course.days(10))),
        lambda on: _officer(course, "handed_to_annual_review", on),
    )
    review_course.begin(sim, course, day)
