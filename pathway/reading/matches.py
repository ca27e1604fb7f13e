"""Records that look alike, for a person to compare: whoever holds the newer referral decides (docs/rules.md 18).

Where the older record is another team's, its content stays with that team: the reader is told which of the details agree, and
which team holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.match_rows import MatchProposal, RecordSide, open_proposals, restricted_among, teams_of
from pathway.store.scopes import WRITER, reading

POSTCODE: Final = "postcode"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A proposal, and the team of an older record that the reader may not see (empty where no place may be named).

    `places_hidden`: one of the two is restricted. Then neither address is here, nor whether they agree: the address of the
    other would be where that child lives (docs/rules.md 12).
    """

    proposal: MatchProposal
    held_by: str
    places_hidden: bool = False


async def proposals(area: Area, actor: Actor) -> list[Comparison]:
    """The undecided proposals about records that the actor may see, oldest first."""
    async with area.database.transaction(reading(actor)) as tx:
        return await _logged(tx, area, actor, await open_proposals(tx), "match proposals")


async def proposal(area: Area, actor: Actor, proposal_id: UUID) -> Comparison:
    """One proposal. NotFound where it is decided, or where the newer record is another team's."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await open_proposals(tx, proposal_id)
        if not found:
            raise NotFound(
                "This has been decided already, or the newer of the two records is another team's."
            )
        return (await _logged(tx, area, actor, found, "match proposal"))[0]


async def _logged(
    tx: Tx, area: Area, actor: Actor, found: Sequence[MatchProposal], what: str
) -> list[Comparison]:
    """That details of an unseen record agree is something learned about that child, so it is logged for both."""
    if found:
        await access_log.log(tx, actor, what, [child for m in found for child in (m.one_id, m.other.id)])
    unseen = [m.one_id for m in found if m.one is None]
    async with area.database.transaction(WRITER) as inner:
        teams = await teams_of(inner, unseen) if unseen else {}
        hidden = await restricted_among(inner, [child for m in found for child in (m.one_id, m.other.id)])
    return [_comparison(m, teams.get(m.one_id, ""), {m.one_id, m.other.id} & hidden != set()) for m in found]


def _comparison(found: MatchProposal, held_by: str, places_hidden: bool) -> Comparison:
    if not places_hidden:
        return Comparison(found, held_by)
    shown = replace(
        found,
        agreeing=tuple(detail for detail in found.agreeing if detail != POSTCODE),
        one=_without_address(found.one) if found.one else None,
        other=_without_address(found.other),
    )
    return Comparison(shown, held_by, True)


def _without_address(side: RecordSide) -> RecordSide:
    return replace(side, lines=(), postcode=None)
