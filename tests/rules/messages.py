"""Every message that any pathway can send, at every stage it can be sent from."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from pathway import definitions
from pathway.domain.definition import Definition, Stage, Step
from pathway.notify.messages import Message, Told, compose
from pathway.notify.templates import FRAME, template

NAME, CARER, TEAM, LINK = (
    "Amira",
    "Nadia Stone",
    "Moorshire Children's Autism Team",
    "https://example.org/family",
)


@dataclass(frozen=True)
class Case:
    """One step of one pathway, with the stage that the family sees afterwards."""

    definition: Definition
    step: Step
    stage: Stage

    def message(self, **changes: object) -> Message:
        told = {
            "name": NAME, "carer": CARER, "stage": self.stage, "by": date(2027, 2, 16), "day": date(2026, 12, 3),
            "team": TEAM, "link": LINK,
        }  # fmt: skip
        return compose(template(self.step.tell_family), template(FRAME), Told(**{**told, **changes}))  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.definition.key}:{self.step.key}:{self.stage.key}"


@cache
def cases() -> tuple[Case, ...]:
    """Every different message, at the first stage at which it may be sent."""
    every = (
        Case(definition, step, definition.stages[definition.stages[stage].family_sees])
        for definition in definitions.load_all().values()
        for step in definition.steps.values()
        if step.tell_family
        for stage in _after(step)
    )
    return tuple({(c.step.key, c.message()): c for c in every}.values())


def _after(step: Step) -> list[str]:
    """Where the child is after the step."""
    return [step.to] if step.to else sorted(step.from_stages)
