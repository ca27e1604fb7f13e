"""What a referral asks, page by page: who the child is and who cares for them, then what the pathway's first step asks.

The questions about the pathway come from its definition. Those up to the last one that must be answered, with the
yes/no questions that follow it, are who asks and who agrees; then come the short answers, then those in one's own words.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pathway.domain.carer_words import CHANNELS, LANGUAGES, NEEDS, alone
from pathway.domain.definition import Definition, Field, FieldType
from pathway.web.fields import Bound, Choice, FieldSpec, Kind, from_definition
from pathway.web.forms import choices

OLDEST: Final = 25
PER_PAGE: Final = 7

CHILD, NUMBER, HOME, CARER, OTHER_CARER = "child", "nhs-number", "home", "carer", "other-carer"

_LANGUAGES: Final = choices(LANGUAGES.items())
_CHANNELS: Final = choices((key, alone(words)) for key, words in CHANNELS.items())
_NEEDS: Final = choices((key, alone(words)) for key, words in NEEDS.items())
_SEXES: Final = choices(
    (("female", "Female"), ("male", "Male"), ("indeterminate", "Indeterminate"), ("not_known", "Not known"))
)
NO_SCHOOL: Final = Choice("none", "None, or not known")


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the referral: its questions, and whether it may be left empty as a whole."""

    key: str
    title: str
    specs: tuple[FieldSpec, ...]
    optional: bool = False
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom the pages are made: the day, what is known so far, and the organisations to choose from.

    `schools` is empty where the referrer is the child's school; `referrers` where they refer for themselves.
    """

    today: date
    number_known: bool = False
    born: date | None = None
    schools: tuple[Choice, ...] = ()
    referrers: tuple[Choice, ...] = ()


def sections(definition: Definition, asked: Asked) -> tuple[Section, ...]:
    """Every page, in order."""
    return (
        Section(CHILD, "The child", _child(asked.today)),
        *((Section(NUMBER, "NHS number", (_NUMBER,)),) if asked.number_known else ()),
        Section(HOME, "Home and school", _home(asked)),
        Section(CARER, "Parent or carer", _carer(required=True), intro=_WHO),
        Section(OTHER_CARER, "Another parent or carer", _carer(required=False), optional=True, intro=_OTHER),
        *pathway_sections(definition, asked),
    )


_WHO = "Someone with parental responsibility, or the social worker where the child is looked after."
_OTHER = "Leave this page empty if there is nobody else to name."
_NUMBER = FieldSpec(
    "nhs_number", Kind.NHS_NUMBER, "NHS number", hint="10 digits, such as 999 000 0018. Spaces are fine."
)


def _child(today: date) -> tuple[FieldSpec, ...]:
    oldest = Bound(date(today.year - OLDEST, 1, 1), f"as the pathways are for people under {OLDEST}")
    return (
        FieldSpec("first_name", Kind.TEXT, "First name", longest=100, spellcheck=False),
        FieldSpec("family_name", Kind.TEXT, "Family name", longest=100, spellcheck=False),
        FieldSpec(
            "birth_date", Kind.DATE, "Date of birth", hint="For example, 15 3 2019",
            earliest=oldest, latest=Bound(today, "today"),
        ),
        FieldSpec(
            "number_known", Kind.YES_NO, "Do you know the child’s NHS number?", "if you know the NHS number",
            hint="It is on letters from the NHS. A referral without it takes longer to match to the right child.",
        ),
        FieldSpec("sex", Kind.CHOICE, "Sex", choices=_SEXES, required=False),
        FieldSpec(
            "pronouns", Kind.TEXT, "Pronouns", hint="As the child uses them", longest=40, required=False,
            spellcheck=False, width=10,
        ),
    )  # fmt: skip


def _home(asked: Asked) -> tuple[FieldSpec, ...]:
    line = FieldSpec("address", Kind.TEXT, "Address", longest=100, required=False, spellcheck=False)
    found = [
        replace(line, name="address_1", label="Address line 1"),
        replace(line, name="address_2", label="Address line 2"),
        replace(line, name="town", label="Town or city"),
        FieldSpec(
            "postcode", Kind.TEXT, "Postcode", hint="ZZ99 3VZ for no fixed home. Leave empty if not known.",
            longest=12, required=False, spellcheck=False, width=10,
        ),
        FieldSpec("hidden", Kind.YES_NO, "Must the child’s address be kept hidden?", "if the address must be kept hidden",
                  hint="For example because of domestic abuse, adoption or a protection order."),
        FieldSpec("safe_contact", Kind.TEXT, "Safe contact, if the address must be kept hidden", "a safe contact",
                  hint="Who to ask instead, and how", required=False),
        FieldSpec("language", Kind.ORGANISATION, "Child’s first language", choices=_LANGUAGES),
        FieldSpec("interpreter", Kind.YES_NO, "Does the child need an interpreter?", "if the child needs an interpreter"),
        FieldSpec("looked_after", Kind.YES_NO, "Is the child looked after by a council?", "if the child is looked after"),
    ]  # fmt: skip
    if asked.schools:
        found.append(FieldSpec("school", Kind.ORGANISATION, "School or setting", choices=asked.schools))
    if asked.referrers:
        found.append(FieldSpec("referrer", Kind.ORGANISATION, "Who is referring", choices=asked.referrers))
    return tuple(found)


def _carer(*, required: bool) -> tuple[FieldSpec, ...]:
    hint = "Such as mother, father, grandparent, foster carer, social worker"
    return (
        FieldSpec("name", Kind.TEXT, "Full name", longest=150, required=required, spellcheck=False),
        FieldSpec("relationship", Kind.TEXT, "Who they are to the child", hint=hint, longest=60, required=required),
        FieldSpec("responsibility", Kind.YES_NO, "Do they have parental responsibility?", "if they have parental responsibility",
                  required=required),
        FieldSpec("told", Kind.YES_NO, "May they be told how the referral is going?", "if they may be told", required=required),
        FieldSpec("channel", Kind.CHOICE, "How do they want to be told?", "how they want to be told", choices=_CHANNELS,
                  required=required),
        FieldSpec("email", Kind.TEXT, "Email address", longest=200, required=False, spellcheck=False),
        FieldSpec("phone", Kind.TEXT, "Telephone number", longest=30, required=False, spellcheck=False, width=20),
        FieldSpec("language", Kind.ORGANISATION, "Their first language", choices=_LANGUAGES, required=required),
        FieldSpec("needs", Kind.SEVERAL, "What do they need from us?", "what they need", choices=_NEEDS, required=False),
    )  # fmt: skip


def pathway_sections(definition: Definition, asked: Asked) -> tuple[Section, ...]:
    """The pages with the questions of the pathway's own first step."""
    agreement, short, words = split_fields(definition)

    def specs(fields: tuple[Field, ...]) -> tuple[FieldSpec, ...]:
        return tuple(from_definition(f, today=asked.today, born=asked.born) for f in fields)

    pages = [short[n : n + PER_PAGE] for n in range(0, len(short), PER_PAGE)]
    titled = [
        (f"needs-{n}", "What has been seen and done" + (f", part {n}" if len(pages) > 1 else ""), page)
        for n, page in enumerate(pages, 1)
    ]
    every = [
        ("agreement", "Who asks, and who agrees", agreement),
        *titled,
        ("words", "In their words", words),
    ]
    return tuple(Section(key, title, specs(fields)) for key, title, fields in every if fields)


def split_fields(definition: Definition) -> tuple[tuple[Field, ...], tuple[Field, ...], tuple[Field, ...]]:
    """The fields of the first step without its organisations: who agrees, short answers, own words."""
    step = definition.steps[definition.first_step]
    asked = [f for f in step.fields if f.type is not FieldType.ORGANISATION]
    end = max((n for n, f in enumerate(asked, 1) if f.required), default=0)
    while end < len(asked) and asked[end].type is FieldType.YES_NO:
        end += 1
    rest = asked[end:]
    return (
        tuple(asked[:end]),
        tuple(f for f in rest if not f.type.is_free_text),
        tuple(f for f in rest if f.type.is_free_text),
    )
