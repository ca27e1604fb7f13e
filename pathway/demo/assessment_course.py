"""From the first appointment to the end of the help that follows: seen or not, assessed, decided, told, supported."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pathway.demo import closing_course, waiting_course
from pathway.demo.seasons import working_day
from pathway.demo.sizes import RATES
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation
    from pathway.demo.waiting_course import AutismCourse

# What an assessment is made of: step, after about how many days, how often it is done.
_PARTS: Final = (
    ("developmental_history_taken", 10, 1.0),
    ("observation_done", 21, 0.97),
    ("medical_assessment_done", 24, 0.6),
    ("school_observation_done", 28, 0.75),
    ("speech_language_assessment_done", 35, 0.5),
    ("coexisting_conditions_considered", 40, 0.8),
    ("differential_considered", 41, 0.7),
)
_TOOLS: Final = {
    "developmental_history_taken": ("adi_r", "3di", "disco", "interview"),
    "observation_done": ("ados_2",),
}


def appointment(sim: Simulation, course: AutismCourse, day: date) -> None:
    """The day of the first appointment: seen, not brought, or called off."""
    if course.where != "booked" or course.stopped:
        return
    coordinator, luck = course.staff(Role.COORDINATOR), course.random.random()
    for rate, kind in (
        (RATES["was_not_brought"], "appointment_missed"),
        (RATES["cancelled_by_family"], "appointment_cancelled_by_family"),
        (RATES["cancelled_by_team"], "appointment_cancelled_by_team"),
    ):
        if luck < rate:
            course.record(kind, day, coordinator)
            _again(sim, course, day, missed=kind == "appointment_missed")
            return
        luck -= rate
    _start(sim, course, day)


def _again(sim: Simulation, course: AutismCourse, day: date, missed: bool) -> None:
    """Not seen: the place is kept, and somebody makes sure that all is well."""
    course.missed += missed
    course.where = "waiting"
    if missed:
        checked = working_day(day + timedelta(course.days(2)))
        sim.at(checked, lambda on: _check(sim, course, on))
    course.rank = -1
    waiting_course.wait(sim, course)


def _check(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where not in ("waiting", "booked"):
        return
    found = course.random.choice(("no_concern", "no_concern", "help_needed"))
    course.record("safety_checked", day, course.staff(Role.COORDINATOR), found=found)
    if course.missed >= 3:
        closing_course.notify(sim, course, day, "was_not_brought", Role.COORDINATOR)


def _start(sim: Simulation, course: AutismCourse, day: date) -> None:
    clinician = course.staff(Role.CLINICIAN)
    telephone = course.chance(RATES["telephone_start"])
    how = "telephone" if telephone else course.random.choices(("face_to_face", "video"), (88, 12))[0]
    late = course.random.choice((1, 2, 4)) if course.chance(RATES["recorded_late"]) else 0
    attendance = "on_time" if course.chance(0.94) else "late_but_seen"
    course.record("assessment_started", day, clinician, late, mechanism=how, attendance=attendance)
    course.where = "assessing"
    last = day
    for kind, after, often in _PARTS:
        if course.chance(often):
            on = working_day(day + timedelta(course.days(after * 1.35, 0.35)))
            last = max(last, on)
            sim.at(on, lambda on, kind=kind: _part(course, on, kind))  # type: ignore[misc]
    if telephone:
        seen = working_day(day + timedelta(course.days(20)))
        sim.at(seen, lambda on: _seen(course, on))
    met = working_day(last + timedelta(course.days(12)))
    sim.at(met, lambda on: _meeting(sim, course, on))


def _part(course: AutismCourse, day: date, kind: str) -> None:
    if course.where not in ("assessing", "formulation"):
        return
    fields = {"result": "completed"}
    if kind in _TOOLS:
        fields["tool"] = course.random.choice(_TOOLS[kind])
    elif kind == "coexisting_conditions_considered":
        fields = {"found": course.random.choice(("yes", "no"))}
    elif kind == "differential_considered":
        fields = {}
    course.record(kind, day, course.staff(Role.CLINICIAN), **fields)


def _seen(course: AutismCourse, day: date) -> None:
    if course.where in ("assessing", "formulation"):
        clinician = course.staff(Role.CLINICIAN)
        course.record(
            "contact_attended",
            day,
            clinician,
            mechanism="face_to_face",
            attendance="on_time",
            purpose="assessment",
        )


def _meeting(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where != "assessing":
        return
    meets = working_day(day + timedelta(course.days(14)))
    course.record("formulation_booked", day, course.staff(Role.COORDINATOR), meeting_on=str(meets))
    course.where = "formulation"
    sim.at(meets, lambda on: _decide(sim, course, on))


def _decide(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.where != "formulation":
        return
    clinician = course.staff(Role.CLINICIAN)
    course.record("mdt_held", day, clinician, present="core_team" if course.chance(0.9) else "part_of_team")
    if course.chance(0.03):
        course.record("more_assessment_needed", day, clinician)
        course.where = "assessing"
        sim.at(working_day(day + timedelta(course.days(30))), lambda on: _meeting(sim, course, on))
        return
    weights = (RATES["autism"], RATES["not_autism"], RATES["uncertain"])
    outcomes = ("autism", "not_autism", "uncertain", "not_completed")
    outcome = course.random.choices(outcomes, (*weights, 1 - sum(weights)))[0]
    told = working_day(day + timedelta(course.days(11, 0.6)))
    course.record("outcome_recorded", day, clinician, outcome=outcome, feedback_on=str(told))
    course.where = "outcome_decided"
    sim.at(told, lambda on: _tell(sim, course, on, outcome))


def _tell(sim: Simulation, course: AutismCourse, day: date, outcome: str) -> None:
    """Face to face, and to the family before anyone else."""
    if course.where != "outcome_decided":
        return
    how = "face_to_face" if course.chance(0.85) else "video"
    course.record("feedback_given", day, course.staff(Role.CLINICIAN), how=how)
    course.where = "after_feedback"
    reported = working_day(day + timedelta(course.days(14, 0.6)))
    sim.at(reported, lambda on: _report(sim, course, on, outcome))


def _report(sim: Simulation, course: AutismCourse, day: date, outcome: str) -> None:
    if course.where != "after_feedback":
        return
    coordinator = course.staff(Role.COORDINATOR)
    course.record("report_issued", day, coordinator)
    for kind, often in (("gp", 0.9), ("school", 0.75 if course.school else 0.0), ("council", 0.2)):
        if course.chance(often):
            course.record(f"report_shared_with_{kind}", day, coordinator, lawful_basis="consent")
    agreed = working_day(day + timedelta(course.days(11)))
    sim.at(agreed, lambda on: _support(sim, course, on, outcome))


def _support(sim: Simulation, course: AutismCourse, day: date, outcome: str) -> None:
    if course.where != "after_feedback":
        return
    clinician = course.staff(Role.CLINICIAN)
    if outcome == "uncertain":
        review = working_day(day + timedelta(course.random.choice((182, 273, 365))))
        course.record("review_agreed", day, clinician, review_on=str(review))
        course.where = "under_review"
        sim.at(review, lambda on: _look_again(sim, course, on))
        return
    kind = "plan_agreed" if outcome == "autism" else "other_support_agreed"
    course.record(kind, day, clinician)
    course.where = "support"
    if outcome == "autism":
        sim.at(working_day(day + timedelta(course.days(20))), lambda on: _follow_up(course, on))
    closure = {"autism": "diagnosed_support_complete", "not_autism": "not_autism_redirected"}.get(
        outcome, "assessment_not_completed"
    )
    ends = working_day(day + timedelta(course.days(60, 0.4)))
    sim.at(ends, lambda on: closing_course.notify(sim, course, on, closure, Role.COORDINATOR))


def _follow_up(course: AutismCourse, day: date) -> None:
    if course.where == "support" and not course.stopped:
        course.record("followup_held", day, course.staff(Role.CLINICIAN))
        if course.chance(0.6):
            answer = course.random.choice(("accepted", "not_wanted_now", "thinking_about_it"))
            course.record("key_worker_offered", day, course.staff(Role.COORDINATOR), answer=answer)


def _look_again(sim: Simulation, course: AutismCourse, day: date) -> None:
    """An uncertain outcome is looked at again on the day agreed; most are then clear."""
    if course.where != "under_review":
        return
    course.record("assessment_resumed", day, course.staff(Role.CLINICIAN))
    course.where = "assessing"
    sim.at(working_day(day + timedelta(course.days(30))), lambda on: _meeting(sim, course, on))
