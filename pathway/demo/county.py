"""The organisations and accounts of Moorshire, each with its own fixed number, so that facts can name them at once."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from pathway.demo import names, places
from pathway.domain.roles import Actor, Door, Role

COUNCIL, ICB, COUNTY_TEAM, NORTH_TEAM, PAEDIATRICS, HARBOUR = 1, 2, 3, 4, 5, 6
_FIRST_SCHOOL: Final = 101
_FIRST_SURGERY: Final = 301

PROVIDERS: Final = {
    COUNTY_TEAM: "Moorshire Children’s Autism Team",
    NORTH_TEAM: "North Moorshire Neurodevelopmental Service",
    PAEDIATRICS: "Moorshire Community Paediatrics (under 5s)",
    HARBOUR: "Harbour Assessments",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the county. `town` is where a school is."""

    id: int
    kind: str
    name: str
    ods_code: str | None = None
    urn: str | None = None
    town: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who works here, or a family of the stories. `persona` is what the sign-in page says of them."""

    id: int
    login: str
    name: str
    role: Role
    organisation_id: int | None
    persona: str | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.role, self.organisation_id or 0, Door.WEB, self.name)


@dataclass(frozen=True, slots=True)
class County:
    """Who there is. `staff` holds the accounts by organisation and role; the first of each is the persona."""

    organisations: tuple[Organisation, ...]
    accounts: tuple[Account, ...]
    staff: dict[tuple[int, Role], tuple[Actor, ...]]
    schools: tuple[Organisation, ...]
    surgeries: tuple[Organisation, ...]

    def account(self, login: str) -> Account:
        return next(account for account in self.accounts if account.login == login)

    def actor(self, login: str) -> Actor:
        return self.account(login).actor


# login, role, organisation, what the sign-in page says. Those without a persona are colleagues.
_PERSONAS: Final = (
    ("senco", "Rosa Tremlett", Role.SENCO, 101, "SENCO at a primary school: refer a child, see where your pupils are"),
    ("gp", "Dr Imran Qureshi", Role.REFERRER, 301, "GP: refer a child"),
    ("triage", "Megan Pascoe", Role.TRIAGE, COUNTY_TEAM, "Triage clinician: decide on referrals"),
    ("clinician", "Dr Ade Balogun", Role.CLINICIAN, COUNTY_TEAM, "Clinician: assess, decide, give feedback"),
    ("coordinator", "Jo Westcott", Role.COORDINATOR, COUNTY_TEAM, "Case coordinator: book, chase, keep families told"),
    ("lead", "Helen Chugg", Role.PROVIDER_LEAD, COUNTY_TEAM, "Provider lead: waits, breaches, hand-overs, imports"),
    ("harbour-lead", "Victor Lam", Role.PROVIDER_LEAD, HARBOUR, "Lead of a second provider: accept hand-overs"),
    ("officer", "Priya Nair", Role.SEND_OFFICER, COUNCIL, "SEND officer: EHC assessments and annual reviews"),
    ("commissioner", "Grace Osei", Role.COMMISSIONER, ICB, "Commissioner: figures and thresholds, no child"),
    ("privacy", "Martin Heard", Role.PRIVACY, COUNCIL, "Information governance: who looked at what, sealing"),
)  # fmt: skip

_STAFFING: Final = {
    COUNTY_TEAM: {Role.TRIAGE: 3, Role.CLINICIAN: 8, Role.COORDINATOR: 5, Role.PROVIDER_LEAD: 1},
    NORTH_TEAM: {Role.TRIAGE: 2, Role.CLINICIAN: 5, Role.COORDINATOR: 3, Role.PROVIDER_LEAD: 1},
    PAEDIATRICS: {Role.TRIAGE: 1, Role.CLINICIAN: 4, Role.COORDINATOR: 2, Role.PROVIDER_LEAD: 1},
    HARBOUR: {Role.TRIAGE: 1, Role.CLINICIAN: 4, Role.COORDINATOR: 2, Role.PROVIDER_LEAD: 1},
    COUNCIL: {Role.SEND_OFFICER: 8},
}


@cache
def moorshire() -> County:
    """The county; always the same."""
    schools, surgeries = _schools(), _surgeries()
    organisations = (
        Organisation(COUNCIL, "council", "Moorshire County Council", "ZMC01"),
        Organisation(ICB, "icb", "NHS Moorshire Integrated Care Board", "ZMI"),
        *(Organisation(id, "provider", name, f"ZMP{id:02}") for id, name in PROVIDERS.items()),
        *schools,
        *surgeries,
    )
    accounts = _accounts(schools, surgeries)
    staff: dict[tuple[int, Role], tuple[Actor, ...]] = {}
    for account in accounts:
        key = (account.organisation_id or 0, account.role)
        staff[key] = (*staff.get(key, ()), account.actor)
    return County(organisations, accounts, staff, schools, surgeries)


def _schools() -> tuple[Organisation, ...]:
    """Five to a town, 120 in all. The first is the one whose SENCO the demonstration shows."""
    found = [("Castle Primary School", 1)]
    for town, title in enumerate(places.TOWNS):
        for form in range(len(places.SCHOOL_FORMS)):
            n = town * 5 + form
            saint, tree = places.SAINTS[n % len(places.SAINTS)], places.TREES[(n * 3) % len(places.TREES)]
            found.append((places.SCHOOL_FORMS[form].format(town=title, saint=saint, tree=tree), town))
    return tuple(
        Organisation(_FIRST_SCHOOL + n, "school", name, urn=str(990001 + n), town=town)
        for n, (name, town) in enumerate(found[:120])
    )


def _surgeries() -> tuple[Organisation, ...]:
    return tuple(
        Organisation(_FIRST_SURGERY + n, "gp", name, f"Z{99001 + n}", town=n % len(places.TOWNS))
        for n, name in enumerate(places.SURGERIES)
    )


def _accounts(schools: tuple[Organisation, ...], surgeries: tuple[Organisation, ...]) -> tuple[Account, ...]:
    random = Random("the people who work in Moorshire")  # noqa: S311
    found = [
        Account(n, login, name, role, organisation, persona)
        for n, (login, name, role, organisation, persona) in enumerate(_PERSONAS, 1)
    ]
    taken = {(account.organisation_id, account.role) for account in found}
    wanted = [(o, role, n) for o, roles in _STAFFING.items() for role, n in roles.items()]
    wanted += [(s.id, Role.SENCO, 1) for s in schools] + [(g.id, Role.REFERRER, 1) for g in surgeries]
    for organisation, role, how_many in wanted:
        for n in range(how_many - ((organisation, role) in taken)):
            drawn = names.draw(random, woman := random.random() < 0.8)
            name = f"{names.adult(random, drawn.heritage, woman)} {drawn.family}"
            login = f"{role.value}-{organisation}-{n + 1}"
            found.append(Account(len(found) + 1, login, name, role, organisation))
    return tuple(found)
