"""Everything that one partner's system can be answered about one child."""

from collections.abc import Mapping
from typing import Any

from pathway_fhir.server.offered import Few, OfOneChild
from pathway_fhir.server.registry import types_of
from tests.fhir.server.calling import Calls
from tests.world import World

Answer = tuple[int, str, str | None, str | None]
PARTNERS = {
    "provider": ("provider_system", "partner"),
    "council": ("partner",),
    "school": ("partner",),
    "gp": ("partner",),
    "icb": ("partner",),
    "other_provider": ("provider_system", "partner"),
}
"""Who may be connected: the organisation of the world, and the roles that its system may have."""


async def asked(them: Calls, path: str, **params: Any) -> Answer:
    answer = await them.get(path, **params)
    assert answer.status_code in (200, 404), (path, params, answer.text)
    return answer.status_code, answer.text, answer.headers.get("ETag"), answer.headers.get("Last-Modified")


async def crawled(
    them: Calls, world: World, child: str, *, but: tuple[str, ...] = ("AuditEvent",)
) -> dict[str, Answer]:
    """Each search, read, version and history; of a list also in every order. Reading is itself written down, so AuditEvent differs."""
    found: dict[str, Answer] = {}
    for path in (f"Patient/{child}", f"Patient/{child}/_history", f"Patient/{child}/$everything", "Task?_sort=-_lastUpdated",
                 "EpisodeOfCare?_sort=-_lastUpdated&_total=accurate", "Task?_summary=count", "MeasureReport"):  # fmt: skip
        found[path] = await asked(them, path)
    for name, offered in types_of(world.area).items():
        if name in but or name == "Patient" or isinstance(offered.found_by, Few):
            continue
        query: Mapping[str, Any] = {"patient": child}
        body = await them.get(name, **query)
        found[name] = await asked(them, name, **query)
        if not isinstance(offered.found_by, OfOneChild):
            found[f"{name} since"] = await asked(them, name, **query, _lastUpdated="ge2026-11-24T12:00:01Z")
        for entry in body.json().get("entry", ()):
            key = f"{name}/{entry['resource']['id']}"
            for path in (key, f"{key}/_history", f"{key}/_history/1", f"{key}/_history/2"):
                found[path] = await asked(them, path)
    return found
