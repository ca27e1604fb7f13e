"""The OpenAPI 3.1 document of the FHIR door, made from the tables that the routes and the CapabilityStatement are made of.

It is for generators of clients and of tests. What a resource may hold is said by FHIR and UK Core; here stand the addresses,
the parameters by their kind, the headers, the statuses, and of each resource only the first few elements.
Source: OpenAPI Specification 3.1; HL7 FHIR R4, 3.1 (RESTful API).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pathway_fhir.inbound.table import CREATES, UPDATES
from pathway_fhir.server.asked import LARGEST_PAGE, SUMMARIES, TOTALS
from pathway_fhir.server.capability import SOFTWARE, VERSION
from pathway_fhir.server.conditions import Parameter
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Json, Offered, OfOneChild
from pathway_fhir.server.values import PREFIXES

MEDIA_TYPE: Final = "application/fhir+json"
_FORM: Final = "application/x-www-form-urlencoded"
_TEXT: Final[Json] = {"type": "string"}
_DATE: Final = "[0-9]{4}(-[0-9]{2}(-[0-9]{2}"
_TIME: Final = "T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
_KINDS: Final[Mapping[str, Json]] = {
    "token": {**_TEXT, "minLength": 1, "description": "A code, or system|code; commas part alternatives."},
    "string": {**_TEXT, "minLength": 1, "description": "What it begins with, whatever the case."},
    "date": {**_TEXT, "pattern": f"^({'|'.join(PREFIXES)})?{_DATE}({_TIME})?)?)?$"},
    "reference": {**_TEXT, "minLength": 1, "description": "Type/id, or the id alone."},
    "uri": {**_TEXT, "minLength": 1},
}
_CONTROLS: Final[Mapping[str, Json]] = {
    "_count": {"type": "integer", "minimum": 0, "maximum": LARGEST_PAGE},
    "_sort": _TEXT,
    "_total": {**_TEXT, "enum": list(TOTALS)},
    "_summary": {**_TEXT, "enum": list(SUMMARIES)},
    "_elements": _TEXT,
}
_ID: Final[Json] = {**_TEXT, "pattern": "^[A-Za-z0-9.-]{1,64}$"}
_REFERENCE: Final[Json] = {"type": "object", "properties": {"reference": _TEXT}}
_PERIOD: Final[Json] = {"type": "object", "properties": {"start": _TEXT, "end": _TEXT}}
_NAMES: Final[Json] = {"type": "array", "items": {"type": "object", "properties": {"family": _TEXT}}}
_ELEMENTS: Final[Mapping[str, Json]] = {
    "Patient": {
        "name": _NAMES, "gender": {**_TEXT, "enum": ["male", "female", "other", "unknown"]},
        "birthDate": {**_TEXT, "pattern": f"^{_DATE})?)?$"},
    },
    "RelatedPerson": {"patient": _REFERENCE, "name": _NAMES},
    "ServiceRequest": {"status": _TEXT, "intent": _TEXT, "subject": _REFERENCE},
    "QuestionnaireResponse": {"questionnaire": _TEXT, "status": _TEXT, "subject": _REFERENCE},
    "Task": {"status": _TEXT, "focus": _REFERENCE, "for": _REFERENCE},
    "Appointment": {"status": _TEXT, "start": _TEXT, "participant": {"type": "array"}},
    "Encounter": {"status": _TEXT, "subject": _REFERENCE, "period": _PERIOD},
    "Consent": {"status": _TEXT, "patient": _REFERENCE, "dateTime": _TEXT},
    "Bundle": {"type": _TEXT, "total": {"type": "integer"}, "entry": {"type": "array"}},
    "OperationOutcome": {"issue": {"type": "array", "minItems": 1}},
    "CapabilityStatement": {"fhirVersion": {"const": "4.0.1"}, "rest": {"type": "array"}},
}  # fmt: skip
"""Of the types that are taken or made here, two or three elements."""
_REFUSALS: Final[Mapping[str, str]] = {
    "400": "The request cannot be read: the OperationOutcome says what and where.",
    "401": "There is no token, or it has run out.",
    "403": "The token's scopes do not allow it, or it is not for this organisation to do.",
    "404": "There is no such address or resource, or it is not one that this system may see.",
    "405": "Nothing is deleted.",
    "406": "This server answers in JSON of FHIR R4 only.",
    "409": "It is there already, or what stands now does not allow it.",
    "412": "The version is no longer the present one, or a condition finds more than one.",
    "413": "It is larger than it may be.",
    "415": "The body is of another kind than is taken here.",
    "422": "The resource can be read and not be used: the OperationOutcome says why.",
    "429": "There were too many tries.",
    "503": "The database cannot be reached: try again.",
}
_ANY: Final = ("400", "401", "403", "404", "406", "429", "503")
_WITH_BODY: Final = (*_ANY, "413", "415")
_WRITING: Final = (*_WITH_BODY, "409", "412", "422")
_ONCE: Final[Mapping[str, Json]] = {
    "X-Request-ID": {**_TEXT, "format": "uuid"},
    "X-Correlation-ID": {**_TEXT, "format": "uuid"},
    "Prefer": {**_TEXT, "enum": ["return=representation", "return=OperationOutcome"]},
}
_IF_MATCH: Final[Mapping[str, Json]] = {"If-Match": {**_TEXT, "pattern": '^W/"[0-9]{1,9}"$'}}
_LENIENT: Final[Mapping[str, Json]] = {"Prefer": {**_TEXT, "enum": ["handling=strict", "handling=lenient"]}}


def openapi_document(types: Iterable[Offered], base: str) -> Json:
    """Every address at `base` for these types; that for tokens and that for BaRS messages have documents of their own."""
    offered = sorted(types, key=lambda one: one.name)
    paths: Json = {
        "/metadata": {"get": {**_operation("metadata", {"200": _found("CapabilityStatement")}, ("406",)), "security": []}},
        "/": {"post": _operation("several", {"200": _found("Bundle")}, _WRITING, _in("header", _ONCE), _body("Entries"))},
    }  # fmt: skip
    for one in offered:
        paths |= _paths(one)
    names = {*_ELEMENTS, *(one.name for one in offered)}
    schemas: Json = {name: _schema(name) for name in sorted(names)}
    schemas |= {f"{one.name}.search": _form(one) for one in offered}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{SOFTWARE}: FHIR R4",
            "version": VERSION,
            "description": f"What each type offers, with its modifiers and includes: {base}/metadata.",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, **_KINDS, "Entries": _entries()},
            "responses": {s: {**_found("OperationOutcome"), "description": d} for s, d in _REFUSALS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


# --- Addresses --------------------------------------------------------------------------------------------------------


def _paths(one: Offered) -> Json:
    name, by_id = one.name, _in("path", {"id": _ID})
    by_version = _in("path", {"id": _ID, "version": _ID})
    paths: Json = {
        f"/{name}": _of_type(one),
        f"/{name}/_search": {"post": _search_by_post(one)},
        f"/{name}/$validate": {
            "post": _operation(
                f"validate{name}", {"200": _found("OperationOutcome")}, (*_WITH_BODY, "422"), (), _body(name)
            )
        },
        f"/{name}/{{id}}": _of_one(name),
        f"/{name}/{{id}}/_history": {
            "get": _operation(f"history{name}", {"200": _found("Bundle")}, _ANY, by_id)
        },
        f"/{name}/{{id}}/_history/{{version}}": {
            "get": _operation(f"vread{name}", {"200": _found(name)}, _ANY, by_version)
        },
    }
    if name == "Patient":
        everything = _operation("everything", {"200": _found("Bundle")}, _ANY, by_id)
        paths["/Patient/{id}/$everything"] = {"get": everything}
    return paths


def _of_type(one: Offered) -> Json:
    name, asked = one.name, _in("query", _parameters(one))
    made: Json = {
        "get": {
            **_operation(
                f"search{name}", {"200": _found("Bundle")}, _ANY, [*asked, *_in("header", _LENIENT)]
            ),
            "description": _says(one),
        }
    }
    if name in CREATES:
        headers = _in("header", {**_ONCE, "If-None-Exist": _TEXT})
        made["post"] = _operation(f"create{name}", _written(name), _WRITING, headers, _body(name))
    if name in UPDATES:
        made["put"] = _operation(
            f"updateFound{name}", _written(name), _WRITING, [*asked, *_in("header", {**_ONCE, **_IF_MATCH})], _body(name)
        )  # fmt: skip
    return made


def _of_one(name: str) -> Json:
    by_id = _in("path", {"id": _ID})
    read = {"200": _found(name), "304": {"description": "It is still the version of If-None-Match."}}
    made: Json = {
        "get": _operation(f"read{name}", read, _ANY, [*by_id, *_in("header", {"If-None-Match": _TEXT})]),
        "delete": _operation(f"delete{name}", {}, (*_ANY, "405"), by_id),
    }
    if name in UPDATES:
        headers = [*by_id, *_in("header", {**_ONCE, **_IF_MATCH})]
        written = {"200": _written(name)["200"]}
        made["put"] = _operation(f"update{name}", written, _WRITING, headers, _body(name))
        made["patch"] = _operation(f"patch{name}", written, _WRITING, headers, _patch())
    return made


def _search_by_post(one: Offered) -> Json:
    body = {"content": {_FORM: {"schema": _ref(f"{one.name}.search")}}}
    headers, found = _in("header", _LENIENT), {"200": _found("Bundle")}
    made = _operation(f"searchByPost{one.name}", found, _WITH_BODY, headers, body)
    return {**made, "description": _says(one)}


def _says(one: Offered) -> str:
    return one.says + (" A search needs patient, or _id." if isinstance(one.found_by, OfOneChild) else "")


# --- Their parts ------------------------------------------------------------------------------------------------------


def _operation(
    operation_id: str,
    found: Mapping[str, Json],
    refusals: Iterable[str],
    parameters: Iterable[Json] = (),
    body: Json | None = None,
) -> Json:
    refused = {status: {"$ref": f"#/components/responses/{status}"} for status in sorted(refusals)}
    made: Json = {
        "operationId": operation_id, "parameters": list(parameters), "responses": {**found, **refused}
    }  # fmt: skip
    return made if body is None else {**made, "requestBody": body}


def _in(place: str, schemas: Mapping[str, Json]) -> list[Json]:
    """Parameters of one place. Only those of the path are needed."""
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for name, schema in schemas.items()
    ]


def _parameters(one: Offered) -> dict[str, Json]:
    """The parameters of a search, each also with its modifiers, and those that say how the answer looks."""
    known: Mapping[str, Parameter | Looked] = one.found_by.parameters
    found = {name: _ref(parameter.kind) for name, parameter in sorted(known.items())}
    for name, parameter in sorted(known.items()):
        for modifier in sorted(parameter.modifiers):
            found[f"{name}:{modifier}"] = _modified(parameter.kind, modifier)
    return found | dict(_CONTROLS)


def _modified(kind: str, modifier: str) -> Json:
    """`:missing` is yes or no, `:identifier` a token; the others keep the kind."""
    return (
        {"type": "boolean"} if modifier == "missing" else _ref("token" if modifier == "identifier" else kind)
    )


def _form(one: Offered) -> Json:
    return {"type": "object", "properties": _parameters(one), "additionalProperties": False}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(name: str) -> Json:
    properties = {"resourceType": {"const": name}, "id": _ID, **_ELEMENTS.get(name, {})}
    return {
        "type": "object", "required": ["resourceType"], "properties": properties, "additionalProperties": True
    }  # fmt: skip


def _entries() -> Json:
    """A batch or a transaction as it is sent."""
    request = {
        "type": "object",
        "required": ["method", "url"],
        "properties": {"method": {**_TEXT, "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]}, "url": _TEXT},
    }
    entry = {"type": "object", "required": ["request"], "properties": {"fullUrl": _TEXT, "request": request}}
    properties = {
        "resourceType": {"const": "Bundle"},
        "type": {**_TEXT, "enum": ["batch", "transaction"]},
        "entry": {"type": "array", "items": entry},
    }
    return {"type": "object", "required": ["resourceType", "type"], "properties": properties}


def _body(name: str) -> Json:
    return {"required": True, "content": {MEDIA_TYPE: {"schema": _ref(name)}}}


def _patch() -> Json:
    operation = {
        "type": "object",
        "required": ["op", "path"],
        "properties": {"op": {**_TEXT, "enum": ["add", "remove", "replace", "move", "copy", "test"]}, "path": _TEXT},
    }  # fmt: skip
    schema = {"type": "array", "items": operation}
    return {"required": True, "content": {"application/json-patch+json": {"schema": schema}}}


def _found(name: str) -> Json:
    return {"description": f"{name}.", "content": {MEDIA_TYPE: {"schema": _ref(name)}}}


def _written(name: str) -> Json:
    """As it stands now, or what was said of it, as Prefer asks; nothing at all with `return=minimal`."""
    headers = {"Location": {"schema": _TEXT}, "ETag": {"schema": _TEXT}}
    content = {MEDIA_TYPE: {"schema": {"anyOf": [_ref(name), _ref("OperationOutcome")]}}}
    said = {"200": "As it stands now; what was there already.", "201": "It was made."}
    return {
        status: {"description": text, "headers": headers, "content": content} for status, text in said.items()
    }
