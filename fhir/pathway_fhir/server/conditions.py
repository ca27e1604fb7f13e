"""Search parameters that the database answers: each builder turns one value into a condition on the source's columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pathway.domain.names import normalise_name
from pathway.store.exchange_search import AllOf, AnyOf, Condition, Criterion, Test
from pathway_fhir.ids import number_in
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.asked import Given
from pathway_fhir.server.values import Span, reference_key, span, token
from pathway_fhir.vocabulary import systems

Build = Callable[[str, str], Condition]
"""From the modifier and one value to what must hold."""
NOTHING: Final = AnyOf(())
EVERYTHING: Final = AllOf(())
NOT: Final = frozenset({"not"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter of a type: its kind and words for the CapabilityStatement, its modifiers, and how it is answered."""

    kind: str
    says: str
    build: Build
    modifiers: frozenset[str] = frozenset()


def condition_of(given: Given, parameter: Parameter) -> Condition:
    """All alternatives of one parameter. `:not` holds where none of them does."""
    if given.modifier == "missing":
        return parameter.build("missing", given.values[0])
    parts = tuple(parameter.build(given.modifier, value) for value in given.values)
    return AllOf(parts) if given.modifier == "not" else AnyOf(parts)


def identifier(columns: Mapping[str, str]) -> Parameter:
    """A token on identifiers: each system has a column."""

    def build(modifier: str, value: str) -> Condition:
        if modifier == "missing":
            missing = tuple(_missing(column, value) for column in columns.values())
            return AnyOf(missing) if value == "false" else AllOf(missing)
        asked = token(value)
        chosen = [c for system, c in columns.items() if asked.system in (None, system)]
        if not asked.code:  # any value of the system
            return AnyOf(tuple(Criterion(column, Test.PRESENT) for column in chosen))
        return AnyOf(tuple(Criterion(column, Test.IS, [asked.code]) for column in chosen))

    return Parameter(
        "token",
        "An identifier, as system|value. Send it by POST: it names a child.",
        build,
        frozenset({"missing"}),
    )


def key(column: str, says: str = "The logical id.") -> Parameter:
    def build(modifier: str, value: str) -> Condition:
        found = reference_key(value, "")
        return Criterion(column, Test.IS, [found]) if found else NOTHING

    return Parameter("token", says, build)


def reference(resource_type: str, column: str, by_number: str = "", says: str = "") -> Parameter:
    """A reference by id; by the NHS number of what it points at where there is a column for it."""

    def build(modifier: str, value: str) -> Condition:
        if modifier == "identifier":
            asked = token(value)
            there = asked.system in (None, systems.NHS_NUMBER)
            return Criterion(by_number, Test.IS, [asked.code]) if there else NOTHING
        found = reference_key(value, resource_type)
        return Criterion(column, Test.IS, [found]) if found else NOTHING

    modifiers = {resource_type} | ({"identifier"} if by_number else set())
    return Parameter(
        "reference", says or f"The {resource_type} that it is about.", build, frozenset(modifiers)
    )


def organisation(column: str, says: str) -> Parameter:
    """An organisation by its number here."""

    def build(modifier: str, value: str) -> Condition:
        kind, _, number = value.rstrip("/").rpartition("/")
        found = number_in(number) if kind.rpartition("/")[2] in ("", "Organization") else None
        return Criterion(column, Test.IS, [found]) if found else NOTHING

    return Parameter("reference", says, build, frozenset({"Organization"}))


def words(column: str, exact: str, says: str) -> Parameter:
    """A string: what begins so, whatever the case and the accents; `:exact`, `:contains`."""

    def build(modifier: str, value: str) -> Condition:
        if modifier == "exact":
            return Criterion(exact, Test.IS, [value])
        plain = normalise_name(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        if not plain:
            return NOTHING
        return Criterion(column, Test.STARTS, [f"%{plain}%" if modifier == "contains" else f"{plain}%"])

    return Parameter("string", says, build, frozenset({"exact", "contains"}))


def either(first: str, second: str, says: str) -> Parameter:
    """A string that one of two columns begins with."""
    one, other = (words(column, column, says) for column in (first, second))

    def build(modifier: str, value: str) -> Condition:
        return AnyOf((one.build(modifier, value), other.build(modifier, value)))

    return Parameter("string", says, build, frozenset({"contains"}))


def day(column: str, says: str) -> Parameter:
    """A date column."""
    return _date(column, says, "date", lambda s: (s.first_day, s.day_after))


def moment(column: str, says: str) -> Parameter:
    """A column with date and time."""
    return _date(column, says, column, lambda s: (s.start, s.end))


def _date(column: str, says: str, name: str, ends: Callable[[Span], tuple[object, object]]) -> Parameter:
    def build(modifier: str, value: str) -> Condition:
        if modifier == "missing":
            return _missing(column, value)
        asked = span(value, name)
        start, end = ends(asked)
        match asked.prefix:
            case "ge":
                return Criterion(column, Test.FROM, start)
            case "gt" | "sa":
                return Criterion(column, Test.FROM, end)
            case "lt" | "eb":
                return Criterion(column, Test.BEFORE, start)
            case "le":
                return Criterion(column, Test.BEFORE, end)
            case "ne":
                return AnyOf((Criterion(column, Test.BEFORE, start), Criterion(column, Test.FROM, end)))
        return AllOf((Criterion(column, Test.FROM, start), Criterion(column, Test.BEFORE, end)))

    return Parameter("date", says, build, frozenset({"missing"}))


def code(
    column: str, says: str, meaning: Callable[[str], Sequence[str]], within: str | None = None
) -> Parameter:
    """A code that stands for values of a column. `within` is its system, where it has one."""

    def build(modifier: str, value: str) -> Condition:
        asked = token(value)
        known = within is None or asked.system in (None, within)
        values = list(meaning(asked.code)) if known else []
        return Criterion(column, Test.IS_NOT if modifier == "not" else Test.IS, values)

    return Parameter("token", says, build, frozenset({"not"}))


def codes(columns: Mapping[str, str], says: str) -> Parameter:
    """A code of one of several systems, each of which has a column."""

    def build(modifier: str, value: str) -> Condition:
        asked = token(value)
        chosen = [column for system, column in columns.items() if asked.system in (None, system)]
        if modifier == "not":
            return AllOf(tuple(Criterion(column, Test.IS_NOT, [asked.code]) for column in chosen))
        return AnyOf(tuple(Criterion(column, Test.IS, [asked.code]) for column in chosen))

    return Parameter("token", says, build, frozenset({"not"}))


def _missing(column: str, value: str) -> Criterion:
    if value not in ("true", "false"):
        raise Refused.because(400, IssueType.VALUE, "“:missing” is true or false.")
    return Criterion(column, Test.MISSING if value == "true" else Test.PRESENT)


SUBJECT: Final = {name: reference("Patient", "child", "nhs_number") for name in ("patient", "subject")}
"""The two names by which a child is asked for."""
