"""What the facts that every pathway has do to an episode: plans, hand-overs, schools, coordinators, links, seals.

None of them is a step, and none moves the stage. Corrections are not among them: they are taken into account before the
facts are read (`pathway.domain.events.in_force`).
"""

from datetime import date
from typing import Final

from pathway.domain.clocks import needs_field
from pathway.domain.definition import Slot
from pathway.domain.episode import Episode, Holder, PendingHandOver
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import BuiltIn, Event, Fields

ORIGINAL_START: Final = "original_start"
"""The field (of a first step or of a link) that carries a start date from before this episode."""


def apply_built_in(episode: Episode, day: date, event: Event) -> None:
    """Bring the episode to what it is after this fact; a kind that only keeps account leaves it as it is."""
    fields = event.fields
    match event.kind:
        case BuiltIn.PLAN_SET:
            episode.plan = date.fromisoformat(fields["planned_for"])
        case BuiltIn.HAND_OVER_OFFERED:
            episode.hand_over = PendingHandOver(Slot(fields["slot"]), int(fields["to"]), day, event.id)
        case BuiltIn.HAND_OVER_ACCEPTED:
            _accept(episode, event)
        case BuiltIn.HAND_OVER_DECLINED:
            episode.hand_over = None
        case BuiltIn.SCHOOL_CHANGED:
            _put(episode, Slot.SCHOOL, int(fields["to"]))
            # What was shared was shared with the school before; the new one is asked about anew (docs/rules.md 10).
            episode.shared_with -= {Slot.SCHOOL}
        case BuiltIn.COORDINATOR_SET:
            episode.coordinator = int(fields["account"])
        case BuiltIn.SEALED:
            _seal(episode, fields)
        case BuiltIn.LINKED if fields.get(ORIGINAL_START):
            _restore(episode, date.fromisoformat(fields[ORIGINAL_START]))


def _accept(episode: Episode, event: Event) -> None:
    if episode.hand_over is None:
        raise ImpossibleHistory(
            "No hand-over is waiting to be accepted on that day. Ask the sender to offer it again.",
            event=event.id,
        )
    _put(episode, episode.hand_over.slot, episode.hand_over.to)
    if episode.hand_over.slot is Slot.PROVIDER:
        episode.coordinator = 0  # of the provider before; the new one names its own
    episode.hand_over = None


def _seal(episode: Episode, fields: Fields) -> None:
    """The earlier school and referrer know the earlier identity, so they are parted from the episode."""
    provider = episode.slots[Slot.PROVIDER]
    _put(episode, Slot.REFERRER, provider)
    if fields.get(Slot.SCHOOL):
        _put(episode, Slot.SCHOOL, int(fields[Slot.SCHOOL]))
    else:
        episode.slots.pop(Slot.SCHOOL, None)
        _move_owner(episode, Slot.SCHOOL, Holder(Slot.PROVIDER, provider))
    episode.shared_with -= {Slot.SCHOOL, Slot.REFERRER}


def _restore(episode: Episode, start: date) -> None:
    """The first referral's start date, also for the clocks that this episode began with (docs/rules.md 2)."""
    episode.started_on = min(episode.started_on, start)
    for fact in episode.clocks:
        if fact.started_on == episode.opened_on and not needs_field(fact.definition):
            fact.started_on = fact.counts_from = min(fact.started_on, start)


def _put(episode: Episode, slot: Slot, organisation: int) -> None:
    """Put an organisation in a slot; work that the one before had still to do becomes its own."""
    episode.slots[slot] = organisation
    _move_owner(episode, slot, Holder(slot, organisation))


def _move_owner(episode: Episode, slot: Slot, owner: Holder) -> None:
    for task in episode.tasks.values():
        if task.is_open and task.owner.slot is slot:
            task.owner = owner
