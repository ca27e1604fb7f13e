"""Names that a person would call the same are compared as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.names import normalise_name


@pytest.mark.parametrize(
    ("names", "normal"),
    [
        (("José", "JOSE", "Jose\u0301", " jose "), "jose"),
        (("O'Brien", "O’Brien", "OBrien", "o brien", "Oʼbrien".replace("ʼ", "'")), "obrien"),
        (("Smith-Jones", "Smith Jones", "SMITH–JONES"), "smithjones"),
        (("Łukasz", "Lukasz"), "lukasz"),
        (("Søren", "SOREN"), "soren"),
        (("Strauß", "STRAUSS"), "strauss"),
        (("İpek", "Ipek", "ipek"), "ipek"),
        (("Nguyễn", "Nguyen"), "nguyen"),
        (("", " - ", "'"), ""),
    ],
)
def test_spellings_of_one_name_are_one(names: tuple[str, ...], normal: str) -> None:
    assert {normalise_name(name) for name in names} == {normal}


@pytest.mark.parametrize(
    ("one", "other"), [("Amira", "Amir"), ("राम", "रम"), ("Ли", "Лия"), ("محمد", "محمود")]
)
def test_different_names_stay_different_in_every_script(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise_name(normalise_name(name)) == normalise_name(name)


@given(st.text("abcdefghijklmnopqrstuvwxyzéàüñç'- ", max_size=20))
def test_capitals_do_not_matter(name: str) -> None:
    assert normalise_name(name.upper()) == normalise_name(name) == normalise_name(name.title())
