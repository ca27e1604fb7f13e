"""An Appointment that is sent: a booking, another day for it, or how it ended, as the step that is to be recorded.

New ones are booked or proposed. An update says another day, that it was cancelled (by whom), or that nobody came; that
the child was seen is said by an Encounter, which carries what the step asks for.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from pathway.domain.appointments import attend_status, day_field
from pathway.domain.definition import Definition, Step
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import answers, mechanism
from pathway_fhir.mapping.appointment import (
    BOOKED,
    CANCELLED,
    ENDED_ON,
    NO_SHOW,
    PROPOSED,
    STATUS_BY_FIELD,
)
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.of_facts import Shown, steps_shown_as, steps_with_attend_status
from pathway_fhir.mapping.received import Reading, begin, codes, extension, several, whole_day
from pathway_fhir.mapping.sent_step import StepSent, episode_pointed_at, step_said
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import ATTEND_STATUS, CANCELLATION_REASON

ABOUT: Final = ("basedOn",)

_CANCELLED_BY: Final[Mapping[str, str]] = {"pat": "2", "prov": "4"}
_MISSED: Final = "3"
_ENDS: Final = frozenset({CANCELLED, NO_SHOW})


def episode_of(resource: Any) -> UUID:
    """The episode that a new appointment is for. Raises Refused where it does not say."""
    reading = begin(resource, "Appointment")
    found = episode_pointed_at(reading, resource, ABOUT)
    reading.end()
    assert found is not None
    return found


def parse(resource: Any, definition: Definition, today: date) -> StepSent:
    """The step that a new appointment is: it was made on the day of `created`, or today. Raises Refused."""
    reading = begin(resource, "Appointment")
    status = resource.get("status")
    offered = [
        s for s in steps_shown_as(definition, Shown.APPOINTMENT) if STATUS_BY_FIELD[day_field(s)] == status
    ]
    if status not in (PROPOSED, BOOKED):
        reading.fault(
            IssueType.NOT_SUPPORTED,
            "A new Appointment is proposed (offered to the family) or booked. Send one of these.",
            "status",
        )
    episode_id = episode_pointed_at(reading, resource, ABOUT)
    step = step_said(reading, definition, resource.get("serviceType"), "serviceType", offered, _only(offered))
    made_on = whole_day(reading, resource.get("created"), "created", what="when it was made") or today
    given = _answers(reading, resource, definition, step) if step else {}
    reading.end()
    assert episode_id is not None
    assert step is not None
    return StepSent(episode_id, step.key, made_on, given)


def _only(steps: list[Step]) -> Step | None:
    return steps[0] if len(steps) == 1 else None


def parse_update(resource: Any, of: EpisodeTold, booked: FactTold, today: date) -> StepSent:
    """The step that an update of `booked` is, on the day of our extension EndedOn, or today. Raises Refused.

    Which of several steps records a cancelled appointment depends on the stage that this partner is shown.
    """
    reading = begin(resource, "Appointment")
    on = _ended_on(reading, resource) or today
    if resource.get("status") in _ENDS:
        ending = _ending(reading, resource, of)
        reading.end()
        assert ending is not None
        return StepSent(of.id, ending.key, on, {})
    given = _another_day(reading, resource, of.definition, booked)
    reading.end()
    return StepSent(of.id, booked.event.kind, on, given)


def _ended_on(reading: Reading, resource: Json) -> date | None:
    said = extension(resource, ENDED_ON).get("valueDate")
    return whole_day(reading, said, "extension", what="on which day it ended")


def _ending(reading: Reading, resource: Json, of: EpisodeTold) -> Step | None:
    """By our step where it is named; else by who cancelled, or that nobody came, at this stage."""
    reason = resource.get("cancelationReason")
    ends = [step for step in of.definition.steps.values() if attend_status(step)]
    named = codes(reason, systems.STEP)
    if named:
        return step_said(reading, of.definition, [reason], "cancelationReason", ends)
    status = _attend_status(resource)
    if not status:
        reading.fault(
            IssueType.REQUIRED,
            f"Say who cancelled, as {CANCELLATION_REASON}: pat (the family) or prov (the team).",
            "cancelationReason",
        )
        return None
    here = [s for s in steps_with_attend_status(of.definition, status) if of.stage.key in s.from_stages]
    if not here:
        reading.fault(
            IssueType.BUSINESS_RULE,
            f"No appointment can end so while the child is at “{of.stage.title}”. What ends one is: "
            + (", ".join(f"“{step.title}”" for step in ends) or "nothing on this pathway")
            + ".",
            "status",
        )
    return here[0] if here else None


def _attend_status(resource: Json) -> str:
    reason = resource.get("cancelationReason")
    said = [
        *codes(reason, ATTEND_STATUS),
        *(_CANCELLED_BY.get(c, "") for c in codes(reason, CANCELLATION_REASON)),
    ]
    return next(filter(None, said), _MISSED if resource.get("status") == NO_SHOW else "")


def _another_day(
    reading: Reading, resource: Json, definition: Definition, booked: FactTold
) -> Mapping[str, str]:
    """The same step again with its new answers; a fault where the status says something else."""
    step = definition.steps.get(booked.event.kind)
    if step is None or resource.get("status") != STATUS_BY_FIELD.get(day_field(step)):
        reading.fault(
            IssueType.NOT_SUPPORTED,
            "An appointment can be cancelled, missed (noshow) or given another day. That the child was seen is told by an "
            "Encounter.",
            "status",
        )
        return {}
    return _answers(reading, resource, definition, step)


def _answers(reading: Reading, resource: Json, definition: Definition, step: Step) -> dict[str, str]:
    """The day, the channel, and our own answers, which say it more exactly where both are sent."""
    on = _day_of(reading, resource)
    return {
        **mechanism.answers_from_channel(resource, step),
        **answers.read_extensions(reading, resource, definition, step),
        **({day_field(step): on.isoformat()} if on else {}),
    }


def _day_of(reading: Reading, resource: Json) -> date | None:
    """The London day on which it starts, or the one that is asked for."""
    if resource.get("start"):
        return whole_day(reading, resource["start"], "start", what="on which day it is")
    asked = [found.get("start") for _, found in several(resource.get("requestedPeriod"))]
    return whole_day(
        reading, next(iter(asked), None), "requestedPeriod[0].start", what="on which day it is", required=True
    )
