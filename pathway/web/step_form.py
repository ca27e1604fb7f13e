"""The form of one step: made from the definition, and read into the step's answers.

`StepForm` is that of somebody outside the clinical team, who records at once; staff see first what it will do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.record_step import record_step
from pathway.domain.definition import Step
from pathway.domain.errors import ImpossibleHistory, InvalidInput, StepNotAllowed
from pathway.domain.roles import Actor
from pathway.store.organisations import Organisation
from pathway.web.fields import Bound, Choice, FieldSpec, Kind, from_definition
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import Pairs
from pathway.web.refer_reading import as_text

DAY = "happened_on"


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step to be recorded, its questions as filled in, and the id that makes a repeat harmless."""

    step: Step
    reading: Reading
    request: UUID

    @classmethod
    def opened(cls, step: Step, specs: tuple[FieldSpec, ...], today: date) -> "StepForm":
        """An empty form; the day is today until somebody says otherwise."""
        return cls(step, open_form(specs, {DAY: today}), uuid4())

    @classmethod
    def sent(cls, step: Step, specs: tuple[FieldSpec, ...], pairs: Pairs) -> "StepForm":
        """The form as it came back."""
        try:
            request = UUID(dict(pairs).get("request", ""))
        except ValueError:
            raise InvalidInput("This page is not whole. Open it again and repeat what you did.") from None
        return cls(step, read_form(specs, pairs), request)

    async def record(self, area: Area, actor: Actor, episode: UUID) -> "StepForm":
        """Record the step; the form comes back with what has to be put right, or without faults."""
        if not self.reading.ok:
            return self
        day = self.reading.day(DAY) if DAY in self.reading.answers else area.today
        answers = answers_of(self.reading)
        try:
            await record_step(
                area, Asking(actor, self.request), episode, self.step.key, day or area.today, answers
            )  # fmt: skip
        except (StepNotAllowed, ImpossibleHistory) as refusal:
            return self._refused(self._first, refusal.message)
        except InvalidInput as fault:
            known = fault.field in self.reading.answers
            return self._refused(fault.field if known and fault.field else self._first, fault.message)
        return self

    @property
    def _first(self) -> str:
        return self.reading.fields[0].spec.name

    def _refused(self, field: str, words: str) -> "StepForm":
        return StepForm(self.step, self.reading.with_error(field, words), self.request)


def answers_of(reading: Reading) -> dict[str, str]:
    """The answers as the action takes them; what was left out is left out."""
    return {n: as_text(answer) for n, answer in reading.answers.items() if answer is not None and n != DAY}


def step_specs(
    step: Step, today: date, born: date, organisations: Iterable[Organisation]
) -> tuple[FieldSpec, ...]:
    """The day on which it happened, and the step's own questions."""
    offered = tuple(Choice(str(o.id), o.name) for o in organisations)
    happened = FieldSpec(
        DAY,
        Kind.DATE,
        "When did it happen?",
        "the date it happened",
        hint="For example, 31 3 2026",
        earliest=Bound(born, "the child's date of birth"),
        latest=Bound(today, "today"),
    )
    return (
        happened,
        *(from_definition(f, today=today, born=born, organisations=offered) for f in step.fields),
    )  # fmt: skip
