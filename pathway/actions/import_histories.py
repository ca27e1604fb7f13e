"""From a row of a list to facts: the history of a new episode, or the corrections to one that we have.

The facts are folded and projected by the same functions as any other, and recorded through the door IMPORT in the name
of the person who confirmed the list. What the list does not say is left out of the fields; nothing is made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.refer import link_fields
from pathway.domain.corrections import fold_corrected
from pathway.domain.decide import fold_with
from pathway.domain.definition import Definition, Slot
from pathway.domain.errors import PathwayError
from pathway.domain.events import BuiltIn, Event
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.import_changes import Change, changes_in, may_apply, note_of
from pathway.domain.import_plan import Fated
from pathway.domain.import_sheet import Listed
from pathway.domain.projection import Projection, Versions, project
from pathway.domain.roles import Actor, Door
from pathway.store.facts import Draft
from pathway.store.people import Earlier


@dataclass(frozen=True, slots=True)
class Loading:
    """What every row of one import shares."""

    area: Area
    actor: Actor
    definition: Definition
    digest: bytes
    batch_id: int
    council_id: int
    schools: Mapping[str, int]
    versions: Versions

    def request_of(self, number: int) -> UUID:
        """The same row loaded again names the same facts."""
        return request_of(self.digest, self.batch_id, number)


@dataclass(frozen=True, slots=True)
class History:
    """The facts that a row adds to an episode, and the rows that follow from them. `notes` go to a person."""

    drafts: tuple[Draft, ...]
    projection: Projection
    stage: str
    notes: tuple[str, ...] = ()


def request_of(digest: bytes, batch_id: int, number: int) -> UUID:
    """The request id of one row of one import of one file."""
    return uuid5(UUID(bytes=digest[:16]), f"{batch_id}:{number}")


def importing(asking: Asking) -> Actor:
    """The person who asks, through the door of imports."""
    return replace(asking.actor, door=Door.IMPORT)


def new_history(loading: Loading, fated: Fated) -> History:
    """The history of a new episode. Raises ImpossibleHistory where the row's steps contradict the pathway."""
    row, area, request = fated.row, loading.area, loading.request_of(fated.row.number)
    drafts: list[Draft] = []
    if fated.follows is not None:
        earlier = fated.follows
        before = Earlier(earlier.id, earlier.started_on, earlier.closed_on, earlier.closure)
        fields = link_fields(before, row.received_on, area)
        drafts.append(Draft(event_id(request, 0), BuiltIn.LINKED, row.received_on, fields))
    for fact in row.facts:
        fields = dict(fact.fields)
        if fact.step == loading.definition.first_step:
            fields |= _organisations(loading, row)
        drafts.append(Draft(event_id(request, len(drafts)), fact.step, fact.on, fields))
    first, *later = [d for d in drafts if d.kind != BuiltIn.LINKED]
    ordered = [
        first,
        *(d for d in drafts if d.kind == BuiltIn.LINKED),
        *sorted(later, key=lambda d: d.happened_on),
    ]
    facts = [draft.as_event(loading.actor, n) for n, draft in enumerate(ordered, 1)]
    episode = fold(loading.definition, facts, area.calendar)
    projection = project(episode, loading.versions, area.calendar, area.today)
    return History(tuple(ordered), projection, episode.stage.key)


def changed_history(loading: Loading, fated: Fated, events: Sequence[Event]) -> History | None:
    """What a row changes in an episode that we have; None where it changes nothing and a person need not look.

    A change that a person must decide, or that the facts on record contradict, is a note and no fact.
    """
    changes, held = changes_in(fated.row, events), list(events)
    drafts: list[Draft] = []
    notes: list[str] = []
    episode = fold(loading.definition, held, loading.area.calendar)
    for change in changes:
        draft = _draft(loading, fated.row, change, len(drafts))
        candidate = draft.as_event(loading.actor, held[-1].sequence + 1)
        applied = may_apply(loading.definition, change, events)
        if applied:
            judge = fold_corrected if change.event is not None else fold_with
            try:
                episode = judge(loading.definition, held, candidate, loading.area.calendar, None)
            except PathwayError:
                applied = False
        notes.append(note_of(loading.definition, change, applied))
        if applied:
            held.append(candidate)
            drafts.append(draft)
    if not changes:
        return None
    projection = project(episode, loading.versions, loading.area.calendar, loading.area.today)
    return History(tuple(drafts), projection, episode.stage.key, tuple(notes))


def _draft(loading: Loading, row: Listed, change: Change, n: int) -> Draft:
    """A new fact, or the correction of the day of one that we have."""
    identity = event_id(loading.request_of(row.number), n)
    if change.event is None:
        return Draft(identity, change.fact.step, change.fact.on, dict(change.fact.fields))
    fields = {"happened_on": change.fact.on.isoformat()}
    return Draft(identity, BuiltIn.RE_DATED, loading.area.today, fields, target=change.event.id)


def _organisations(loading: Loading, row: Listed) -> dict[str, str]:
    """The organisations of a new episode, where the first step asks for them; a school that is not known is left out."""
    asked = {item.key for item in loading.definition.steps[loading.definition.first_step].fields}
    slots = {
        Slot.PROVIDER: loading.actor.organisation_id,
        Slot.COUNCIL: loading.council_id,
        Slot.SCHOOL: loading.schools.get(row.school.casefold()) if row.school else None,
    }
    return {slot.value: str(found) for slot, found in slots.items() if found and slot.value in asked}
