"""A referral being written, ready to be drawn: its pages, what each still needs, and every answer in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound
from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.referral import FAMILY_AGREES
from pathway.domain.roles import Actor
from pathway.reading.referral_drafts import organisations_to_name, own_organisation, referral_draft
from pathway.store.drafts import ReferralDraft
from pathway.web.answers import Answer
from pathway.web.components import SummaryRow
from pathway.web.fields import Choice, FieldSpec
from pathway.web.presenters import day, nhs_number
from pathway.web.refer_questions import CHILD, Asked, Section
from pathway.web.refer_reading import Written, school_choices, written

NOT_PROVIDED = "Not provided"

# Shown as they will be kept, so that a slip is seen: they were read before this page is reached.
_AS_KEPT: Final[Mapping[str, Callable[[str], str]]] = {
    "postcode": lambda typed: Postcode.parse(typed).value,
    "phone": lambda typed: PhoneNumber.parse(typed).formatted,
}


@dataclass(frozen=True, slots=True)
class Pages:
    """A draft with its pathway, and its pages as they were read."""

    draft: ReferralDraft
    definition: Definition
    written: Written

    @classmethod
    def of(
        cls,
        draft: ReferralDraft,
        definition: Definition,
        today: date,
        schools: tuple[Choice, ...] = (),
        referrers: tuple[Choice, ...] = (),
    ) -> "Pages":
        asked = Asked(today, schools=schools, referrers=referrers)
        return cls(draft, definition, written(definition, asked, draft.sections))

    def section(self, key: str) -> Section:
        """The page of that key; NotFound where this referral has none."""
        found = self.written.section(key)
        if found is None:
            raise NotFound(
                "This referral has no such page. Go back to its list of pages and choose one from there."
            )
        return found

    def after(self, key: str) -> Section | None:
        """The next page to answer: the first one after this that was never opened or is not complete."""
        order = [section.key for section in self.written.sections]
        later = self.written.sections[order.index(key) + 1 :] if key in order else self.written.sections
        return next(
            (
                s
                for s in later
                if s.key not in self.written.opened or not self.written.is_complete(s)
            ),
            self.written.missing[0] if self.written.missing else None,
        )  # fmt: skip

    @property
    def completed(self) -> int:
        """How many pages have been answered without fault."""
        return sum(self.status(section) == "Completed" for section in self.written.sections)

    def status(self, section: Section) -> str:
        """In words, as the list of pages shows it."""
        if section.key not in self.written.opened:
            return "Optional" if section.optional else "Not started"
        return "Completed" if self.written.is_complete(section) else "Incomplete"

    def address(self, section: Section) -> str:
        return f"/refer/{self.draft.id}/pages/{section.key}"


async def open_pages(area: Area, actor: Actor, draft_id: UUID) -> Pages:
    """The pages of a draft of the reader's own organisation, with the organisations that it may name."""
    draft = await referral_draft(area, actor, draft_id)
    definition = area.pathways.newest(draft.pathway)
    own = await own_organisation(area, actor)
    if own.kind == "school":
        return Pages.of(draft, definition, area.today)
    found = await organisations_to_name(area, actor)
    referrers = tuple(Choice(str(o.id), o.name) for o in found) if actor.is_staff else ()
    return Pages.of(draft, definition, area.today, school_choices(found), referrers)


def name_of(found: Written) -> str:
    """The child's name as far as it is written."""
    child = found.readings[CHILD]
    return " ".join(text for name in ("first_name", "family_name") if (text := child.text(name)))


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Every answer in words, by page."""

    parts: tuple[tuple[Section, tuple[SummaryRow, ...]], ...]
    disagrees: bool = False
    """The family does not agree: whoever sends it reads what that means first."""

    @classmethod
    def of(cls, pages: Pages) -> "CheckPage":
        parts: list[tuple[Section, tuple[SummaryRow, ...]]] = []
        for section in pages.written.sections:
            answers = pages.written.readings[section.key].answers
            if section.optional and not any(answers.values()):
                row = SummaryRow(section.title, NOT_PROVIDED, pages.address(section))
                parts.append((section, (row,)))
                continue
            rows = tuple(
                SummaryRow(
                    spec.label,
                    in_words(spec, answers[spec.name]),
                    f"{pages.address(section)}#{spec.names[0]}",
                    nowrap=isinstance(answers[spec.name], NhsNumber),
                )
                for spec in section.specs
            )
            parts.append((section, rows))
        answered = (reading.answers.get(FAMILY_AGREES) for reading in pages.written.readings.values())
        return cls(tuple(parts), any(answer is False for answer in answered))


def in_words(spec: FieldSpec, answer: Answer) -> str:
    """An answer as a person reads it."""
    if answer is None or answer == ():
        return NOT_PROVIDED
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if isinstance(answer, date):
        return day(answer)
    if isinstance(answer, NhsNumber):
        return nhs_number(answer.value)
    if spec.name in _AS_KEPT:
        return _AS_KEPT[spec.name](str(answer))
    texts = {choice.value: choice.text for choice in spec.offered}
    chosen = answer if isinstance(answer, tuple) else (str(answer),)
    return ", ".join(texts.get(value, value) for value in chosen)
