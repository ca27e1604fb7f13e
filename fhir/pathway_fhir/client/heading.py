"""Who sends and to whom, as NHS England's interfaces want it in headers: FHIR resources in base64, and the ODS code.

Source: NHS England, Booking and Referral - FHIR API, headers NHSD-Target-Identifier, NHSD-End-User-Organisation and
NHSD-Requesting-Software; Personal Demographics Service - FHIR API, header NHSD-End-User-Organisation-ODS.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from pathway_fhir.vocabulary import systems

SOFTWARE: Final = "autism-pathway"


@dataclass(frozen=True, slots=True)
class Sender:
    """The organisation in whose name we ask: its ODS code and its name."""

    ods_code: str
    name: str = ""


def encoded(resource: Mapping[str, Any]) -> str:
    """A resource as such a header carries it."""
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def decoded(header: str) -> dict[str, Any]:
    """What such a header carries. Raises ValueError where it is no object in base64."""
    found = json.loads(base64.b64decode(header, validate=True))
    if isinstance(found, dict):
        return found
    raise ValueError("not an object")


def target(identifier: str) -> str:
    """`NHSD-Target-Identifier`: “system|value”, or a bare value for the id of a service in the Directory of Services."""
    system, bar, value = identifier.rpartition("|")
    return encoded({"value": value, "system": system if bar else systems.DOS_SERVICE})


def organisation(sender: Sender) -> str:
    """`NHSD-End-User-Organisation`: an Organization with its ODS code."""
    resource: dict[str, Any] = {
        "resourceType": "Organization",
        "identifier": [{"system": systems.ODS_CODE, "value": sender.ods_code}],
    }
    return encoded({**resource, "name": sender.name} if sender.name else resource)


def software() -> str:
    """`NHSD-Requesting-Software`: a Device with what this is and of which version."""
    return encoded(
        {
            "resourceType": "Device",
            "identifier": [{"system": f"{systems.OURS}/Id/software", "value": SOFTWARE}],
            "deviceName": [{"name": SOFTWARE, "type": "model-name"}],
            "version": [{"value": version(SOFTWARE)}],
        }
    )


def headers(sender: Sender, target_identifier: str | None = None) -> dict[str, str]:
    """Everything that says who sends, and to which service where that is known."""
    found = {
        "NHSD-End-User-Organisation-ODS": sender.ods_code,
        "NHSD-End-User-Organisation": organisation(sender),
        "NHSD-Requesting-Software": software(),
    }
    return {**found, "NHSD-Target-Identifier": target(target_identifier)} if target_identifier else found
