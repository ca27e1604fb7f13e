"""Examples: one resource of each type, as the server gives it of the demonstration's named stories. All people are invented.

The small county is made in a database of its own, which is thrown away afterwards. What the loading itself stamps (the time of
the last change of a person) is set to the county's noon, so that the same code writes the same examples.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pathway.actions.area import Area
from pathway.demo.stories import story
from pathway.domain.roles import Actor, Door, Role
from pathway.domain.told import MessageTold, ReadingTold
from pathway.store import partners
from pathway_fhir.access import scopes
from pathway_fhir.access.caller import Caller
from pathway_fhir.mapping import audit_event, communication
from pathway_fhir.server.asked import Given
from pathway_fhir.server.including import pointing_at
from pathway_fhir.server.offered import Exchange, Few, Json, Offered
from pathway_fhir.server.registry import types_of
from scripts.profiles.from_code import BASE

TODAY = date(2026, 11, 24)
USUAL = "completed"
ALSO = (
    ("Consent", "looked-after"),
    ("Patient", "restricted"),
    ("EpisodeOfCare", "restricted"),
    ("EpisodeOfCare", "not-yet-told"),
    ("Condition", "not-yet-told"),
    ("Task", "amira"),
    ("ServiceRequest", "amira"),
    ("Flag", "amira"),
)
"""More than one example where the difference is the point: a restricted child, an outcome that is not told, a wait with its sum."""
PUBLISHED = frozenset({"CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "MessageDefinition"})


async def examples(area: Area) -> dict[str, Json]:
    """By the name of the file."""
    exchange = await _of_the_provider(area)
    types = types_of(area)
    found = {}
    for name, offered in sorted(types.items()):
        if name in PUBLISHED:
            continue
        for key in (USUAL, *(key for kind, key in ALSO if kind == name)):
            one = _first(await _of_story(exchange, offered, story(key).child_id))
            if one is not None:
                found[f"{name}-{key}" if not isinstance(offered.found_by, Few) else name] = _settled(one)
    return found | {f"{name}-{USUAL}": one for name, one in _made_here(found)}


async def _of_the_provider(area: Area) -> Exchange:
    partner = await partners.by_client(area.database, "trust-pas")
    if partner is None:
        raise LookupError("The demonstration registers the system “trust-pas”, and it is not there.")
    actor = Actor(partner.account_id, partner.role, partner.organisation_id, Door.FHIR)
    return Exchange(area, Caller(partner.id, actor, scopes.parse("system/*.rs"), True, partner.name), BASE)


async def _of_story(exchange: Exchange, offered: Offered, child: UUID) -> Sequence[Json]:
    if isinstance(offered.found_by, Few):
        return await offered.found_by.all(exchange)
    if offered.name == "Patient":
        found = await offered.read(exchange, str(child))
        return [found] if found else []
    return await pointing_at(exchange, offered, Given("patient", "", (f"Patient/{child}",)))


def _first(resources: Sequence[Json]) -> Json | None:
    """The one that says most; of equals the first by id."""
    return min(resources, key=lambda one: (-len(one), str(one["id"])), default=None)


def _settled(resource: Json) -> Json:
    """Without the moment at which the county was loaded."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    def settled(value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: settled(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [settled(inner, name) for inner in value]
        if name in ("lastUpdated", "recorded", "time") and datetime.fromisoformat(value) > noon:
            return noon.isoformat()
        return value

    found: Json = settled(resource, "")
    return found


def _made_here(found: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """A reading and a message: the county's past is silent, and each reading has the time of its day."""
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    told = story(USUAL)
    carer = UUID(str(found[f"RelatedPerson-{USUAL}"]["id"])[32:])
    message = MessageTold(
        UUID("7b1f2f0e-9a43-4f2e-8a53-0d2f6a1c9a10"), told.episode_id(), told.child_id, carer, "still_waiting", "email",
        "en", "delivered", at, at,
    )  # fmt: skip
    yield "Communication", communication.resource(message)
    read = ReadingTold(
        1, at, Role.PROVIDER_SYSTEM, "search for episodes", "direct care", Door.FHIR.value, told.child_id
    )
    yield "AuditEvent", audit_event.resource(read)
