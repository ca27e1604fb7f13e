"""The loader's people: children, addresses, keys, carers and their links; and the place of every fact in time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.events import in_force
from pathway.store.child_details import DETAIL_COLUMNS, details_values
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey, ChildText
from pathway.store.loader_copy import copy_text, create_staging
from pathway.store.loader_facts import Batch, History, LoadedCarer, LoadedChild
from pathway.store.loader_fold import Placed
from pathway.store.loader_text import line

_CHILD = ("id", *DETAIL_COLUMNS, "died_on", "made_at")
_COLUMNS = {
    "child": _CHILD,
    "child_address": ("child_id", "lines", "postcode"),
    "child_key": ("child_id", "wrapped", "made_at"),
    "carer": ("id", "account_id", "name", "email", "phone", "channel", "language", "needs"),
    "guardian": (
        "child_id", "carer_id", "account_id", "relationship", "parental_responsibility", "may_be_told", "since",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """How many were copied."""

    children: int
    carers: int


def place(
    batch: Batch,
    numbers: Sequence[int],
    positions_from: Sequence[int],
    key: AreaKey,
    wrapped: Mapping[UUID, bytes],
) -> list[Placed]:
    """Give every fact its number and its position in the ledger, in the order of recording over all episodes.

    Its free text is encrypted with the child's key.
    """
    order = sorted(
        (fact.recorded_at, n, m)
        for n, history in enumerate(batch.histories)
        for m, fact in enumerate(history.facts)
    )
    sequences = [[0] * len(history.facts) for history in batch.histories]
    positions = [[0] * len(history.facts) for history in batch.histories]
    for number, position, (_, n, m) in zip(sorted(numbers), positions_from, order, strict=True):
        sequences[n][m], positions[n][m] = number, position
    return [
        Placed(history, tuple(sequences[n]), tuple(positions[n]), _secrets(history, key, wrapped))
        for n, history in enumerate(batch.histories)
    ]


def _secrets(history: History, key: AreaKey, wrapped: Mapping[UUID, bytes]) -> dict[int, bytes]:
    """The free text of each fact that has any, encrypted with the child's key."""
    with_text = [m for m, fact in enumerate(history.facts) if fact.texts]
    if not with_text:
        return {}
    text = ChildText(key, history.child_id, wrapped[history.child_id])
    return {m: text.lock(history.facts[m].texts) or b"" for m in with_text}


async def copy(tx: Tx, batch: Batch, wrapped: Mapping[UUID, bytes], died: Mapping[UUID, date]) -> People:
    """Copy the people and insert them under the policies. Brothers and sisters share their carers."""
    lines: dict[str, list[str]] = {table: [] for table in _COLUMNS}
    carers: set[UUID] = set()
    for child in batch.children:
        _child_lines(child, wrapped[child.id], died.get(child.id), lines)
        for carer in child.carers:
            _carer_lines(child, carer, lines, is_new=carer.id not in carers)
            carers.add(carer.id)
    await create_staging(tx, _COLUMNS)
    for table, columns in _COLUMNS.items():
        await copy_text(tx, table, columns, "".join(lines[table]).encode())
    return People(len(lines["child"]), len(carers))


def deaths(batch: Batch, kinds: Collection[str]) -> dict[UUID, date]:
    """The day on which a child died, by the facts of these kinds that hold after all corrections."""
    found: dict[UUID, date] = {}
    for history in batch.histories:
        if any(fact.kind in kinds for fact in history.facts):
            facts = in_force([fact.as_event(n) for n, fact in enumerate(history.facts)])
            days = [day for day, _, event in facts if event.kind in kinds]
            if days:
                found[history.child_id] = min(days)
    return found


def _child_lines(
    child: LoadedChild, wrapped: bytes, died_on: date | None, lines: dict[str, list[str]]
) -> None:
    given = child.details
    lines["child"].append(line((child.id, *details_values(given), died_on, child.made_at)))
    if given.postcode is not None:
        lines["child_address"].append(line((child.id, given.address, given.postcode.value)))
    lines["child_key"].append(line((child.id, wrapped, child.made_at)))


def _carer_lines(child: LoadedChild, carer: LoadedCarer, lines: dict[str, list[str]], is_new: bool) -> None:
    who = carer.details
    if is_new:
        lines["carer"].append(
            line(
                (
                    carer.id, carer.account_id, who.name, who.email or None, who.phone or None, who.channel,
                    who.language, who.needs,
                )
            )
        )  # fmt: skip
    lines["guardian"].append(
        line(
            (
                child.id, carer.id, carer.account_id, who.relationship, who.parental_responsibility,
                who.may_be_told, child.made_at,
            )
        )
    )  # fmt: skip
