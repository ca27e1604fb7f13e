"""Stories of the assessment and after: what is known, who may know it yet, and how it ends."""

from typing import Final

from pathway.demo.storytelling import Family, Story, Told

_ACCEPTED: Final = """
    {0} referral_received senco
    {1} triage_started triage
    {2} referral_accepted triage priority=routine
"""


def _seen(first: int, start: int) -> str:
    """Referred, accepted, and seen for the first time."""
    return _ACCEPTED.format(first, first - 8, first - 12) + f"""
    {first - 14} coordinator_assigned coordinator
    {start + 100} waiting_letter_sent coordinator
    {start + 30} assessment_booked coordinator appointment_on=ago:{start} setting=clinic
    {start} assessment_started clinician mechanism=face_to_face attendance=on_time setting=clinic
    {start - 14} developmental_history_taken clinician result=completed tool=3di
    {start - 21} observation_done clinician result=completed tool=ados_2
    """  # fmt: skip


def _decided(first: int, start: int, decided: int, outcome: str) -> str:
    return _seen(first, start) + f"""
    {decided + 14} formulation_booked coordinator meeting_on=ago:{decided}
    {decided} mdt_held clinician present=core_team
    {decided} outcome_recorded clinician outcome={outcome} profile="Strong visual memory; tires quickly in noise"
    """  # fmt: skip


def _told(first: int, start: int, decided: int, told: int, outcome: str) -> str:
    return _decided(first, start, decided, outcome) + f"""
    {told} feedback_given clinician how=face_to_face young_person_present=yes
    """  # fmt: skip


STORIES: Final = (
    Story(
        "telephone", "Begun by telephone: NICE’s clock has stopped, the national statistic’s runs on",
        ("clinician", "commissioner"),
        "Rory Westcott", 15, (Family("Helen Westcott"),),
        episodes=(Told("autism", _ACCEPTED.format(150, 144, 142) + """
            110 assessment_booked coordinator appointment_on=ago:76 setting=video
            76 assessment_started clinician mechanism=telephone attendance=on_time
            60 developmental_history_taken clinician result=completed tool=interview
        """),),
    ),
    Story(
        "not-yet-told", "An outcome that only the clinical team may know, until the family has been told",
        ("clinician", "senco", "family-secret"),
        "Isla Widdicombe", 9,
        (Family("Laura Widdicombe", login="family-secret", persona="Mother of Isla: the team is still at work"),),
        sex="female",
        episodes=(Told("autism", _decided(480, 90, 6, "autism") + """
            5 feedback_offered coordinator feedback_on=in:9
        """),),
    ),
    Story(
        "feedback-late", "Decided three weeks ago and nobody has told the family", ("clinician", "lead"),
        "Finley Rowe", 8, (Family("Beth Rowe"),),
        episodes=(Told("autism", _decided(470, 110, 21, "not_autism")),),
    ),
    Story(
        "told", "The family knows; the school does not, for nobody has said that it may",
        ("clinician", "senco", "family-told"),
        "Freya Luscombe", 7,
        (Family("Katie Luscombe", login="family-told", persona="Mother of Freya: told last week"),),
        sex="female",
        episodes=(Told("autism", _told(500, 120, 30, 8, "autism")),),
    ),
    Story(
        "shared", "Report sent and shared with the school: it sees what the family permitted",
        ("senco", "clinician", "coordinator"),
        "Samuel Pester", 11, (Family("Joanne Pester"),),
        episodes=(Told("autism", _told(560, 180, 90, 80, "autism") + """
            70 report_issued clinician
            69 report_shared_with_school coordinator lawful_basis=consent
            68 report_shared_with_gp coordinator lawful_basis=consent
            55 plan_agreed clinician fits_ehc_plan=no_ehc_plan review_on=in:60
            50 followup_held clinician
            48 key_worker_offered coordinator answer=accepted
        """),),
    ),
    Story(
        "not-autism", "Not autism, and needs that are real: other help agreed", ("clinician", "coordinator"),
        "Stanley Coombe", 10, (Family("Kelly Coombe"),),
        episodes=(Told("autism", _told(520, 150, 70, 60, "not_autism") + """
            45 report_issued clinician
            40 other_support_agreed clinician review_on=in:44
        """),),
    ),
    Story(
        "uncertain", "Not sure yet: a review with a date, and help in the meantime", ("clinician",),
        "Nancy Hannaford", 5, (Family("Lucy Hannaford"),), sex="female",
        episodes=(Told("autism", _told(600, 330, 260, 250, "uncertain") + """
            240 report_issued clinician
            230 review_agreed clinician review_on=in:30
        """),),
    ),
    Story(
        "second-opinion", "The family asked for someone else to look again", ("clinician", "coordinator"),
        "Hugo Vanstone", 12, (Family("Victoria Vanstone"),),
        episodes=(Told("autism", _told(580, 200, 120, 110, "not_autism") + """
            100 report_issued clinician
            90 second_opinion_requested coordinator
        """),),
    ),
    Story(
        "private", "A private diagnosis, looked at and accepted", ("clinician", "coordinator"),
        "Esme Ashford", 14, (Family("Nicola Ashford"),), sex="female",
        episodes=(Told("autism", _ACCEPTED.format(260, 252, 248) + """
            120 waiting_letter_sent coordinator
            25 outside_diagnosis_accepted clinician outcome=autism made_by=private_provider
        """),),
    ),
    Story(
        "closing", "Told that we plan to close; 18 days left to object", ("coordinator", "family-closing"),
        "Jasper Squire", 9,
        (Family("Danielle Squire", login="family-closing", persona="Mother of Jasper: may still object"),),
        episodes=(Told("autism", _told(620, 240, 150, 140, "autism") + """
            130 report_issued clinician
            120 plan_agreed clinician fits_ehc_plan=yes
            100 followup_held clinician
            10 closing_notified coordinator closure=diagnosed_support_complete close_on=in:18
        """),),
    ),
    Story(
        "objected", "The family objected, and the place was kept", ("triage", "coordinator"),
        "Lottie Endacott", 8, (Family("Rebecca Endacott"),), sex="female",
        episodes=(Told("autism", """
            190 referral_received senco
            182 triage_started triage
            176 closing_notified triage closure=rejected_inappropriate close_on=ago:148
            160 closing_objected coordinator
            150 referral_accepted triage priority=routine
            60 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "completed", "From a first referral to the end of the help, closed with everybody told",
        ("clinician", "commissioner"),
        "Matilda Heard", 10, (Family("Sarah Heard"),), sex="female",
        episodes=(Told("autism", _told(700, 330, 240, 230, "autism") + """
            222 report_issued clinician
            221 report_shared_with_school coordinator lawful_basis=consent
            210 plan_agreed clinician fits_ehc_plan=no_ehc_plan
            190 followup_held clinician
            90 closing_notified coordinator closure=diagnosed_support_complete close_on=ago:62
            60 episode_closed coordinator closure=diagnosed_support_complete
        """),),
    ),
)  # fmt: skip
