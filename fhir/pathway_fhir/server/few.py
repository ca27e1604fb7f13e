"""Types of which there are few, and none about a child: organisations, roles of staff, forms, figures, our own codes."""

from collections.abc import Mapping, Sequence
from typing import Final

from pathway.domain.told import PersonTold
from pathway.reading.told.figures import waits_told
from pathway.reading.told.organisations import organisations
from pathway.reading.told.staff import routes_told, staff_told
from pathway.store.outside_identifiers import services
from pathway.store.scopes import WRITER, reading
from pathway_fhir.bars import definitions as message_kinds
from pathway_fhir.mapping import (
    healthcare_service,
    measure_report,
    organization,
    practitioner_role,
    questionnaire,
)
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import All, Exchange, Few, Json, Offered, Read

_ID: Final = Looked("token", ("id",), "The logical id.")
_NAME: Final = Looked("string", ("name",), "The name, or how it begins.")
_URL: Final = Looked("uri", ("url",), "The canonical address.")
_IDENTIFIER: Final = Looked("token", ("identifier",), "A national code, as system|value.")


def _few(name: str, says: str, found: All, parameters: Mapping[str, Looked]) -> Offered:
    async def read(exchange: Exchange, logical_id: str) -> Json | None:
        return next((one for one in await found(exchange) if one["id"] == logical_id), None)

    reads: Read = read
    return Offered(name, says, Few({"_id": _ID, **parameters}, found), reads)


async def _organisations(exchange: Exchange) -> list[Json]:
    async with exchange.area.database.transaction(reading(exchange.actor), read_only=True) as tx:
        known = await organisations(exchange.area.database, tx, frozenset({exchange.actor.organisation_id}))
    return [organization.resource(told) for told in known.values()]


async def _services(exchange: Exchange) -> list[Json]:
    told = await routes_told(exchange.area, exchange.actor)
    return [healthcare_service.resource(exchange.area.pathways.newest(p), provider) for p, provider in told]


async def _roles(exchange: Exchange) -> list[Json]:
    told: Sequence[PersonTold] = await staff_told(exchange.area, exchange.actor)
    return [practitioner_role.resource(one) for one in told]


async def _forms(exchange: Exchange) -> list[Json]:
    pathways = exchange.area.pathways
    return [
        questionnaire.resource(definition, step)
        for definition in map(pathways.newest, pathways.keys)
        for step in definition.steps.values()
        if questionnaire.asked(step)
    ]


async def _waits(exchange: Exchange) -> list[Json]:
    return [measure_report.resource(told) for told in await waits_told(exchange.area, exchange.actor)]


async def _measures(exchange: Exchange) -> list[Json]:
    found = {told.pathway: told for told in await waits_told(exchange.area, exchange.actor)}
    return [measure_report.measure(told) for told in found.values()]


async def _message_kinds(exchange: Exchange) -> list[Json]:
    pathways = exchange.area.pathways
    definitions = [pathways.newest(key) for key in pathways.keys]
    async with exchange.area.database.transaction(WRITER, read_only=True) as tx:
        found = await services(tx)
    return [message_kinds.resource(kind, definitions, found) for kind in message_kinds.KINDS]


FEW_TYPES: Final = (
    _few("Organization", "An organisation of this area.", _organisations, {"name": _NAME, "identifier": _IDENTIFIER}),
    _few("HealthcareService", "An assessment that a provider gives.", _services, {"name": _NAME}),
    _few(
        "PractitionerRole", "A role of a member of staff, without a name.", _roles,
        {"organization": Looked("reference", ("organization",), "The organisation."), "role": Looked("token", ("code",), "The role.")},
    ),
    _few(
        "Questionnaire", "What one step of a pathway asks for.", _forms,
        {"url": _URL, "title": Looked("string", ("title",), "The title."), "code": Looked("token", ("code",), "The step.")},
    ),
    _few(
        "MeasureReport", "How many children wait, for one provider on one pathway; small numbers are held back.", _waits,
        {"measure": Looked("uri", ("measure",), "Which measure."), "reporter": Looked("reference", ("reporter",), "The provider.")},
    ),
    _few("Measure", "What a MeasureReport counts.", _measures, {"url": _URL}),
    _few(
        "MessageDefinition", "What a message that is taken or sent here must hold (BaRS).", _message_kinds,
        {
            "url": _URL,
            "context": Looked("token", ("useContext.valueCodeableConcept", "useContext.valueReference.identifier"),
                              "The use case, as our own code, or the identifier of the service."),
            "event": Looked("token", ("eventCoding",), "The event, as BaRS codes it."),
        },
    ),
)  # fmt: skip
