"""The logical ids of our resources, and the references between them.

A resource is made from rows, so its id is made from their keys and read back into them: nothing has to be looked up. FHIR
allows letters, digits, `-` and `.`, at most 64 (https://hl7.org/fhir/R4/datatypes.html#id), so `_` is written as `.`.
"""

import re
from typing import Any, Final
from uuid import UUID

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_PAIR: Final = re.compile(r"([0-9a-f]{32})([0-9a-f]{32})")
_KEYED: Final = re.compile(r"([0-9a-f]{32})-([a-z0-9.]{1,31})")
_NAMED: Final = re.compile(r"([a-z0-9.]{1,40})--([a-z0-9.]{1,40})")
NEXT: Final = "next"
"""The id of an episode's headline Task, where a task beside it has its own key."""


def reference(resource_type: str, logical_id: str | UUID | int, display: str = "") -> dict[str, Any]:
    """A literal reference to a resource of ours."""
    found: dict[str, Any] = {"reference": f"{resource_type}/{logical_id}", "type": resource_type}
    if display:
        found["display"] = display
    return found


def uuid_in(logical_id: str) -> UUID | None:
    """The key in the id of a Patient, EpisodeOfCare, ServiceRequest, Encounter and others; None where it is not one."""
    return UUID(logical_id) if _UUID.fullmatch(logical_id) else None


def number_in(logical_id: str) -> int | None:
    """The number in the id of an Organization, Practitioner or PractitionerRole."""
    return int(logical_id) if _NUMBER.fullmatch(logical_id) else None


def related_person(child_id: UUID, carer_id: UUID) -> str:
    """One carer of one child: RelatedPerson.patient is exactly one, and a carer may have two children here."""
    return child_id.hex + carer_id.hex


def related_person_in(logical_id: str) -> tuple[UUID, UUID] | None:
    found = _PAIR.fullmatch(logical_id)
    return (UUID(found[1]), UUID(found[2])) if found else None


def keyed(key: UUID, name: str) -> str:
    """Something of an episode (or child) that has a name of its own there, as a task."""
    return f"{key.hex}-{name.replace('_', '.') or NEXT}"


def keyed_in(logical_id: str) -> tuple[UUID, str] | None:
    """The key and the name; the headline task's name is empty."""
    found = _KEYED.fullmatch(logical_id)
    if found is None:
        return None
    name = found[2].replace(".", "_")
    return UUID(found[1]), "" if name == NEXT else name


def named(first: str, second: str) -> str:
    """Two keys of a definition, as pathway and step for a Questionnaire."""
    return f"{first.replace('_', '.')}--{second.replace('_', '.')}"


def named_in(logical_id: str) -> tuple[str, str] | None:
    found = _NAMED.fullmatch(logical_id)
    return (found[1].replace(".", "_"), found[2].replace(".", "_")) if found else None


def numbered(number: int, key: UUID) -> str:
    """A row about a child among others, as one line of the access log."""
    return f"{number}-{key.hex}"


def numbered_in(logical_id: str) -> tuple[int, UUID] | None:
    number, dash, key = logical_id.partition("-")
    if not dash or not _HEX.fullmatch(key) or not _NUMBER.fullmatch(number):
        return None
    return int(number), UUID(key)
