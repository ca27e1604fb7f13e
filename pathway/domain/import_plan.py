"""What becomes of each row of a list: who is already known, who is new, and who may be whom.

An equal NHS number is the same child. A list that is read again knows its own rows by its own references, or by every
detail of a child that it brought itself. Anything less is proposed to a person and never linked (docs/rules.md 18).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from pathway.domain.import_sheet import BadRow, Listed
from pathway.domain.matching import Identity, Match, MatchKind, likely, match
from pathway.domain.names import normalise_name

_DOUBTFUL: Final = 2
"""An equal number or reference with this many details that differ may be another child's: a person looks."""


_NUMBER_TAKEN: Final = (
    "Another child on record has this NHS number, with other details. The row is loaded without it, and a person "
    "compares the two."
)


class Fate(StrEnum):
    """What a row comes to; the values are the states in which it is kept."""

    NEW = "new"
    MATCHED = "matched"
    CHANGED = "changed"
    THEIRS_ONLY = "theirs_only"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class KnownEpisode:
    """An episode on the list's pathway that we hold or held. `undone`: an import made it, and was undone."""

    id: UUID
    provider_id: int | None
    started_on: date
    closed_on: date | None
    closure: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child on record, with their episodes on this pathway, newest first. `into`: the record they were joined to."""

    id: UUID
    identity: Identity
    episodes: tuple[KnownEpisode, ...] = ()
    into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Fated:
    """One row with its fate. `proposals` are records, or rows of the same list, that a person must compare it with."""

    row: Listed
    fate: Fate
    child_id: UUID
    new_child: bool = False
    with_number: bool = True
    episode: KnownEpisode | None = None
    follows: KnownEpisode | None = None
    proposals: tuple[tuple[UUID, Match], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Register:
    """Everyone on record, found by NHS number or by any details that could make three of four agree."""

    children: dict[UUID, KnownChild] = field(default_factory=dict)
    _by_number: dict[str, UUID] = field(default_factory=dict)
    _alike: defaultdict[tuple[str, ...], list[tuple[UUID, Identity]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def of(cls, children: Iterable[KnownChild]) -> "Register":
        register = cls()
        for child in children:
            register.children[child.id] = child
        for child in register.children.values():
            register.note(child.id, child.identity, alike=child.into is None)
        return register

    def note(self, child_id: UUID, identity: Identity, *, alike: bool = True) -> None:
        """Know one more child, so that later rows are compared with them too."""
        if identity.nhs_number is not None:
            self._by_number.setdefault(identity.nhs_number.value, child_id)
        if alike:
            for key in _pairs(identity):
                self._alike[key].append((child_id, identity))

    def by_number(self, identity: Identity) -> UUID | None:
        return None if identity.nhs_number is None else self._by_number.get(identity.nhs_number.value)

    def alike(self, identity: Identity) -> list[tuple[UUID, Match]]:
        """Those of whom three of the four agree, the likeliest first."""
        found = {child_id: other for key in _pairs(identity) for child_id, other in self._alike.get(key, ())}
        return likely(identity, found.items())

    def resolved(self, child_id: UUID) -> KnownChild | None:
        """The record that a child is now kept under."""
        child = self.children.get(child_id)
        seen: set[UUID] = set()
        while child is not None and child.into is not None and child.id not in seen:
            seen.add(child.id)
            child = self.children.get(child.into)
        return child


@dataclass(frozen=True, slots=True)
class Source:
    """What a list from the same source brought before: its references, and the children that came with them."""

    references: Mapping[str, UUID]
    children: frozenset[UUID]


def fates(
    rows: Sequence[Listed],
    register: Register,
    source: Source,
    provider_id: int,
    new_id: Callable[[], UUID],
) -> tuple[list[Fated], list[BadRow]]:
    """The fate of every row, and the rows that turn out to contradict what is on record."""
    decided: list[Fated] = []
    bad: list[BadRow] = []
    for row in rows:
        fated = _fate(row, register, source, provider_id, new_id)
        if isinstance(fated, BadRow):
            bad.append(fated)
            continue
        if fated.new_child:
            register.note(fated.child_id, row.child.identity)
        decided.append(fated)
    return decided, bad


def _fate(
    row: Listed, register: Register, source: Source, provider_id: int, new_id: Callable[[], UUID]
) -> Fated | BadRow:
    identity = row.child.identity
    known, holder_of_number = _same(row, register, source), register.by_number(identity)
    if known is not None and match(identity, known.identity).kind is MatchKind.NEVER:
        return BadRow(
            row.number,
            (
                "The list gave this reference before to a child with another NHS number. Check the reference and the number.",
            ),
        )
    if known is not None:
        return _of_known(row, known, source, provider_id)
    proposals = register.alike(identity)
    if holder_of_number is not None and all(child != holder_of_number for child, _ in proposals):
        proposals = [(holder_of_number, match(identity, _identity(register, holder_of_number))), *proposals]
    return Fated(
        row,
        Fate.NEW,
        new_id(),
        new_child=True,
        with_number=holder_of_number is None,
        proposals=tuple(proposals),
        notes=_to_compare(proposals, holder_of_number is not None),
    )


def _same(row: Listed, register: Register, source: Source) -> KnownChild | None:
    """The child on record whom this row certainly means, if there is one."""
    identity = row.child.identity
    by_number = register.by_number(identity)
    if by_number is not None and by_number in register.children:
        certain = _certain(identity, register.children[by_number].identity)
        return register.resolved(by_number) if certain else None
    before = (
        register.resolved(source.references[row.reference]) if row.reference in source.references else None
    )
    if before is not None and _certain(identity, before.identity):
        return before
    for child_id, how in register.alike(identity):
        known = register.children.get(child_id)
        brought = known is not None and child_id in source.children
        if brought and known is not None and _every_detail(how, identity, known.identity):
            return known
    return None


def _certain(one: Identity, other: Identity) -> bool:
    """Whether a shared number or reference is borne out; a list may number its rows anew, or hold a sibling's number."""
    return len(match(one, other).conflicting) < _DOUBTFUL


