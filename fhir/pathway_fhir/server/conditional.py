"""Conditions of a change: the version that was seen, and the one that a search finds."""

import re
from typing import Final
from urllib.parse import parse_qsl

from pathway.domain.errors import StaleVersion
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


async def check_version(exchange: Exchange, offered: Offered, key: str, version: int | None) -> None:
    """Refuse (412) a change of a version that is no longer the present one."""
    if version is None:
        return
    there = await reading.read(exchange, offered, key)
    now = int(there.get("meta", {}).get("versionId", "0"))
    if now != version:
        raise StaleVersion(_STALE, now)


async def found_by(exchange: Exchange, offered: Offered, condition: str) -> Json | None:
    """The one that a condition finds; None where there is none. Raises Refused (412) where there are several.

    A condition is never read loosely: a parameter that is not known would widen it (HL7 FHIR R4, 3.1.0.8.1).
    """
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
