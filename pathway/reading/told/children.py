"""Children and their carers, as a partner's system is told them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.domain.told import CarerTold, ChildTold, NumberStatus
from pathway.reading.told.found import Found, cut
from pathway.store import access_log, child_changes, exchange_search
from pathway.store.engine import Tx
from pathway.store.exchange_rows import ToldCarerRow, ToldChildRow, children_shown, told_carers
from pathway.store.exchange_search import CARERS, CHILDREN, AllOf, Page
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading


async def search_children(
    area: Area, actor: Actor, asked: AllOf, page: Page, *, total: bool = False
) -> Found[ChildTold]:
    """The children that this partner may see among those asked for; one line of the access log names them all."""
    async with area.database.transaction(reading(actor)) as tx:
        rows, after = cut(await exchange_search.find(tx, CHILDREN, asked, page), page.limit)
        number = await exchange_search.count(tx, CHILDREN, asked) if total else None
        told = await _shown(
            tx, [key for _, key in rows if isinstance(key, UUID)], actor, "search for children"
        )
    return Found(told, after, number)


async def read_child(area: Area, actor: Actor, child_id: UUID) -> ChildTold | None:
    """The child, or nothing where it is not this partner's to know of."""
    async with area.database.transaction(reading(actor)) as tx:
        told = await _shown(tx, [child_id], actor, "child")
    return told[0] if told else None


async def child_versions(area: Area, actor: Actor, child_id: UUID) -> list[ChildTold]:
    """The child as they are and as they were said to be before each change, newest first.

    Of a restricted child no version has an address; whoever only registered the child is told the present one alone.
    """
    async with area.database.transaction(reading(actor)) as tx:
        rows = await children_shown(tx, [child_id], actor, "versions of a child")
        if child_id not in rows:
            return []
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, child_id)
            before = await child_changes.earlier(inner, child_id, text) if rows[child_id].known else []
    now = _child(rows[child_id])
    began = [until for until, _ in before[1:]] + [rows[child_id].made_at]
    return [now, *(_as_they_were(now, was, at) for (_, was), at in zip(before, began, strict=False))]


def _as_they_were(now: ChildTold, was: Mapping[str, str], at: datetime) -> ChildTold:
    home = () if now.restricted else tuple(filter(None, was.get("lines", "").split("\n")))
    return replace(
        now,
        version=int(was["version"]),
        changed_at=at,
        first_name=was["first_name"],
        family_name=was["family_name"],
        birth_date=date.fromisoformat(was["birth_date"]),
        sex=was["sex"],
        language=was["language"],
        interpreter=was["interpreter"] == "True",
        address=home,
        postcode=None if now.restricted else was.get("postcode"),
    )


async def _shown(tx: Tx, ids: Sequence[UUID], actor: Actor, action: str) -> list[ChildTold]:
    """These children in this order, as far as the role of `tx` sees them; noted in the same round trip."""
    rows = await children_shown(tx, ids, actor, action) if ids else {}
    return [_child(rows[key]) for key in ids if key in rows]


async def search_carers(
    area: Area, actor: Actor, asked: AllOf, page: Page, *, total: bool = False
) -> Found[CarerTold]:
    """The carers of the children whose team or council this partner belongs to."""
    async with area.database.transaction(reading(actor)) as tx:
        rows, after = cut(await exchange_search.find(tx, CARERS, asked, page), page.limit)
        number = await exchange_search.count(tx, CARERS, asked) if total else None
        told = await carers_told(tx, [(UUID(str(key)[:36]), UUID(str(key)[36:])) for _, key in rows])
        if told:
            await access_log.log(tx, actor, "search for carers", {carer.child_id for carer in told})
    return Found(told, after, number)


async def read_carer(area: Area, actor: Actor, child_id: UUID, carer_id: UUID) -> CarerTold | None:
    async with area.database.transaction(reading(actor)) as tx:
        told = await carers_told(tx, [(child_id, carer_id)])
        if told:
            await access_log.log(tx, actor, "carer", [child_id])
    return told[0] if told else None


async def carers_told(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> list[CarerTold]:
    rows = await told_carers(tx, pairs)
    return [_carer(rows[pair]) for pair in pairs if pair in rows]


def _child(row: ToldChildRow) -> ChildTold:
    """Whoever only registered a child is told what tells it from another child, and nothing that was learned since."""
    shown = row.known
    return ChildTold(
        row.id,
        row.version,
        row.changed_at,
        row.first_name,
        row.family_name,
        row.birth_date,
        row.sex,
        row.language if shown else "en",
        row.interpreter and shown,
        row.nhs_number,
        NumberStatus(row.number_status),
        row.upn if shown else None,
        row.restricted,
        () if row.restricted or not shown else tuple(row.lines or ()),
        None if row.restricted or not shown else row.postcode,
        row.died_on if shown else None,
        row.merged_into,
    )


def _carer(row: ToldCarerRow) -> CarerTold:
    """A carer of a restricted child may live with them: how to reach them is for the team's own people."""
    return CarerTold(
        row.child_id,
        row.carer_id,
        row.name,
        row.relationship,
        row.since,
        row.parental_responsibility,
        row.may_be_told,
        row.active,
        None if row.restricted else row.email,
        None if row.restricted else row.phone,
        row.channel,
        row.language,
        tuple(row.needs),
    )
