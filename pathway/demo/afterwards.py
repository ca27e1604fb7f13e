"""What follows the facts of the stories: proposals that a referral would have made, limits agreed, an identity sealed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid5

from pathway import definitions
from pathway.actions.agree_threshold import draft, sign
from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.record_care import record_care
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.definitions.calendar import england
from pathway.demo.county import COUNCIL, ICB, moorshire
from pathway.demo.stories import PROPOSED, story
from pathway.demo.storytelling import born
from pathway.domain.agreement import ThresholdDraft
from pathway.domain.london import LONDON
from pathway.domain.looked_after import Care, LegalStatus, Part, Professional, SharingBasis
from pathway.domain.matching import match
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.thresholds import Applies
from pathway.store.care import carers_at_home
from pathway.store.engine import Database, Tx
from pathway.store.keys import AreaKey
from pathway.store.loader_facts import Batch
from pathway.store.pathways import Pathways
from pathway.store.scopes import WRITER

IN_FORCE_AFTER: Final = timedelta(28)
"""How long before its day the partners have agreed a limit."""


async def propose(tx: Tx, told: Batch) -> None:
    """The proposals that the referrals of these stories would have made."""
    children = {child.id: child for child in told.children}
    for new, known in PROPOSED:
        one, other = children[story(new).child_id], children[story(known).child_id]
        how = match(one.details.identity, other.details.identity)
        await tx.execute(
            "INSERT INTO match_proposal (id, child_id, candidate_id, agreeing, possible_twin, made_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            uuid5(one.id, str(other.id)), one.id, other.id, list(how.agreeing), how.possible_twin, one.made_at,
        )  # fmt: skip


def area_at_noon(database: Database, key: AreaKey, today: date) -> Area:
    """The area in which these actions are done, at noon of the county's last day."""
    pathways = Pathways()
    for definition in definitions.load_all().values():
        pathways.remember(definition)
    noon = datetime.combine(today, time(12), LONDON).astimezone(UTC)
    return Area(database, pathways, england(), key, now=lambda: noon)


async def agree_limits(area: Area) -> None:
    """One limit that every partner has signed, and one that waits for the council and the ICB.

    They hold for clocks that start after their day, still to come, so that no wait of a story is counted by them.
    """
    for clock, limit, due_soon, signers in (
        ("referral_to_feedback", "40 weeks", "32 weeks", ("lead", "officer", "commissioner")),
        ("triage_decision", "8 working days", "5 working days", ("lead",)),
    ):
        proposed = ThresholdDraft(
            "autism", clock, limit, area.today + IN_FORCE_AFTER, "Moorshire SEND Partnership Board, minutes",
            Applies.NEW, due_soon,
        )  # fmt: skip
        drafted = await draft(area, _asking("lead", f"draft {clock}"), proposed)
        for login in signers:
            await sign(area, _asking(login, f"sign {clock}"), drafted.threshold_id)


def _asking(login: str, what: str) -> Asking:
    """A persona's request, under an id that is the same whenever the county is made."""
    return Asking(moorshire().actor(login), uuid5(story("adopted").child_id, f"{login} {what}"))


async def seal(area: Area, today: date) -> None:
    """The adopted child's earlier identity is sealed by the action itself, for it takes something away."""
    adopted = story("adopted")
    identity = NewIdentity(
        ChildDetails("Alfie", "Sterling", born(adopted, today), sex="male"),
        (
            CarerDetails(
                "Ruth Sterling", "adoptive mother", "ruth.sterling@example.com", parental_responsibility=True
            ),
        ),
    )
    await seal_identity(area, _asking("privacy", "sealed"), adopted.child_id, identity)


async def record_looked_after(area: Area) -> None:
    """The child in foster care, as the coordinator records it: under a care order, the carer sees where things are."""
    child = story("looked-after").child_id
    async with area.database.transaction(WRITER, read_only=True) as tx:
        [carer] = await carers_at_home(tx, child)
    care = Care(
        LegalStatus.CARE_ORDER,
        area.today - timedelta(days=400),
        Professional("Denise Okoro", "denise.okoro@example.com", basis=SharingBasis.CORPORATE_PARENT),
        Professional("Moorshire Virtual School", "virtual.school@example.com"),
        COUNCIL,
        ICB,
        delegated={carer: frozenset({Part.WHERE})},
    )
    await record_care(area, _asking("coordinator", "care"), child, care)
