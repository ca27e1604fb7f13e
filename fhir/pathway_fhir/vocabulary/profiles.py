"""The UK Core profile of each resource type that we write (NHS England, UK Core R4)."""

from typing import Final

_UK_CORE: Final = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
PROFILED: Final = frozenset(
    (
        "Appointment", "AuditEvent", "Bundle", "CarePlan", "CareTeam", "Communication", "Composition", "Condition",
        "Consent", "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare", "Flag", "HealthcareService",
        "List", "Location", "MessageHeader", "Observation", "OperationOutcome", "Organization", "Patient",
        "Practitioner", "PractitionerRole", "Procedure", "Provenance", "Questionnaire", "QuestionnaireResponse",
        "RelatedPerson", "Schedule", "ServiceRequest", "Slot", "Subscription", "Task",
    )
)  # fmt: skip
"""The types for which UK Core has a profile; MeasureReport, Measure, Endpoint and others have none."""


def profile_of(resource_type: str) -> str:
    """The canonical address of the profile that a resource of ours claims, or nothing where UK Core has none."""
    return f"{_UK_CORE}{resource_type}" if resource_type in PROFILED else ""
