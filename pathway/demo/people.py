"""Children and those who care for them. Nobody here is anybody: no number, address or telephone can reach a person.

NHS numbers are in the range 999 000 0000 to 999 999 9999, which is never issued; telephone numbers are those that Ofcom
keeps for drama; mail goes to example.com (RFC 2606); the postcode area MZ and the streets do not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from pathway.demo import names, places
from pathway.demo.county import County, Organisation
from pathway.domain.identifiers import NhsNumber, Postcode, Upn
from pathway.domain.ids import time_ordered_id
from pathway.domain.names import normalise_name
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.store.loader_facts import LoadedCarer, LoadedChild

_TOWN_WEIGHTS: Final = tuple(24 - n for n in range(len(places.TOWNS)))
_AGES: Final = {
    2: 3,
    3: 7,
    4: 9,
    5: 10,
    6: 11,
    7: 11,
    8: 10,
    9: 9,
    10: 8,
    11: 7,
    12: 6,
    13: 5,
    14: 4,
    15: 3,
    16: 2,
}
_NEEDS: Final = ("large_print", "no_calls", "british_sign_language", "easy_read")
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Person:
    """A child with their town and school (none for some under 5, and for those taught at home)."""

    child: LoadedChild
    town: int
    school: Organisation | None

    @property
    def is_numbered(self) -> bool:
        """Whether the NHS number is known: without it, nobody can tell that a second referral is the same child's."""
        return self.child.details.nhs_number is not None

    @property
    def birth_date(self) -> date:
        return self.child.details.birth_date


def nhs_numbers(first: int = 0) -> Iterator[NhsNumber]:
    """Every NHS number of the range kept for tests that has a valid check digit, from the `first` on."""
    for nine in range(999_000_100 + first, 1_000_000_000):
        text = str(nine)
        total = sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=True))
        check = (11 - total % 11) % 11
        if check != 10 and f"{text}{check}" != "9" * 10:
            yield NhsNumber(f"{text}{check}")


def upn(n: int) -> Upn:
    """A unique pupil number of the fictional authority 999, with its check letter."""
    digits = f"999{n % 10**9:09}"
    weighted = sum(int(digit) * place for place, digit in enumerate(digits, 2))
    return Upn(_UPN_LETTERS[weighted % 23] + digits)


def drama_phone(random: Random, mobile: bool = True) -> str:
    """A number of Ofcom's ranges for drama."""
    return f"+447700900{random.randrange(1000):03}" if mobile else f"+441632960{random.randrange(1000):03}"


def postcode(random: Random, town: int) -> Postcode:
    letters = "".join(random.choices(places.INWARD_LETTERS, k=2))
    return Postcode(f"MZ{town + 1} {random.randrange(1, 10)}{letters}")


class Population:
    """Makes children one after the other, each with a number of their own."""

    def __init__(self, random: Random, county: County) -> None:
        self._random, self._county = random, county
        self._numbers = nhs_numbers()
        self._made = 0
        self._schools = {
            town: tuple(s for s in county.schools if s.town == town) for town in range(len(places.TOWNS))
        }

    def person(self, known_from: datetime, today: date) -> Person:
        """A child first heard of at `known_from`, of an age at which children are referred."""
        random = self._random
        self._made += 1
        day = known_from.date()
        age = random.choices(tuple(_AGES), tuple(_AGES.values()))[0]
        born = day - timedelta(days=age * 365 + age // 4 + random.randrange(365))
        girl = random.random() < 0.34
        drawn = names.draw(random, girl)
        town = random.choices(range(len(places.TOWNS)), _TOWN_WEIGHTS)[0]
        school = self._school(town, age)
        details = ChildDetails(
            drawn.first, drawn.family, born,
            nhs_number=next(self._numbers) if random.random() < 0.985 else None,
            upn=upn(self._made) if school is not None and random.random() < 0.9 else None,
            sex="female" if girl else "male", language=drawn.language,
            interpreter=drawn.language != "en" and random.random() < 0.5,
            looked_after=random.random() < 0.025,
            address=(f"{random.randrange(1, 140)} {random.choice(places.STREETS)}", places.TOWNS[town]),
            postcode=postcode(random, town),
        )  # fmt: skip
        carers = self._carers(drawn, known_from, details.looked_after)
        return Person(LoadedChild(self.id(known_from), details, known_from, carers), town, school)

    def id(self, at: datetime) -> UUID:
        return time_ordered_id(at, self._random.randbytes(10))

    def _school(self, town: int, age: int) -> Organisation | None:
        near = self._schools[town]
        if not near or (age < 4 and self._random.random() < 0.4) or self._random.random() < 0.02:
            return None
        older = [s for s in near if "College" in s.name]
        younger = [s for s in near if "College" not in s.name]
        return self._random.choice((older if age >= 11 else younger) or near)

    def _carers(self, drawn: names.Drawn, at: datetime, looked_after: bool) -> tuple[LoadedCarer, ...]:
        random = self._random
        if looked_after:
            return (self._carer(drawn, at, "foster carer", responsible=False),)
        mother = self._carer(drawn, at, "mother", responsible=True)
        if random.random() < 0.55:
            return (mother, self._carer(drawn, at, "father", responsible=random.random() < 0.9))
        if random.random() < 0.06:
            return (self._carer(drawn, at, "grandparent", responsible=True),)
        return (mother,)

    def _carer(self, drawn: names.Drawn, at: datetime, how: str, *, responsible: bool) -> LoadedCarer:
        random = self._random
        first = names.adult(random, drawn.heritage, how != "father")
        family = drawn.family if random.random() < 0.8 else random.choice(drawn.heritage.families)
        channel = random.choices(("email", "text", "letter", "telephone"), (62, 26, 8, 4))[0]
        details = CarerDetails(
            f"{first} {family}", how,
            email=f"{normalise_name(first)}.{normalise_name(family)}{self._made}@example.com",
            phone=drama_phone(random), channel=channel, language=drawn.language,
            parental_responsibility=responsible,
            needs=(random.choice(_NEEDS),) if random.random() < 0.05 else (),
        )  # fmt: skip
        return LoadedCarer(self.id(at), details)
