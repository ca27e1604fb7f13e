"""Reading one resource: as it is, as it was, all that it was, and everything about a child."""

from collections.abc import Mapping
from typing import Final

from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.asked import Given
from pathway_fhir.server.bundles import bundle, history
from pathway_fhir.server.including import pointing_at
from pathway_fhir.server.offered import Exchange, Json, Offered

NOT_THERE: Final = "There is no such resource, or it is not one that your system may see."
_EVERYTHING: Final = (
    "RelatedPerson", "EpisodeOfCare", "ServiceRequest", "Condition", "Task", "Appointment", "Encounter", "Consent",
    "QuestionnaireResponse", "CarePlan", "DiagnosticReport", "DocumentReference", "Flag", "Communication", "Provenance",
)  # fmt: skip


async def read(exchange: Exchange, offered: Offered, logical_id: str) -> Json:
    """The resource as it is now. Raises Refused (404): what is not there and what is not theirs are said alike."""
    found = await offered.read(exchange, logical_id)
    if found is None:
        raise Refused.because(404, IssueType.NOT_FOUND, NOT_THERE)
    return found


async def versions(exchange: Exchange, offered: Offered, logical_id: str) -> list[Json]:
    """Every version that may be told, newest first; of a type that keeps none, the present one."""
    if offered.versions is None:
        return [await read(exchange, offered, logical_id)]
    found = list(await offered.versions(exchange, logical_id))
    if not found:
        raise Refused.because(404, IssueType.NOT_FOUND, NOT_THERE)
    return found


async def version(exchange: Exchange, offered: Offered, logical_id: str, wanted: str) -> Json:
    for one in await versions(exchange, offered, logical_id):
        if one.get("meta", {}).get("versionId") == wanted:
            return one
    raise Refused.because(
        404, IssueType.NOT_FOUND, "There is no such version, or it is not one that your system may see."
    )


async def history_of(exchange: Exchange, offered: Offered, logical_id: str) -> Json:
    found = await versions(exchange, offered, logical_id)
    return history(exchange.base, f"{offered.name}/{logical_id}/_history", found)


async def everything(exchange: Exchange, types: Mapping[str, Offered], logical_id: str) -> Json:
    """A child's whole record as far as it is told: one Bundle, each resource once (Patient/$everything)."""
    child = await read(exchange, types["Patient"], logical_id)
    found = [child]
    for name in _EVERYTHING:
        if name in types and exchange.caller.scopes.allows(name, "r"):
            of_child = Given("patient", "", (f"Patient/{logical_id}",))
            found += await pointing_at(exchange, types[name], of_child)
    entries = [
        {
            "fullUrl": f"{exchange.base}/{r['resourceType']}/{r['id']}",
            "resource": r,
            "search": {"mode": "match"},
        }
        for r in found
    ]
    self_link = {"relation": "self", "url": f"{exchange.base}/Patient/{logical_id}/$everything"}
    return bundle("searchset", entries, [self_link], len(entries))
