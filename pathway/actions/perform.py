"""What every action does alike: one transaction, one request id, one answer, however often it is asked.

The request's row is inserted first in the transaction, so a repeat that arrives at the same moment waits and is then given
the first one's answer. A repeat with another body is refused.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from pathway.actions.area import Area
from pathway.domain.errors import DuplicateRequest, NotAllowed
from pathway.domain.roles import PERMISSIONS, ROLE_TITLES, Actor, Permission
from pathway.store.engine import Tx
from pathway.store.scopes import writing

Answer = TypeVar("Answer")

_FIRST = """
INSERT INTO request (account_id, request_id, action, digest) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, request_id) DO NOTHING RETURNING 1"""
_KNOWN = "SELECT action, digest, answer FROM request WHERE account_id = $1 AND request_id = $2"
_KEEP = "UPDATE request SET answer = $3 WHERE account_id = $1 AND request_id = $2"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and by which request: the id makes a repeat harmless; the version is the one they were shown.

    `counts_what_is_shown`: that version counts only the facts that this actor may know (docs/rules.md 10).
    """

    actor: Actor
    request_id: UUID
    version: int | None = None
    counts_what_is_shown: bool = False


def require(actor: Actor, permission: Permission, doing: str) -> None:
    """Refuse a role without this permission, saying which roles hold it; the route asks too (deny by default, twice)."""
    if actor.may(permission):
        return
    who = ", ".join(sorted(ROLE_TITLES[role] for role, held in PERMISSIONS.items() if permission in held))
    raise NotAllowed(f"To {doing} is for: {who}. Ask one of them to do it.")


async def perform(
    area: Area,
    asking: Asking,
    action: str,
    body: Mapping[str, object],
    answer_type: type[Answer],
    work: Callable[[Tx], Awaitable[Answer]],
) -> Answer:
    """Run `work` once for this request, in one transaction as the writer; give the kept answer to a repeat.

    Raises DuplicateRequest where the same id comes with another action or body.
    """
    digest = _digest(action, body)
    account, request = asking.actor.account_id, asking.request_id

    async def attempt() -> Answer:
        async with area.database.transaction(writing(asking.actor)) as tx:
            if await tx.fetchval(_FIRST, account, request, action, digest) is None:
                return await _kept(tx, account, request, digest, answer_type)
            answer = await work(tx)
            await tx.execute(_KEEP, account, request, _adapter(answer_type).dump_json(answer).decode())
            return answer

    return await area.database.retrying(attempt)


async def was_done(area: Area, asking: Asking) -> bool:
    """Whether this request has been carried out already, so that asking again only gives its answer."""
    async with area.database.transaction(writing(asking.actor), read_only=True) as tx:
        return await tx.fetchrow(_KNOWN, asking.actor.account_id, asking.request_id) is not None


async def _kept(tx: Tx, account: int, request: UUID, digest: bytes, answer_type: type[Answer]) -> Answer:
    row = await tx.fetchrow(_KNOWN, account, request)
    if row is None or row["digest"] != digest or row["answer"] is None:
        raise DuplicateRequest(
            "This request id was used before, for something else. Send the change again with a new request id."
        )
    answer: Answer = _adapter(answer_type).validate_json(row["answer"])
    return answer


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(answer_type: Any) -> TypeAdapter[Any]:
    """Reads and prints one type of answer; made once, for it is slow to make."""
    if answer_type not in _ADAPTERS:
        _ADAPTERS[answer_type] = TypeAdapter(answer_type)
    return _ADAPTERS[answer_type]


def _digest(action: str, body: Mapping[str, object]) -> bytes:
    text = json.dumps({"action": action, **body}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).digest()
