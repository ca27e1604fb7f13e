"""Scopes: what is read is what is allowed, one form for each meaning, and what two lists share or add up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway_fhir.access.scopes import Interaction, Scopes, UnreadableScope, parse

LETTERS: tuple[Interaction, ...] = ("c", "r", "u", "d", "s")
TYPES = ("Patient", "Task", "ServiceRequest", "Appointment")
OTHER = "Observation"

letters = st.sets(st.sampled_from(LETTERS), min_size=1).map(lambda s: "".join(x for x in LETTERS if x in s))
behind = letters | st.sampled_from(["read", "write", "*"])
one = st.builds("system/{}.{}".format, st.sampled_from(("*", *TYPES)), behind)
lists = st.lists(one, max_size=6).map(" ".join)
MEANS = {"read": "rs", "write": "cud", "*": "cruds"}


def allowed(found: Scopes) -> set[tuple[str, str]]:
    """Everything that is allowed, of the kinds named in these tests and of one that is never named."""
    return {(t, x) for t in (*TYPES, OTHER) for x in LETTERS if found.allows(t, x)}


def meant(text: str) -> set[tuple[str, str]]:
    """The same, read by hand."""
    found = set()
    for word in text.split():
        name, _, what = word.removeprefix("system/").partition(".")
        kinds = (*TYPES, OTHER) if name == "*" else (name,)
        found |= {(t, x) for t in kinds for x in MEANS.get(what, what)}
    return found


@given(lists)
def test_what_is_read_is_what_is_allowed(text: str) -> None:
    assert allowed(parse(text)) == meant(text)


@given(lists, lists)
def test_two_lists_share_what_both_allow_and_add_up_to_what_either_allows(one: str, other: str) -> None:
    first, second = parse(one), parse(other)
    assert allowed(first & second) == allowed(first) & allowed(second)
    assert allowed(first | second) == allowed(first) | allowed(second)


@given(lists, lists)
def test_two_lists_are_equal_if_and_only_if_they_allow_the_same(one: str, other: str) -> None:
    assert (parse(one) == parse(other)) is (meant(one) == meant(other))


@given(lists)
def test_what_is_printed_is_read_again_as_it_was(text: str) -> None:
    found = parse(text)
    assert parse(str(found)) == found
    assert parse(" ".join(found.listed())) == found
    assert bool(found) is bool(meant(text))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("system/Patient.rs", "system/Patient.rs"),
        ("system/*.rs", "system/*.rs"),
        ("system/ServiceRequest.cruds", "system/ServiceRequest.cruds"),
        ("system/Patient.read", "system/Patient.rs"),
        ("system/Patient.write", "system/Patient.cud"),
        ("system/*.*", "system/*.cruds"),
        ("system/Patient.r system/Patient.s", "system/Patient.rs"),
        ("system/Patient.cud system/*.rs", "system/*.rs system/Patient.cruds"),
        ("system/Patient.r system/*.rs", "system/*.rs"),
        ("", ""),
    ],
)
def test_scopes_are_printed_in_version_2_and_the_shortest_form(text: str, printed: str) -> None:
    assert str(parse(text)) == printed


@pytest.mark.parametrize(
    "text",
    [
        "patient/Patient.rs", "user/*.read", "launch", "openid", "system/Patient", "system/Patient.", "system/.rs",
        "system/Patient.sr", "system/Patient.rr", "system/Patient.x", "system/Observation.rs?category=laboratory",
        "system/patient.rs", "system/Patient.RS", "SYSTEM/Patient.rs", "system/*.rs,system/Patient.rs", "system/**.rs",
        "system/Patient.rs\x00", "system/" + "A" * 5000 + ".rs", "system/Patient.rs " * 1000,
    ],
)  # fmt: skip
def test_what_is_no_scope_of_ours_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UnreadableScope) as refused:
        parse(text)
    assert refused.value.which >= 1
    assert text[:12] not in str(refused.value).replace("system/Patient.rs", "")


def test_a_refusal_says_which_of_the_list_it_is() -> None:
    with pytest.raises(UnreadableScope, match="^Scope 2 of the list"):
        parse("system/Patient.rs launch")
