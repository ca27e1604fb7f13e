"""A child's record: the pathway, the people, the messages, and the sum behind each clock."""

from uuid import UUID, uuid4

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.episode_change import title_of
from pathway.domain.carer_words import CHANNELS, alone, needs_in_words
from pathway.domain.errors import NotFound
from pathway.domain.events import BUILT_IN_TITLES
from pathway.domain.explain import sentences
from pathway.domain.looked_after import BASIS_TITLES
from pathway.domain.roles import Actor, Permission
from pathway.reading.child_record import ChildRecord, child_record
from pathway.reading.stated_details import stated_details
from pathway.web.care import care_lines, delegated_words
from pathway.web.child_page import episode_section, explained, identity_bar, language
from pathway.web.clock_page import sum_table
from pathway.web.components import Link
from pathway.web.forms import Reading
from pathway.web.hand_overs import TAKEN_BACK
from pathway.web.page import WebRequest, page
from pathway.web.past_days import asked_days, days_form, past_days
from pathway.web.stated_details import SAVED, stated_panels
from pathway.web.who_is_told import asks

_READ = {"permission": Permission.READ_CHILD}


@get("/children/{child_id:uuid}", opt=_READ)
async def show_child(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template | Redirect:
    """Every episode with its next step, clocks, whose days, tasks and timeline."""
    asked = asked_days(request, area.today)
    if isinstance(asked, Redirect):
        return asked
    days = past_days(request, area.today)
    record = await child_record(area, actor, child_id, days.as_of, days.known_at)
    wrong = asked if isinstance(asked, Reading) else None
    return page(
        request,
        "staff/child.html",
        422 if wrong else 200,
        bar=identity_bar(record.child, area.today, record.opened_until),
        sections=_sections(record, "pathway"),
        episodes=[episode_section(record, one, actor, days.is_now) for one in reversed(record.episodes)],
        days=days,
        days_form=wrong or days_form(days, area.today),
        errors=wrong.errors if wrong else (),
        saved=_saved(record, request.query_params.get("saved", "")),
        here=f"/children/{child_id}",
        may_hand_over=actor.may(Permission.HAND_OVER) and days.is_now,
    )


def _saved(record: ChildRecord, kind: str) -> str:
    """The words of the banner after a change: the title of what was recorded; nothing for words we did not write."""
    titles = {
        "strike_out": BUILT_IN_TITLES["struck_out"],
        "re_date": BUILT_IN_TITLES["re_dated"],
        TAKEN_BACK: "Offer of a hand-over taken back",
    }
    if kind in titles:
        return f"{titles[kind]}: saved."
    for one in record.episodes:
        title = title_of(one.definition, kind)
        if title != kind:
            return f"{title}: saved."
    return ""


def _sections(record: ChildRecord, current: str) -> tuple[Link, ...]:
    here = f"/children/{record.child.id}"
    return (
        Link("Pathway", here, current == "pathway"),
        Link("People and contacts", f"{here}/people", current == "people", len(record.carers)),
        Link("Messages", f"{here}/messages", current == "messages", len(record.messages)),
    )


@get("/children/{child_id:uuid}/people", opt=_READ)
async def show_people(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """The carers with their needs, and where the child lives unless that is restricted."""
    record = await child_record(area, actor, child_id)
    return page(
        request,
        "staff/people.html",
        bar=identity_bar(record.child, area.today, record.opened_until),
        sections=_sections(record, "people"),
        record=record,
        may_ask=asks(record, actor) is not None,
        care=care_lines(record),
        delegated=delegated_words,
        bases={basis.value: title for basis, title in BASIS_TITLES.items()},
        may_record_care=actor.may(Permission.RECORD_CARE),
        may_adjust=actor.may(Permission.ADJUSTMENTS),
        language=language,
        channels=CHANNELS,
        needs_in_words=needs_in_words,
        alone=alone,
        stated=stated_panels(await stated_details(area, actor, record)),
        saved=SAVED.get(request.query_params.get("saved", ""), ""),
        request_id=uuid4(),
    )


@get("/children/{child_id:uuid}/messages", opt=_READ)
async def show_messages(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """What the family has been told, with the text as it was sent."""
    record = await child_record(area, actor, child_id)
    return page(
        request,
        "staff/messages.html",
        bar=identity_bar(record.child, area.today, record.opened_until),
        sections=_sections(record, "messages"),
        messages=record.messages,
    )


@get("/children/{child_id:uuid}/clocks/{episode_id:uuid}/{clock:str}/{instance:int}", opt=_READ)
async def show_clock(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    child_id: FromPath[UUID],
    episode_id: FromPath[UUID],
    clock: FromPath[str],
    instance: FromPath[int],
) -> Template:
    """The arithmetic of one clock: sentences, and the sum line by line."""
    days = past_days(request, area.today)
    record = await child_record(area, actor, child_id, days.as_of, days.known_at)
    found = explained(record, episode_id, clock, instance)
    if found is None:
        raise NotFound("There is no such clock on this record. Go back to the child and choose one.")
    return page(
        request,
        "staff/clock.html",
        bar=identity_bar(record.child, area.today, record.opened_until),
        clock=found,
        sentences=sentences(found),
        sum=sum_table(found),
        days=days,
        here=f"/children/{child_id}",
    )


handlers = [show_child, show_people, show_messages, show_clock]
