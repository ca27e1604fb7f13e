"""Identifier and code systems, by the addresses under which they are published.

Sources: NHS England, UK Core R4 implementation guide (identifiers and code systems); HL7 Terminology; SNOMED CT; BaRS
implementation guide (message categories). `OURS` is where our own identifiers and codes live; no national system was
found for a pupil number, a council's child number or this service's references.
"""

from typing import Final

OURS: Final = "https://fhir.autism-pathway.example"
"""The address of everything that is our own; it names and is never called (HL7 FHIR R4, 2.24.0.1, canonical URLs)."""

# --- Identifiers ------------------------------------------------------------------------------------------------------

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
ODS_CODE_AS_SENT: Final = (ODS_CODE, "https://fhir.nhs.uk/id/ods-organization-code")
"""BaRS's own examples write it in lower case: read, never written."""
ODS_SITE: Final = "https://fhir.nhs.uk/Id/ods-site-code"
SCHOOL_URN: Final = "https://fhir.hl7.org.uk/Id/urn-school-number"
SDS_USER: Final = "https://fhir.nhs.uk/Id/sds-user-id"
SDS_ROLE_PROFILE: Final = "https://fhir.nhs.uk/Id/sds-role-profile-id"
GMC_NUMBER: Final = "https://fhir.hl7.org.uk/Id/gmc-number"
NMC_NUMBER: Final = "https://fhir.hl7.org.uk/Id/nmc-number"
HCPC_NUMBER: Final = "https://fhir.hl7.org.uk/Id/hcpc-number"
GPHC_NUMBER: Final = "https://fhir.hl7.org.uk/Id/gphc-number"
GMP_NUMBER: Final = "https://fhir.hl7.org.uk/Id/gmp-number"
DOS_SERVICE: Final = "https://fhir.nhs.uk/Id/dos-service-id"
UBRN: Final = "https://fhir.nhs.uk/Id/UBRN"
SCHOOL_UNKNOWN: Final = "X99999"
"""What NHS services write in the place of a school number that they do not know."""
UPN: Final = f"{OURS}/Id/unique-pupil-number"
REFERENCE: Final = f"{OURS}/Id/reference"
"""The short reference of an episode, which people read to each other."""
EPISODE: Final = f"{OURS}/Id/episode"
FACT: Final = f"{OURS}/Id/fact"

# --- Codes of HL7 -----------------------------------------------------------------------------------------------------

SNOMED: Final = "http://snomed.info/sct"
BCP_47: Final = "urn:ietf:bcp:47"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ROLE_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONSENT_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
ORGANISATION_TYPE: Final = "http://terminology.hl7.org/CodeSystem/organization-type"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

# --- Codes of the United Kingdom --------------------------------------------------------------------------------------

_UK: Final = "https://fhir.hl7.org.uk/CodeSystem"
NUMBER_STATUS: Final = f"{_UK}/UKCore-NHSNumberVerificationStatusEngland"
NUMBER_STATUS_BEFORE: Final = f"{_UK}/UKCore-NHSNumberVerificationStatus"
"""The system that PDS still sends: read, never written."""
NUMBER_UNAVAILABLE: Final = f"{_UK}/UKCore-NHSNumberUnavailableReason"
CONTACT_METHOD: Final = f"{_UK}/UKCore-PreferredContactMethod"
WRITTEN_FORMAT: Final = f"{_UK}/UKCore-PreferredWrittenCommunicationFormat"
HUMAN_LANGUAGE: Final = f"{_UK}/UKCore-HumanLanguage"
BARS_CATEGORY: Final = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
BARS_USE_CASE: Final = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
PROXY_LEGAL_BASIS: Final = "https://fhir.nhs.uk/England/CodeSystem/England-NHSProxyLegalBasis"

# --- Codes of our own -------------------------------------------------------------------------------------------------


def our_codes(name: str) -> str:
    """A code system of our own, as `our_codes("stage")`."""
    return f"{OURS}/CodeSystem/{name}"


def our_values(name: str) -> str:
    """A value set of our own."""
    return f"{OURS}/ValueSet/{name}"


def our_extension(name: str) -> str:
    """An extension of our own: its definition is published with the profiles."""
    return f"{OURS}/StructureDefinition/Extension-{name}"


def uk_extension(name: str) -> str:
    """An extension of UK Core, as `uk_extension("SourceOfServiceRequest")`."""
    return f"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-{name}"


PATHWAY: Final = our_codes("pathway")
STAGE: Final = our_codes("stage")
STEP: Final = our_codes("step")
CLOSURE: Final = our_codes("closure")
OUTCOME: Final = our_codes("outcome")
GRADE: Final = our_codes("breach-grade")
SIDE_STATE: Final = our_codes("side-state")
SOURCE: Final = our_codes("source-of-referral")
PRIORITY: Final = our_codes("priority")
USE_CASE: Final = our_codes("use-case")
ROLE: Final = our_codes("role")
ORGANISATION_KIND: Final = our_codes("organisation-kind")
CARER_NEED: Final = our_codes("carer-need")
CHANNEL: Final = our_codes("channel")
CONTACT_ROLE: Final = our_codes("contact-role")
SLOT: Final = our_codes("slot")
DOOR: Final = our_codes("door")
SHARE_BASIS: Final = our_codes("share-basis")

# --- Extensions -------------------------------------------------------------------------------------------------------

HL7_INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
PARENTAL_RESPONSIBILITY: Final = our_extension("ParentalResponsibility")
MAY_BE_TOLD: Final = our_extension("MayBeTold")
NEED: Final = our_extension("CarerNeed")
LOOKED_AFTER: Final = our_extension("LookedAfter")
HAPPENED_ON: Final = our_extension("HappenedOn")


def answer_options(pathway: str, step: str, field: str) -> str:
    """The code system of one choice's options, named after the field that asks (keys of the definition)."""
    return our_codes("-".join(part.replace("_", "-") for part in (pathway, step, field)))
