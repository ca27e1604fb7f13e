"""How a story is written, and how it becomes facts.

Each line of a story is a fact: how many days before today it happened, what, who recorded it, and its answers. A date in an
answer is written `in:14` or `ago:30`, so that a story is as old tomorrow as it is today; `{transfer_year}` is the year of
the next 15 February.

    210  referral_received   senco        source=school
    205  triage_started      triage
    204  referral_accepted   triage       priority=routine
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from pathway import definitions
from pathway.demo import places
from pathway.demo.county import COUNCIL, COUNTY_TEAM, Account, County
from pathway.demo.people import nhs_numbers
from pathway.domain.ages import birthday
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.definition import Definition, Slot
from pathway.domain.events import BuiltIn
from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.london import LONDON
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.roles import Actor, Door, Role
from pathway.store.loader_facts import Batch, History, LoadedCarer, LoadedChild, RecordedFact

CASTLE_PRIMARY = 101
_STORIES = UUID("5b0c6d4e-6f0e-4f53-9c56-30a1b6f2d7aa")
_SYSTEM = Actor(0, Role.SYSTEM, 0, Door.WORKER)
_FIRST_HOUR = time(9, 30)
_LETTERS = places.INWARD_LETTERS


@dataclass(frozen=True, slots=True)
class Told:
    """One episode of a story. `follows`: the earlier episode it is linked to; `first_date`: how long ago that one began."""

    pathway: str
    lines: str
    follows: int | None = None
    first_date: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A carer of a story, and the persona with which they (or the young person) sign in, where they have one."""

    name: str
    relationship: str = "mother"
    login: str = ""
    persona: str = ""
    responsible: bool = True
    may_be_told: bool = True
    role: Role = Role.FAMILY
    needs: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Story:
    """A child whose story shows one thing. `seen_by`: the personas on whose pages it can be followed."""

    key: str
    shows: str
    seen_by: tuple[str, ...]
    child: str
    age: int
    family: tuple[Family, ...]
    episodes: tuple[Told, ...]
    sex: str = "male"
    days_after_birthday: int | None = None
    school: int | None = CASTLE_PRIMARY
    numbered: bool = True
    looked_after: bool = False
    safe_contact: str = ""
    pronouns: str = ""
    house: str = ""

    @property
    def number(self) -> int:
        """A number of its own, from which birthday and address follow; the same for those of one house."""
        return sum((n + 3) * ord(letter) for n, letter in enumerate(self.house or self.key))

    @property
    def child_id(self) -> UUID:
        return uuid5(_STORIES, self.key)

    def episode_id(self, n: int = 0) -> UUID:
        return uuid5(_STORIES, f"{self.key}/{n}")


def accounts_of(stories: Sequence[Story], county: County) -> tuple[Account, ...]:
    """The accounts of the families, numbered after those of the county; one for each login."""
    first = max(account.id for account in county.accounts) + 1
    found: dict[str, Family] = {}
    for story in stories:
        found |= {one.login: one for one in story.family if one.login and one.login not in found}
    return tuple(
        Account(first + n, login, one.name, one.role, None, one.persona)
        for n, (login, one) in enumerate(found.items())
    )


def told(stories: Sequence[Story], county: County, today: date) -> Batch:
    """The stories as facts, on this day."""
    logins = {account.login: account.id for account in accounts_of(stories, county)}
    numbers = nhs_numbers(-100)
    children = tuple(_child(story, next(numbers), logins, today) for story in stories)
    writer = _Writer(county, today)
    histories = tuple(
        writer.history(story, n, one) for story in stories for n, one in enumerate(story.episodes)
    )
    return Batch(children, histories)


def born(story: Story, today: date) -> date:
    """So many years and days old today."""
    given = story.days_after_birthday
    day = today - timedelta(days=20 + story.number % 320 if given is None else given)
    return birthday(day, -story.age)


def _child(story: Story, number: NhsNumber, logins: dict[str, int], today: date) -> LoadedChild:
    first, family = story.child.split(" ", 1)
    began = max(int(told.lines.split(maxsplit=1)[0]) for told in story.episodes)
    made = _at(today - timedelta(began), 0) - timedelta(minutes=1)
    details = ChildDetails(
        first, family, born(story, today), number if story.numbered else None, sex=story.sex,
        pronouns=story.pronouns, looked_after=story.looked_after, restricted=bool(story.safe_contact),
        safe_contact=story.safe_contact, address=(f"{story.number % 90 + 1} Mill Lane", "Castle Bray"),
        postcode=Postcode(f"MZ2 {story.number % 9 + 1}{_LETTERS[story.number % 20]}{_LETTERS[story.number % 19]}"),
        language=story.family[0].language if story.family else "en",
    )  # fmt: skip
    carers = tuple(_carer(one, logins) for one in story.family)
    return LoadedChild(story.child_id, details, made, carers)


