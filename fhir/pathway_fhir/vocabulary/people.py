"""Codes about people, ours beside the national ones: sex, how sure an NHS number is, relationships, ways to be told, needs.

Sources: HL7 FHIR R4 administrative-gender; NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE and PREFERRED CONTACT
METHOD as UK Core code systems; HL7 v3 RoleCode.
"""

from collections.abc import Mapping
from typing import Final

from pathway.domain.told import NumberStatus

GENDER: Final[Mapping[str, str]] = {
    "female": "female",
    "male": "male",
    "indeterminate": "other",
    "not_known": "unknown",
}
SEX: Final[Mapping[str, str]] = {gender: sex for sex, gender in GENDER.items()}

NUMBER_STATUS_TITLES: Final[Mapping[NumberStatus, str]] = {
    NumberStatus.TRACED: "Number present and verified",
    NumberStatus.NOT_TRACED: "Number present but not traced",
    NumberStatus.TRACE_REQUIRED: "Trace required",
    NumberStatus.NO_MATCH: "Trace attempted - No match or multiple match found",
    NumberStatus.CONFLICT: "Trace needs to be resolved - (NHS Number or patient detail conflict)",
    NumberStatus.IN_PROGRESS: "Trace in progress",
}

RELATIONSHIPS: Final[Mapping[str, str]] = {
    "mother": "MTH",
    "father": "FTH",
    "parent": "PRN",
    "stepmother": "STPMTH",
    "stepfather": "STPFTH",
    "step-parent": "STPPRN",
    "adoptive mother": "ADOPTM",
    "adoptive father": "ADOPTF",
    "adoptive parent": "ADOPTP",
    "foster mother": "MTHFOST",
    "foster father": "FTHFOST",
    "foster carer": "PRNFOST",
    "foster parent": "PRNFOST",
    "grandmother": "GRMTH",
    "grandfather": "GRFTH",
    "grandparent": "GRPRN",
    "aunt": "AUNT",
    "uncle": "UNCLE",
    "sister": "SIS",
    "brother": "BRO",
    "guardian": "GUARD",
}
"""The words that people write, as codes of v3 RoleCode; any other stays in words alone, as the binding allows."""
RELATIONSHIP_WORDS: Final[Mapping[str, str]] = {
    code: word for word, code in reversed(list(RELATIONSHIPS.items()))
}

CONTACT_METHODS: Final[Mapping[str, tuple[str, str]]] = {
    "letter": ("1", "Letter"),
    "telephone": ("3", "Telephone"),
    "email": ("4", "E-mail"),
    "text": ("9", "SMS"),
}
CHANNELS: Final[Mapping[str, str]] = {code: channel for channel, (code, _) in CONTACT_METHODS.items()}
NEED_OF_METHOD: Final[Mapping[str, str]] = {"7": "british_sign_language", "8": "no_calls"}
"""Two of the national contact methods say what a person needs rather than how to reach them."""

NEEDS: Final[Mapping[str, str]] = {
    "interpreter": "An interpreter",
    "british_sign_language": "British Sign Language",
    "no_calls": "No telephone calls",
    "large_print": "Large print",
    "easy_read": "Easy Read",
}
WRITTEN_FORMATS: Final[Mapping[str, tuple[str, str]]] = {"large_print": ("11", "Large print")}
NEED_OF_FORMAT: Final[Mapping[str, str]] = {code: need for need, (code, _) in WRITTEN_FORMATS.items()}
SAFE_CONTACT: Final = "safe-contact"
