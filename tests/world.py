"""A small area for tests: a council, an ICB, two providers, two schools, a GP, and an account for each role.

Everything is made through the product's own doors; only organisations and accounts, which no action makes, are inserted.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID, uuid4

from pathway import definitions
from pathway.actions.area import Area
from pathway.actions.episode_change import Changed
from pathway.actions.perform import Asking
from pathway.actions.record_step import record_step
from pathway.actions.refer import Referred, refer
from pathway.definitions.calendar import england
from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.referral import CarerDetails, ChildDetails, Referral
from pathway.domain.roles import Actor, Door, Role
from pathway.store.engine import Database
from pathway.store.keys import AreaKey
from pathway.store.pathways import Pathways
from pathway.store.scopes import WRITER

TODAY = date(2026, 11, 24)

ORGANISATIONS = {
    "council": ("council", "Moorshire County Council"),
    "icb": ("icb", "NHS Moorshire Integrated Care Board"),
    "provider": ("provider", "Moorshire Children's Autism Team"),
    "other_provider": ("provider", "Harbour Assessments"),
    "school": ("school", "Castle Primary School"),
    "other_school": ("school", "Ferry Road School"),
    "gp": ("gp", "Market Street Surgery"),
}
ACCOUNTS = {
    "senco": (Role.SENCO, "school"),
    "other_senco": (Role.SENCO, "other_school"),
    "gp": (Role.REFERRER, "gp"),
    "triage": (Role.TRIAGE, "provider"),
    "clinician": (Role.CLINICIAN, "provider"),
    "coordinator": (Role.COORDINATOR, "provider"),
    "lead": (Role.PROVIDER_LEAD, "provider"),
    "other_lead": (Role.PROVIDER_LEAD, "other_provider"),
    "other_clinician": (Role.CLINICIAN, "other_provider"),
    "officer": (Role.SEND_OFFICER, "council"),
    "commissioner": (Role.COMMISSIONER, "icb"),
    "privacy": (Role.PRIVACY, "council"),
    "family": (Role.FAMILY, None),
    "other_family": (Role.FAMILY, None),
}


def nhs_number(n: int) -> NhsNumber:
    """The nth number of the 999 range that has a valid check digit; never anyone's."""
    found = itertools.islice(_numbers(), n, n + 1)
    return next(found)


def _numbers() -> itertools.chain[NhsNumber]:
    def each() -> "itertools.chain[NhsNumber]":
        return itertools.chain.from_iterable(map(_with_digit, range(999_000_001, 999_999_999)))

    return each()


def _with_digit(nine: int) -> tuple[NhsNumber, ...]:
    total = sum(int(d) * w for d, w in zip(str(nine), range(10, 1, -1), strict=True))
    digit = (11 - total % 11) % 11
    return () if digit == 10 else (NhsNumber.parse(f"{nine}{digit}"),)


@dataclass(frozen=True)
class World:
    """The area, its organisations and accounts by name, and short ways to do what people do."""

    area: Area
    org: Mapping[str, int]
    actors: Mapping[str, Actor]
    _children: itertools.count = field(default_factory=itertools.count)  # type: ignore[type-arg]

    def asking(self, who: str, version: int | None = None, request: UUID | None = None) -> Asking:
        return Asking(self.actors[who], request or uuid4(), version)

    def on(self, day: date) -> "World":
        """The same world on another day."""
        now = datetime.combine(day, time(12), UTC)
        return replace(self, area=replace(self.area, now=lambda: now))

    def child(self, **changes: object) -> ChildDetails:
        """A child no other test shares: a number and a name of their own."""
        n = next(self._children)
        given = {
            "first_name": f"Amira{n}",
            "family_name": f"Stone{n}",
            "birth_date": date(2018, 5, 1),
            "nhs_number": nhs_number(n),
            "postcode": Postcode.parse("EX1 1AA"),
            "address": (f"{n} Mill Lane",),
        }
        return ChildDetails(**{**given, **changes})  # type: ignore[arg-type]

    async def refer(
        self, who: str = "senco", received_on: date = date(2026, 3, 3), child: ChildDetails | None = None,
        pathway: str = "autism", request: UUID | None = None, carers: tuple[CarerDetails, ...] | None = None,
        **answers: str,
    ) -> Referred:  # fmt: skip
        carer = CarerDetails(
            "Nadia Stone", "mother", email="nadia.stone@example.com", parental_responsibility=True
        )
        referral = Referral(
            pathway, child or self.child(), received_on, (carer,) if carers is None else carers,
            {**first_answers(pathway), **answers}, school_id=self.org["school"],
        )  # fmt: skip
        return await refer(self.area, self.asking(who, request=request), referral)

    async def step(
        self, who: str, episode: UUID, step: str, on: date, version: int | None = None,
        request: UUID | None = None, **answers: str,
    ) -> Changed:  # fmt: skip
        return await record_step(self.area, self.asking(who, version, request), episode, step, on, answers)


def first_answers(pathway: str) -> dict[str, str]:
    """The least that the first step of a pathway must be told, from its own definition."""
    definition = definitions.load(pathway)
    slots = {"referrer", "school", "provider", "council"}
    return {
        f.key: least(f.type.value, f.options[0].key if f.options else "")
        for f in definition.steps[definition.first_step].fields
        if f.required and f.key not in slots
    }


def least(kind: str, option: str) -> str:
    """An acceptable answer to a field of this type."""
    return {"choice": option, "yes_no": "yes", "date": "2026-01-05", "number": "1"}.get(kind, "As agreed.")


async def make_world(database: Database, key_folder: Path, today: date = TODAY) -> World:
    """Insert the organisations, accounts, routes and definitions, and give the area."""
    now = datetime.combine(today, time(12), UTC)
    area = Area(database, Pathways(), england(), AreaKey.from_file(key_folder / "area.key"), now=lambda: now)
    async with database.transaction(WRITER) as tx:
        org: dict[str, int] = {}
        for name, (kind, title) in ORGANISATIONS.items():
            org[name] = await tx.fetchval(
                "INSERT INTO organisation (kind, name) VALUES ($1, $2) RETURNING id", kind, title
            )
        actors: dict[str, Actor] = {}
        for login, (role, at) in ACCOUNTS.items():
            account = await tx.fetchval(
                "INSERT INTO account (login, name, role, organisation_id) VALUES ($1, $2, $3, $4) RETURNING id",
                login, login.replace("_", " ").title(), role.value, org[at] if at else None,
            )  # fmt: skip
            actors[login] = Actor(account, role, org[at] if at else 0, Door.WEB)
        for pathway in definitions.load_all():
            await area.pathways.store(tx, definitions.load(pathway), definitions.source(pathway))
            await tx.execute(
                "INSERT INTO pathway_route (pathway, provider_id, council_id) VALUES ($1, $2, $3)",
                pathway, org["provider"], org["council"],
            )  # fmt: skip
    return World(area, org, actors)
