"""Everything the guard knows, run on one resource."""

import asyncio
from collections.abc import Iterable
from typing import Any

from pathway_fhir.guard.models import faults_in, is_large
from pathway_fhir.guard.report import MOST_ISSUES
from pathway_fhir.guard.walk import walk
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity, refuses

# What could not be read at all is a bad request; what was read and breaks a rule cannot be processed (FHIR R4, create).
_UNREADABLE = frozenset([IssueType.STRUCTURE, IssueType.INVALID, IssueType.VALUE, IssueType.REQUIRED])


async def check(resource: dict[str, Any], *, strict: bool) -> list[Issue]:
    """What is wrong with this resource, worst first. Never raises for what was sent.

    `strict` refuses every breach of FHIR's invariants and of UK Core; without it, such a breach is a warning, because
    NHS services publish examples that have some. What is unreadable, unsafe or about two people refuses always.
    """
    if is_large(resource):
        return await asyncio.to_thread(_found, resource, strict)
    return _found(resource, strict)


def _found(resource: dict[str, Any], strict: bool) -> list[Issue]:
    try:
        found = walk(resource, strict=strict)
    except RecursionError:
        text = "Elements are too deep inside each other. Send them side by side."
        return [Issue(Severity.FATAL, IssueType.TOO_COSTLY, text)]
    refused = {place for issue in found if issue.severity.refuses for place in issue.expression}
    let_through = {issue.expression for issue in found if issue.code is IssueType.REQUIRED}
    for issue in faults_in(resource):
        if len(found) < MOST_ISSUES and issue.expression not in let_through and not _said(issue, refused):
            found.append(issue)
    return sorted(found, key=lambda issue: not issue.severity.refuses)


def _said(issue: Issue, refused: Iterable[str]) -> bool:
    """The models stop at the element that the walk names more exactly, or at one around it."""
    around = tuple(f"{own}{step}" for own in issue.expression for step in (".", "["))
    return any(place in issue.expression or place.startswith(around) for place in refused)


async def admit(resource: dict[str, Any], *, strict: bool) -> list[Issue]:
    """The warnings to tell the sender. Raises Refused where the resource cannot be used: 400 unreadable, 422 broken."""
    found = await check(resource, strict=strict)
    if refuses(found):
        unreadable = any(issue.severity.refuses and issue.code in _UNREADABLE for issue in found)
        raise Refused(400 if unreadable else 422, found)
    return found
