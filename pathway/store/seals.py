"""Seals: batches of facts and of the access log, each under a Merkle root that is chained and signed.

A leaf covers every column of a row in an encoding that can be read in one way only. Events are sealed by their position
in the ledger, which never changes. The access log is sealed by its ids, and only up to an id below which nothing can
appear any more: an id is given before its commit, so the last id of one look is sealed at a later one, once every
transaction that was open in between has ended.

Each root is also appended to a file outside the database: whoever cuts off the end of the log with its seals is
found out there (security of the file is the operator's task; docs/adr/0008).
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pathway.settings import Settings
from pathway.store.engine import Database, Tx
from pathway.store.scopes import WORKER

EVENT, ACCESS = "event", "access"
BATCH: Final = 5000
_LOCK: Final = 7_204_011

EVENT_COLUMNS: Final = (
    "sequence", "id", "episode_id", "kind", "happened_on", "recorded_at", "xid", "account_id", "role",
    "organisation_id", "door", "request_id", "definition", "fields", "secret", "target",
)  # fmt: skip
ACCESS_COLUMNS: Final = (
    "id", "at", "account_id", "role", "organisation_id", "door", "action", "purpose", "children", "request_id",
    "opening_id",
)  # fmt: skip

_EVENTS = f"""
SELECT l.position, {", ".join(f"e.{name}" for name in EVENT_COLUMNS)} FROM ledger l JOIN event e ON e.sequence = l.sequence
 WHERE l.position > $1 AND l.position <= $2 ORDER BY l.position LIMIT $3"""
_ACCESS = f"""
SELECT id AS position, {", ".join(ACCESS_COLUMNS)} FROM access_log WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3"""
_ROWS: Final = {EVENT: _EVENTS, ACCESS: _ACCESS}
_LAST = "SELECT n, hash FROM seal ORDER BY n DESC LIMIT 1"
_SEALED_TO = "SELECT coalesce(max(last), 0) FROM seal WHERE log = $1"
_INSERT = """
INSERT INTO seal (n, log, first, last, rows, root, previous, hash, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal as it is stored. It covers the positions from `first` to `last` of its log."""

    n: int
    log: str
    first: int
    last: int
    rows: int
    root: bytes
    previous: bytes
    hash: bytes
    signature: bytes

    @property
    def expected_hash(self) -> bytes:
        """What the hash must be, from everything the seal says."""
        return sha256(
            encoded((self.n, self.log, self.first, self.last, self.rows, self.root, self.previous))
        ).digest()


class SealBook:
    """The key that signs, and the file in which roots are published."""

    def __init__(self, secret: bytes, published: Path) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(secret).digest())
        self.published = published

    @property
    def public_key(self) -> Ed25519PublicKey:
        return self._key.public_key()

    def sign(self, digest: bytes) -> bytes:
        return self._key.sign(digest)

    def is_signed(self, seal: Seal) -> bool:
        """Whether the signature is this key's, on this hash."""
        try:
            self.public_key.verify(seal.signature, seal.hash)
        except InvalidSignature:
            return False
        return True

    def publish(self, seals: Sequence[Seal]) -> None:
        """Append the roots to the file, one line of JSON for each."""
        if not seals:
            return
        self.published.parent.mkdir(parents=True, exist_ok=True)
        key = self.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        with self.published.open("a", encoding="utf-8") as file:
            for seal in seals:
                line = {
                    "n": seal.n, "log": seal.log, "first": seal.first, "last": seal.last, "root": seal.root.hex(),
                    "hash": seal.hash.hex(), "signature": seal.signature.hex(), "public_key": key,
                }  # fmt: skip
                file.write(json.dumps(line) + "\n")

    def published_hashes(self) -> dict[int, str]:
        """The hash that was published for each seal."""
        if not self.published.exists():
            return {}
        lines = self.published.read_text(encoding="utf-8").splitlines()
        return {seal["n"]: seal["hash"] for seal in map(json.loads, lines)}


def seal_book(settings: Settings) -> SealBook:
    """The key that signs the seals, and the file in the data folder in which their roots are published."""
    return SealBook(settings.key("seal_key"), settings.data_folder / "published" / "seals.jsonl")


class Sealer:
    """Seals for one process. Any number of them may run: one at a time seals."""

    def __init__(self, database: Database, book: SealBook) -> None:
        self._database = database
        self._book = book
        self._seen: int | None = None
        self._settling: tuple[int, str] | None = None

    async def seal(self) -> int:
        """Seal whatever is final, and publish it; how many rows were sealed."""
        made: list[Seal] = []
        async with self._database.transaction(WORKER) as tx:
            if not await tx.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            for log, limit in ((EVENT, await _ledger_head(tx)), (ACCESS, await self._final_access(tx))):
                async for seal in self._seals(tx, log, limit):
                    made.append(seal)
        self._book.publish(await self._unpublished())
        return sum(seal.rows for seal in made)

    async def _seals(self, tx: Tx, log: str, limit: int) -> AsyncIterator[Seal]:
        last = await tx.fetchrow(_LAST)
        n, previous = (last["n"], last["hash"]) if last else (0, b"")
        done: int = await tx.fetchval(_SEALED_TO, log)
        while rows := await tx.fetch(_ROWS[log], done, limit, BATCH):
            n += 1
            until = rows[-1]["position"]
            unsigned = Seal(
                n, log, done + 1, until, len(rows), merkle([leaf(r) for r in rows]), previous, b"", b""
            )
            digest = unsigned.expected_hash
            seal = Seal(
                n, log, done + 1, until, len(rows), unsigned.root, previous, digest, self._book.sign(digest)
            )
            await tx.execute(
                _INSERT, n, log, seal.first, seal.last, seal.rows, seal.root, previous, digest, seal.signature
            )
            yield seal
            previous, done = digest, until

    async def _final_access(self, tx: Tx) -> int:
        """The last id below which no row can appear any more: seen at an earlier look, and all its writers have ended."""
        row = await tx.fetchrow(
            "SELECT coalesce(max(id), 0) AS last, pg_snapshot_xmax(pg_current_snapshot())::text AS next,"
            " pg_snapshot_xmin(pg_current_snapshot())::text AS oldest FROM access_log"
        )
        if row is None:
            return 0
        final = 0
        if self._settling is not None and int(row["oldest"]) >= int(self._settling[1]):
            final, self._settling = self._settling[0], None
        if self._settling is None and self._seen is not None:
            self._settling = (self._seen, row["next"])
        self._seen = row["last"]
        return final

    async def _unpublished(self) -> list[Seal]:
        """Seals that are stored and not yet in the file: also those of a process that died between the two."""
        known = max(self._book.published_hashes(), default=0)
        async with self._database.transaction(WORKER, read_only=True) as tx:
            return await stored_seals(tx, after=known)


async def stored_seals(tx: Tx, after: int = 0) -> list[Seal]:
    """The seals in the database, in order."""
    rows = await tx.fetch(
        "SELECT n, log, first, last, rows, root, previous, hash, signature FROM seal WHERE n > $1 ORDER BY n",
        after,
    )
    return [Seal(*row) for row in rows]


async def _ledger_head(tx: Tx) -> int:
    head: int = await tx.fetchval("SELECT coalesce(max(position), 0) FROM ledger")
    return head


async def rows_under(tx: Tx, seal: Seal) -> list[asyncpg.Record]:
    """The rows that a seal covers, as they are now; one more than it says where there are more."""
    return await tx.fetch(_ROWS[seal.log], seal.first - 1, seal.last, seal.rows + 1)


def leaf(row: asyncpg.Record) -> bytes:
    """The hash of one row: every column, by name, in the order of the query."""
    return sha256(b"\x00" + b"".join(encoded((name, value)) for name, value in row.items())).digest()


def merkle(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves; a leaf and a node can never be taken for each other (RFC 6962 section 2.1)."""
    level = list(leaves)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def encoded(values: Sequence[object]) -> bytes:
    """Values with their kinds and lengths, so that two different rows never give the same bytes."""
    return b"".join(_encoded(value) for value in values)


def _encoded(value: object) -> bytes:
    kind, text = _plain(value)
    return kind + len(text).to_bytes(8) + text


def _plain(value: object) -> tuple[bytes, bytes]:
    match value:
        case None:
            return b"n", b""
        case bool() | int():
            return b"i", str(int(value)).encode()
        case str():
            return b"s", value.encode()
        case bytes():
            return b"b", value
        case UUID():
            return b"u", value.bytes
        case datetime():
            return b"t", value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case date():
            return b"d", value.isoformat().encode()
        case list() | tuple():
            return b"l", encoded(value)
        case _:
            raise TypeError(f"a column of a kind that cannot be sealed: {type(value).__name__}")
