"""The Validated Relationships Service: who acts for a child, and on what legal basis. It is read and never written.

Source: NHS England, Validated Relationships Service API, GET /Consent with patient:identifier.
"""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.note_proxies import note_proxies, number_to_ask_with
from pathway.domain.proxies import Proxy
from pathway_fhir.client.calling import Answer
from pathway_fhir.mapping import proxy_role, received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.national.addresses import VRS
from pathway_fhir.national.asking import National, NotAnswered
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import systems

_log = logging.getLogger(__name__)

_INCLUDES: Final = "Consent:performer"


async def read_proxies(area: Area, national: National, child_id: UUID) -> int | None:
    """Ask who acts for a child, and take it in; how many do. None where nobody is asked about. Raises NotNow, NotAnswered."""
    number = await number_to_ask_with(area, child_id)
    if number is None:
        return None
    query = [("patient:identifier", number), ("status", "active"), ("_include", _INCLUDES)]
    answer = await national.ask(VRS, "GET", "/Consent", query)
    return await note_proxies(area, child_id, proxies_in(answer, number, area.today))


def proxies_in(answer: Answer, child_number: str, on: date) -> list[Proxy]:
    """The roles in force on a day for this child; nobody's else, whatever came with them. Raises NotAnswered."""
    bundle = answer.resource
    if answer.status == 404:
        return []
    if answer.status != 200 or bundle is None or bundle.get("resourceType") != "Bundle":
        raise NotAnswered(f"The Validated Relationships Service refused the question ({answer.status}).")
    resources = [received.one(entry.get("resource")) for _, entry in received.several(bundle.get("entry"))]
    names = {_number(one): _name(one, on) for one in resources if one.get("resourceType") == "Patient"}
    related = {
        (_number(one), received.pointed(one.get("patient")).value): one
        for one in resources
        if one.get("resourceType") == "RelatedPerson"
    }
    found = [_proxy(one, names, related, on) for one in resources if one.get("resourceType") == "Consent"]
    return [proxy for number, proxy in filter(None, found) if number == child_number]


def _proxy(
    consent: Json, names: Mapping[str, str], related: Mapping[tuple[str, str], Json], on: date
) -> tuple[str, Proxy] | None:
    """The role and whose; nothing for one that is not in force, or cannot be read: one that is wrong hides no other."""
    pair = tuple(received.pointed(reference).value for reference in _people(consent))
    try:
        role = proxy_role.parse(consent, related.get((pair[0], pair[1])) if len(pair) == 2 else None)
    except Refused:
        _log.warning("A proxy role of the Validated Relationships Service cannot be read, and is left out.")
        return None
    identity = received.words(consent.get("id"))
    if not identity or not role.holds_on(on):
        return None
    name = names.get(role.carer.value, "") or "Somebody whose name was not told"
    relationship = role.relationship or "carer"
    proxy = Proxy(identity, name, relationship, role.legal_basis, role.parental_responsibility, role.end)
    return role.child.value, proxy


def _people(consent: Json) -> list[Any]:
    performers = [one for _, one in received.several(consent.get("performer"))]
    return [performers[0] if performers else None, consent.get("patient")]


def _number(resource: Json) -> str:
    found = received.numbered(resource.get("identifier"), systems.NHS_NUMBER)
    return found[0][1] if found else ""


def _name(person: Json, on: date) -> str:
    found = received.name_now(person.get("name"), on)
    return received.whole_name(found[1]) if found else ""
