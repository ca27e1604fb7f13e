"""What has been offered to the reader's team, and how many children a list of its own would hand over."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.paging import Page
from pathway.domain.roles import Actor
from pathway.reading.worklist import Listed, worklist
from pathway.store.hand_overs import ListChoice, episodes_to_offer, senders_of
from pathway.store.organisations import Organisation, organisations
from pathway.store.scopes import reading
from pathway.store.worklist_rows import WorklistFilter


@dataclass(frozen=True, slots=True)
class ListForm:
    """The other teams, and the schools by which a list may be narrowed."""

    providers: tuple[Organisation, ...]
    schools: tuple[Organisation, ...]


async def offered(area: Area, actor: Actor, after: str | None) -> Page[tuple[Listed, str]]:
    """One page of the children that other teams have offered, each with the team that asks.

    "Another team" where its name would tell where a restricted child is (docs/rules.md 12).
    """
    found = await worklist(area, actor, WorklistFilter(hand_over_to=actor.organisation_id), after)
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        senders = await senders_of(tx, [one.row.episode_id for one in found.rows])
    return Page(
        tuple((one, senders.get(one.row.episode_id, "Another team")) for one in found.rows), found.after
    )


async def list_form(area: Area, actor: Actor) -> ListForm:
    """What may be chosen."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        others = [one for one in await organisations(tx, "provider") if one.id != actor.organisation_id]
        return ListForm(tuple(others), tuple(await organisations(tx, "school")))


async def children_on_list(area: Area, actor: Actor, which: ListChoice) -> int:
    """How many open episodes of the reader's own organisation the choice holds that no hand-over waits for."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return len(await episodes_to_offer(tx, actor.organisation_id, which))
