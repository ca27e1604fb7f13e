"""The Organisation Data Service: an organisation by its code, in either of the forms in which NHS England offers it.

The ORD interface is open to everybody and answers in JSON of its own; the FHIR interface answers with an Organization. Schools are
not in it: they have a URN. Source: NHS England, Organisation Data Service, ORD interface and API suite; primary role codes.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from pathway.domain.identifiers import OdsCode
from pathway.store.organisation_proposals import Found
from pathway_fhir.client.calling import Answer
from pathway_fhir.mapping import received
from pathway_fhir.national.addresses import ODS
from pathway_fhir.national.asking import National, NotAnswered

KINDS: Final[Mapping[str, str]] = {
    "RO76": "gp",
    "RO318": "icb",
    "RO141": "council",
    "RO197": "provider",
    "RO107": "provider",
    "RO172": "provider",
}
"""GP practice, integrated care board, local authority, NHS trust, care trust, independent provider; anything else is other."""
_ROLE_SYSTEM: Final = (
    "https://digital.nhs.uk/services/organisation-data-service/CodeSystem/ODSOrganisationRole"
)


async def look_up(national: National, code: OdsCode) -> Found | None:
    """The organisation of that code; None where there is none. Raises NotNow, NotAnswered."""
    return read(await national.ask(ODS, "GET", f"/organisations/{code.value}"), code)


def read(answer: Answer, code: OdsCode) -> Found | None:
    """An answer in either form; one about another organisation is refused. Raises NotAnswered."""
    if answer.status == 404:
        return None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise NotAnswered("The Organisation Data Service answered something that cannot be read.")
    found = _from_fhir(body) if body.get("resourceType") == "Organization" else _from_ord(body)
    if found is None or found.ods_code != code.value or not found.name:
        raise NotAnswered("The Organisation Data Service answered something that cannot be read.")
    return found


def _from_ord(body: Mapping[str, Any]) -> Found | None:
    said = received.one(body.get("Organisation"))
    code = received.words(received.one(said.get("OrgId")).get("extension"))
    held = received.several(received.one(said.get("Roles")).get("Role"))
    roles = [received.words(role.get("id")) for _, role in held if role.get("Status", "Active") == "Active"]
    return _found(code, said.get("Name"), roles, said.get("Status") == "Active")


def _from_fhir(body: Mapping[str, Any]) -> Found | None:
    number = received.numbered(body.get("identifier"), *_CODE_SYSTEMS)
    code = number[0][1] if number else received.words(body.get("id"))
    roles = [
        role for _, one in received.several(body.get("type")) for role in received.codes(one, _ROLE_SYSTEM)
    ]
    return _found(code, body.get("name"), roles, body.get("active") is not False)


_CODE_SYSTEMS: Final = (
    "https://fhir.nhs.uk/Id/ods-organization-code",
    "https://fhir.nhs.uk/Id/ods-organization",
)


def _found(code: str, name: Any, roles: list[str], active: bool) -> Found:
    kind = next((KINDS[role] for role in KINDS if role in roles), "other")
    return Found(code, received.words(name)[:200], kind, active)
