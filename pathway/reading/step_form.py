"""What a form for one step needs to know: the child it is about, the step's questions, and the version that was shown."""

from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import check_reach
from pathway.domain.decide import check_role, step_named
from pathway.domain.definition import Definition, FieldType, Step
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor, Role
from pathway.reading.child_record import NOT_THERE
from pathway.store import access_log
from pathway.store.child_rows import ChildRow, child_row
from pathway.store.facts import head_of
from pathway.store.organisations import Organisation, organisations
from pathway.store.scopes import writing


@dataclass(frozen=True, slots=True)
class StepForm:
    """The child, the step and the version of the record on which it is to be recorded."""

    child: ChildRow
    definition: Definition
    step: Step
    version: int
    stage: str
    organisations: tuple[Organisation, ...]


async def step_form(area: Area, actor: Actor, episode_id: UUID, step_key: str) -> StepForm:
    """What the form needs. NotFound where the child is not the actor's; NotAllowed where the step is not their role's.

    Read as the action itself reads, after the same check of this child.
    """
    async with area.database.transaction(writing(actor)) as tx:
        head = await head_of(tx, episode_id)
        await check_reach(tx, actor, head)
        definition = await area.pathways.by_digest(tx, head.definition)
        step = step_named(definition, step_key)
        # Which steps the stage allows would tell the council which stage it is.
        mine = () if actor.role is Role.SEND_OFFICER else definition.steps_from(head.stage)
        check_role(step, actor.role, mine)
        child = await child_row(tx, head.child_id)
        if child is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "form of a step", [child.id])
        asks = any(field.type is FieldType.ORGANISATION for field in step.fields)
        names = tuple(await organisations(tx)) if asks else ()
        return StepForm(child, definition, step, head.version, head.stage, names)
