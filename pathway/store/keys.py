"""A key for each child: free text, letters and raw messages are encrypted with it, and closed when it is destroyed.

AES-256-GCM; the child's key is wrapped by the area's key, which lies in a file outside the database. Sealing or erasing
destroys the wrapped key, so every copy, backup and replay is closed at once while dates and days remain (design.md 5).
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pathway.domain.errors import NotFound
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


class ChildText:
    """Reads and writes a child's free text inside one transaction; unwraps the key once."""

    def __init__(self, area: AreaKey, child_id: UUID, wrapped: bytes | None) -> None:
        self._cipher = AESGCM(area.unlock(wrapped, str(child_id))) if wrapped else None
        self._about = str(child_id).encode()

    @property
    def is_closed(self) -> bool:
        """The key was destroyed: nothing written under it can be read again."""
        return self._cipher is None

    def lock(self, fields: Mapping[str, str]) -> bytes | None:
        """Encrypt named texts together; nothing where there are none."""
        if not fields:
            return None
        if self._cipher is None:
            raise NotFound("This record has been closed. Nothing more can be written to it.")
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, json.dumps(dict(fields)).encode(), self._about)

    def unlock(self, locked: bytes | None) -> dict[str, str]:
        """The named texts, or none where there are none or where they have been closed for good."""
        if locked is None or self._cipher is None:
            return {}
        try:
            plain = self._cipher.decrypt(locked[:_NONCE], locked[_NONCE:], self._about)
        except InvalidTag:  # written under a key that was destroyed since
            return {}
        found: dict[str, str] = json.loads(plain)
        return found


async def child_text(tx: Tx, area: AreaKey, child_id: UUID) -> ChildText:
    """The child's text, to read or write; `tx` acts as the writer or the worker."""
    wrapped = await tx.fetchval("SELECT wrapped FROM child_key WHERE child_id = $1", child_id)
    return ChildText(area, child_id, wrapped)


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
