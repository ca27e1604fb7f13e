"""The plain values that the macros in templates/components draw: what a page writer fills in.

Each is a frozen dataclass so that a misspelt part is an error here and not a gap on the page. Words and links only:
no HTML, no colours but a tag's.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pathway.web.presenters import Tag


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go. `current` marks where the reader is; `count` is shown beside the words."""

    text: str
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, for the header. Signing out is a form, because it changes something."""

    name: str
    role: str = ""
    links: tuple[Link, ...] = ()
    sign_out: str = "/sign-out"


class Audience(StrEnum):
    """Whose page it is: staff get a wide page and a small type, families a narrow one."""

    STAFF = "staff"
    FAMILY = "family"


FOOTER = (
    Link("Help", "/help"),
    Link("Accessibility statement", "/accessibility"),
    Link("Privacy", "/privacy"),
    Link("Cookies", "/cookies"),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around a page: header, navigation, banner, footer, language."""

    title: str = "Autism assessment pathway"
    partnership: str = "Moorshire SEND local area partnership"
    home: str = "/"
    account: Account | None = None
    navigation: tuple[Link, ...] = ()
    banner: str = ""
    footer: tuple[Link, ...] = FOOTER
    audience: Audience = Audience.STAFF
    language: str = "en-GB"
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of a table. `sort` is the address that sorts by it; `sorted_as` is "ascending" or "descending"."""

    heading: str
    numeric: bool = False
    sort: str = ""
    sorted_as: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick in a row of a table, inside a form: what is sent, and whom or what it is about."""

    name: str
    value: str
    label: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: words, perhaps a link, a second smaller line, a tag, a box to tick. `nowrap` keeps it on one line."""

    text: str = ""
    href: str = ""
    note: str = ""
    tag: Tag | None = None
    nowrap: bool = False
    tick: Tick | None = None


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table with a caption that names it. `cards` shows each row as a card on a phone."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption_hidden: bool = False
    cards: bool = False
    empty: str = "None found."


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Keyset pagination: there is a previous or next page where there is an address for it."""

    previous: str = ""
    next: str = ""
    name: str = "Pages"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact on one line: "Date of birth", "3 April 2012"."""

    name: str
    value: str
    nowrap: bool = False


@dataclass(frozen=True, slots=True)
class IdentityBar:
    """Which child this page is about: on every page of a record, so that nobody writes in the wrong one."""

    name: str
    facts: tuple[Fact, ...]
    tags: tuple[Tag, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockCard:
    """One clock: its figure, what the figure means against the limit, and the way to its arithmetic."""

    title: str
    figure: str
    detail: str
    tag: Tag
    explain: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: what, when, who, and a few words. Struck out, it says why and stays readable."""

    title: str
    when: str
    who: str
    words: str = ""
    flag: bool = False
    struck: str = ""
    href: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """A filter in force, with the address of the same list without it."""

    name: str
    value: str
    remove: str


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """A GET form that narrows a list. `keep` are pairs sent along unseen, such as the order."""

    action: str
    title: str = "Filter"
    chosen: tuple[ChosenFilter, ...] = ()
    clear: str = ""
    keep: tuple[tuple[str, str], ...] = field(default=())
    submit: str = "Update results"


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer of a summary list, with the link that changes it."""

    name: str
    value: str
    change: str = ""
    change_text: str = "Change"
    nowrap: bool = False
