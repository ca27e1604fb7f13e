"""Kinds of organisation and roles of staff, in words and as codes (HL7 organization-type; our own roles)."""

from collections.abc import Mapping
from typing import Final

KIND_TITLES: Final[Mapping[str, str]] = {
    "council": "Council",
    "icb": "Integrated care board",
    "provider": "Assessment provider",
    "school": "School or setting",
    "gp": "GP surgery",
    "other": "Other organisation",
}
KIND_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "council": ("govt", "Government"),
    "icb": ("govt", "Government"),
    "provider": ("prov", "Healthcare Provider"),
    "school": ("edu", "Educational Institute"),
    "gp": ("prov", "Healthcare Provider"),
    "other": ("other", "Other"),
}
