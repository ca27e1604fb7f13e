"""What may be sent, and which module takes it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pathway_fhir.inbound import people, referral, steps
from pathway_fhir.inbound.sent import Sent, Written

CREATES: Final[Mapping[str, Callable[[Sent], Awaitable[Written]]]] = {
    "Patient": people.create_patient,
    "RelatedPerson": people.create_carer,
    "ServiceRequest": referral.create_referral,
    "QuestionnaireResponse": steps.create_form,
    "Task": steps.create_task,
    "Appointment": steps.create_appointment,
    "Encounter": steps.create_encounter,
    "Consent": steps.create_consent,
}
UPDATES: Final[Mapping[str, Callable[[Sent, str], Awaitable[Written]]]] = {
    "Patient": people.update_patient,
    "ServiceRequest": referral.update_referral,
    "Task": steps.update_task,
    "Appointment": steps.update_appointment,
}
