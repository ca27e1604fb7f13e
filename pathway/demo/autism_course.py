"""A referral, and what triage makes of it: what is missing is asked for, and then a person decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pathway.definitions.calendar import england
from pathway.demo import closing_course, ehc_course
from pathway.demo.county import COUNCIL
from pathway.demo.people import Person
from pathway.demo.seasons import working_day
from pathway.demo.sizes import RATES
from pathway.demo.waiting_course import AutismCourse, accept
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.events import BuiltIn
from pathway.domain.periods import Period, Unit, add
from pathway.domain.roles import Role

if TYPE_CHECKING:
    from pathway.demo.simulation import Simulation

_SOURCES: Final = {"school": 47, "gp": 27, "family": 17, "health_visitor": 6, "other_health": 3}


def refer(sim: Simulation, person: Person, day: date, earlier: AutismCourse | None = None) -> None:
    """A referral comes in; one of a child who was here before is linked, and keeps the first date within a year."""
    provider = sim.provider_for(person, day)
    course = AutismCourse(sim.random, sim.county, "autism", person, provider, sim.end)
    source = sim.random.choices(tuple(_SOURCES), tuple(_SOURCES.values()))[0]
    if course.school is None and source == "school":
        source = "health_visitor"
    if source == "school":
        actor = course.staff(Role.SENCO, course.school)
    elif source in ("gp", "health_visitor"):
        actor = sim.random.choice(sim.county.staff[sim.random.choice(sim.county.surgeries).id, Role.REFERRER])
    else:
        actor = course.staff(Role.COORDINATOR)
    course.referrer = actor.organisation_id
    late = sim.random.choice((1, 2, 3, 5)) if course.chance(RATES["recorded_late"]) else 0
    if not course.record("referral_received", day, actor, late, **_answers(course, source)):
        return
    sim.open(course, course.facts[0].recorded_at)
    course.started_on = day
    if earlier is not None:
        _link(course, earlier, day)
    known = course.facts[-1].recorded_at.date()
    sim.at(working_day(known + timedelta(course.days(9))), lambda on: triage(sim, course, on))
    if earlier is None and person.is_numbered and course.chance(RATES["ehc"]):
        asked = day + timedelta(sim.random.randrange(20, 700))
        sim.at(working_day(max(asked, sim.opens)), lambda on: ehc_course.request(sim, person, on))


def _answers(course: AutismCourse, source: str) -> dict[str, str]:
    random = course.random
    school = {"school": str(course.school)} if course.school else {}
    return {
        "referrer": str(course.referrer), "provider": str(course.provider), "council": str(COUNCIL), **school,
        "source": source, "family_agrees": "yes",
        "gather": "yes" if course.chance(0.93) else "no",
        "social_communication": random.choice(("home_and_school", "home_and_school", "school", "home")),
        "repetitive_or_sensory": random.choice(("home_and_school", "home_and_school", "school", "home")),
        "began": random.choice(("before_2", "from_2_to_4", "from_2_to_4", "from_5_to_10")),
        "impact": random.choice(("a_lot", "a_lot", "a_little", "severely")),
        "reports": random.choice(("none", "none", "speech_and_language", "educational_psychology", "several")),
        "risk": "none" if course.chance(0.86) else random.choice(("placement", "not_attending", "self_harm")),
    }  # fmt: skip


def _link(course: AutismCourse, earlier: AutismCourse, day: date) -> None:
    fields = {"episode": str(earlier.episode_id)}
    closed, started = earlier.closed_on, earlier.started_on
    within = closed and day <= add(closed, Period(12, Unit.MONTHS), england())
    if started is not None and within:
        fields[ORIGINAL_START] = started.isoformat()
        course.started_on = started
    course.record_also(BuiltIn.LINKED.value, day, **fields)


def triage(sim: Simulation, course: AutismCourse, day: date) -> None:
    """A trained person reads it; what is missing is asked for, never a reason to turn away."""
    staff = course.staff(Role.TRIAGE)
    if course.chance(RATES["entered_in_error"]):
        course.record("entered_in_error", day, staff)
        return
    course.record("triage_started", day, staff)
    if course.chance(0.12):
        how = course.random.choice(("telephone", "telephone", "face_to_face", "video"))
        course.record("contact_attended", day, staff, mechanism=how, attendance="on_time", purpose="triage")
    if course.chance(RATES["information_requested"]):
        sim.at(working_day(day + timedelta(course.days(3))), lambda on: _ask(sim, course, on))
    else:
        sim.at(working_day(day + timedelta(course.days(6))), lambda on: decide(sim, course, on))


def _ask(sim: Simulation, course: AutismCourse, day: date) -> None:
    staff = course.staff(Role.TRIAGE)
    what = course.random.choice(
        ("school_information", "school_information", "family_information", "consent", "reports")
    )
    course.record("information_requested", day, staff, what=what, needed_by=str(day + timedelta(28)))
    never = course.chance(RATES["information_never_comes"])
    after = 95 if never else course.days(30, 0.6)
    if after > 35:
        sim.at(working_day(day + timedelta(30)), lambda on: _chase(course, on))
    comes = working_day(day + timedelta(after))
    sim.at(comes, lambda on: _give_up(sim, course, on) if never else _informed(sim, course, on))


def _chase(course: AutismCourse, day: date) -> None:
    how = course.random.choice(("telephone", "email", "letter"))
    course.record("information_chased", day, course.staff(Role.TRIAGE), how=how)


def _informed(sim: Simulation, course: AutismCourse, day: date) -> None:
    from_school = course.school is not None and course.school == course.referrer
    role = course.staff(Role.SENCO, course.school) if from_school else course.staff(Role.TRIAGE)
    course.record("information_received", day, role)
    sim.at(working_day(day + timedelta(course.days(5))), lambda on: decide(sim, course, on))


def _give_up(sim: Simulation, course: AutismCourse, day: date) -> None:
    if course.chance(0.7):
        closing_course.notify(sim, course, day, "rejected_incomplete", Role.TRIAGE)
    else:
        _informed(sim, course, day)


def decide(sim: Simulation, course: AutismCourse, day: date) -> None:
    """Accepted, watched for a while, or told that another help fits better."""
    staff = course.staff(Role.TRIAGE)
    if course.chance(RATES["watchful_waiting"]):
        review = day + timedelta(84)
        course.record("watchful_waiting_agreed", day, staff, why="not_enough_signs", review_on=str(review))
        sim.at(working_day(review), lambda on: _watched(sim, course, on))
    elif course.chance(RATES["accepted"] / (1 - RATES["watchful_waiting"])):
        accept(sim, course, day)
    else:
        sim.at(day, lambda on: closing_course.turn_away(sim, course, on))


def _watched(sim: Simulation, course: AutismCourse, day: date) -> None:
    staff = course.staff(Role.TRIAGE)
    concern = course.random.choice(("less", "same", "more"))
    course.record("watchful_waiting_reviewed", day, staff, concern=concern)
    if concern == "less":
        closing_course.notify(sim, course, day, "concern_settled", Role.TRIAGE)
    else:
        accept(sim, course, day)
