"""What the facts that every pathway has do to an episode: plans, hand-overs, schools, coordinators, links, seals.

None of them is a step, and none moves the stage. Corrections are not among them: they are taken into account before the
facts are read (`pathway.domain.events.in_force`).
"""

from datetime import date
from typing import Final

from pathway.domain.clocks import needs_field
from pathway.domain.definition import ClockKind, Slot, Step
from pathway.domain.episode import Episode, Holder, PendingHandOver
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import BuiltIn, Event, Fields

ORIGINAL_START: Final = "original_start"
"""The field (of a first step or of a link) that carries a start date from before this episode."""

COORDINATOR: Final = "account"
"""The field (of a step that names a coordinator, or of the built-in kind) that carries the account's number."""


def coordinator_named(event: Event, step: Step | None) -> int:
    """The account that a fact names as case coordinator, or 0: who records the step names themself unless it says whom."""
    if event.kind == BuiltIn.COORDINATOR_SET or (step is not None and step.names_coordinator):
        return int(event.fields.get(COORDINATOR) or event.account_id)
    return 0


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
            put(episode, Slot.SCHOOL, int(fields["to"]))
            # What was shared was shared with the school before; the new one is asked about anew (docs/rules.md 10).
            episode.shared_with -= {Slot.SCHOOL}
        case BuiltIn.COORDINATOR_SET:
            episode.coordinator = coordinator_named(event, None)
        case BuiltIn.SEALED:
            _seal(episode, fields)
        case BuiltIn.LINKED if fields.get(ORIGINAL_START):
            start = date.fromisoformat(fields[ORIGINAL_START])
            episode.linked_start = min(start, episode.linked_start or start)
            restore_start(episode, start)


def _accept(episode: Episode, event: Event) -> None:
    if episode.hand_over is None:
        raise ImpossibleHistory(
            "No hand-over is waiting to be accepted on that day. Ask the sender to offer it again.",
            event=event.id,
        )
    put(episode, episode.hand_over.slot, episode.hand_over.to)
    if episode.hand_over.slot is Slot.PROVIDER:
        episode.coordinator = 0  # of the provider before; the new one names its own
    episode.hand_over = None


def _seal(episode: Episode, fields: Fields) -> None:
    """The earlier school and referrer know the earlier identity, so they are parted from the episode."""
    keeper = Slot.PROVIDER if Slot.PROVIDER in episode.slots else Slot.COUNCIL
    holder = Holder(keeper, episode.slots.get(keeper))
    if holder.organisation_id is not None and Slot.REFERRER in episode.slots:
        put(episode, Slot.REFERRER, holder.organisation_id)
    if fields.get(Slot.SCHOOL):
        put(episode, Slot.SCHOOL, int(fields[Slot.SCHOOL]))
    else:
        episode.slots.pop(Slot.SCHOOL, None)
        _move_owner(episode, Slot.SCHOOL, holder)
    episode.shared_with -= {Slot.SCHOOL, Slot.REFERRER}


def restore_start(episode: Episode, start: date) -> None:
    """The first referral's start date, also for the clocks that began with this one (docs/rules.md 2).

    A recurring clock says how long ago something last happened, so only its first date moves and not its present round.
    """
    episode.started_on = min(episode.started_on, start)
    for fact in episode.clocks:
        if fact.start_event == episode.start_event and not needs_field(fact.definition):
            fact.started_on = min(fact.started_on, start)
            if fact.definition.kind is ClockKind.STEP_TO_STEP:
                fact.counts_from = fact.started_on


def put(episode: Episode, slot: Slot, organisation: int) -> None:
    """Put an organisation in a slot; work that the one before had still to do becomes its own."""
    episode.slots[slot] = organisation
    _move_owner(episode, slot, Holder(slot, organisation))


def _move_owner(episode: Episode, slot: Slot, owner: Holder) -> None:
    for task in episode.tasks.values():
        if task.is_open and task.owner.slot is slot:
            task.owner = owner
