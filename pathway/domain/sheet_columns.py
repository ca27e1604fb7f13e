"""Which column of a list is which: the words that people write above a column, as data.

A pathway's own words come from its definition: a column may also be headed by a step's key or title (the day on which it
happened), or by a step and one of its fields ("assessment_started.mechanism").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from pathway.domain.definition import Definition, FieldType, Step
from pathway.domain.errors import InvalidInput


class Detail(StrEnum):
    """What a column tells about the child, their carer or the row itself; the value is its name for people."""

    REFERENCE = "reference"
    NHS_NUMBER = "NHS number"
    UPN = "UPN"
    FIRST_NAME = "first name"
    FAMILY_NAME = "family name"
    BIRTH_DATE = "date of birth"
    SEX = "sex"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    LOOKED_AFTER = "looked after"
    RESTRICTED = "restricted"
    SAFE_CONTACT = "safe contact"
    ADDRESS = "address"
    POSTCODE = "postcode"
    SCHOOL = "school"
    CARER_NAME = "carer's name"
    CARER_RELATIONSHIP = "carer's relationship"
    CARER_EMAIL = "carer's e-mail"
    CARER_PHONE = "carer's telephone"


DETAIL_WORDS: Final[dict[Detail, tuple[str, ...]]] = {
    Detail.REFERENCE: (
        "reference",
        "ref",
        "id",
        "patient id",
        "local id",
        "hospital number",
        "referral id",
        "row id",
    ),
    Detail.NHS_NUMBER: ("nhs number", "nhs no", "nhs num", "nhsnumber", "nhs"),
    Detail.UPN: ("upn", "unique pupil number", "pupil number"),
    Detail.FIRST_NAME: (
        "first name",
        "firstname",
        "forename",
        "forenames",
        "given name",
        "given names",
        "christian name",
    ),
    Detail.FAMILY_NAME: ("family name", "surname", "last name", "lastname"),
    Detail.BIRTH_DATE: ("date of birth", "dob", "d o b", "birth date", "birthdate", "born"),
    Detail.SEX: ("sex", "gender", "sex at birth"),
    Detail.LANGUAGE: ("language", "preferred language", "main language", "first language"),
    Detail.INTERPRETER: ("interpreter", "interpreter needed", "interpreter required"),
    Detail.LOOKED_AFTER: ("looked after", "looked after child", "lac", "cla", "child looked after"),
    Detail.RESTRICTED: ("restricted", "sensitive", "address restricted", "s flag"),
    Detail.SAFE_CONTACT: ("safe contact",),
    Detail.ADDRESS: ("address", "home address", "full address"),
    Detail.POSTCODE: ("postcode", "post code", "home postcode"),
    Detail.SCHOOL: ("school", "school name", "setting", "school or setting", "urn", "school urn", "nursery"),
    Detail.CARER_NAME: (
        "parent",
        "carer",
        "parent name",
        "carer name",
        "parent carer",
        "parent carer name",
        "guardian",
    ),
    Detail.CARER_RELATIONSHIP: ("relationship", "relationship to child"),
    Detail.CARER_EMAIL: ("email", "e mail", "parent email", "carer email", "email address"),
    Detail.CARER_PHONE: (
        "phone",
        "telephone",
        "mobile",
        "parent phone",
        "carer phone",
        "contact number",
        "telephone number",
    ),
}

FIRST_STEP: Final = ""
"""Stands for the first step of whatever pathway the list is of."""

STEP_WORDS: Final[dict[str, tuple[str, ...]]] = {
    FIRST_STEP: (
        "referral received", "referral date", "date of referral", "date referred", "referred", "referred on",
        "received", "date received", "received on", "referral received date", "date referral received",
    ),
    "triage_started": ("triage date", "date of triage", "triaged", "triaged on", "triage"),
    "referral_accepted": (
        "accepted", "date accepted", "accepted on", "acceptance date", "added to waiting list", "date added to list",
        "date added to waiting list",
    ),
    "contact_attended": (
        "first appointment attended", "first contact attended", "first seen", "date first seen", "first appointment seen",
    ),
    "assessment_started": ("assessment started", "assessment start", "assessment start date", "date assessment started"),
}  # fmt: skip

FIELD_WORDS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    (FIRST_STEP, "original_start"): (
        "original referral date", "clock start", "clock start date", "first received elsewhere", "original start",
    ),
    (FIRST_STEP, "source"): ("referral source", "source of referral", "referred by", "referrer type"),
    ("referral_accepted", "priority"): ("priority", "urgency"),
    ("contact_attended", "mechanism"): ("first appointment type", "first contact type", "first appointment by"),
    ("assessment_started", "mechanism"): ("assessment type", "assessment by", "assessment mechanism"),
}  # fmt: skip

REQUIRED: Final = (Detail.FIRST_NAME, Detail.FAMILY_NAME, Detail.BIRTH_DATE)


@dataclass(frozen=True, slots=True)
class StepColumn:
    """A column that holds the day of a step (no field), or the answer to one of its fields."""

    step: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one list, by their place, and the headings that nobody reads."""

    details: dict[Detail, int]
    steps: dict[StepColumn, int]
    unread: tuple[str, ...]


