"""People, referrals and facts for the property tests of the mappings: every value that the domain allows, none real."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from pathway.definitions import load_all
from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway.domain.events import Event
from pathway.domain.roles import Role
from pathway.domain.told import (
    CarerTold,
    ChildTold,
    EpisodeTold,
    FactTold,
    NumberStatus,
    OrganisationTold,
    PersonTold,
)
from pathway_fhir.vocabulary import people

TODAY = date(2026, 11, 26)
DEFINITIONS = load_all()
AUTISM = DEFINITIONS["autism"]

ids = st.uuids(version=4)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 26), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2019, 1, 1), TODAY)
_letters = st.characters(categories=["L", "N"], include_characters="'’-")
lines = st.lists(st.text(_letters, min_size=1, max_size=12), min_size=1, max_size=3).map(" ".join)
maybe_line = st.just("") | lines


def nhs_number(nine: int) -> str | None:
    """The number of these nine digits, or None where it would never be issued."""
    digits = f"{nine:09}"
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else f"{digits}{check % 11}"


numbers = st.integers(999_000_000, 999_999_998).map(nhs_number).filter(bool)
upns = st.sampled_from([None, "H801200001001"])


organisations = st.builds(
    OrganisationTold,
    id=st.integers(1, 999_999),
    kind=st.sampled_from(["council", "icb", "provider", "school", "gp", "other"]),
    name=lines,
    ods_code=st.none() | st.from_regex(r"[A-Z][A-Z0-9]{2,7}", fullmatch=True),
    urn=st.none() | st.integers(100_000, 999_999).map(str),
)
staff = st.builds(
    PersonTold,
    account_id=st.integers(1, 999_999),
    name=lines,
    role=st.sampled_from(Role),
    organisation=st.none() | organisations,
)


@st.composite
def children(draw: st.DrawFn, restricted: bool | None = None) -> ChildTold:
    hidden = draw(st.booleans()) if restricted is None else restricted
    return ChildTold(
        id=draw(ids),
        version=draw(st.integers(1, 500)),
        changed_at=draw(moments),
        first_name=draw(lines),
        family_name=draw(lines),
        birth_date=draw(days),
        sex=draw(st.sampled_from(sorted(people.GENDER))),
        language=draw(st.sampled_from(["en", "bfi", "cy", "mis", "yue"])),
        interpreter=draw(st.booleans()),
        nhs_number=draw(st.none() | numbers),
        number_status=draw(st.sampled_from(NumberStatus)),
        upn=draw(upns),
        restricted=hidden,
        address=() if hidden else tuple(draw(st.lists(lines, max_size=4))),
        postcode=None if hidden else draw(st.sampled_from([None, "EX1 1AA", "GIR 0AA", "ZZ99 3VZ"])),
        died_on=draw(st.none() | days),
        merged_into=draw(st.none() | ids),
    )


carers = st.builds(
    CarerTold,
    child_id=ids,
    carer_id=ids,
    name=lines,
    relationship=lines | st.sampled_from(sorted(people.RELATIONSHIPS)),
    changed_at=moments,
    parental_responsibility=st.booleans(),
    may_be_told=st.booleans(),
    active=st.booleans(),
    email=st.sampled_from([None, "nadia.stone@example.com"]),
    phone=st.sampled_from([None, "+441632960001", "+447700900982"]),
    channel=st.sampled_from(sorted(people.CONTACT_METHODS)),
    language=st.sampled_from(["en", "bfi", "cy"]),
    needs=st.lists(st.sampled_from(sorted(people.NEEDS)), unique=True).map(tuple),
)

_FREE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)


def _value(item: Field) -> st.SearchStrategy[str]:
    match item.type:
        case FieldType.CHOICE:
            return st.sampled_from([option.key for option in item.options])
        case FieldType.YES_NO:
            return st.sampled_from(["yes", "no"])
        case FieldType.DATE:
            return days.map(date.isoformat)
        case FieldType.NUMBER | FieldType.ORGANISATION:
            return st.integers(1, 9_999).map(str)
    return _FREE.map(lambda text: text[: item.max_length])


@st.composite
def answers(draw: st.DrawFn, step: Step) -> dict[str, str]:
    given = [item for item in step.fields if item.required or draw(st.booleans())]
    return {item.key: draw(_value(item)) for item in given}


@st.composite
def facts(draw: st.DrawFn, step: Step, struck: bool | None = None) -> FactTold:
    given = draw(answers(step))
    free = {item.key for item in step.fields if item.type.is_free_text}
    event = Event(
        id=draw(ids),
        kind=step.key,
        happened_on=draw(days),
        sequence=draw(st.integers(1, 99)),
        fields={key: value for key, value in given.items() if key not in free},
        recorded_at=draw(moments),
    )
    return FactTold(
        episode_id=draw(ids),
        child_id=draw(ids),
        event=event,
        title=step.title,
        step=step,
        by=draw(st.none() | staff),
        texts={key: value for key, value in given.items() if key in free},
        struck=draw(st.booleans()) if struck is None else struck,
    )


@st.composite
def episodes(draw: st.DrawFn, definition: Definition | None = None, **given: Any) -> EpisodeTold:
    of = definition or draw(st.sampled_from(list(DEFINITIONS.values())))
    stage = given.pop("stage", None) or draw(st.sampled_from(list(of.stages.values())))
    hidden = given.pop("restricted", None)
    hidden = draw(st.booleans()) if hidden is None else hidden
    placed = st.none() if hidden else st.none() | organisations
    told: dict[str, Any] = {
        "id": draw(ids),
        "child_id": draw(ids),
        "definition": of,
        "stage": stage,
        "version": draw(st.integers(1, 500)),
        "changed_at": draw(moments),
        "opened_on": draw(days),
        "started_on": draw(days),
        "closure": draw(st.sampled_from(["", *of.closures])) if stage.closed else "",
        "provider": draw(placed),
        "council": draw(placed),
        "school": draw(placed),
        "referrer": draw(placed),
        "side_states": tuple(draw(st.lists(st.sampled_from(list(of.side_states)), unique=True)))
        if of.side_states
        else (),
        "priority": draw(st.sampled_from(["", "routine", "soon", "urgent"])),
        "restricted": hidden,
        "nhs_number": draw(st.none() | numbers),
    }
    return EpisodeTold(**{**told, **given})


def walk(element: object, path: str = "") -> list[tuple[str, object]]:
    """Every name in a resource, with what it holds."""
    if isinstance(element, dict):
        return [(name, value) for name, value in element.items()] + [
            found for value in element.values() for found in walk(value)
        ]
    if isinstance(element, list):
        return [found for value in element for found in walk(value)]
    return []
