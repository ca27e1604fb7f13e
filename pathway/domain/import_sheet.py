"""A waiting list, row by row: who each child is and which steps the columns tell of, or everything wrong with the row.

Every fault of a row is said at once, with the number the spreadsheet shows. A row is taken whole or not at all, and what
a column does not say stays unknown: nothing is filled in by guessing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pathway.domain.definition import Definition, Field, FieldType
from pathway.domain.identifiers import NhsNumber, Postcode, Upn
from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.sheet_cells import LANGUAGES, SEXES, answer_of
from pathway.domain.sheet_columns import Detail, StepColumn, columns_of
from pathway.domain.sheet_file import Sheet, SheetRow
from pathway.domain.sheet_row import Layout, RowReading, layout_of, reading_of

OLDEST_YEARS: Final = 26
"""EHC plans reach to 25 (Children and Families Act 2014 s.83); an earlier birth is a date in the wrong column."""


@dataclass(frozen=True, slots=True)
class ListedFact:
    """A step that a row tells of: its day, and the answers that the list gives."""

    step: str
    on: date
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """One child of the list. `school` is its URN or name as written; `reference` is the list's own, where it has one."""

    number: int
    child: ChildDetails
    facts: tuple[ListedFact, ...]
    reference: str = ""
    school: str = ""
    carer: CarerDetails | None = None

    @property
    def received_on(self) -> date:
        return self.facts[0].on


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and why: each sentence names its column and repeats no value."""

    number: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list as it was understood. `notes` say how it was read, for whoever confirms it."""

    rows: tuple[Listed, ...]
    bad: tuple[BadRow, ...]
    unread: tuple[str, ...]
    notes: tuple[str, ...]


def understand(sheet: Sheet, definition: Definition, today: date) -> Listing:
    """Read every row of a sheet for one pathway. Raises InvalidInput where its headings cannot be used."""
    layout = layout_of(sheet, columns_of(sheet.heading.cells, definition), definition, today)
    deciding = _deciding_fields(definition)
    good: list[Listed] = []
    bad: list[BadRow] = []
    first_with: dict[tuple[str, ...], int] = {}
    for row in sheet.rows:
        listed, faults = _read(row, layout, definition, deciding)
        if listed is not None:
            before = [first_with[key] for key in _keys(listed) if key in first_with]
            if before:
                faults = [f"This row is the same child as row {before[0]}. Keep one of the two."]
            for key in _keys(listed):
                first_with.setdefault(key, row.number)
        if faults or listed is None:
            bad.append(BadRow(row.number, tuple(faults)))
        else:
            good.append(listed)
    return Listing(tuple(good), tuple(bad), layout.columns.unread, layout.notes)


def _keys(listed: Listed) -> list[tuple[str, ...]]:
    """What no two rows of one list may share: the list's reference, an NHS number, or every detail of a child."""
    child = listed.child
    keys = [("reference", listed.reference)] if listed.reference else []
    if child.nhs_number is not None:
        return [*keys, ("number", child.nhs_number.value)]
    names = normalise_name(child.first_name), normalise_name(child.family_name)
    place = child.postcode.value if child.postcode else ""
    return [*keys, ("details", *names, child.birth_date.isoformat(), place)]


def _read(
    row: SheetRow, layout: Layout, definition: Definition, deciding: frozenset[tuple[str, str]]
) -> tuple[Listed | None, list[str]]:
    reading = reading_of(row, layout)
    child = _child(reading)
    facts = _facts(reading, definition, deciding, child.birth_date if child else None)
    carer = _carer(reading)
    if reading.faults or child is None:
        return None, reading.faults
    reference, school = reading.said(Detail.REFERENCE), reading.said(Detail.SCHOOL)
    return Listed(row.number, child, facts, reference, school, carer), []


def _child(reading: RowReading) -> ChildDetails | None:
    first, family = reading.needed(Detail.FIRST_NAME), reading.needed(Detail.FAMILY_NAME)
    born = _birth_date(reading)
    restricted, safe_contact = reading.flag(Detail.RESTRICTED), reading.said(Detail.SAFE_CONTACT)
    if restricted and not safe_contact:
        reading.faults.append(
            "The child's location is restricted: name a safe contact, in a column “Safe contact”."
        )
    child = ChildDetails(
        first,
        family,
        born or date.min,
        nhs_number=reading.identifier(Detail.NHS_NUMBER, NhsNumber),
        upn=reading.identifier(Detail.UPN, Upn),
        sex=reading.one_of(Detail.SEX, SEXES, "not_known", "female, male, indeterminate or empty"),
        language=_language(reading),
        interpreter=reading.flag(Detail.INTERPRETER),
        looked_after=reading.flag(Detail.LOOKED_AFTER),
        restricted=restricted,
        safe_contact=safe_contact,
        address=tuple(filter(None, (part.strip() for part in reading.said(Detail.ADDRESS).split(",")))),
        postcode=reading.identifier(Detail.POSTCODE, Postcode),
    )
    return None if born is None else child


