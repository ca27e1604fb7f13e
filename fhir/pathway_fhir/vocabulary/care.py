"""The code systems and codes of the episode side: appointments, contacts, conditions, flags, messages, readings, figures.

Sources: HL7 FHIR R4 (4.0.1) and HL7 Terminology; UK Core R4 code systems; DICOM (audit); BaRS flag categories; MHSDS v6.
"""

from collections.abc import Mapping
from typing import Final

from pathway_fhir.vocabulary.systems import our_codes

_HL7: Final = "http://terminology.hl7.org/CodeSystem"

# --- Codes of HL7 -----------------------------------------------------------------------------------------------------

CLINICAL_STATUS: Final = f"{_HL7}/condition-clinical"
VERIFICATION_STATUS: Final = f"{_HL7}/condition-ver-status"
CONDITION_CATEGORY: Final = f"{_HL7}/condition-category"
CANCELLATION_REASON: Final = f"{_HL7}/appointment-cancellation-reason"
FLAG_CATEGORY: Final = f"{_HL7}/flag-category"
PARTICIPATION_MODE: Final = f"{_HL7}/v3-ParticipationMode"
DATA_OPERATION: Final = f"{_HL7}/v3-DataOperation"
AGENT_TYPE: Final = f"{_HL7}/provenance-participant-type"
AUDIT_TYPE: Final = f"{_HL7}/audit-event-type"
AUDIT_ENTITY: Final = f"{_HL7}/audit-entity-type"
AUDIT_SOURCE: Final = f"{_HL7}/security-source-type"
OBJECT_ROLE: Final = f"{_HL7}/object-role"
ACT_REASON: Final = f"{_HL7}/v3-ActReason"
INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
MEASURE_POPULATION: Final = f"{_HL7}/measure-population"
MEASURE_SCORING: Final = f"{_HL7}/measure-scoring"
DATA_ABSENT_REASON: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

# --- Codes of the United Kingdom --------------------------------------------------------------------------------------

DELIVERY_CHANNEL: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel"
CONDITION_CATEGORY_UK: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ConditionCategory"
BARS_FLAG_CATEGORY: Final = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"

ATTEND_STATUS: Final = our_codes("mhsds-attend-status")
"""MHS201 AttendStatus of MHSDS v6, for which no address is published."""
REFERRAL_REASON: Final = our_codes("mhsds-referral-reason")
"""MHS101 PrimReasonReferralMH of MHSDS v6, for which no address is published."""

# --- Codes of our own -------------------------------------------------------------------------------------------------

TASK: Final = our_codes("task")
FIELD: Final = our_codes("field")
"""What a step asks for, by its key in the definition; the step says which one."""
SLOT: Final = our_codes("slot")
MESSAGE_KIND: Final = our_codes("message-kind")
MESSAGE_STATE: Final = our_codes("message-state")
MESSAGE_REASONS: Final[Mapping[str, str]] = {
    "failed": "It could not be delivered",
    "held": "A person is looking at it",
    "dropped": "A person decided not to send it",
    "nobody_to_tell": "Nobody may be told",
}
"""Why a message to a family did not leave, by its state."""
READING: Final = our_codes("reading")
WAIT_GROUP: Final = our_codes("wait-group")
