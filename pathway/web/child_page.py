"""A child's record as a page: what stands in the identity bar, the clocks, the baton, the tasks and the timeline."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.domain.carer_words import LANGUAGES
from pathway.domain.definition import Definition, Slot
from pathway.domain.explain import Explanation
from pathway.domain.referral import FAMILY_AGREES
from pathway.domain.roles import ROLE_TITLES, Actor, Role
from pathway.domain.stated import undecided
from pathway.reading.child_record import ChildRecord, EpisodeRecord
from pathway.store.child_rows import ChildRow
from pathway.web.clock_page import clock_card
from pathway.web.components import (
    Cell,
    ClockCard,
    Column,
    DataTable,
    Fact,
    IdentityBar,
    Link,
    TimelineEntry,
)
from pathway.web.facts_in_words import organisation, timeline_entry
from pathway.web.presenters import Tag, age, day, day_and_time, days_in_words, nhs_number, plural


@dataclass(frozen=True, slots=True)
class EpisodeSection:
    """One episode of the page."""

    id: UUID
    title: str
    stage: Tag
    since: str
    next_words: str
    notes: tuple[str, ...]
    running: tuple[ClockCard, ...]
    finished: tuple[ClockCard, ...]
    baton: DataTable
    tasks: DataTable
    entries: tuple[TimelineEntry, ...]
    first: Link | None
    ways: tuple[Link, ...]
    others: tuple[Link, ...]
    facts_hidden: bool


def identity_bar(child: ChildRow, today: date, opened_until: datetime | None = None) -> IdentityBar:
    """Which child the page is about, with what must not be overlooked."""
    tags = [Tag("Looked after", "purple")] if child.looked_after else []
    warnings = []
    if opened_until is not None:
        warnings.append(
            f"You opened this record from outside the child's team. It is open to you until {day_and_time(opened_until)}; "
            "information governance sees what you look at."
        )
    if child.died_on is not None:
        warnings.append(f"This child died on {day(child.died_on)}. No message is sent any more.")
    if child.restricted:
        tags.insert(0, Tag("Restricted", "red"))
        warnings.append(
            "Where this child lives, learns and is seen must not be told to anyone. "
            f"Speak only with the safe contact: {child.safe_contact or 'nobody is named yet, so ask information governance'}."
        )
    if child.interpreter:
        warnings.append(f"An interpreter is needed. Language: {language(child.language)}.")
    facts = [
        Fact("NHS number", nhs_number(child.nhs_number), nowrap=True),
        Fact("Date of birth", f"{day(child.birth_date)} ({age(child.birth_date, today)})"),
    ]
    if child.pronouns:
        facts.append(Fact("Pronouns", child.pronouns))
    return IdentityBar(f"{child.first_name} {child.family_name}", tuple(facts), tuple(tags), tuple(warnings))


def episode_section(record: ChildRecord, one: EpisodeRecord, actor: Actor, now: bool) -> EpisodeSection:
    """One episode. `now` is false when an earlier day is shown: then nothing can be recorded."""
    cards = [clock_card(record.child.id, one.row.id, clock) for clock in one.clocks]
    running = [c for c, clock in zip(cards, one.clocks, strict=True) if clock.finished_on is None]
    finished = [c for c, clock in zip(cards, one.clocks, strict=True) if clock.finished_on is not None]
    first, ways, others = _steps(one, actor) if now else (None, (), ())
    return EpisodeSection(
        id=one.row.id,
        title=one.definition.title,
        stage=Tag(one.stage.title, "grey" if one.stage.closed else "blue"),
        since=_since(one, record.as_of),
        next_words=_next_words(one),
        notes=_notes(record, one),
        running=tuple(running),
        finished=tuple(finished),
        baton=_baton(record, one),
        tasks=_tasks(record, one),
        entries=tuple(timeline_entry(record, one, fact, actor, now) for fact in one.timeline),
        first=first,
        ways=ways,
        others=others,
        facts_hidden=one.episode is None,
    )


def _since(one: EpisodeRecord, as_of: date) -> str:
    row, episode = one.row, one.episode
    started = episode.started_on if episode else row.started_on
    closed = episode.closed_on if episode else row.closed_on
    since = episode.stage_since if episode else row.stage_since
    waited = days_in_words(max(0, ((closed or as_of) - started).days))
    if closed is not None:
        return f"Started on {day(started)} and closed on {day(closed)}, after {waited}."
    return (
        f"In this stage since {day(since)}. Started on {day(started)}: {waited} so far, nothing subtracted."
    )


def _next_words(one: EpisodeRecord) -> str:
    step = one.next_step
    if step is not None:
        when = "agreed by a person" if step.set_by_person else "the next review of the child"
        missed = f" The date agreed before, {day(step.missed_plan)}, has passed." if step.missed_plan else ""
        return f"{step.title}, by the {_role(step.role)}, on {day(step.planned_for)} ({when}).{missed}"
    stage = one.stage
    if one.episode is None and not stage.closed and stage.next_step:
        return f"{stage.headline}, by the {_role(stage.next_by[0])}."
    return ""


def _notes(record: ChildRecord, one: EpisodeRecord) -> tuple[str, ...]:
    notes = [
        f"{one.definition.side_states[key].title} since {day(since)}. No clock stops for it."
        for key, since in (one.episode.side_states if one.episode else {}).items()
    ]
    if one.episode is not None and one.episode.hand_over is not None:
        to = organisation(record, one.episode.hand_over.to, "another team")
        notes.append(
            f"Hand-over offered to {to} on {day(one.episode.hand_over.offered_on)}. Until they accept, the child stays here."
        )
    if undecided([fact.event for fact in one.timeline if not fact.struck]):
        notes.append(
            "The referral says something else than our record about who cares for the child, or where and how to reach "
            "them. Decide under “People and contacts”."
        )
    if _family_said_no(one):
        notes.append(
            "The referral says that the family does not agree to it. Speak with them before anything else is done."
        )
    if one.row.silent:
        notes.append("Messages to the family are held until a person releases this imported episode.")
    return tuple(notes)


def _family_said_no(one: EpisodeRecord) -> bool:
    """What was answered last on whether the family agrees, for as long as the episode is open."""
    said = [fact.event.fields.get(FAMILY_AGREES) for fact in one.timeline if not fact.struck]
    return not one.stage.closed and next((answer for answer in said if answer), "") == "no"


def _steps(one: EpisodeRecord, actor: Actor) -> tuple[Link | None, tuple[Link, ...], tuple[Link, ...]]:
    """The steps this role may record from here: the headline, the other ways to answer it, and all others in order."""
    mine = one.definition.steps_from(one.stage.key, actor.role)
    links = {step.key: Link(step.title, f"/episodes/{one.row.id}/steps/{step.key}") for step in mine}
    first = links.pop(one.stage.next_step, None) if one.stage.next_step else None
    ways = tuple(links.pop(key) for key in one.stage.ways if key in links)
    return first, ways, tuple(links.values())


def _baton(record: ChildRecord, one: EpisodeRecord) -> DataTable:
    rows = [
        (
            Cell(holder(record, one.definition, span.holder.slot, span.holder.organisation_id)),
            Cell(day(span.since)),
            Cell(day(span.until)),
            Cell(f"{span.days:,}"),
        )
        for span in one.baton
    ]
    total = sum(span.days for span in one.baton)
    if rows:
        rows.append(
            (Cell("The whole wait"), Cell(rows[0][1].text), Cell(rows[-1][2].text), Cell(f"{total:,}"))
        )
    columns = (Column("Who held the child"), Column("From"), Column("To"), Column("Days", numeric=True))
    return DataTable("Whose days", columns, tuple(rows), empty="No day has passed yet.", caption_hidden=True)


def _tasks(record: ChildRecord, one: EpisodeRecord) -> DataTable:
    titles = one.definition.tasks
    rows = tuple(
        (
            Cell(titles[task.key].title),
            Cell(holder(record, one.definition, Slot(task.owner_slot), task.owner_id), note=ROLE_TITLES[Role(task.role)]),
            Cell(day(task.due_on)),
            Cell(tag=_task_tag(task.done_on, task.fell_away_on, task.due_on, record.as_of)),
        )
        for task in sorted(one.tasks, key=lambda t: (t.done_on is not None, t.due_on))
    )  # fmt: skip
    columns = (Column("Task"), Column("Who"), Column("Planned for"), Column("State"))
    return DataTable("Tasks beside the next step", columns, rows, True, True, "No task is open.")


def _task_tag(done: date | None, gone: date | None, due: date, today: date) -> Tag:
    if done is not None:
        return Tag(f"Done {day(done)}", "green")
    if gone is not None:
        return Tag("No longer needed", "white")
    return Tag("To do", "blue") if due >= today else Tag("Past its date", "orange")


def holder(record: ChildRecord, definition: Definition, slot: Slot, number: int | None) -> str:
    """Whose days these are: the organisation by name, or by its part on the pathway."""
    part = next((p.title for p in definition.parties.values() if p.slot is slot), slot.value.capitalize())
    name = organisation(record, number, "")
    return f"{part} ({name})" if name else part


def language(code: str) -> str:
    """A language by its English name where we know it."""
    return LANGUAGES.get(code, code)


def explained(record: ChildRecord, episode: UUID, clock: str, instance: int) -> Explanation | None:
    """One clock of the record, or nothing where there is none."""
    return next(
        (
            found
            for one in record.episodes
            if one.row.id == episode
            for found in one.clocks
            if (found.clock, found.instance) == (clock, instance)
        ),
        None,
    )


def _role(role: Role) -> str:
    title = ROLE_TITLES[role]
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def how_many(count: int) -> str:
    """The count of finished clocks as words of a fold."""
    return plural(count, "clock that has finished", "clocks that have finished")
