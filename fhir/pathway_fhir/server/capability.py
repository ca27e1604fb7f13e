"""The CapabilityStatement, made from what is offered: it cannot promise what the routes do not keep."""

from collections.abc import Iterable, Mapping
from typing import Final

from pathway_fhir.bars.definitions import KINDS
from pathway_fhir.inbound.table import CREATES, UPDATES
from pathway_fhir.server.conditions import Parameter
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Json, Offered, OfOneChild, Searched
from pathway_fhir.vocabulary.profiles import profile_of

SOFTWARE: Final = "Autism pathway tracker"
VERSION: Final = "0.1.0"
_DATE: Final = "2026-11-26"
_SMART: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_PROCESS_MESSAGE: Final = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
_ONE_OF: Final = "A search needs patient (or patient:identifier), or _id."


def capability_statement(types: Iterable[Offered], base: str) -> Json:
    """What this server offers at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": SOFTWARE, "version": VERSION},
        "implementation": {"description": "An autism assessment pathway of one local area", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Nothing is deleted; what is not known and what is not yours are answered alike.",
                "security": {
                    "service": [{"coding": [{"system": _SMART, "code": "SMART-on-FHIR"}]}],
                    "description": f"SMART backend services: see {base}/.well-known/smart-configuration.",
                },
                "resource": [_resource(one) for one in sorted(types, key=lambda one: one.name)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [{"name": "process-message", "definition": _PROCESS_MESSAGE}],
            }
        ],
        "messaging": [_messaging(base)],
    }


def _messaging(base: str) -> Json:
    """The messages that are taken and sent (BaRS)."""
    http = {"system": "http://terminology.hl7.org/CodeSystem/message-transport", "code": "http"}
    return {
        "endpoint": [{"protocol": http, "address": f"{base}/$process-message"}],
        "documentation": "BaRS 1. The use-case categories are local: no national use case exists for an autism assessment.",
        "supportedMessage": [
            {"mode": "receiver" if kind.comes_in else "sender", "definition": kind.url} for kind in KINDS
        ],
    }


def _resource(offered: Offered) -> Json:
    parameters: Mapping[str, Parameter | Looked] = offered.found_by.parameters
    made: Json = {
        "type": offered.name,
        "documentation": offered.says + (f" {_ONE_OF}" if isinstance(offered.found_by, OfOneChild) else ""),
        "interaction": [{"code": code} for code in interactions(offered)],
        "versioning": "versioned" if offered.versions or offered.name in UPDATES else "no-version",
        "readHistory": offered.versions is not None,
        "updateCreate": False,
        "searchParam": [_parameter(name, one) for name, one in sorted(parameters.items())],
    }
    if profile_of(offered.name):
        made["supportedProfile"] = [profile_of(offered.name)]
    if isinstance(offered.found_by, Searched):
        made["conditionalCreate"] = offered.name in CREATES
        made["conditionalUpdate"] = offered.name in UPDATES
    if offered.includes:
        made["searchInclude"] = [f"{offered.name}:{name}" for name in sorted(offered.includes)]
    if offered.reverse:
        made["searchRevInclude"] = [f"{source}:{name}" for source, name in offered.reverse]
    operations = [
        {"name": "validate", "definition": "http://hl7.org/fhir/OperationDefinition/Resource-validate"}
    ]
    if offered.name == "Patient":
        operations.append(
            {"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}
        )
    made["operation"] = operations
    return made


def interactions(offered: Offered) -> list[str]:
    """The interactions of a type, by FHIR's codes."""
    found = ["read", "vread", "history-instance", "search-type"]
    if offered.name in CREATES:
        found.append("create")
    if offered.name in UPDATES:
        found += ["update", "patch"]
    return found


def _parameter(name: str, one: Parameter | Looked) -> Json:
    return {"name": name, "type": one.kind, "documentation": _documented(one.says, one.modifiers)}


def _documented(says: str, modifiers: frozenset[str]) -> str:
    return says + (f" Modifiers: {', '.join(sorted(modifiers))}." if modifiers else "")
