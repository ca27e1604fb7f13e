"""FHIR datatypes as plain dicts, and the head of each resource. What is empty is dropped: FHIR JSON knows no empty element.

Days are whole days, instants are written in UTC with their offset (HL7 FHIR R4, 2.24, datatypes; 2.6.2, JSON).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.profiles import profile_of

Json = dict[str, Any]

RESTRICTED: Final[Json] = {"system": systems.CONFIDENTIALITY, "code": "R", "display": "restricted"}
"""The security label of everything about a child whose location is hidden (docs/rules.md 12), as PDS writes it."""


_PLAIN: Final = frozenset({bool, int, float, Decimal})


def without_empty(element: Mapping[str, Any]) -> Json:
    """The element without what is empty, at every depth. `False` and `0` are values and stay.

    A third of the time of a search is spent here, so the two kinds that nearly everything is are met without a further call.
    """
    kept: Json = {}
    for name, value in element.items():
        kind = type(value)
        if kind is str:
            if value:
                kept[name] = value
        elif kind is dict:
            if value and (inside := without_empty(value)):
                kept[name] = inside
        elif value is not None and (found := _filled(value)) is not None:
            kept[name] = found
    return kept


def _filled(value: Any) -> Any:
    """The value without what is empty in it; None where nothing is left. Every resource passes here, so types are met
    in the order of how often they come."""
    kind = type(value)
    if kind is str:
        return value or None
    if kind is dict:
        return without_empty(value) or None
    if kind is list or kind is tuple:
        return [found for each in value if (found := _filled(each)) is not None] or None
    if kind in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return without_empty(value) or None
    return None if value == "" else value


def resource(
    resource_type: str,
    logical_id: str | UUID | int,
    elements: Mapping[str, Any],
    *,
    version: int | None = None,
    changed_at: datetime | None = None,
    restricted: bool = False,
) -> Json:
    """A resource: its type, id, version and profile, then its elements. It has no narrative: our data is all coded."""
    meta = {
        "versionId": str(version) if version is not None else "",
        "lastUpdated": instant(changed_at),
        "profile": [profile_of(resource_type)],
        "security": [RESTRICTED] if restricted else [],
    }
    return without_empty({"resourceType": resource_type, "id": str(logical_id), "meta": meta, **elements})


# --- Moments ----------------------------------------------------------------------------------------------------------


def day(on: date | None) -> str:
    """A `date`, and a `dateTime` that knows no more than its day."""
    return on.isoformat() if on else ""


def instant(at: datetime | None) -> str:
    """An `instant` or `dateTime` in UTC. ValueError where the time has no zone: then nobody knows when it was."""
    if at is None:
        return ""
    if at.utcoffset() is None:
        raise ValueError("This time has no time zone. Give it one, such as UTC.")
    return at.astimezone(UTC).isoformat()


def period(start: date | None, end: date | None = None) -> Json:
    """Whole days; the last one is inside (HL7 FHIR R4, Period: the high value includes any time of that day)."""
    return without_empty({"start": day(start), "end": day(end)})


# --- Codes, identifiers, references -----------------------------------------------------------------------------------


def coding(system: str, code: str, display: str = "") -> Json:
    """One code, or nothing where there is none."""
    if not code:
        return {}
    return (
        {"system": system, "code": code, "display": display} if display else {"system": system, "code": code}
    )


def concept(*codings: Mapping[str, Any], text: str = "") -> Json:
    """A CodeableConcept: the same thing in several systems, and in words."""
    found: Json = {}
    known = [coding for coding in codings if coding]
    if known:
        found["coding"] = known
    if text:
        found["text"] = text
    return found


def identifier(
    system: str, value: str | None, *, use: str = "", extensions: Sequence[Mapping[str, Any]] = ()
) -> Json:
    """An Identifier, or nothing where there is no value."""
    if not value:
        return {}
    return without_empty({"extension": list(extensions), "use": use, "system": system, "value": value})


def pointing_at(resource_type: str, system: str, value: str | None, display: str = "") -> Json:
    """A logical reference: to something that has a national number and perhaps no resource here."""
    found = identifier(system, value)
    return (
        without_empty({"type": resource_type, "identifier": found, "display": display})
        if found or display
        else {}
    )


# --- Extensions -------------------------------------------------------------------------------------------------------


def extension(url: str, **value: Any) -> Json:
    """A simple extension, as `extension(url, valueBoolean=True)`; nothing where the value is empty."""
    ((name, held),) = value.items()
    kept = without_empty({name: held})
    return {"url": url, **kept} if kept else {}


def extension_of(url: str, *parts: Mapping[str, Any]) -> Json:
    """An extension made of extensions; nothing where all of them are empty."""
    kept = [part for part in parts if part]
    return {"url": url, "extension": kept} if kept else {}


# --- People -----------------------------------------------------------------------------------------------------------


def human_name(first: str, family: str, *, use: str = "official") -> Json:
    """A name in its parts. Given names stay together as they are written: where one ends is not known."""
    return without_empty(
        {"use": use, "text": f"{first} {family}".strip(), "family": family, "given": [first]}
    )


def whole_name(name: str, *, use: str = "official") -> Json:
    """A name that was taken down as one line and is never taken apart."""
    return without_empty({"use": use, "text": name}) if name else {}


def contact_point(system: str, value: str | None, use: str = "") -> Json:
    """A telephone number or an e-mail address."""
    return without_empty({"system": system, "value": value, "use": use}) if value else {}


def language(tag: str, display: str = "") -> Json:
    """A language by its BCP 47 tag."""
    return concept(coding(systems.BCP_47, tag, display))
