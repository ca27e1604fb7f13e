"""$validate: what would be wrong with a resource, said without writing anything."""

from collections.abc import Sequence
from typing import Final

from pathway_fhir.guard.check import check
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity
from pathway_fhir.server.offered import Exchange, Json

_FINE: Final = Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, "This can be used. Nothing was written.")


async def validated(exchange: Exchange, name: str, sent: Json) -> Sequence[Issue]:
    """What the guard says of a resource, or of the one inside Parameters; never raises for what is wrong with it."""
    resource = _inside(sent)
    if resource.get("resourceType") != name:
        raise Refused.because(400, IssueType.INVALID, f"Send a {name} to this address.", "resourceType")
    return await check(resource, strict=True) or [_FINE]


def _inside(sent: Json) -> Json:
    if sent.get("resourceType") != "Parameters":
        return sent
    for parameter in sent.get("parameter", ()):
        if parameter.get("name") == "resource" and isinstance(parameter.get("resource"), dict):
            found: Json = parameter["resource"]
            return found
    raise Refused.because(
        400, IssueType.REQUIRED, "Name the resource in Parameters “resource”.", "Parameters.parameter"
    )
