"""docs/rules.md 18: three of four proposes to a person and never links; two NHS numbers never link; twins are two."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.matching import Identity, MatchKind, likely, match

ONE = NhsNumber.parse("999 000 0018")
ANOTHER = NhsNumber.parse("999 000 0026")
AMIRA = Identity("Amira", "Hassan", date(2017, 5, 4), Postcode("EX4 3RU"), ONE)
UNNUMBERED = replace(AMIRA, nhs_number=None)
FOUR = ("first_name", "family_name", "birth_date", "postcode")

# Few values of each, so that agreement and disagreement are both common.
IDENTITIES = st.builds(
    Identity,
    first_name=st.sampled_from(["Amira", "amíra", "Amir", "", " "]),
    family_name=st.sampled_from(["Hassan", "HASSAN", "O'Brien", ""]),
    birth_date=st.sampled_from([date(2017, 5, 4), date(2017, 4, 5), None]),
    postcode=st.sampled_from([Postcode("EX4 3RU"), Postcode("EX4 3RT"), Postcode("ZZ99 3VZ"), None]),
    nhs_number=st.sampled_from([ONE, ANOTHER, None]),
)


@pytest.mark.parametrize(
    ("changed", "kind", "agreeing", "possible_twin"),
    [
        ({}, MatchKind.PROPOSED, FOUR, False),
        ({"first_name": "Layla"}, MatchKind.PROPOSED, FOUR[1:], True),
        ({"first_name": ""}, MatchKind.PROPOSED, FOUR[1:], False),
        ({"first_name": "AMÍRA"}, MatchKind.PROPOSED, FOUR, False),
        ({"family_name": "Ali"}, MatchKind.PROPOSED, ("first_name", "birth_date", "postcode"), False),
        (
            {"birth_date": date(2017, 4, 5)},
            MatchKind.PROPOSED,
            ("first_name", "family_name", "postcode"),
            False,
        ),
        ({"birth_date": None}, MatchKind.PROPOSED, ("first_name", "family_name", "postcode"), False),
        ({"postcode": Postcode("PL1 1AA")}, MatchKind.PROPOSED, FOUR[:3], False),
        ({"postcode": None}, MatchKind.PROPOSED, FOUR[:3], False),
        ({"first_name": "Layla", "postcode": None}, MatchKind.UNALIKE, FOUR[1:3], False),
        ({"birth_date": None, "postcode": None}, MatchKind.UNALIKE, FOUR[:2], False),
        (
            {"first_name": "", "family_name": "", "birth_date": None, "postcode": None},
            MatchKind.UNALIKE,
            (),
            False,
        ),
        ({"nhs_number": ONE}, MatchKind.PROPOSED, FOUR, False),
    ],
)
def test_without_two_nhs_numbers_three_of_four_are_put_before_a_person(
    changed: dict[str, object], kind: MatchKind, agreeing: tuple[str, ...], possible_twin: bool
) -> None:
    found = match(UNNUMBERED, replace(UNNUMBERED, **changed))  # type: ignore[arg-type]  # the table holds every field
    assert (found.kind, found.agreeing, found.possible_twin) == (kind, agreeing, possible_twin)
    assert not found.may_link


def test_the_same_nhs_number_is_the_same_child_and_what_differs_is_told() -> None:
    moved = replace(AMIRA, postcode=Postcode("PL1 1AA"), first_name="Layla")
    found = match(AMIRA, moved)
    assert found.kind is MatchKind.SAME
    assert found.may_link
    assert found.conflicting == ("first_name", "postcode")
    assert not found.possible_twin


def test_two_different_nhs_numbers_are_two_children_though_all_else_agrees() -> None:
    found = match(AMIRA, replace(AMIRA, nhs_number=ANOTHER))
    assert found.kind is MatchKind.NEVER
    assert found.agreeing == FOUR
    assert not found.may_link


def test_no_fixed_abode_is_nobodys_address() -> None:
    no_abode = replace(UNNUMBERED, postcode=Postcode("ZZ99 3VZ"))
    assert match(no_abode, no_abode).agreeing == FOUR[:3]
    assert match(no_abode, replace(no_abode, first_name="Layla")).kind is MatchKind.UNALIKE


@given(IDENTITIES, IDENTITIES)
def test_matching_is_symmetric(one: Identity, other: Identity) -> None:
    assert match(one, other) == match(other, one)


@given(IDENTITIES, IDENTITIES)
def test_nothing_ever_links_without_an_equal_nhs_number(one: Identity, other: Identity) -> None:
    equal = one.nhs_number is not None and one.nhs_number == other.nhs_number
    assert match(one, other).may_link is equal


@given(IDENTITIES, IDENTITIES)
def test_what_agrees_decides_whether_a_person_is_asked(one: Identity, other: Identity) -> None:
    found = match(one, other)
    if not (one.nhs_number and other.nhs_number):
        assert (found.kind is MatchKind.PROPOSED) == (len(found.agreeing) >= 3)
    assert not set(found.agreeing) & set(found.conflicting)
    assert found.possible_twin <= (found.kind is MatchKind.PROPOSED and "first_name" in found.conflicting)


@given(IDENTITIES, st.lists(IDENTITIES, max_size=6))
def test_the_likely_children_are_all_and_only_those_and_the_surest_come_first(
    referred: Identity, known: list[Identity]
) -> None:
    found = likely(referred, enumerate(known))
    kinds = (MatchKind.SAME, MatchKind.PROPOSED)
    assert {key for key, _ in found} == {
        n for n, child in enumerate(known) if match(referred, child).kind in kinds
    }
    linkable = [pair.may_link for _, pair in found]
    assert linkable == sorted(linkable, reverse=True)
