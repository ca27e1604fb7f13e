"""An organisation as an Organization (UK Core Organization), and the numbers in one that is sent.

Organisations are kept here by people, so a partner names one and never makes one: by ODS code, or a school by its URN.
"""

from dataclasses import dataclass
from typing import Any

from pathway.domain.identifiers import OdsCode, Urn
from pathway.domain.told import OrganisationTold
from pathway_fhir.ids import number_in
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping import received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import Pointed, Reading
from pathway_fhir.vocabulary import organisations, systems


@dataclass(frozen=True, slots=True)
class OrganisationNamed:
    """An organisation as another system names it: by our own number, or by a national one. With none, by name alone."""

    id: int | None = None
    ods_code: OdsCode | None = None
    urn: Urn | None = None
    name: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether it can be looked up; a name alone is too like others."""
        return not (self.id is None and self.ods_code is None and self.urn is None)


def resource(told: OrganisationTold) -> Json:
    """The Organization with its national numbers."""
    type_, type_title = organisations.KIND_TYPES[told.kind]
    return made.resource(
        "Organization",
        told.id,
        {
            "identifier": [
                made.identifier(systems.ODS_CODE, told.ods_code),
                made.identifier(systems.SCHOOL_URN, told.urn),
            ],
            "active": True,
            "type": [
                made.concept(
                    made.coding(systems.ORGANISATION_TYPE, type_, type_title),
                    made.coding(systems.ORGANISATION_KIND, told.kind, organisations.KIND_TITLES[told.kind]),
                )
            ],
            "name": told.name,
        },
    )


# --- What comes in ----------------------------------------------------------------------------------------------------


def parse(sent: Any, root: str = "") -> OrganisationNamed:
    """The numbers and the name of an Organization that is sent. Raises Refused where a number cannot be one."""
    reading = received.begin(sent, "Organization", root)
    ods = received.numbered(sent.get("identifier"), *systems.ODS_CODE_AS_SENT, systems.ODS_SITE)
    urns = received.numbered(sent.get("identifier"), systems.SCHOOL_URN)
    found = OrganisationNamed(
        ods_code=_ods_code(reading, ods[0][1], f"identifier[{ods[0][0]}].value") if ods else None,
        urn=_urn(reading, urns[0][1], f"identifier[{urns[0][0]}].value") if urns else None,
        name=received.line(reading, sent.get("name"), "name"),
    )
    reading.end()
    return found


def named(reading: Reading, pointed: Pointed, path: str, server: str = "") -> OrganisationNamed:
    """The organisation that a Reference points at, by itself: what it points at elsewhere is not fetched.

    `server` is the address of this server, so that `Organization/5` of another one is never taken for ours.
    """
    own = pointed.reference.removeprefix(f"{server.rstrip('/')}/") if server else pointed.reference
    kind, _, logical_id = own.rpartition("/")
    return OrganisationNamed(
        id=number_in(logical_id) if kind == "Organization" else None,
        ods_code=_ods_code(reading, pointed.value, f"{path}.identifier.value")
        if pointed.system in (*systems.ODS_CODE_AS_SENT, systems.ODS_SITE)
        else None,
        urn=_urn(reading, pointed.value, f"{path}.identifier.value")
        if pointed.system == systems.SCHOOL_URN
        else None,
    )


def _ods_code(reading: Reading, value: str, path: str) -> OdsCode | None:
    return received.parsed(reading, OdsCode, value, path) if value else None


def _urn(reading: Reading, value: str, path: str) -> Urn | None:
    known = value and value != systems.SCHOOL_UNKNOWN
    return received.parsed(reading, Urn, value, path) if known else None
