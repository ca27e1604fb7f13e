"""Conditions of a change: the version that was seen, and the one that a search finds."""

import re
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from pathway.domain.errors import StaleVersion
from pathway.reading.told.facts import fact
from pathway.store.facts import lock_episode
from pathway.store.people import hold_child
from pathway.store.scopes import writing
from pathway_fhir import ids
from pathway_fhir.access.identity import require_scope
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server import reading
from pathway_fhir.server.asked import read_search
from pathway_fhir.server.offered import Exchange, Json, Offered, Searched
from pathway_fhir.server.searching import parameters_of, search

_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_STALE: Final = "This record has changed since you opened it. Look at it again, and then repeat your change."


def version_of(sent: str | None) -> int | None:
    """The version in an If-Match, where there is one. Raises Refused (400) where it cannot be read."""
    if not sent:
        return None
    found = _ETAG.fullmatch(sent.strip())
    if found is None:
        raise Refused.because(
            400, IssueType.VALUE, 'If-Match is the ETag of the version that you saw, as W/"3".'
        )
    return int(found[1])


async def hold(exchange: Exchange, offered: Offered, key: str) -> Json:
    """The resource as it is, with the row behind it locked until the transaction of the change ends.

    Read twice: first whether it is theirs to lock, then, behind whoever held the lock before, what it is now.
    """
    await reading.read(exchange, offered, key)
    async with exchange.area.database.transaction(writing(exchange.actor)) as tx:
        if offered.name == "Patient":
            await hold_child(tx, UUID(key))
        elif episode := await _episode_behind(exchange, offered, key):
            await lock_episode(tx, episode)
    return await reading.read(exchange, offered, key)


async def _episode_behind(exchange: Exchange, offered: Offered, key: str) -> UUID | None:
    if offered.name == "Task":
        named = ids.keyed_in(key)
        return named[0] if named else None
    own = ids.uuid_in(key)
    if offered.name == "ServiceRequest" or own is None:
        return own
    found = await fact(exchange.area, exchange.actor, own)
    return found[1].id if found else None


def check_version(there: Json, version: int | None) -> None:
    """Refuse (412) a change of a version that is no longer the present one; `there` is held."""
    if version is None:
        return
    now = int(there.get("meta", {}).get("versionId", "0"))
    if now != version:
        raise StaleVersion(_STALE, now)


async def found_by(exchange: Exchange, offered: Offered, condition: str) -> Json | None:
    """The one that a condition finds; None where there is none. Raises Refused (412) where there are several.

    A condition is never read loosely: a parameter that is not known would widen it (HL7 FHIR R4, 3.1.0.8.1).
    """
    require_scope(exchange.caller, offered.name, "s")
    text = condition.partition("?")[2] if "?" in condition else condition
    pairs = parse_qsl(text, keep_blank_values=True)
    asked = read_search([*pairs, ("_count", "2")], parameters_of(offered), lenient=False)
    if not asked.given or not isinstance(offered.found_by, Searched):
        raise Refused.because(
            400, IssueType.REQUIRED, "A condition needs a search parameter that says which one."
        )
    bundle = await search(exchange, offered, asked, {})
    found = [entry["resource"] for entry in bundle.get("entry", ())]
    if len(found) > 1:
        raise Refused.because(
            412,
            IssueType.MULTIPLE_MATCHES,
            "The condition finds more than one. Make it narrower: nothing was written.",
        )
    return found[0] if found else None
