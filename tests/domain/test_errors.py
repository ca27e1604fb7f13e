"""Every error has a title, a code and a status that a door can answer with."""

from collections.abc import Iterator

import pytest

from pathway.domain import errors
from pathway.domain.errors import DefinitionError, InvalidInput, NotFound, PathwayError


def every_error(of: type[PathwayError] = PathwayError) -> Iterator[type[PathwayError]]:
    yield of
    for child in of.__subclasses__():
        yield from every_error(child)


ALL = [error for error in every_error() if error.__module__ == errors.__name__]


@pytest.mark.parametrize("error", ALL)
def test_every_error_has_its_own_title_and_an_http_status(error: type[PathwayError]) -> None:
    assert error.__doc__, "the first line of the docstring is the title"
    assert error.title == error.__doc__.splitlines()[0]
    assert error.title[0].isupper()
    assert not error.title.endswith(".")
    assert 400 <= error.status <= 599


def test_titles_and_codes_are_unique() -> None:
    assert len({error.title for error in ALL}) == len({error.code for error in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("InvalidInput", 422, "invalid-input"),
        ("InvalidNhsNumber", 422, "invalid-nhs-number"),
        ("NotAllowed", 403, "not-allowed"),
        ("NotFound", 404, "not-found"),
        ("Conflict", 409, "conflict"),
        ("StaleVersion", 412, "stale-version"),
        ("StepNotAllowed", 409, "step-not-allowed"),
        ("ImpossibleHistory", 409, "impossible-history"),
        ("DuplicateRequest", 409, "duplicate-request"),
        ("DefinitionError", 422, "definition-error"),
        ("CalendarUnknown", 500, "calendar-unknown"),
        ("PathwayError", 500, "pathway-error"),
    ],
)
def test_partners_can_rely_on_status_and_code(name: str, status: int, code: str) -> None:
    error = getattr(errors, name)
    assert (error.status, error.code) == (status, code)


def test_an_error_reads_as_its_sentence() -> None:
    assert str(NotFound("No child is here. Check the link.")) == "No child is here. Check the link."
    refused = InvalidInput("Enter a date.", field="happened_on")
    assert (refused.message, refused.field) == ("Enter a date.", "happened_on")


def test_a_definition_error_names_file_line_fault_and_remedy() -> None:
    error = DefinitionError("autism.toml", 12, "“wating” is no stage.", "Write “waiting”.")
    assert str(error) == "autism.toml, line 12: “wating” is no stage. Write “waiting”."
    assert str(DefinitionError("autism.toml", None, "It is empty.", "Write a stage.")).startswith(
        "autism.toml: It"
    )
