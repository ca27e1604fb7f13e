"""What follows the facts of the stories: proposals that a referral would have made, and an identity that is sealed."""

from datetime import UTC, date, datetime, time
from uuid import uuid5

from pathway import definitions
from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.definitions.calendar import england
from pathway.demo.county import moorshire
from pathway.demo.stories import PROPOSED, story
from pathway.demo.storytelling import born
from pathway.domain.london import LONDON
from pathway.domain.matching import match
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.store.engine import Database, Tx
from pathway.store.keys import AreaKey
from pathway.store.loader_facts import Batch
from pathway.store.pathways import Pathways


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


async def seal(database: Database, key: AreaKey, today: date) -> None:
    """The adopted child's earlier identity is sealed by the action itself, for it takes something away."""
    pathways = Pathways()
    for definition in definitions.load_all().values():
        pathways.remember(definition)
    noon = datetime.combine(today, time(12), LONDON).astimezone(UTC)
    area = Area(database, pathways, england(), key, now=lambda: noon)
    adopted = story("adopted")
    identity = NewIdentity(
        ChildDetails("Alfie", "Sterling", born(adopted, today), sex="male"),
        (
            CarerDetails(
                "Ruth Sterling", "adoptive mother", "ruth.sterling@example.com", parental_responsibility=True
            ),
        ),
    )
    asking = Asking(moorshire().actor("privacy"), uuid5(adopted.child_id, "sealed"))
    await seal_identity(area, asking, adopted.child_id, identity)
