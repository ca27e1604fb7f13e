"""Stories of waiting: how long, why, with whom, and what may happen meanwhile."""

from typing import Final

from pathway.demo.county import HARBOUR
from pathway.demo.storytelling import Family, Story, Told

_TEAM: Final = ("triage", "clinician", "coordinator", "lead")
NADIA: Final = Family(
    "Nadia Stone", login="family-amira", persona="Mother of Amira: on the list for 30 weeks", needs=("no_calls",)
)  # fmt: skip
HOLLY: Final = Family(
    "Holly Braund", login="family-twins", persona="Mother of twins, each with a wait of their own"
)
AGATA: Final = Family(
    "Agata Nowak", login="family-hold", persona="Mother of Filip: a pause that she asked for", language="pl"
)  # fmt: skip

STORIES: Final = (
    Story(
        "amira", "A wait of 30 weeks whose every number explains itself", ("senco", "family-amira", *_TEAM),
        "Amira Stone", 8, (NADIA,), sex="female", pronouns="she/her",
        episodes=(Told("autism", """
            210 referral_received senco social_communication=home_and_school impact=a_lot child_says="I like trains. Lunch is too loud." strengths="Knows every railway line"
            203 triage_started triage
            202 referral_accepted triage priority=routine
            200 coordinator_assigned coordinator
            170 support_cycle_reviewed senco helped=partly continues=yes
            120 waiting_letter_sent coordinator
            40 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "new-today", "A referral of yesterday, for triage to read", ("senco", "triage"),
        "Oscar Penrose", 6, (Family("Claire Penrose"),),
        episodes=(Told("autism", "1 referral_received senco risk=none reports=several"),),
    ),
    Story(
        "returned", "Returned for missing information: the first date and the place stay", ("senco", "triage"),
        "Leo Trevithick", 7, (Family("Gemma Trevithick"),),
        episodes=(Told("autism", """
            100 referral_received senco
            95 triage_started triage
            94 information_requested triage what=school_information needed_by=ago:66
            65 information_received senco details="Observation in the playground, two reports"
            60 referral_accepted triage priority=soon priority_reason=education_breakdown
            58 coordinator_assigned coordinator
            30 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "asked-twice", "Information asked for twice, chased, and still missing: nothing closes by itself",
        ("senco", "triage"),
        "Bethan Cann", 9, (Family("Kerry Cann"),), sex="female",
        episodes=(Told("autism", """
            120 referral_received senco
            114 information_requested triage what=consent needed_by=ago:86
            90 information_received senco
            84 information_requested triage what=reports needed_by=ago:56
            50 information_chased triage how=telephone
            20 family_updated triage how=telephone
        """),),
    ),
    Story(
        "watched", "Watchful waiting, agreed with the family and looked at again", ("senco", "triage"),
        "Daisy Snell", 4, (Family("Amy Snell"),), sex="female",
        episodes=(Told("autism", """
            150 referral_received senco
            144 triage_started triage
            140 watchful_waiting_agreed triage why=family_prefers review_on=ago:56
            56 watchful_waiting_reviewed triage concern=same review_on=in:28
        """),),
    ),
    Story(
        "long-wait", "The longest band: over two years, and twice not brought", ("coordinator", "lead", "commissioner"),
        "Ethan Yeo", 12, (Family("Stacey Yeo"), Family("Craig Yeo", "father", responsible=False)),
        episodes=(Told("autism", """
            760 referral_received gp source=gp
            745 triage_started triage
            740 referral_accepted triage priority=routine
            600 waiting_letter_sent coordinator
            560 list_reviewed coordinator needs=same spoke_with_family=yes
            400 assessment_booked coordinator appointment_on=ago:365 setting=clinic
            365 appointment_missed coordinator
            363 safety_checked coordinator found=help_needed
            300 assessment_booked coordinator appointment_on=ago:270 setting=school
            270 appointment_missed coordinator
            268 safety_checked coordinator found=help_needed
            200 list_reviewed coordinator needs=greater spoke_with_family=yes
            60 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "not-brought", "Was not brought, all was well, and then seen: the place was kept",
        ("clinician", "coordinator"),
        "Toby Ridd", 10, (Family("Leanne Ridd"),),
        episodes=(Told("autism", """
            500 referral_received senco
            490 triage_started triage
            486 referral_accepted triage priority=routine
            300 waiting_letter_sent coordinator
            130 assessment_booked coordinator appointment_on=ago:100 setting=clinic
            100 appointment_missed coordinator
            98 safety_checked coordinator found=no_concern
            80 assessment_booked coordinator appointment_on=ago:50 setting=school
            50 assessment_started clinician mechanism=face_to_face attendance=on_time setting=school
            30 developmental_history_taken clinician result=completed tool=adi_r
        """),),
    ),
    Story(
        "hold", "Paused because the family asked: the days are theirs, and go on being counted",
        ("family-hold", "coordinator"),
        "Filip Nowak", 6, (AGATA,),
        episodes=(Told("autism", """
            300 referral_received senco
            292 triage_started triage
            290 referral_accepted triage priority=routine
            288 coordinator_assigned coordinator
            150 waiting_letter_sent coordinator
            50 hold_requested coordinator why=family_event until=in:40
        """),),
    ),
    Story(
        "silence", "Nobody wrote for 20 weeks: the silence itself is a breach", ("coordinator", "lead"),
        "Rowan Huxtable", 11, (Family("Zoe Huxtable"),),
        episodes=(Told("autism", """
            250 referral_received senco
            244 triage_started triage
            240 referral_accepted triage priority=routine
            140 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "rings", "The family rang and waits for an answer", ("coordinator",),
        "Martha Gale", 7, (Family("Rachel Gale"),), sex="female",
        episodes=(Told("autism", """
            180 referral_received senco
            172 triage_started triage
            170 referral_accepted triage priority=routine
            30 waiting_letter_sent coordinator
            5 family_replied coordinator about=things_worse
        """),),
    ),
    Story(
        "handed-over", "Another provider took over: the first date came along", ("harbour-lead",),
        "Callum Prowse", 9, (Family("Emma Prowse"),),
        episodes=(Told("autism", f"""
            420 referral_received senco
            412 triage_started triage
            408 referral_accepted triage priority=routine
            300 waiting_letter_sent coordinator
            60 hand_over_offered lead slot=provider to={HARBOUR}
            50 hand_over_accepted harbour-lead
            40 waiting_letter_sent coordinator-{HARBOUR}-1
        """),),
    ),
    Story(
        "offered", "A hand-over that nobody has answered: the child stays with the sender", ("harbour-lead", "lead"),
        "Evie Northcott", 8, (Family("Louise Northcott"),), sex="female",
        episodes=(Told("autism", f"""
            400 referral_received senco
            392 triage_started triage
            388 referral_accepted triage priority=routine
            70 waiting_letter_sent coordinator
            12 hand_over_offered lead slot=provider to={HARBOUR}
        """),),
    ),
    Story(
        "right-to-choose", "Right to Choose: accepted elsewhere, not yet seen, and the place here kept",
        ("gp", "coordinator"),
        "Noah Burrow", 13, (Family("Natalie Burrow"),),
        episodes=(Told("autism", """
            330 referral_received gp source=gp
            322 triage_started triage
            320 referral_accepted triage priority=routine
            200 right_to_choose_chosen coordinator
            170 right_to_choose_accepted coordinator
            45 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "corrected", "A date corrected and a fact struck out: both stand, and both are seen",
        ("triage", "coordinator", "privacy"),
        "Maisie Tucker", 10, (Family("Jodie Tucker"),), sex="female",
        episodes=(Told("autism", """
            230 referral_received senco
            224 triage_started triage
            222 referral_accepted triage priority=urgent priority_reason=risk
            205 contact_attended triage mechanism=face_to_face attendance=on_time purpose=triage
            204 struck_out triage target=contact_attended reason="Recorded on the wrong child"
            160 waiting_letter_sent coordinator
            155 re_dated coordinator target=waiting_letter_sent happened_on=ago:165 reason="It was posted on another day"
            60 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "twin-jacob", "Twins: the first one is seen", ("family-twins", "clinician"),
        "Jacob Braund", 7, (HOLLY,), house="braund",
        episodes=(Told("autism", """
            380 referral_received senco
            372 triage_started triage
            370 referral_accepted triage priority=soon priority_reason=education_breakdown
            200 waiting_letter_sent coordinator
            70 assessment_booked coordinator appointment_on=ago:40 setting=clinic
            40 assessment_started clinician mechanism=face_to_face attendance=on_time setting=clinic
        """),),
    ),
    Story(
        "twin-isaac", "Twins: the second one waits; same day, same house, and never one record",
        ("family-twins", "coordinator"),
        "Isaac Braund", 7, (HOLLY,), house="braund", numbered=False,
        episodes=(Told("autism", """
            380 referral_received senco
            372 triage_started triage
            370 referral_accepted triage priority=routine
            200 waiting_letter_sent coordinator
            60 waiting_letter_sent coordinator
        """),),
    ),
)  # fmt: skip
