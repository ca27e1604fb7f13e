"""The invariants of resources, each in a line or two: `holds` is FHIR's own expression in Python."""

from pathway_fhir.guard.invariants_of_bundles import OF_BUNDLES
from pathway_fhir.guard.invariants_of_questionnaires import OF_QUESTIONNAIRES
from pathway_fhir.guard.shapes import (
    Json,
    Rule,
    codes,
    has,
    has_choice,
    has_one_of,
    objects,
    text,
)

_WITHOUT_A_TIME = ("proposed", "cancelled", "waitlist")


def _value_with_its_code(node: Json) -> bool:
    """An observation's value is not also the value of one of its components."""
    own = set(codes(node, "code"))
    parts = (found for part in objects(node, "component") for found in codes(part, "code"))
    return not has_choice(node, "value") or own.isdisjoint(parts)


def _ended_as_said(node: Json) -> bool:
    ended = has_one_of(node, "clinicalStatus", "resolved", "remission", "inactive")
    return not has_choice(node, "abatement") or ended


def _criteria(node: Json) -> bool:
    return has(node, "code", "description", "criteria") != has(node, "component")


def _stratum(node: Json) -> bool:
    return has(node, "value") != has(node, "component")


def _positive_or_star(node: Json) -> bool:
    most = text(node, "max")
    return most in ("", "*") or (most.isascii() and most.isdigit() and int(most[:9]) > 0)


def _only_one_parameter(node: Json) -> bool:
    return [has(node, "part"), has_choice(node, "value"), has(node, "resource")].count(True) == 1


OF_RESOURCES = (
    Rule(
        "Patient.contact",
        "pat-1",
        lambda n: has(n, "name", "telecom", "address", "organization"),
        "A contact has no name, telephone, address or organisation. Add one of them or leave the contact out.",
    ),
    Rule(
        "Appointment",
        "app-2",
        lambda n: has(n, "start") == has(n, "end"),
        "An appointment has a start without an end, or an end without a start. Send both or neither.",
    ),
    Rule(
        "Appointment",
        "app-3",
        lambda n: has(n, "start") or text(n, "status") in _WITHOUT_A_TIME,
        "Only an appointment that is proposed, cancelled or on a waiting list may have no time. Add start and end.",
    ),
    Rule(
        "Appointment",
        "app-4",
        lambda n: not has(n, "cancelationReason") or text(n, "status") in ("cancelled", "noshow", "no-show"),
        "An appointment that goes ahead has a reason for cancelling. Take it out or send the status.",
    ),
    Rule(
        "Appointment.participant",
        "app-1",
        lambda n: has(n, "type", "actor"),
        "A participant of an appointment is neither named nor described. Add actor or type.",
    ),
    Rule(
        "ServiceRequest",
        "prr-1",
        lambda n: not has(n, "orderDetail") or has(n, "code"),
        "A request has details of what is asked and not what is asked. Add code.",
    ),
    Rule(
        "Condition",
        "con-4",
        _ended_as_said,
        "A condition has ended and its clinical status does not say so. Send inactive, remission or resolved.",
    ),
    Rule(
        "Condition",
        "con-5",
        lambda n: not has_one_of(n, "verificationStatus", "entered-in-error") or not has(n, "clinicalStatus"),
        "A condition entered in error has a clinical status. Take it out.",
    ),
    Rule(
        "Condition.stage",
        "con-1",
        lambda n: has(n, "summary", "assessment"),
        "The stage of a condition has neither a summary nor an assessment. Add one.",
    ),
    Rule(
        "Condition.evidence",
        "con-2",
        lambda n: has(n, "code", "detail"),
        "The evidence of a condition has neither a code nor details. Add one.",
    ),
    Rule(
        "Consent",
        "ppc-1",
        lambda n: has(n, "policy", "policyRule"),
        "A consent names no policy. Add policy or policyRule.",
    ),
    Rule(
        "Observation",
        "obs-6",
        lambda n: not has(n, "dataAbsentReason") or not has_choice(n, "value"),
        "An observation has a value and a reason why it has none. Send one of them.",
    ),
    Rule(
        "Observation",
        "obs-7",
        _value_with_its_code,
        "An observation has its value twice, once as a component with the same code. Send it once.",
    ),
    Rule(
        "Observation.referenceRange",
        "obs-3",
        lambda n: has(n, "low", "high", "text"),
        "A reference range has no low, high or text. Add one.",
    ),
    Rule(
        "Organization",
        "org-1",
        lambda n: has(n, "identifier", "name"),
        "An organisation has neither a name nor an identifier. Add one.",
    ),
    Rule(
        "Organization",
        "org-2",
        lambda n: all(text(one, "use") != "home" for one in objects(n, "address")),
        "An organisation has a home address. Send it with another use.",
    ),
    Rule(
        "Organization",
        "org-3",
        lambda n: all(text(one, "use") != "home" for one in objects(n, "telecom")),
        "An organisation has a home telephone. Send it with another use.",
    ),
    Rule(
        "CarePlan.activity",
        "cpl-3",
        lambda n: not has(n, "detail") or not has(n, "reference"),
        "An activity of a care plan is both referred to and described. Send one of them.",
    ),
    Rule(
        "AuditEvent.entity",
        "sev-1",
        lambda n: not has(n, "name") or not has(n, "query"),
        "What was audited has both a name and a query. Send one of them.",
    ),
    Rule(
        "List",
        "lst-1",
        lambda n: not has(n, "emptyReason") or not has(n, "entry"),
        "A list with entries says why it is empty. Take emptyReason out.",
    ),
    Rule(
        "List",
        "lst-2",
        lambda n: text(n, "mode") == "changes" or not any(has(e, "deleted") for e in objects(n, "entry")),
        "Only a list of changes may mark entries as deleted. Send mode changes, or take deleted out.",
    ),
    Rule(
        "List",
        "lst-3",
        lambda n: text(n, "mode") == "working" or not any(has(e, "date") for e in objects(n, "entry")),
        "Only a working list may have a date on its entries. Send mode working, or take date out.",
    ),
    Rule(
        "MeasureReport",
        "mrp-1",
        lambda n: text(n, "type") != "data-collection" or not has(n, "group"),
        "A measure report for collecting data has groups or scores. Take them out.",
    ),
    Rule(
        "MeasureReport.group.stratifier.stratum",
        "mrp-2",
        _stratum,
        "A stratum is either one value or a set of components. Send one of them.",
    ),
    Rule(
        "Measure.group.stratifier",
        "mea-1",
        _criteria,
        "A stratifier is either one criterion or a set of components. Send one of them.",
    ),
    Rule(
        "MessageDefinition.focus",
        "md-1",
        _positive_or_star,
        "The most there may be of a focus is a number above 0 or a star. Send one of them.",
    ),
    Rule(
        "Parameters.parameter",
        "inv-1",
        _only_one_parameter,
        "A parameter has one of a value, a resource and parts. Send exactly one.",
    ),
    Rule(
        "CapabilityStatement",
        "cpb-1",
        lambda n: has(n, "rest", "messaging", "document"),
        "A capability statement says nothing that can be done. Add rest, messaging or document.",
    ),
    Rule(
        "CapabilityStatement",
        "cpb-14",
        lambda n: text(n, "kind") != "instance" or has(n, "implementation"),
        "A capability statement of one server does not describe it. Add implementation.",
    ),
    *OF_QUESTIONNAIRES,
    *OF_BUNDLES,
)
