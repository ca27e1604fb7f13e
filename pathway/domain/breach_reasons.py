"""Why a wait is past its threshold, and what is done about it: tables, so that boards can count them.

Codes only, and no free text: an acknowledgement is read by people who may know nothing about the child.
"""

from typing import Final

BREACH_REASONS: Final[dict[str, str]] = {
    "capacity": "Not enough clinic capacity",
    "staff_absence": "Staff absence or vacancy",
    "awaiting_information": "Waiting for information from another organisation",
    "awaiting_other_assessment": "Waiting for another assessment that is needed first",
    "family_asked_to_wait": "The family asked to wait",
    "family_not_reached": "The family could not be reached yet",
    "appointment_missed": "An appointment was missed and offered again",
    "interpreter": "An interpreter or an adjustment had to be arranged",
    "complexity": "The assessment needs more than usual",
    "hand_over": "The child came from another provider with the wait already begun",
    "received_late": "The referral reached us late",
    "recording": "The step was taken and has not been recorded yet",
}

BREACH_ACTIONS: Final[dict[str, str]] = {
    "appointment_booked": "An appointment is booked",
    "extra_clinic": "An extra clinic is planned",
    "staff_recruited": "Staff are being recruited or moved",
    "information_chased": "The missing information is chased",
    "family_contacted": "The family is contacted",
    "reprioritised": "The child's priority is looked at again",
    "offered_elsewhere": "Another provider is offered",
    "escalated": "Taken to the partnership board",
    "record_corrected": "The record is brought up to date",
    "under_review": "Looked at again at the next list review",
}

RISK_FIELDS: Final = ("risk", "priority")
"""Fields of any step that say how urgent a child is: a change after the last acknowledgement needs a look at this child."""
