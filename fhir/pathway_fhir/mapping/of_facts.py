"""Which resources show a fact: one table for every step of every pathway, read from what the definition says of the step.

A step is known by what it asks for and by its national codes, so that a new pathway needs nothing here. What no attribute
tells is named by the step's key, which is the same on every pathway that has it. A fact that no resource shows has its
Provenance all the same: each fact has one.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from pathway.domain.appointments import attend_status, day_field
from pathway.domain.definition import Definition, Group, Step

CONTACT_MECHANISM: Final = "MHS201.ConsMechanismMH"
MECHANISM: Final = "mechanism"
SUPPORT_PLANNED: Final = "support_while_waiting"
"""The answer of a referral that says what support goes on while the child waits."""


class Shown(StrEnum):
    """The type of the resource that shows a fact."""

    SERVICE_REQUEST = "ServiceRequest"
    APPOINTMENT = "Appointment"
    ENCOUNTER = "Encounter"
    CONSENT = "Consent"
    CARE_PLAN = "CarePlan"
    DIAGNOSTIC_REPORT = "DiagnosticReport"
    DOCUMENT_REFERENCE = "DocumentReference"
    FLAG = "Flag"


_PLANS: Final = frozenset(
    (
        "plan_agreed", "other_support_agreed", "review_agreed", "final_plan_issued", "plan_issued",
        "plan_transferred_in", "amended_plan_issued", "transfer_plan_issued",
    )
)  # fmt: skip
_REPORTS: Final = frozenset({"report_issued"})
_DOCUMENTS: Final = frozenset({"report_issued", "right_to_choose_report_received", "report_sent"})
_FLAGS: Final = frozenset({"safeguarding_noted"})


def _is_referral(definition: Definition, step: Step) -> bool:
    return step.first


def _is_appointment(definition: Definition, step: Step) -> bool:
    return bool(day_field(step))


def _is_contact(definition: Definition, step: Step) -> bool:
    """The child was seen (it has the codes of a care contact), or a part of the assessment was done."""
    return is_care_contact(step) or is_component(step)


def _is_permission(definition: Definition, step: Step) -> bool:
    """It says for what permission was given or withdrawn, or it stops sharing with someone altogether."""
    return step.field_named("scope") is not None or any(not rule.when for rule in step.hides_from)


def _is_plan(definition: Definition, step: Step) -> bool:
    """A plan is in force from here on: the same key before that is a decision to make one."""
    planned = step.key in _PLANS and bool(step.to) and definition.stages[step.to].group is Group.SUPPORT
    return planned or step.field_named(SUPPORT_PLANNED) is not None


_TABLE: Final[Mapping[Shown, Callable[[Definition, Step], bool]]] = {
    Shown.SERVICE_REQUEST: _is_referral,
    Shown.APPOINTMENT: _is_appointment,
    Shown.ENCOUNTER: _is_contact,
    Shown.CONSENT: _is_permission,
    Shown.CARE_PLAN: _is_plan,
    Shown.DIAGNOSTIC_REPORT: lambda definition, step: step.key in _REPORTS,
    Shown.DOCUMENT_REFERENCE: lambda definition, step: step.key in _DOCUMENTS,
    Shown.FLAG: lambda definition, step: step.key in _FLAGS,
}


def shown_as(definition: Definition, key: str) -> tuple[Shown, ...]:
    """The types that show a fact of this kind, the main one first; none for what every pathway has and for the default."""
    step = definition.steps.get(key)
    return tuple(shown for shown, holds in _TABLE.items() if step is not None and holds(definition, step))


def steps_shown_as(definition: Definition, shown: Shown) -> tuple[Step, ...]:
    """The steps whose facts a type of resource shows, in the order of the definition."""
    return tuple(step for step in definition.steps.values() if _TABLE[shown](definition, step))


# --- What the attributes say ------------------------------------------------------------------------------------------


def is_care_contact(step: Step) -> bool:
    """Whether the child was seen or spoken with: it must say how, or MHSDS has a consultation mechanism for it."""
    asked = step.field_named(MECHANISM)
    must_say = asked is not None and asked.required
    return must_say or any(name.startswith(CONTACT_MECHANISM) for name in step.mhsds)


def is_component(step: Step) -> bool:
    """Whether it is a part of the assessment, which is done, not needed or could not be completed."""
    result = step.field_named("result")
    return result is not None and any(option.key == "completed" for option in result.options)


def steps_with_attend_status(definition: Definition, status: str) -> tuple[Step, ...]:
    """The steps that end an appointment in this way; the stage says which of them is meant."""
    return tuple(step for step in definition.steps.values() if status and attend_status(step) == status)
