"""Stories of the council: EHC needs assessments and annual reviews on their statutory clocks, beside the health clocks."""

from typing import Final

from pathway.demo.storytelling import Family, Story, Told

STORIES: Final = (
    Story(
        "ehc-late", "A plan that is late, with an exception claimed: excused, and every day counted",
        ("officer", "senco"),
        "Ronnie Chapman", 10, (Family("Tracey Chapman"),),
        episodes=(Told("ehc_needs_assessment", """
            200 assessment_requested senco asked_by=school
            165 assess_agreed officer
            164 education_advice_requested officer
            164 health_advice_requested officer
            164 psychology_advice_requested officer
            140 education_advice_received senco
            130 health_advice_received clinician
            128 family_views_received officer
            85 exception_claimed officer clock=final_plan reason=exceptional_circumstances
            60 psychology_advice_received officer
            50 plan_agreed officer
            12 draft_plan_sent officer comment_by=in:4
        """),),
    ),
    Story(
        "ehc-and-autism", "Both at once: health advice is due from what is known, and waits for no diagnosis",
        ("officer", "clinician", "senco"),
        "Orla Dixon", 8, (Family("Natasha Dixon"),), sex="female",
        episodes=(
            Told("autism", """
                170 referral_received senco
                163 triage_started triage
                160 referral_accepted triage priority=routine
                50 waiting_letter_sent coordinator
            """),
            Told("ehc_needs_assessment", """
                90 assessment_requested officer asked_by=parent
                55 assess_agreed officer
                54 education_advice_requested officer
                54 health_advice_requested officer
                30 education_advice_received senco
                20 family_updated officer how=email
            """),
        ),
    ),
    Story(
        "ehc-refused", "Refused to assess: the family asked for mediation", ("officer",),
        "Bobby Webb", 6, (Family("Sharon Webb"),),
        episodes=(Told("ehc_needs_assessment", """
            80 assessment_requested officer asked_by=parent
            41 assess_refused officer notice_complete=yes
            25 mediation_requested officer
        """),),
    ),
    Story(
        "ehc-on-time", "A plan in 19 weeks, handed on to its annual review", ("officer",),
        "Thea Marshall", 9, (Family("Cheryl Marshall"),), sex="female",
        episodes=(
            Told("ehc_needs_assessment", """
                300 assessment_requested senco asked_by=school
                265 assess_agreed officer
                264 education_advice_requested officer
                240 education_advice_received senco
                215 plan_agreed officer
                195 draft_plan_sent officer comment_by=ago:178
                167 final_plan_issued officer notice_complete=yes
                160 handed_to_annual_review officer
            """),
            Told("annual_review", "167 plan_issued officer next_review_on=in:180"),
        ),
    ),
    Story(
        "review-late", "The meeting was held in time, the decision was not: the review is complete at the notice",
        ("officer", "senco"),
        "Owen Fletcher", 12, (Family("Debbie Fletcher"),),
        episodes=(Told("annual_review", """
            420 plan_issued officer next_review_on=ago:70
            110 meeting_called officer meeting_on=ago:70
            108 invitations_sent officer
            108 advice_requested officer
            95 school_advice_received senco
            90 papers_sent officer
            70 meeting_held senco family_present=yes
            60 report_sent senco
        """),),
    ),
    Story(
        "phase-transfer", "Off to secondary school: the plan that names it is due by 15 February",
        ("officer", "senco"),
        "Violet Collins", 10, (Family("Angela Collins"),), sex="female",
        episodes=(Told("annual_review", """
            200 plan_issued officer next_review_on=in:150
            30 phase_transfer_noted officer phase=primary_to_secondary transfer_year={transfer_year}
        """),),
    ),
    Story(
        "papers-late", "A review meeting in eight days, and the papers are not out", ("officer", "senco"),
        "Albie Murphy", 11, (Family("Siobhan Murphy"),),
        episodes=(Told("annual_review", """
            340 plan_issued officer next_review_on=in:8
            30 meeting_called officer meeting_on=in:8
            29 invitations_sent officer
            29 advice_requested officer
        """),),
    ),
)  # fmt: skip
