"""Stories of who a child is and who may know: moves, parents apart, restrictions, care, growing up, a death, a mistake."""

from typing import Final

from pathway.demo.storytelling import Family, Story, Told
from pathway.domain.roles import Role

_WAITS: Final = """
    {0} referral_received senco
    {1} triage_started triage
    {2} referral_accepted triage priority=routine
    50 waiting_letter_sent coordinator
"""


def _waits(first: int) -> str:
    return _WAITS.format(first, first - 7, first - 10)


STORIES: Final = (
    Story(
        "moved-school", "Moved school while waiting: the new school sees the child, the old one does not",
        ("senco", "coordinator"),
        "Archie Badcock", 11, (Family("Michelle Badcock"),), school=106,
        episodes=(Told("autism", """
            270 referral_received senco-106-1
            263 triage_started triage
            260 referral_accepted triage priority=routine
            75 school_changed coordinator to=101
            50 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "parents-apart", "Parents who live apart: one is told, one may not be", ("coordinator", "family-father"),
        "Poppy Bidgood", 8,
        (
            Family("Samantha Bidgood", may_be_told=False, responsible=True),
            Family("Lee Bidgood", "father", login="family-father", persona="Father of Poppy, who lives with him"),
        ),
        sex="female", episodes=(Told("autism", _waits(200)),),
    ),
    Story(
        "school-not-told", "The family said not to tell the school: the school sees nothing",
        ("gp", "coordinator"),
        "Ruby Kerslake", 14, (Family("Donna Kerslake"),), sex="female",
        episodes=(Told("autism", """
            170 referral_received gp source=gp tell_school=no
            163 triage_started triage
            160 referral_accepted triage priority=routine
            50 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "restricted", "Where this child is must not be known: a safe contact instead", ("coordinator", "privacy"),
        "Grace Hawkins", 9, (Family("Kirsty Hawkins"),), sex="female",
        safe_contact="Ring the duty social worker, never the home", episodes=(Told("autism", _waits(220)),),
    ),
    Story(
        "adopted", "Adopted: the earlier identity is sealed, the first date stays", ("privacy", "coordinator"),
        "Alfie Pearce", 5, (Family("Foster carer of Alfie", "foster carer", responsible=False),),
        looked_after=True, episodes=(Told("autism", _waits(310)),),
    ),
    Story(
        "looked-after", "Looked after: the council holds parental responsibility, the foster carer is told the day",
        ("coordinator", "foster-carer"),
        "Reuben Lawrence", 12,
        (
            Family(
                "Beverley Shaw", "foster carer", login="foster-carer", responsible=False,
                persona="Foster carer of Reuben: sees what was delegated",
            ),
        ),
        looked_after=True,
        episodes=(Told("autism", """
            140 referral_received coordinator source=council
            133 triage_started triage
            130 consent_given coordinator scope=gather_information given_by=council
            128 referral_accepted triage priority=soon priority_reason=family_breakdown
            50 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "sixteen", "Sixteen tomorrow: a task, not a switch", ("coordinator", "young-person"),
        "Ellis Grant", 16,
        (
            Family("Alison Grant"),
            Family("Ellis Grant", "self", login="young-person", persona="Ellis, sixteen tomorrow", role=Role.YOUNG_PERSON),
        ),
        days_after_birthday=-1, pronouns="they/them",
        episodes=(Told("autism", """
            290 referral_received senco
            283 triage_started triage
            280 referral_accepted triage priority=routine
            52 sixteenth_birthday_near system
            50 waiting_letter_sent coordinator
        """),),
    ),
    Story(
        "came-back", "Came back within a year: the first referral’s date counts", ("triage", "coordinator"),
        "Charlie Bolt", 9, (Family("Lisa Bolt"),),
        episodes=(
            Told("autism", """
                520 referral_received senco
                512 triage_started triage
                505 closing_notified triage closure=rejected_inappropriate close_on=ago:477
                470 episode_closed triage closure=rejected_inappropriate
            """),
            Told("autism", """
                160 referral_received gp source=gp
                152 triage_started triage
                150 referral_accepted triage priority=routine
                50 waiting_letter_sent coordinator
            """, follows=0, first_date=520),
        ),
    ),
    Story(
        "duplicate", "Perhaps the same child as another: put before a person, and never linked by itself",
        ("triage", "coordinator"),
        "Amira Stone-Rowe", 8, (Family("N Stone-Rowe"),), sex="female", numbered=False, house="amira",
        episodes=(Told("autism", "9 referral_received gp source=gp"),),
    ),
    Story(
        "died", "A child has died: every message stopped at once", ("coordinator",),
        "Teddy Barnes", 6, (Family("Hannah Barnes"),),
        episodes=(Told("autism", _waits(240) + """
            20 death_recorded coordinator
        """),),
    ),
    Story(
        "moved-away", "Moved out of the area: records and the first date were sent before it ended here",
        ("coordinator",),
        "Hallie Knight", 7, (Family("Charlotte Knight"),), sex="female",
        episodes=(Told("autism", """
            320 referral_received senco
            312 triage_started triage
            308 referral_accepted triage priority=routine
            110 records_sent_to_new_area coordinator
            105 closing_notified coordinator closure=moved_out_of_area close_on=ago:77
            70 episode_closed coordinator closure=moved_out_of_area
        """),),
    ),
    Story(
        "in-error", "Entered in error", ("triage",),
        "Test Entry", 6, (Family("Nobody At All"),),
        episodes=(Told("autism", """
            15 referral_received senco
            14 entered_in_error triage
        """),),
    ),
)  # fmt: skip
