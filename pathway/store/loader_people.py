"""The loader's people: children, addresses, keys, carers and their links; and the place of every fact in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.domain.names import normalise_name
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey, ChildText
from pathway.store.loader_facts import Batch, LoadedChild
from pathway.store.loader_fold import Placed
from pathway.store.loader_text import line

_CHILD = (
    "id", "nhs_number", "upn", "first_name", "family_name", "first_norm", "family_norm", "birth_date", "sex",
    "pronouns", "language", "interpreter", "looked_after", "restricted", "safe_contact", "died_on", "made_at",
)  # fmt: skip
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


def place(batch: Batch, numbers: Sequence[int], key: AreaKey, wrapped: Mapping[UUID, bytes]) -> list[Placed]:
    """Give every fact its number, in the order of recording over all episodes, and encrypt the free text."""
    order = sorted(
        (fact.recorded_at, n, m)
        for n, history in enumerate(batch.histories)
        for m, fact in enumerate(history.facts)
    )
    sequences = [[0] * len(history.facts) for history in batch.histories]
    for number, (_, n, m) in zip(sorted(numbers), order, strict=True):
        sequences[n][m] = number
    placed = []
    for history, places in zip(batch.histories, sequences, strict=True):
        with_text = [m for m, fact in enumerate(history.facts) if fact.texts]
        secrets: dict[int, bytes] = {}
        if with_text:
            text = ChildText(key, history.child_id, wrapped[history.child_id])
            secrets = {m: text.lock(history.facts[m].texts) or b"" for m in with_text}
        placed.append(Placed(history, tuple(places), secrets))
    return placed


async def copy(tx: Tx, batch: Batch, wrapped: Mapping[UUID, bytes]) -> People:
    """Copy the people and insert them under the policies."""
    lines: dict[str, list[str]] = {table: [] for table in _COLUMNS}
    for child in batch.children:
        _child_lines(child, wrapped[child.id], lines)
    for table, columns in _COLUMNS.items():
        names = ", ".join(columns)
        await tx.execute(
            f"CREATE TEMPORARY TABLE load_{table} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        )
        text = "".join(lines[table]).encode()
        await tx.connection.copy_to_table(f"load_{table}", source=_once(text), columns=columns)
        again = " ON CONFLICT (id) DO NOTHING" if table == "carer" else ""
        await tx.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM load_{table}{again}")
    return People(len(lines["child"]), len(lines["carer"]))


async def _once(text: bytes):  # type: ignore[no-untyped-def]
    yield text


def _child_lines(child: LoadedChild, wrapped: bytes, lines: dict[str, list[str]]) -> None:
    given = child.details
    number = given.nhs_number.value if given.nhs_number else None
    upn = given.upn.value if given.upn else None
    lines["child"].append(
        line(
            (
                child.id, number, upn, given.first_name, given.family_name, normalise_name(given.first_name),
                normalise_name(given.family_name), given.birth_date, given.sex, given.pronouns or None,
                given.language, given.interpreter, given.looked_after, given.restricted,
                given.safe_contact or None, child.died_on, child.made_at,
            )
        )
    )  # fmt: skip
    if given.postcode is not None:
        lines["child_address"].append(line((child.id, given.address, given.postcode.value)))
    lines["child_key"].append(line((child.id, wrapped, child.made_at)))
    for carer in child.carers:
        who = carer.details
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
