"""The facts of an episode as the timeline prints them: by role and never by name, and corrected ones struck out."""

from collections.abc import Mapping
from datetime import date

from pathway.domain.definition import Definition, FieldType, Step
from pathway.domain.events import BuiltIn, Event
from pathway.domain.roles import ROLE_TITLES, Actor, Permission
from pathway.reading.child_record import ChildRecord, EpisodeRecord, TimelineFact
from pathway.web.components import TimelineEntry
from pathway.web.presenters import day

DOORS = {
    "web": "on this service",
    "api": "by a program",
    "fhir": "from another NHS system",
    "import": "from an import",
    "worker": "by this service itself",
    "command": "by the service's operator",
}
"""Through which door a fact came, in words."""

_WITH_A_REASON = (BuiltIn.UNMERGED, BuiltIn.HAND_OVER_DECLINED)


def timeline_entry(
    record: ChildRecord, one: EpisodeRecord, fact: TimelineFact, actor: Actor, now: bool
) -> TimelineEntry:
    """One fact: what, when, by which role and door, with its answers, and struck out or moved where it was corrected."""
    event, correction = fact.event, fact.correction
    who = f"{ROLE_TITLES[event.role]}, {organisation(record, event.organisation_id, '')}".rstrip(", ")
    words = answers_in_words(record, one.definition, fact)
    if correction is not None and correction.kind == BuiltIn.RE_DATED:
        moved = date.fromisoformat(correction.fields["happened_on"])
        words = f"The date was corrected to {day(moved)}: {fact.why_corrected} {words}".strip()
    may = now and correction is None and one.timeline[-1] is not fact
    href, link_text = f"/episodes/{one.row.id}/events/{event.id}/correct" if may else "", "Correct this fact"
    if event.kind == BuiltIn.MERGED:
        href = f"/children/{record.child.id}/merges/{event.fields['merge']}"
        href, link_text = (
            href if now and may_be_parted(record, event, actor) else "",
            "Part these records again",
        )
    return TimelineEntry(
        fact.title,
        day(event.happened_on),
        f"{who}, recorded {DOORS[event.door.value]}",
        words,
        struck=f"{fact.why_corrected or 'no reason can be read any more'}" if fact.struck else "",
        href=href,
        link_text=link_text,
    )


def may_be_parted(record: ChildRecord, joined: Event, actor: Actor) -> bool:
    """Whether this joining still holds on the record, and the reader's role may undo it."""
    parted = {
        fact.event.fields["merge"]
        for one in record.episodes
        for fact in one.timeline
        if fact.event.kind == BuiltIn.UNMERGED
    }
    into = joined.fields["into"] == str(record.child.id)
    return actor.may(Permission.MERGE) and into and joined.fields["merge"] not in parted


def answers_in_words(record: ChildRecord, definition: Definition, fact: TimelineFact) -> str:
    """What was answered when the fact was recorded, question by question."""
    step = definition.steps.get(fact.event.kind)
    given = {**fact.event.fields, **fact.texts}
    if fact.event.kind in _WITH_A_REASON:
        return fact.texts.get("reason", "")
    return " ".join(_answers(record, step, given)) if step else _built_in(record, fact.event)


def _answers(record: ChildRecord, step: Step, given: Mapping[str, str]) -> list[str]:
    said = []
    for item in step.fields:
        value = given.get(item.key)
        if not value:
            continue
        if item.type is FieldType.ORGANISATION:
            value = organisation(record, int(value), "")
        elif item.type is FieldType.DATE:
            value = day(date.fromisoformat(value))
        elif item.type is FieldType.YES_NO:
            value = value.capitalize()
        else:
            value = next((o.title for o in item.options if o.key == value), value)
        if not value:  # an organisation that would give away where the child is
            continue
        mark = "" if item.title.endswith("?") else ":"
        said.append(f"{item.title}{mark} {value}".rstrip(".") + ".")
    return said


def _built_in(record: ChildRecord, event: Event) -> str:
    if event.fields.get("planned_for"):
        return f"Planned for {day(date.fromisoformat(event.fields['planned_for']))}."
    to = event.fields.get("to", "")
    return f"To {organisation(record, int(to), 'another organisation')}." if to.isdigit() else ""


def organisation(record: ChildRecord, number: int | None, otherwise: str) -> str:
    """The organisation's name, or other words where the child's whereabouts are restricted."""
    return record.organisations.get(number or 0, otherwise)
