"""From what was typed on the pages of a referral to the referral that is sent; and what is still to be put right.

A page is complete when its answers can be read. What was typed is kept either way and shown again as it was.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pathway.domain.definition import Definition
from pathway.domain.errors import InvalidInput
from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.referral import CarerDetails, ChildDetails, Referral
from pathway.domain.roles import Actor
from pathway.store.drafts import Sections
from pathway.store.organisations import Organisation
from pathway.web.answers import Answer
from pathway.web.fields import Choice
from pathway.web.forms import Reading, read_form
from pathway.web.refer_questions import (
    CARER,
    CHILD,
    HOME,
    NO_SCHOOL,
    NUMBER,
    OTHER_CARER,
    Asked,
    Section,
    pathway_sections,
    sections,
)

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Written:
    """A referral as far as it is written: its pages in order, and each page as it was read."""

    sections: tuple[Section, ...]
    readings: Mapping[str, Reading]
    opened: frozenset[str]

    def is_complete(self, section: Section) -> bool:
        """Answered without fault; a page that may stay empty is complete when it is."""
        return (section.optional or section.key in self.opened) and self.readings[section.key].ok

    @property
    def missing(self) -> tuple[Section, ...]:
        """The pages that still need an answer."""
        return tuple(section for section in self.sections if not self.is_complete(section))

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)


def written(definition: Definition, asked: Asked, typed: Sections) -> Written:
    """Read everything that was typed so far."""
    child = read_form(sections(definition, asked)[0].specs, typed.get(CHILD, ()))
    known = Asked(
        asked.today, child.yes_no("number_known") is True, child.day("birth_date"), asked.schools, asked.referrers
    )  # fmt: skip
    pages = sections(definition, known)
    readings = {page.key: read_section(page, typed.get(page.key, ())) for page in pages}
    return Written(pages, readings, frozenset(typed))


def read_section(section: Section, typed: tuple[tuple[str, str], ...]) -> Reading:
    """One page as it was typed, with what is wrong with it. A page that may stay empty has no faults when it is."""
    reading = read_form(section.specs, typed)
    if section.optional and not any(value.strip() for _, value in typed):
        return reading
    for check in _CHECKS.get(section.key, ()):
        found = check(reading)
        if found and not any(error.name == found[0] for error in reading.errors):
            reading = reading.with_error(*found)
    return reading


def _postcode(reading: Reading) -> tuple[str, str] | None:
    text = reading.text("postcode")
    if not text:
        given = any(reading.text(name) for name in ("address_1", "address_2", "town"))
        return ("postcode", "Enter the postcode of this address") if given else None
    try:
        Postcode.parse(text)
    except InvalidInput as error:
        return "postcode", error.message.removesuffix(".")
    return None


def _safe_contact(reading: Reading) -> tuple[str, str] | None:
    if reading.yes_no("hidden") and not reading.text("safe_contact"):
        return "safe_contact", "Enter a safe contact, because the address must be kept hidden"
    return None


def _named(reading: Reading) -> tuple[str, str] | None:
    return None if reading.text("name") else ("name", "Enter the full name")


def _related(reading: Reading) -> tuple[str, str] | None:
    return None if reading.text("relationship") else ("relationship", "Enter who they are to the child")


def _email(reading: Reading) -> tuple[str, str] | None:
    text = reading.text("email")
    if text and not _EMAIL.fullmatch(text):
        return "email", "Enter an email address in the form name@example.com"
    if not text and reading.text("channel") == "email":
        return "email", "Enter the email address to write to"
    return None


def _phone(reading: Reading) -> tuple[str, str] | None:
    text = reading.text("phone")
    if not text:
        wanted = reading.text("channel") in ("text", "telephone")
        return ("phone", "Enter the telephone number to use") if wanted else None
    try:
        PhoneNumber.parse(text)
    except InvalidInput as error:
        return "phone", error.message.removesuffix(".")
    return None


_CHECKS: Final = {
    HOME: (_postcode, _safe_contact),
    CARER: (_email, _phone),
    OTHER_CARER: (_named, _related, _email, _phone),
}


def referral_from(
    definition: Definition, found: Written, own: Organisation, actor: Actor, received_on: date
) -> Referral:
    """The referral that these pages say. Only for pages without faults."""
    home = found.readings[HOME]
    names = home.answers
    school = own.id if own.kind == "school" else _number(home.text("school") if "school" in names else "")
    return Referral(
        definition.key,
        _child(found),
        received_on,
        tuple(
            _carer(found.readings[key]) for key in (CARER, OTHER_CARER) if found.readings[key].text("name")
        ),
        _pathway_answers(definition, found),
        school_id=school,
        referrer_id=_number(home.text("referrer")) if actor.is_staff and "referrer" in names else None,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _child(found: Written) -> ChildDetails:
    child, home = found.readings[CHILD], found.readings[HOME]
    number: NhsNumber | None = (
        found.readings[NUMBER].nhs_number("nhs_number") if NUMBER in found.readings else None
    )
    lines = tuple(text for name in ("address_1", "address_2", "town") if (text := home.text(name)))
    born = child.day("birth_date")
    if born is None:
        raise InvalidInput("Enter the date of birth.", "birth_date")
    return ChildDetails(
        child.text("first_name"),
        child.text("family_name"),
        born,
        nhs_number=number,
        sex=child.text("sex") or "not_known",
        pronouns=child.text("pronouns"),
        language=home.text("language"),
        interpreter=bool(home.yes_no("interpreter")),
        looked_after=bool(home.yes_no("looked_after")),
        restricted=bool(home.yes_no("hidden")),
        safe_contact=home.text("safe_contact"),
        address=lines,
        postcode=Postcode.parse(home.text("postcode")) if home.text("postcode") else None,
    )


def _carer(reading: Reading) -> CarerDetails:
    phone = reading.text("phone")
    return CarerDetails(
        reading.text("name"),
        reading.text("relationship"),
        email=reading.text("email"),
        phone=PhoneNumber.parse(phone).value if phone else "",
        channel=reading.text("channel") or "letter",
        language=reading.text("language") or "en",
        parental_responsibility=bool(reading.yes_no("responsibility")),
        may_be_told=reading.yes_no("told") is True,
        needs=reading.several("needs"),
    )


def _pathway_answers(definition: Definition, found: Written) -> dict[str, str]:
    keys = [section.key for section in pathway_sections(definition, Asked(date.max))]
    answers = {name: answer for key in keys for name, answer in found.readings[key].answers.items()}
    return {name: as_text(answer) for name, answer in answers.items() if answer is not None}


def as_text(answer: Answer) -> str:
    """An answer as a step's field keeps it."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer.isoformat() if isinstance(answer, date) else str(answer)


def school_choices(found: list[Organisation]) -> tuple[Choice, ...]:
    """The schools to choose from, and that there is none."""
    return (NO_SCHOOL, *(Choice(str(o.id), o.name) for o in found if o.kind == "school"))
