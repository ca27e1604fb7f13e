"""A pathway's definition as data: stages, steps with what they ask for, clocks with their limits and sources."""

from pathway.api.schemas import Answer, Titled
from pathway.domain.agreement import signatures_needed
from pathway.domain.definition import ClockDef, ClockKind, Definition, Field, FieldType, Group, Stage, Step


class PathwayLine(Answer):
    """One pathway in its newest version."""

    key: str
    title: str
    version: int


class PathwayList(Answer):
    rows: list[PathwayLine]


class StageOf(Answer):
    """A stage: whose days it is, what comes next, and by whom."""

    key: str
    title: str
    group: Group
    held_by: str
    next_step: str
    next_by: list[str]
    review_every: str | None
    closed: bool


class FieldOf(Answer):
    """What a step asks for. Every answer is sent as text: a date as 2026-03-31, yes or no, a number in digits, an option's key."""

    key: str
    title: str
    type: FieldType
    required: bool
    options: list[Titled]
    hint: str
    max_length: int


class StepOf(Answer):
    """A step: from which stages it can be taken, by whom, where it leads (nowhere: it leaves the stage as it is)."""

    key: str
    title: str
    from_stages: list[str]
    to: str | None
    by: list[str]
    fields: list[FieldOf]


class ClockOf(Answer):
    """A clock with its limit, whether that is statutory, national or local, and where it comes from."""

    key: str
    title: str
    kind: ClockKind
    status: str
    limit: str
    due_soon: str | None
    source: str
    signed_by: list[str]
    enabled: bool


class Pathway(Answer):
    """The whole definition in its newest version; `digest` is the SHA-256 of its text."""

    key: str
    title: str
    version: int
    digest: str
    first_step: str
    stages: list[StageOf]
    steps: list[StepOf]
    clocks: list[ClockOf]


class OrganisationLine(Answer):
    """A council, ICB, provider, school, GP practice or other body."""

    id: int
    kind: str
    name: str


class OrganisationList(Answer):
    rows: list[OrganisationLine]


def pathway_line(definition: Definition) -> PathwayLine:
    return PathwayLine(key=definition.key, title=definition.title, version=definition.version)


def pathway_answer(definition: Definition) -> Pathway:
    return Pathway(
        key=definition.key,
        title=definition.title,
        version=definition.version,
        digest=definition.digest,
        first_step=definition.first_step,
        stages=[_stage(stage) for stage in definition.stages.values()],
        steps=[_step(step) for step in definition.steps.values()],
        clocks=[_clock(clock) for clock in definition.clocks.values()],
    )


def _stage(stage: Stage) -> StageOf:
    return StageOf(
        key=stage.key,
        title=stage.title,
        group=stage.group,
        held_by=stage.held_by,
        next_step=stage.next_step,
        next_by=[role.value for role in stage.next_by],
        review_every=str(stage.review_every) if stage.review_every else None,
        closed=stage.closed,
    )


def _step(step: Step) -> StepOf:
    return StepOf(
        key=step.key,
        title=step.title,
        from_stages=sorted(step.from_stages),
        to=step.to or None,
        by=sorted(role.value for role in step.by),
        fields=[_field(field) for field in step.fields],
    )


def _field(field: Field) -> FieldOf:
    return FieldOf(
        key=field.key,
        title=field.title,
        type=field.type,
        required=field.required,
        options=[Titled(key=option.key, title=option.title) for option in field.options],
        hint=field.hint,
        max_length=field.max_length,
    )


def _clock(clock: ClockDef) -> ClockOf:
    return ClockOf(
        key=clock.key,
        title=clock.title,
        kind=clock.kind,
        status=clock.status.value,
        limit=str(clock.limit),
        due_soon=str(clock.due_soon) if clock.due_soon else None,
        source=clock.source,
        signed_by=list(signatures_needed(clock)),
        enabled=clock.enabled,
    )
