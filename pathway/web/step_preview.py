"""What recording a step will do, before it is recorded: the stage, the clocks with their sums, what is next, what the
family is told."""

from litestar.response import Template

from pathway.actions.area import Area
from pathway.actions.record_step import Preview
from pathway.domain.explain import Explanation, sentences
from pathway.domain.projection import council_runs
from pathway.domain.roles import ROLE_TITLES, Actor, Role
from pathway.domain.visibility import Audience, stage_seen
from pathway.reading.step_form import StepForm
from pathway.web.child_page import identity_bar
from pathway.web.clock_page import limit_words
from pathway.web.components import SummaryRow
from pathway.web.fields import FilledField
from pathway.web.forms import Reading
from pathway.web.page import Pairs, WebRequest, page
from pathway.web.presenters import day, known


def preview_page(
    request: WebRequest,
    area: Area,
    actor: Actor,
    form: StepForm,
    reading: Reading,
    preview: Preview,
    kept: Pairs,
) -> Template:
    """The page between the form and the record. Its buttons send the same answers again."""
    audience = Audience.COUNCIL if actor.role is Role.SEND_OFFICER else Audience.CLINICAL
    may_know = audience is Audience.CLINICAL or council_runs(preview.definition)
    after = stage_seen(preview.after, audience)
    return page(
        request,
        "staff/step_preview.html",
        bar=identity_bar(form.child, area.today),
        back=f"/children/{form.child.id}",
        step=form.step,
        answers=[_answer(field, reading) for field in reading.fields if field.typed],
        stage=_stage_words(stage_seen(preview.before, audience).title, after.title),
        closes=after.closed,
        stopped=[(e.title, sentences(e)) for e in preview.stopped] if may_know else (),
        started=[_starts(e) for e in preview.started] if may_know else (),
        next_words=_next_words(preview) if may_know else "",
        family=_family_words(form, preview, may_know),
        kept=kept,
    )


def _answer(field: FilledField, reading: Reading) -> SummaryRow:
    """One answer as it was understood: a date in words, so that a slip of two boxes is seen."""
    spec = field.spec
    chosen = [choice.text for choice in spec.offered if field.chosen(choice.value)]
    if chosen:
        return SummaryRow(spec.label, ", ".join(chosen))
    if spec.parts:
        given = reading.day(spec.name)
        return SummaryRow(spec.label, day(given) if given else "Not given")
    return SummaryRow(spec.label, known(field.text(spec.name)).replace("Not known", "Not given"))


def _stage_words(before: str, after: str) -> str:
    return (
        f"The stage stays “{before}”."
        if before == after
        else f"The stage becomes “{after}”. It was “{before}”."
    )


def _starts(e: Explanation) -> str:
    return f"{e.title}: from {day(e.started_on)}. {limit_words(e)}"


def _next_words(preview: Preview) -> str:
    step = preview.next_step
    if step is None:
        return "Nothing comes next: this ends the episode. The child can come back and keeps the first date."
    how = "the date agreed here" if step.set_by_person else "the next review of the child"
    return f"{step.title}, by the {_role(step.role)}, on {day(step.planned_for)} ({how})."


def _role(role: Role) -> str:
    title = ROLE_TITLES[role]
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _family_words(form: StepForm, preview: Preview, may_know: bool) -> tuple[str, ...]:
    """What the family will hear of it, and what their own page will say: that may be more than the reader may know."""
    stage = stage_seen(preview.after, Audience.FAMILY)
    says = (
        (f"Their own page will say: “{stage.family.replace('{name}', form.child.first_name)}”",)
        if may_know
        else ()
    )
    if preview.tells_family:
        return "The family is sent an update, in the way they asked for.", *says
    why = preview.step.silent_because or "Messages about this child are stopped or held."
    return f"The family is sent no message. {why}", *says
