"""AuditEvent: that a child's record was read, when, for what, through which door; by role and never by name.

Source: HL7 FHIR R4, AuditEvent; DICOM and HL7 audit codes; v3-ActReason for the purposes that have a code there.
"""

from collections.abc import Mapping
from typing import Final

from pathway.domain.roles import ROLE_TITLES, Door
from pathway.domain.told import ReadingTold
from pathway_fhir import ids
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import Json, coding, concept, instant
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import (
    ACT_REASON,
    AUDIT_ENTITY,
    AUDIT_SOURCE,
    AUDIT_TYPE,
    OBJECT_ROLE,
    READING,
)

OBSERVER: Final = "Autism assessment pathway"

PURPOSES: Final[Mapping[str, tuple[str, str]]] = {
    "direct care": ("TREAT", "treatment"),
    "operations": ("HOPERAT", "healthcare operations"),
    "planning": ("HSYSADMIN", "health system administration"),
}
"""The purposes of the access log that HL7 has a code for; any other is given in its own words."""


def resource(told: ReadingTold) -> Json:
    """One reading of one child's record."""
    return written(
        "AuditEvent",
        ids.numbered(told.id, told.child_id),
        {
            "type": coding(AUDIT_TYPE, "rest", "RESTful Operation"),
            "subtype": [coding(READING, told.action.replace(" ", "-"), told.action)],
            "action": "R",
            "recorded": instant(told.at),
            "outcome": "0",
            "purposeOfEvent": [
                concept(coding(ACT_REASON, *PURPOSES.get(told.purpose, ("", ""))), text=told.purpose)
            ],
            "agent": [
                {
                    "role": [concept(coding(systems.ROLE, told.role.value, ROLE_TITLES[told.role]))],
                    "who": about.organisation(told.organisation),
                    "requestor": True,
                }
            ],
            "source": {
                "site": told.door,
                "observer": {"display": OBSERVER},
                "type": [coding(AUDIT_SOURCE, *_SOURCES[Door(told.door)])],
            },
            "entity": [
                {
                    "what": about.patient_by_id(told.child_id),
                    "type": coding(AUDIT_ENTITY, "1", "Person"),
                    "role": coding(OBJECT_ROLE, "1", "Patient"),
                }
            ],
        },
        version=1,
        changed_at=told.at,
    )


_WEB_SERVER: Final = ("3", "Web Server")
_APPLICATION_SERVER: Final = ("4", "Application Server")
_SOURCES: Final[Mapping[Door, tuple[str, str]]] = {
    Door.WEB: _WEB_SERVER,
    Door.API: _WEB_SERVER,
    Door.FHIR: _WEB_SERVER,
    Door.IMPORT: _APPLICATION_SERVER,
    Door.WORKER: _APPLICATION_SERVER,
    Door.COMMAND: _APPLICATION_SERVER,
}
