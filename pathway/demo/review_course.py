"""Annual reviews: a meeting once a year, and the decision that completes it within four weeks, or does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pathway.demo.county import COUNCIL
from pathway.demo.course import Course
from pathway.demo.seasons import working_day
from pathway.demo.sizes import ANNUAL_REVIEWS_SINCE_WEEKS
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation


def begin(sim: Simulation, before: Course, day: date) -> None:
    """A final plan begins its own course here, where plans of that day are already reviewed on this service."""
    if day < sim.today - timedelta(weeks=ANNUAL_REVIEWS_SINCE_WEEKS) or not before.person.is_numbered:
        return
    course = Course(sim.random, sim.county, "annual_review", before.person, before.provider, sim.end)
    school = {"school": str(course.school)} if course.school else {}
    review = str(day + timedelta(330))
    if not _officer(
        course, "plan_issued", day, council=str(COUNCIL), provider=str(course.provider), next_review_on=review,
        **school,
    ):  # fmt: skip
        return
    sim.open(course, course.facts[0].recorded_at)
    course.started_on = day
    sim.at(working_day(day + timedelta(course.days(285, 0.1))), lambda on: _call(sim, course, on))


def _officer(course: Course, kind: str, day: date, **fields: str) -> bool:
    return course.record(kind, day, course.staff(Role.SEND_OFFICER, COUNCIL), **fields)


def _call(sim: Simulation, course: Course, day: date) -> None:
    meets = working_day(day + timedelta(course.random.randrange(28, 50)))
    _officer(course, "meeting_called", day, meeting_on=str(meets))
    _officer(course, "invitations_sent", day)
    _officer(course, "advice_requested", day)
    if course.school is not None:
        sent = working_day(day + timedelta(12))
        sim.at(
            sent,
            lambda on: course.record("school_advice_received", on, course.staff(Role.SENCO, course.school)),
        )
    if course.chance(0.8):
        papers = working_day(meets - timedelta(15 if course.chance(0.75) else 6))
        sim.at(papers, lambda on: _officer(course, "papers_sent", on))
    sim.at(meets, lambda on: _meet(sim, course, on))


def _meet(sim: Simulation, course: Course, day: date) -> None:
    present = "yes" if course.chance(0.9) else "no"
    _officer(course, "meeting_held", day, family_present=present)
    sim.at(working_day(day + timedelta(course.days(13))), lambda on: _officer(course, "report_sent", on))
    sim.at(working_day(day + timedelta(course.days(31, 0.5))), lambda on: _decide(sim, course, on))


def _decide(sim: Simulation, course: Course, day: date) -> None:
    following = str(day + timedelta(330))
    if course.chance(0.55):
        _officer(course, "decided_to_keep", day, notice_complete="yes", next_review_on=following)
        sim.at(working_day(day + timedelta(course.days(285, 0.1))), lambda on: _call(sim, course, on))
    elif course.chance(0.93):
        _officer(course, "decided_to_amend", day, comment_by=str(day + timedelta(16)))
        sim.at(
            working_day(day + timedelta(max(18, course.days(52, 0.4)))), lambda on: _amend(sim, course, on)
        )
    else:
        _officer(course, "decided_to_cease", day, notice_complete="yes")
        sim.at(
            working_day(day + timedelta(66)),
            lambda on: _officer(course, "plan_ceased", on, nothing_open="yes"),
        )


def _amend(sim: Simulation, course: Course, day: date) -> None:
    following = str(day + timedelta(330))
    _officer(course, "amended_plan_issued", day, notice_complete="yes", next_review_on=following)
    sim.at(working_day(day + timedelta(course.days(285, 0.1))), lambda on: _call(sim, course, on))