def _carer(one: Family, logins: dict[str, int]) -> LoadedCarer:
    local = one.name.lower().replace(" ", ".").replace("’", "").replace("'", "")
    details = CarerDetails(
        one.name, one.relationship, email=f"{local}@example.com", phone="+447700900123", needs=one.needs,
        parental_responsibility=one.responsible, may_be_told=one.may_be_told, language=one.language,
    )  # fmt: skip
    return LoadedCarer(uuid5(_STORIES, f"carer/{one.name}"), details, logins.get(one.login))


def _at(day: date, n: int) -> datetime:
    local = datetime.combine(day, _FIRST_HOUR, LONDON) + timedelta(minutes=7 * n)
    return local.astimezone(UTC)


class _Writer:
    """Turns lines into facts."""

    def __init__(self, county: County, today: date) -> None:
        self._actors = {account.login: account.actor for account in county.accounts} | {"system": _SYSTEM}
        self._today = today

    def history(self, story: Story, n: int, one: Told) -> History:
        definition = definitions.load(one.pathway)
        facts: list[RecordedFact] = []
        for line in filter(None, map(str.strip, one.lines.splitlines())):
            facts.append(self._fact(story, n, definition, line, facts))
            if len(facts) == 1 and one.follows is not None:
                facts.append(self._link(story, one, facts[0]))
        return History(story.episode_id(n), story.child_id, one.pathway, tuple(facts))

    def _fact(
        self, story: Story, n: int, definition: Definition, line: str, before: Sequence[RecordedFact]
    ) -> RecordedFact:
        ago, kind, who, *answers = shlex.split(line)
        given = dict(answer.split("=", 1) for answer in answers)
        actor, late = self._actors[who], int(given.pop("late", 0))
        day = self._today - timedelta(int(ago))
        target = given.pop("target", None)
        named = next((f.id for f in reversed(before) if f.kind == target), None) if target else None
        fields = {key: self._value(value) for key, value in given.items()}
        if not before:
            fields = {**self._slots(story, definition, kind, actor), **fields}
        step = definition.steps.get(kind)
        free = {f.key for f in step.fields if f.type.is_free_text} if step else {"reason"}
        return RecordedFact(
            kind, day, _at(day + timedelta(late), len(before)), actor,
            uuid5(_STORIES, f"{story.key}/{n}/{len(before)}"),
            {key: value for key, value in fields.items() if key not in free},
            {key: value for key, value in fields.items() if key in free},
            target=named,
        )  # fmt: skip

    def _slots(self, story: Story, definition: Definition, kind: str, actor: Actor) -> dict[str, str]:
        filled = {
            Slot.REFERRER: actor.organisation_id, Slot.PROVIDER: COUNTY_TEAM, Slot.COUNCIL: COUNCIL,
            Slot.SCHOOL: story.school,
        }  # fmt: skip
        asked = {field.key for field in definition.steps[kind].fields}
        found = {slot.value: str(value) for slot, value in filled.items() if value and slot.value in asked}
        return found | ({"source": "school", "family_agrees": "yes"} if "source" in asked else {})

    def _link(self, story: Story, one: Told, first: RecordedFact) -> RecordedFact:
        fields = {"episode": str(story.episode_id(one.follows or 0))}
        if one.first_date is not None:
            fields[ORIGINAL_START] = str(self._today - timedelta(one.first_date))
        at = first.recorded_at + timedelta(milliseconds=1)
        return RecordedFact(
            BuiltIn.LINKED.value, first.happened_on, at, first.actor, first.request_id, fields, n=1
        )

    def _value(self, text: str) -> str:
        """A day relative to today, or the text itself."""
        if text == "{transfer_year}":  # the next 15 February
            return str(self._today.year + (self._today >= date(self._today.year, 2, 15)))
        way, _, days = text.partition(":")
        if way in ("in", "ago") and days.isdigit():
            return str(self._today + timedelta(int(days)) * (1 if way == "in" else -1))
        return text


def every_line(stories: Sequence[Story]) -> Iterator[tuple[Story, str]]:
    """Each line of each story, for the tests."""
    for story in stories:
        for one in story.episodes:
            for line in filter(None, map(str.strip, one.lines.splitlines())):
                yield story, line
