"""Appointment: a day on which a child, or the team, is to meet; how it ended; and the ending that a partner reports.

We know the day and not the hour, and R4 asks a booked appointment for both ends (app-2, app-3: only one that is proposed,
cancelled or waitlisted may lack them). So a booked one is given its whole London day, from midnight to midnight with
London's own offset, and `requestedPeriod` holds the bare day: whoever shows it shows the day. Calling it "proposed" until
somebody knows the hour would be untrue: the family has been told.

A missed appointment is "noshow" in our words; "was not brought" is never among them (docs/rules.md 20).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from pathway.domain.appointments import attend_status, day_field
from pathway.domain.definition import Definition, Group, Step
from pathway.domain.events import Event
from pathway.domain.london import LONDON
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about, answers, mechanism
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, extension, period
from pathway_fhir.mapping.of_facts import Shown, shown_as
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import ATTEND_STATUS, CANCELLATION_REASON

BOOKING_ORGANISATION: Final = systems.uk_extension("BookingOrganization")
ENDED_ON: Final = systems.our_extension("EndedOn")
"""The day on which an appointment was kept, cancelled or missed: R4 has no element for it."""

PROPOSED, BOOKED, FULFILLED, CANCELLED, NO_SHOW = "proposed", "booked", "fulfilled", "cancelled", "noshow"
IN_ERROR: Final = "entered-in-error"

STATUS_BY_FIELD: Final[Mapping[str, str]] = {
    "offered_for": PROPOSED,
    "appointment_on": BOOKED,
    "meeting_on": BOOKED,
    "feedback_on": BOOKED,
}
"""While nothing has ended it: what was offered is not yet agreed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an appointment ended: its status, HL7's reason where it was cancelled, and our words for it."""

    status: str
    reason: str = ""
    words: str = ""
    patient: str = "accepted"


ENDINGS: Final[Mapping[str, Ending]] = {
    "2": Ending(CANCELLED, "pat", "Cancelled by the family", "declined"),
    "3": Ending(NO_SHOW, "", "Appointment missed"),
    "4": Ending(CANCELLED, "prov", "Cancelled by the team"),
    "5": Ending(FULFILLED),
    "6": Ending(FULFILLED),
    "7": Ending(NO_SHOW, "", "Came too late to be seen"),
}
"""By the AttendStatus of MHSDS v6 that the ending step has."""

BOOKED_AGAIN: Final = Ending(CANCELLED, "other", "Booked again for another day")
PUT_OFF: Final = Ending(CANCELLED, "other", "Put off")
ENDED_WITH_EPISODE: Final = Ending(CANCELLED, "other", "No longer needed")
_BY_STEP: Final[Mapping[str, Ending]] = {"meeting_put_off": PUT_OFF}
"""Steps that end an appointment and have no national code for how."""

_AFTER_A_MEETING: Final = (Group.ASSESSMENT, Group.SUPPORT)
"""Where a child goes on from a meeting that was held; anywhere else it was no longer needed."""

REASON_TITLES: Final[Mapping[str, str]] = {"pat": "Patient", "prov": "Provider", "other": "Other"}


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The appointment that one fact made, as it stands now."""
    definition, step = of.definition, told.step
    asked = day_field(step) if step else ""
    on = date.fromisoformat(told.event.fields[asked])
    ending = ending_of(definition, told.event, told.ended_by)
    status = _status(told, asked, ending)
    timed = {} if status == PROPOSED else {"start": _midnight(on), "end": _midnight(on + timedelta(1))}
    given = {key: value for key, value in about.answers_of(told).items() if key != asked}
    return about.of_fact(
        "Appointment",
        told,
        of,
        {
            "extension": [
                mechanism.channel(given),
                extension(
                    BOOKING_ORGANISATION,
                    valueReference=about.organisation(of.provider, restricted=of.restricted),
                ),
                extension(ENDED_ON, valueDate=day(told.ended_by.happened_on)) if told.ended_by else {},
                *(answers.extensions_for(definition, step, given, restricted=of.restricted) if step else ()),
            ],
            "status": status,
            "cancelationReason": _reason(definition, told, ending) if status in (CANCELLED, NO_SHOW) else {},
            "serviceType": [about.step_concept(told)],
            "description": told.title,
            **timed,
            "created": day(told.event.happened_on),
            "basedOn": [about.referral(told.episode_id)],
            "participant": [{"actor": about.patient(of), "status": _patient_status(status, ending)}],
            "requestedPeriod": [period(on, on)],
        },
    )


def ending_of(definition: Definition, made: Event, by: Event | None) -> Ending | None:
    """How the later fact ended the appointment; None while nothing has."""
    if by is None:
        return None
    step = definition.steps.get(by.kind)
    if step is None:
        return ENDED_WITH_EPISODE
    by_code = ENDINGS.get(attend_status(step)) or _BY_STEP.get(step.key)
    if by_code is not None:
        return by_code
    if Shown.APPOINTMENT in shown_as(definition, step.key) and _same_kind(definition, made, step):
        return BOOKED_AGAIN
    goes_on = not step.to or definition.stages[step.to].group in _AFTER_A_MEETING
    return Ending(FULFILLED) if goes_on else ENDED_WITH_EPISODE


def _same_kind(definition: Definition, made: Event, again: Step) -> bool:
    first = definition.steps.get(made.kind)
    return first is not None and day_field(first) == day_field(again)


def _status(told: FactTold, asked: str, ending: Ending | None) -> str:
    if told.struck:
        return IN_ERROR
    return ending.status if ending else STATUS_BY_FIELD[asked]


def _patient_status(status: str, ending: Ending | None) -> str:
    if ending is not None:
        return ending.patient
    return "needs-action" if status == PROPOSED else "accepted"


def _reason(definition: Definition, told: FactTold, ending: Ending | None) -> Json:
    """Why it did not take place: who cancelled, MHSDS's code, our step; in our own words."""
    if ending is None or told.ended_by is None:
        return {}
    step = definition.steps.get(told.ended_by.kind)
    return concept(
        coding(CANCELLATION_REASON, ending.reason, REASON_TITLES.get(ending.reason, "")),
        coding(ATTEND_STATUS, attend_status(step) if step else ""),
        coding(systems.STEP, told.ended_by.kind),
        text=ending.words,
    )


def _midnight(on: date) -> str:
    """The beginning of a London day with London's own offset: in UTC a summer day would begin on the day before."""
    return datetime.combine(on, time(), LONDON).isoformat()
