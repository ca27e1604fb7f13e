"""What a form asks for: one typed question per field, whatever page or pathway definition it comes from.

Plain values: a page builds them by hand, or from a step's fields with `from_definition`. `pathway.web.forms`
reads answers into them, the `form_field` macro draws them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pathway.domain.definition import Field, FieldType, Option


class Kind(StrEnum):
    """How a question is drawn and how its answer is read."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    DATE = "date"
    ORGANISATION = "organisation"
    NHS_NUMBER = "nhs_number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: what is sent, what is read, and a line of explanation."""

    value: str
    text: str
    hint: str = ""


_COMPLETE = frozenset(
    ("who", "what", "why", "how", "where", "which", "when", "whether", "by", "for", "with", "their", "your")
)
"""How a label begins that needs no article: "Select why", "Enter what to add"."""

_UNFINISHED = frozenset(("on", "by", "for", "until", "at"))
"""How a label ends that a box completes ("Needed by"): it is quoted, for it is no part of a sentence."""

YES_OR_NO = (Choice("yes", "Yes"), Choice("no", "No"))


@dataclass(frozen=True, slots=True)
class Bound:
    """The first or last day an answer may be, and the words for it ("the child's date of birth")."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One question. `subject` is how error messages name the answer: "the date of birth"."""

    name: str
    kind: Kind
    label: str
    subject: str = ""
    hint: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    longest: int = 200
    smallest: int | None = None
    largest: int | None = None
    earliest: Bound | None = None
    latest: Bound | None = None
    autocomplete: str = ""
    spellcheck: bool = True
    width: int = 0
    heading: bool = False

    @property
    def words(self) -> str:
        """The subject, or the label as it would stand inside a sentence: "the date of birth", "who is referring"."""
        if self.subject:
            return self.subject
        first, last = self.label.split()[0].lower(), self.label.split()[-1].lower()
        if self.label.endswith("?") or ":" in self.label or last in _UNFINISHED:
            return f"the answer to “{self.label}”"
        inside = self.label if self.label[1:2].isupper() else self.label[:1].lower() + self.label[1:]
        return inside if first in _COMPLETE else f"the {inside}"

    @property
    def sentence(self) -> str:
        """The same words at the start of a sentence."""
        return self.words[:1].upper() + self.words[1:]

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The answers to choose between; none for a field that is typed."""
        return YES_OR_NO if self.kind is Kind.YES_NO else self.choices

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the form's inputs: three boxes for a date, otherwise one."""
        if self.kind is Kind.DATE:
            return tuple(f"{self.name}-{part}" for part in DATE_PARTS)
        return (self.name,)

    @property
    def parts(self) -> tuple[str, ...]:
        """The boxes of a date; none for anything else."""
        return DATE_PARTS if self.kind is Kind.DATE else ()


DATE_PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one answer, as a sentence, and the input that puts it right."""

    name: str
    message: str
    anchor: str
    parts: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return f"#{self.anchor}"


@dataclass(frozen=True, slots=True)
class FilledField:
    """A question with what was typed in it: what the `form_field` macro draws."""

    spec: FieldSpec
    typed: tuple[tuple[str, str], ...] = ()
    error: FieldError | None = None

    def text(self, name: str) -> str:
        """What was typed in one input, to be shown again as it was."""
        return next((value for key, value in self.typed if key == name), "")

    def chosen(self, value: str) -> bool:
        """Whether this answer was ticked."""
        return any(given == value for _, given in self.typed)

    def wrong(self, part: str) -> bool:
        """Whether this box of a date is one to put right."""
        return self.error is not None and part in self.error.parts


_KINDS: dict[FieldType, Kind] = {
    FieldType.CHOICE: Kind.CHOICE,
    FieldType.YES_NO: Kind.YES_NO,
    FieldType.DATE: Kind.DATE,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.TEXT: Kind.TEXT,
    FieldType.LONG_TEXT: Kind.LONG_TEXT,
    FieldType.ORGANISATION: Kind.ORGANISATION,
}


def from_definition(
    field: Field, *, today: date, born: date | None = None, organisations: Iterable[Choice] = ()
) -> FieldSpec:
    """The question for one field of a pathway's step. A date may lie ahead only where the definition says so."""

    def choice(option: Option) -> Choice:
        return Choice(option.key, option.title)

    is_organisation = field.type is FieldType.ORGANISATION
    return FieldSpec(
        name=field.key,
        kind=_KINDS[field.type],
        label=field.title,
        hint=field.hint,
        required=field.required,
        choices=tuple(organisations) if is_organisation else tuple(map(choice, field.options)),
        longest=field.max_length,
        earliest=Bound(born, "the child's date of birth") if born else None,
        latest=None if field.future or field.plan else Bound(today, "today"),
    )
