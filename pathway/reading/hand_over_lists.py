"""How many children a list would hand over: a count and the teams to choose from, of no child in particular."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.store.hand_overs import ListChoice, episodes_to_offer
from pathway.store.organisations import Organisation, organisations
from pathway.store.scopes import reading


@dataclass(frozen=True, slots=True)
class ListForm:
    """The other teams, and the schools by which a list may be narrowed."""

    providers: tuple[Organisation, ...]
    schools: tuple[Organisation, ...]


async def list_form(area: Area, actor: Actor) -> ListForm:
    """What may be chosen."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        others = [one for one in await organisations(tx, "provider") if one.id != actor.organisation_id]
        return ListForm(tuple(others), tuple(await organisations(tx, "school")))


async def children_on_list(area: Area, actor: Actor, which: ListChoice) -> int:
    """How many open episodes of the reader's own organisation the choice holds that no hand-over waits for."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return len(await episodes_to_offer(tx, actor.organisation_id, which))
