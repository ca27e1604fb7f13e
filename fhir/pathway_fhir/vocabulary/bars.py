"""The words of the Booking and Referral Standard (BaRS): events, reasons, use cases, errors, headers and flags.

Source: NHS England, BaRS implementation guide, Core 1.1.6, and BaRS API specification 1.0.0. The specification's examples
write the errors' system as `Codesystem`, the guide as `CodeSystem`: both are read, the guide's is written.
"""

from typing import Final

_NHS: Final = "https://fhir.nhs.uk"

# --- Messages ---------------------------------------------------------------------------------------------------------

MESSAGE_EVENTS: Final = f"{_NHS}/CodeSystem/message-events-bars"
MESSAGE_REASONS: Final = f"{_NHS}/CodeSystem/message-reason-bars"
REQUEST: Final = "servicerequest-request"
RESPONSE: Final = "servicerequest-response"
BOOKING_EVENTS: Final = ("booking-request", "booking-response")
"""Events of BaRS that this service does not take: an appointment is offered by the team, never booked by a referrer."""
NEW, UPDATE, DELETE = "new", "update", "delete"
REASON_TITLES: Final = {NEW: "New", UPDATE: "Update", DELETE: "Delete"}
EVENT_TITLES: Final = {REQUEST: "Service Request - Request", RESPONSE: "Service Request - Response"}

MESSAGE_BUNDLE: Final = f"{_NHS}/StructureDefinition/BARSBundleMessage"
REQUEST_HEADER: Final = f"{_NHS}/StructureDefinition/BARSMessageHeader-servicerequest-request"
RESPONSE_HEADER: Final = f"{_NHS}/StructureDefinition/BARSMessageHeader-servicerequest-response"
_DEFINITION: Final = f"{_NHS}/MessageDefinition/bars-message-servicerequest"
REFERRAL: Final = f"{_DEFINITION}-request-referral"
CANCELLED: Final = f"{_DEFINITION}-request-cancelled"
REFERRAL_RESPONSE: Final = f"{_DEFINITION}-response-referral"

# --- What comes along -------------------------------------------------------------------------------------------------

FLAG_CATEGORIES: Final = f"{_NHS}/CodeSystem/flag-categories-bars"
SAFEGUARDING: Final = "SG"
REASONABLE_ADJUSTMENT: Final = "RA"
SAFEGUARDING_CODES: Final = f"{_NHS}/CodeSystem/safeguarding-codes-bars"

# --- Headers ----------------------------------------------------------------------------------------------------------

REQUEST_ID: Final = "X-Request-Id"
CORRELATION_ID: Final = "X-Correlation-Id"
TARGET: Final = "NHSD-Target-Identifier"
ORGANISATION: Final = "NHSD-End-User-Organisation"
SOFTWARE: Final = "NHSD-Requesting-Software"
PRACTITIONER: Final = "NHSD-Requesting-Practitioner"
USE_CONTEXT: Final = "use-context"
VERSION: Final = "1"
"""The major version of BaRS that is spoken here, in `Accept: application/fhir+json; version=1.0.0`."""

# --- Errors -----------------------------------------------------------------------------------------------------------

ERRORS: Final = f"{_NHS}/CodeSystem/http-error-codes"
ERRORS_AS_READ: Final = (ERRORS, f"{_NHS}/Codesystem/http-error-codes")
