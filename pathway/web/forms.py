"""Reads a submitted form into typed answers, or into sentences that say what to put right.

Knows no web framework: it is given the pairs that were sent. All errors are collected, in the order of the page,
so a person mends the form once. What was typed is kept as it was typed and shown again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from pathway.domain.identifiers import NhsNumber
from pathway.web.answers import READERS, Answer, NotReadable
from pathway.web.fields import DATE_PARTS, Choice, FieldError, FieldSpec, FilledField, Kind

A = TypeVar("A", str, int, bool, date, NhsNumber, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Reading:
    """A form as it was read. While `errors` is not empty, show it again and use none of its answers."""

    fields: tuple[FilledField, ...]
    answers: Mapping[str, Answer]

    @property
    def errors(self) -> tuple[FieldError, ...]:
        return tuple(field.error for field in self.fields if field.error)

    @property
    def ok(self) -> bool:
        return not self.errors

    def field(self, name: str) -> FilledField:
        """The field to draw."""
        return next(field for field in self.fields if field.spec.name == name)

    def with_error(self, name: str, message: str) -> "Reading":
        """The same form with a problem found after reading it, such as a refusal by the action."""
        error = FieldError(name, message, anchor_of(self.field(name).spec))
        fields = tuple(replace(f, error=error) if f.spec.name == name else f for f in self.fields)
        return Reading(fields, self.answers)

    def text(self, name: str) -> str:
        """A text, or a chosen answer; empty where an optional one was left out."""
        return self._answer(name, str) or ""

    def number(self, name: str) -> int | None:
        return self._answer(name, int)

    def yes_no(self, name: str) -> bool | None:
        return self._answer(name, bool)

    def day(self, name: str) -> date | None:
        return self._answer(name, date)

    def several(self, name: str) -> tuple[str, ...]:
        return self._answer(name, tuple) or ()

    def nhs_number(self, name: str) -> NhsNumber | None:
        return self._answer(name, NhsNumber)

    def _answer(self, name: str, expected: type[A]) -> A | None:
        answer = self.answers[name]
        if answer is not None and type(answer) is not expected:
            raise TypeError(f"{name} was read as {type(answer).__name__}, not as {expected.__name__}.")
        return answer


def read_form(specs: Sequence[FieldSpec], pairs: Iterable[tuple[str, object]]) -> Reading:
    """Read what was sent. Inputs that no field asked for, and uploaded files, are left alone.

    With Litestar: `read_form(SPECS, (await request.form()).multi_items())`.
    """
    sent = [(name, value) for name, value in pairs if isinstance(value, str)]
    answers: dict[str, Answer] = {}
    fields = []
    for spec in specs:
        typed = tuple((name, value) for name, value in sent if name in spec.names)
        error = None
        try:
            answers[spec.name] = READERS[spec.kind](spec, FilledField(spec, typed))
        except NotReadable as problem:
            answers[spec.name] = None
            error = FieldError(spec.name, problem.message, anchor_of(spec, problem.parts), problem.parts)
        fields.append(FilledField(spec, typed, error))
    return Reading(tuple(fields), answers)


def open_form(specs: Sequence[FieldSpec], answers: Mapping[str, Answer] | None = None) -> Reading:
    """A form before it is sent: empty, or holding the answers given so far."""
    given = answers or {}
    fields = tuple(FilledField(spec, _as_typed(spec, given.get(spec.name))) for spec in specs)
    return Reading(fields, {spec.name: given.get(spec.name) for spec in specs})


def anchor_of(spec: FieldSpec, parts: tuple[str, ...] = ()) -> str:
    """The input to put right: the first wrong box of a date, the first answer of a choice."""
    return f"{spec.name}-{(parts or DATE_PARTS)[0]}" if spec.kind is Kind.DATE else spec.name


def _as_typed(spec: FieldSpec, answer: Answer) -> tuple[tuple[str, str], ...]:
    if answer is None:
        return ()
    if isinstance(answer, date):
        numbers = (answer.day, answer.month, answer.year)
        return tuple(zip(spec.names, map(str, numbers), strict=True))
    if isinstance(answer, bool):
        return ((spec.name, "yes" if answer else "no"),)
    if isinstance(answer, tuple):
        return tuple((spec.name, value) for value in answer)
    return ((spec.name, str(answer)),)


def choices(pairs: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    """Answers to offer, from (value, text)."""
    return tuple(Choice(value, text) for value, text in pairs)
