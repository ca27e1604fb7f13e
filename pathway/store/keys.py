"""A key for each child: free text, letters and raw messages are encrypted with it, and closed when it is destroyed.

AES-256-GCM; the child's key is wrapped by the area's key, which lies in a file outside the database. Sealing or erasing
destroys the wrapped key, so every copy, backup and replay is closed at once while dates and days remain (docs/adr/0009-free-text-under-a-childs-key.md).
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pathway.domain.errors import NotFound
from pathway.settings import Settings
from pathway.store.engine import Tx

_NONCE = 12


class AreaKey:
    """The area's key: wraps the children's keys, and encrypts what belongs to no child yet (rows of an import)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> "AreaKey":
        """Read the key, or make one where there is none: 32 random bytes, readable by the owner only."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(32))
        return cls(path.read_bytes())

    def lock(self, plain: bytes, about: str) -> bytes:
        """Encrypt; `about` binds the text to its place, so it cannot be moved to another row."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def unlock(self, locked: bytes, about: str) -> bytes:
        return self._cipher.decrypt(locked[:_NONCE], locked[_NONCE:], about.encode())

    def new_child_key(self, child_id: UUID) -> bytes:
        """A fresh key for a child, wrapped."""
        return self.lock(secrets.token_bytes(32), str(child_id))


def area_key(settings: Settings) -> AreaKey:
    """The area's key, of the length that the cipher takes, from the secret that the settings name."""
    return AreaKey(sha256(settings.key("wrapping_key")).digest())


class ChildText:
    """Reads and writes a child's free text inside one transaction; unwraps the keys once.

    What is written goes under the child's own key. `joined` are the keys of records that were joined with this one: what
    was written under them stays readable, and is told apart by the cipher itself.
    """

    def __init__(
        self,
        area: AreaKey,
        child_id: UUID,
        wrapped: bytes | None,
        joined: Iterable[tuple[UUID, bytes | None]] = (),
    ) -> None:
        keys = [(child_id, wrapped), *joined]
        opened = [(str(child), area.unlock(key, str(child))) for child, key in keys if key]
        self._ciphers = [(AESGCM(key), about.encode()) for about, key in opened]
        self._own = self._ciphers[0] if wrapped else None

    @property
    def is_closed(self) -> bool:
        """The key was destroyed: nothing written under it can be read again."""
        return self._own is None

    def lock(self, fields: Mapping[str, str]) -> bytes | None:
        """Encrypt named texts together; nothing where there are none."""
        if not fields:
            return None
        if self._own is None:
            raise NotFound("This record has been closed. Nothing more can be written to it.")
        cipher, about = self._own
        nonce = secrets.token_bytes(_NONCE)
        return nonce + cipher.encrypt(nonce, json.dumps(dict(fields)).encode(), about)

    def unlock(self, locked: bytes | None) -> dict[str, str]:
        """The named texts, or none where there are none or where they have been closed for good."""
        if locked is None:
            return {}
        for cipher, about in self._ciphers:
            plain = _decrypted(cipher, locked, about)
            if plain is not None:
                found: dict[str, str] = json.loads(plain)
                return found
        return {}


def _decrypted(cipher: AESGCM, locked: bytes, about: bytes) -> bytes | None:
    """The text, or nothing where it was written under another key: of a joined record, or one destroyed since."""
    try:
        return cipher.decrypt(locked[:_NONCE], locked[_NONCE:], about)
    except InvalidTag:
        return None


_KEYS = """
SELECT k.child_id, k.wrapped FROM child_key k
 WHERE k.child_id = $1
    OR k.child_id IN (SELECT e.key_child FROM episode e WHERE e.child_id = $1 AND e.key_child IS NOT NULL)"""
_EPISODE_KEY = """
SELECT k.child_id, k.wrapped FROM episode e JOIN child_key k ON k.child_id = coalesce(e.key_child, e.child_id)
 WHERE e.id = $1"""


async def child_text(tx: Tx, area: AreaKey, child_id: UUID) -> ChildText:
    """The child's text, to read, or to write what belongs to no episode; `tx` acts as the writer or the worker."""
    wrapped = {row["child_id"]: row["wrapped"] for row in await tx.fetch(_KEYS, child_id)}
    own = wrapped.pop(child_id, None)
    return ChildText(area, child_id, own, wrapped.items())


async def episode_text(tx: Tx, area: AreaKey, episode_id: UUID) -> ChildText:
    """An episode's text, to write: always under the key of the record it was opened for, whatever was joined since.

    So when joined records are parted again, or one is sealed, each takes its own text and no other.
    """
    row = await tx.fetchrow(_EPISODE_KEY, episode_id)
    if row is None:
        raise NotFound("There is no such record, or it is not one that you may see.")
    return ChildText(area, row["child_id"], row["wrapped"])


async def give_key(tx: Tx, area: AreaKey, child_id: UUID) -> ChildText:
    """Make the key of a new child."""
    wrapped = area.new_child_key(child_id)
    await tx.execute("INSERT INTO child_key (child_id, wrapped) VALUES ($1, $2)", child_id, wrapped)
    return ChildText(area, child_id, wrapped)


async def replace_key(tx: Tx, area: AreaKey, child_id: UUID) -> None:
    """Destroy the key and give a new one: what was written before is closed, what comes after can be read."""
    await tx.execute(
        "UPDATE child_key SET wrapped = $2, made_at = clock_timestamp() WHERE child_id = $1",
        child_id,
        area.new_child_key(child_id),
    )
