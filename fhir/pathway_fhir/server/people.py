"""Patient and RelatedPerson: who the children are, and their carers."""

from collections.abc import Sequence
from typing import Final

from pathway.reading.told.children import (
    child_versions,
    read_carer,
    read_child,
    search_carers,
    search_children,
)
from pathway.reading.told.found import Found
from pathway.store.exchange_search import AllOf, Page
from pathway_fhir import ids
from pathway_fhir.mapping import patient, related_person
from pathway_fhir.server import conditions as by
from pathway_fhir.server.offered import Exchange, Json, Offered, Searched
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.people import SEX

_CHANGED: Final = by.moment("changed", "When it was last changed.")


async def _search_children(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_children(exchange.area, exchange.actor, asked, page, total=total)
    return Found([patient.resource(child) for child in found.page], found.after, found.total)


async def _read_child(exchange: Exchange, logical_id: str) -> Json | None:
    key = ids.uuid_in(logical_id)
    told = await read_child(exchange.area, exchange.actor, key) if key else None
    return patient.resource(told) if told else None


async def _child_versions(exchange: Exchange, logical_id: str) -> list[Json]:
    key = ids.uuid_in(logical_id)
    told = await child_versions(exchange.area, exchange.actor, key) if key else []
    return [patient.resource(one) for one in told]


async def _search_carers(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_carers(exchange.area, exchange.actor, asked, page, total=total)
    return Found([related_person.resource(carer) for carer in found.page], found.after, found.total)


async def _read_carer(exchange: Exchange, logical_id: str) -> Json | None:
    pair = ids.related_person_in(logical_id)
    told = await read_carer(exchange.area, exchange.actor, *pair) if pair else None
    return related_person.resource(told) if told else None


def _sexes(gender: str) -> Sequence[str]:
    return [SEX[gender]] if gender in SEX else []


PATIENT: Final = Offered(
    "Patient",
    "A child on a pathway, or one whom your system made known.",
    Searched(
        {
            "_id": by.key("id"),
            "_lastUpdated": _CHANGED,
            "identifier": by.identifier({systems.NHS_NUMBER: "nhs_number", systems.UPN: "upn"}),
            "family": by.words("family", "family_name", "Family name, or how it begins."),
            "given": by.words("given", "first_name", "First name, or how it begins."),
            "name": by.either("family", "given", "Either name, or how it begins."),
            "birthdate": by.day("born", "Date of birth."),
            "gender": by.code("sex", "Administrative gender.", _sexes),
            "death-date": by.day("died", "Date of death."),
        },
        {"_lastUpdated": "changed", "family": "family", "given": "given", "birthdate": "born", "_id": "id"},
        "_id",
        _search_children,
    ),
    _read_child,
    _child_versions,
    reverse=(
        ("EpisodeOfCare", "patient"),
        ("ServiceRequest", "patient"),
        ("Task", "patient"),
        ("RelatedPerson", "patient"),
    ),
)
RELATED_PERSON: Final = Offered(
    "RelatedPerson",
    "A carer of one child.",
    Searched(
        {
            "_lastUpdated": _CHANGED,
            "patient": by.reference("Patient", "child", "nhs_number"),
            "name": by.words("name", "exact_name", "The carer's name, or how it begins."),
        },
        {"_lastUpdated": "changed", "name": "name"},
        "_lastUpdated",
        _search_carers,
    ),
    _read_carer,
    includes={"patient": "Patient"},
)
