"""What a program says about itself beside the body of a change: by which request, and which version it saw.

The request id makes a repeat harmless, so a program that lost the answer can send the same again. The version keeps two
people from overwriting each other (RFC 9110, section 13.1.1; RFC 6585, section 3).
"""

import re
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from litestar.params import HeaderParameter

from pathway.actions.perform import Asking
from pathway.domain.errors import UnreadableRequest, VersionMissing
from pathway.domain.roles import Actor

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A UUID that you make for this change, and send again if you repeat it.",
        schema_extra={"type": "string", "format": "uuid", "oneOf": None},
    ),
]
IfMatch: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag of the episode as you saw it.",
        schema_extra={"type": "string", "pattern": r'^(W/)?"[0-9]{1,9}"$', "oneOf": None},
    ),
]
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def asking(actor: Actor, key: str | None) -> Asking:
    """Who asks, by which request."""
    return Asking(actor, _request_id(key))


def asking_with_version(actor: Actor, key: str | None, if_match: str | None) -> Asking:
    """Who asks, by which request, having seen which version."""
    request_id = _request_id(key)
    if if_match is None:
        raise VersionMissing(
            "Send the header If-Match with the ETag of the episode as you saw it, so that nobody's change is lost. "
            "GET the episode to have its ETag."
        )
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise UnreadableRequest('The header If-Match must be the ETag of the episode, as W/"12".')
    return Asking(actor, request_id, int(found[1]))


def etag(version: int) -> str:
    """The ETag of an episode: weak, for two readers of one version are not shown the same."""
    return f'W/"{version}"'


def _request_id(key: str | None) -> UUID:
    if not key:
        raise UnreadableRequest(
            "Send the header Idempotency-Key with a UUID of your own, so that a repeat is recorded only once."
        )
    if _UUID.fullmatch(key) is None:
        raise UnreadableRequest(
            "The header Idempotency-Key must be a UUID, as 6a0b2c3e-1111-4222-8333-444455556666."
        )
    return UUID(key)
