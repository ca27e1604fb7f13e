"""Definitions in the database: stored by digest, never changed, compiled once in each process.

Each event and episode names the definition it was recorded under, so an old episode folds under its own rules for ever.
"""

from pathway.domain.compiler import compile_definition
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound
from pathway.domain.periods import Period
from pathway.domain.projection import Versions
from pathway.domain.thresholds import Applies, Threshold
from pathway.store.engine import Tx

_AGREED = """
SELECT id, clock, limit_text, due_soon_text, applies, effective_from, source FROM threshold
 WHERE pathway = $1 AND agreed_at IS NOT NULL AND withdrawn_at IS NULL ORDER BY effective_from, id"""


class Pathways:
    """The definitions this process has compiled, by digest, and the newest one for each pathway."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Definition] = {}
        self._newest: dict[str, str] = {}

    async def store(self, tx: Tx, definition: Definition, source: str) -> None:
        """Keep a definition for ever; storing the same one again changes nothing."""
        await tx.execute(
            "INSERT INTO definition (digest, key, version, title, source) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (digest) DO NOTHING",
            definition.digest,
            definition.key,
            definition.version,
            definition.title,
            source,
        )
        self.remember(definition)

    def remember(self, definition: Definition) -> None:
        """Know a compiled definition; the highest version of a pathway is the one that new episodes get."""
        self._by_digest[definition.digest] = definition
        newest = self._newest.get(definition.key)
        if newest is None or self._by_digest[newest].version <= definition.version:
            self._newest[definition.key] = definition.digest

    async def by_digest(self, tx: Tx, digest: str) -> Definition:
        """The definition of that digest, compiled; from memory after the first time."""
        known = self._by_digest.get(digest)
        if known is not None:
            return known
        row = await tx.fetchrow("SELECT key, version, source FROM definition WHERE digest = $1", digest)
        if row is None:
            raise NotFound("The pathway definition this record was made under is not in the database.")
        definition = compile_definition(row["source"], f"{row['key']} version {row['version']}")
        self._by_digest[digest] = definition
        return definition

    def newest(self, key: str) -> Definition:
        """The version that new episodes of this pathway get."""
        digest = self._newest.get(key)
        if digest is None:
            known = ", ".join(sorted(self._newest)) or "none"
            raise NotFound(f"There is no such pathway. The pathways are: {known}.")
        return self._by_digest[digest]

    def all(self) -> tuple[Definition, ...]:
        """Every version that this process knows, so also those of episodes that run under an earlier one."""
        return tuple(self._by_digest.values())

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._newest))


async def agreed_thresholds(tx: Tx, pathway: str) -> Versions:
    """The agreed versions of every clock's limit on a pathway, by clock, oldest first."""
    found: dict[str, list[Threshold]] = {}
    for row in await tx.fetch(_AGREED, pathway):
        found.setdefault(row["clock"], []).append(
            Threshold(
                id=row["id"],
                clock=row["clock"],
                limit=Period.parse(row["limit_text"]),
                effective_from=row["effective_from"],
                applies=Applies(row["applies"]),
                source=row["source"],
                due_soon=Period.parse(row["due_soon_text"]) if row["due_soon_text"] else None,
            )
        )
    return found