def _every_detail(how: Match, one: Identity, other: Identity) -> bool:
    """All that either side says of the four agrees, names and birth included; the postcode may be missing on both."""
    without_postcode = one.postcode is None and other.postcode is None
    return not how.conflicting and len(how.agreeing) == (3 if without_postcode else 4)


def _of_known(row: Listed, known: KnownChild, source: Source, provider_id: int) -> Fated:
    current = next((e for e in known.episodes if e.closed_on is None), None)
    differing = match(row.child.identity, known.identity).conflicting
    notes = tuple(
        f"The list has another {name.replace('_', ' ')} than the record. Compare them; nothing was changed."
        for name in differing
    )
    if current is not None and current.provider_id != provider_id:
        return Fated(
            row, Fate.MATCHED, known.id, episode=current,
            notes=("A referral for this child is already open. Ask the triage team.",),
        )  # fmt: skip
    if current is not None:
        return Fated(row, Fate.MATCHED, known.id, episode=current, notes=notes)
    ended = next((e for e in known.episodes if not e.undone), None)
    if ended is not None and known.id in source.children:
        return Fated(
            row, Fate.THEIRS_ONLY, known.id, episode=ended,
            notes=("The list still has this child; here the episode is closed. A person decides; it was not opened again.",),
        )  # fmt: skip
    return Fated(row, Fate.NEW, known.id, follows=ended, notes=notes)


def _to_compare(proposals: Sequence[tuple[UUID, Match]], number_taken: bool) -> tuple[str, ...]:
    if number_taken:
        return (_NUMBER_TAKEN,)
    if any(how.possible_twin for _, how in proposals):
        return ("This may be a twin of a child on record. A person compares the two; nothing was linked.",)
    return (
        ("A child on record is alike. A person compares the two; nothing was linked.",) if proposals else ()
    )


def _identity(register: Register, child_id: UUID) -> Identity:
    known = register.children.get(child_id)
    return known.identity if known is not None else Identity()


def _pairs(identity: Identity) -> list[tuple[str, ...]]:
    """Keys of which two identities share at least one wherever three of the four agree."""
    first, family = normalise_name(identity.first_name), normalise_name(identity.family_name)
    born = identity.birth_date.isoformat() if identity.birth_date else ""
    postcode = identity.postcode.value if identity.postcode else ""
    pairs = (("fb", family, born), ("gb", first, born), ("gf", first, family) if postcode else ("", "", ""))
    return [pair for pair in pairs if all(pair)]