_Kind = TypeVar("_Kind", Detail, StepColumn)


def plain(heading: str) -> str:
    """A heading in lower case with one space between its words, without signs."""
    return re.sub(r"[^a-z0-9]+", " ", heading.casefold().replace("’", "").replace("'", "")).strip()


_KNOWN: Final[dict[str, Detail | StepColumn]] = {
    **{word: detail for detail, words in DETAIL_WORDS.items() for word in words},
    **{word: StepColumn(step) for step, words in STEP_WORDS.items() for word in words},
    **{word: StepColumn(*pair) for pair, words in FIELD_WORDS.items() for word in words},
}


def recognised_words(cells: Iterable[str]) -> int:
    """How many different cells of a row are headings that we know, whatever the pathway."""
    return len({_KNOWN[word] for word in map(plain, cells) if word in _KNOWN})


def columns_of(headings: Sequence[str], definition: Definition) -> Columns:
    """Which column is which on this pathway. Raises InvalidInput for two of one kind, or where a needed one is missing."""
    known = {**_own_words(definition), **_KNOWN}
    found = Columns({}, {}, ())
    unread: list[str] = []
    for place, heading in enumerate(headings):
        target = _on(definition, known.get(plain(heading)))
        if isinstance(target, Detail):
            _place(found.details, target, place, headings)
        elif target is not None:
            _place(found.steps, target, place, headings)
        elif heading.strip():
            unread.append(heading.strip()[:60])
    missing = [detail.value for detail in REQUIRED if detail not in found.details]
    if StepColumn(definition.first_step) not in found.steps:
        missing.append(f"the date of “{definition.steps[definition.first_step].title}”")
    if missing:
        raise InvalidInput(f"The list has no column for: {', '.join(missing)}. Add it, with its heading.")
    return Columns(found.details, found.steps, tuple(unread))


def _own_words(definition: Definition) -> dict[str, Detail | StepColumn]:
    words: dict[str, Detail | StepColumn] = {}
    for step in definition.steps.values():
        for item in step.fields:
            for one, other in ((step.key, item.key), (step.title, item.title), (step.title, item.key)):
                words[plain(f"{one} {other}")] = StepColumn(step.key, item.key)
        words[plain(step.title)] = words[plain(step.key)] = StepColumn(step.key)
    return words


def _on(definition: Definition, target: Detail | StepColumn | None) -> Detail | StepColumn | None:
    """The column on this pathway; nothing where the pathway has no such step or field, or the field is not read from lists."""
    if not isinstance(target, StepColumn):
        return target
    step: Step | None = definition.steps.get(target.step or definition.first_step)
    if step is None:
        return None
    if not target.field:
        return StepColumn(step.key)
    field = step.field_named(target.field)
    if field is None or field.type.is_free_text or field.type is FieldType.ORGANISATION:
        return None
    return StepColumn(step.key, target.field)


def _place(found: dict[_Kind, int], target: _Kind, place: int, headings: Sequence[str]) -> None:
    if target in found:
        one, other = headings[found[target]].strip(), headings[place].strip()
        raise InvalidInput(
            f"Two columns are read as the same thing: “{one}” and “{other}”. Keep one, or rename the other."
        )
    found[target] = place
