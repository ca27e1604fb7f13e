"""Verifying seals: each one against the rows it covers, the one before it, its signature, and what was published."""

from dataclasses import dataclass

from pathway.store.engine import Database
from pathway.store.scopes import WORKER
from pathway.store.seals import Seal, SealBook, leaf, merkle, rows_under, stored_seals


@dataclass(frozen=True, slots=True)
class SealReport:
    """What was verified. `broken` holds the numbers of seals that do not hold, `cut` those published and gone."""

    seals: int
    rows: int
    broken: tuple[int, ...]
    cut: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        return not self.broken and not self.cut

    @property
    def sentence(self) -> str:
        """What it means, for whoever asked."""
        if self.is_whole:
            return f"{self.seals:,} seals over {self.rows:,} rows hold."
        found = []
        if self.broken:
            found.append(f"these seals do not hold: {', '.join(map(str, self.broken))}")
        if self.cut:
            found.append(f"these seals were published and are gone: {', '.join(map(str, self.cut))}")
        return f"Somebody has changed sealed rows: {'; '.join(found)}. Compare with a backup, and tell the Caldicott guardian."


async def verify(database: Database, book: SealBook) -> SealReport:
    """Verify every seal, a batch at a time, against the database and the published roots."""
    async with database.transaction(WORKER, read_only=True) as tx:
        seals = await stored_seals(tx)
    published = book.published_hashes()
    broken, rows = [], 0
    previous, ends = b"", {"event": 0, "access": 0}
    for n, seal in enumerate(seals, 1):
        linked = seal.n == n and seal.previous == previous and seal.first == ends[seal.log] + 1
        said = published.get(seal.n, seal.hash.hex()) == seal.hash.hex()
        held, count = await _holds(database, book, seal)
        if not (linked and said and held):
            broken.append(seal.n)
        rows += count
        previous, ends[seal.log] = seal.hash, seal.last
    stored = {seal.n for seal in seals}
    return SealReport(len(seals), rows, tuple(broken), tuple(n for n in sorted(published) if n not in stored))


async def _holds(database: Database, book: SealBook, seal: Seal) -> tuple[bool, int]:
    """Whether the rows under a seal are still those that were sealed; how many there are."""
    async with database.transaction(WORKER, read_only=True) as tx:
        rows = await rows_under(tx, seal)
    root = merkle([leaf(row) for row in rows])
    whole = len(rows) == seal.rows and root == seal.root and seal.hash == seal.expected_hash
    return whole and book.is_signed(seal), len(rows)