def _birth_date(reading: RowReading) -> date | None:
    place = reading.layout.columns.details[Detail.BIRTH_DATE]
    if not reading.needed(Detail.BIRTH_DATE):
        return None
    day = reading.day(place)
    if day is not None and day.year < reading.layout.today.year - OLDEST_YEARS:
        reading.blame(place, f"is more than {OLDEST_YEARS} years ago. Correct the date.")
    return day


def _carer(reading: RowReading) -> CarerDetails | None:
    name, email = reading.said(Detail.CARER_NAME), reading.said(Detail.CARER_EMAIL)
    phone = reading.phone(Detail.CARER_PHONE)
    before, _, after = email.partition("@")
    if email and not (before and "." in after and " " not in email):
        reading.blame(
            reading.layout.columns.details[Detail.CARER_EMAIL], "is not an e-mail address. Correct it."
        )
    if not (name or email or phone):
        return None
    channel = "email" if email else "telephone" if phone else "letter"
    relationship = reading.said(Detail.CARER_RELATIONSHIP) or "not known"
    return CarerDetails(name or "Parent or carer", relationship, email, phone, channel, _language(reading))


def _language(reading: RowReading) -> str:
    return reading.one_of(
        Detail.LANGUAGE, LANGUAGES, "en", "a language's name or its two-letter code (ISO 639-1)"
    )


def _facts(
    reading: RowReading, definition: Definition, deciding: frozenset[tuple[str, str]], born: date | None
) -> tuple[ListedFact, ...]:
    """The steps that have a day, the first step first. A row without the first one has no wait to count."""
    found: list[ListedFact] = []
    for key in sorted(definition.steps, key=lambda step: step != definition.first_step):
        place = reading.layout.columns.steps.get(StepColumn(key))
        if place is None or place not in reading.texts:
            continue
        if reading.texts[place]:
            day = reading.day(place, born)
            answers = _answers(reading, definition, key, deciding)
            if day is not None:
                found.append(ListedFact(key, day, answers))
        elif key == definition.first_step:
            reading.blame(place, "is empty: it starts the wait. Fill it in.")
    return tuple(found)


def _answers(
    reading: RowReading, definition: Definition, step: str, deciding: frozenset[tuple[str, str]]
) -> dict[str, str]:
    answers: dict[str, str] = {}
    for item in definition.steps[step].fields:
        place = reading.layout.columns.steps.get(StepColumn(step, item.key))
        if place is not None and reading.texts.get(place):
            answer = _answer(reading, place, item)
            if answer:
                answers[item.key] = answer
        elif (step, item.key) in deciding and (place is None or place in reading.texts):
            reading.faults.append(
                f"“{definition.steps[step].title}” needs the answer to “{item.title}”, for limits depend on it. "
                f"Give it in a column “{step}.{item.key}”."
            )
    return answers


def _answer(reading: RowReading, place: int, item: Field) -> str:
    if item.type is FieldType.DATE:
        day = reading.day(place, future=item.future or item.plan)
        return day.isoformat() if day else ""
    answer = answer_of(item, reading.texts[place])
    if answer is None:
        words = ", ".join(option.title.lower() for option in item.options) or "yes, no"
        reading.blame(place, f"must be one of: {words}.")
    return answer or ""


def _deciding_fields(definition: Definition) -> frozenset[tuple[str, str]]:
    """Required answers on which a clock depends: a list that leaves one out would start or stop it wrongly."""
    triggers = (
        trigger
        for clock in definition.clocks.values()
        for group in (clock.starts, clock.stops, clock.ends, clock.restarts)
        for trigger in group
    )
    found = {(trigger.step, key) for trigger in triggers for key, _ in trigger.when}
    return frozenset(
        (step, key)
        for step, key in found
        if (item := definition.steps[step].field_named(key)) is not None and item.required
    )
