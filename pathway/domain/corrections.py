"""Deciding on a correction: who may correct which fact, and whether the whole history still holds afterwards.

A correction is a fact of its own, which strikes out or re-dates an earlier one; nothing is changed or deleted. Every
fact after it is judged again, and a correction that would make one impossible is refused with that fact named.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pathway.domain.definition import Definition
from pathway.domain.episode import Episode
from pathway.domain.errors import Conflict, ImpossibleHistory, InvalidInput, NotAllowed
from pathway.domain.events import BUILT_IN_TITLES, CORRECTIONS, BuiltIn, Event, in_force
from pathway.domain.fold import fold
from pathway.domain.roles import Actor, Role
from pathway.domain.working_days import Calendar

REASON_LENGTH: Final = 2000

# They record what was done to the records themselves; undoing them is an action of its own.
_UNDONE_OTHERWISE: Final = frozenset(
    {
        BuiltIn.MERGED.value,
        BuiltIn.UNMERGED.value,
        BuiltIn.DEFINITION_MOVED.value,
        BuiltIn.DETAILS_DECIDED.value,
    }
)


_WHY = "Say why this is corrected, so that others can follow it."


def check_reason(reason: str, missing: str = _WHY) -> str:
    """A correction, or a no, says why, in the words of whoever makes it. `missing` is the sentence where it does not."""
    given = reason.strip()
    if not given:
        raise InvalidInput(missing, field="reason")
    if len(given) > REASON_LENGTH:
        raise InvalidInput(
            f"The reason must be {REASON_LENGTH:,} characters or fewer. Shorten it.", field="reason"
        )
    return given


def check_corrector(actor: Actor, fact: Event, provider_id: int | None) -> None:
    """A fact is corrected by the organisation that recorded it, or by the lead of the provider that holds the child."""
    own = fact.organisation_id == actor.organisation_id
    leads = actor.role is Role.PROVIDER_LEAD and provider_id == actor.organisation_id
    if not (own or leads):
        raise NotAllowed(
            "This fact was recorded by another organisation. Ask that organisation, or the lead of the assessment "
            "team, to correct it."
        )


def check_strike(events: Sequence[Event], fact: Event) -> None:
    """Refuse to strike out what opened the episode, what is struck out already, or what is undone in another way."""
    _check_correctable(events, fact)
    standing = in_force(list(events))
    if standing and standing[0][2].id == fact.id:
        raise Conflict(
            "This fact opened the episode, and the others rest on it, so it cannot be struck out. If the whole "
            "episode should not be there, record “Entered in error”; if only the day is wrong, correct the day."
        )


def check_move(events: Sequence[Event], fact: Event, new_day: date) -> None:
    """Refuse to re-date a correction, what is struck out, or a fact that already has that day."""
    _check_correctable(events, fact)
    if fact.kind in CORRECTIONS:
        raise Conflict("A correction has no day of its own to correct. Strike it out, and make another one.")
    if any(day == new_day for day, _, event in in_force(list(events)) if event.id == fact.id):
        raise InvalidInput("This fact already has that date. Give the right date.", field="happened_on")


def _check_correctable(events: Sequence[Event], fact: Event) -> None:
    if fact.kind in _UNDONE_OTHERWISE:
        raise Conflict(
            f"“{BUILT_IN_TITLES[fact.kind]}” is not corrected here. Undo it where it was done: two records that were "
            "joined are parted again."
        )
    if is_struck_out(events, fact):
        raise Conflict("This fact has been struck out already. Look at the record again.")


def is_struck_out(events: Sequence[Event], fact: Event) -> bool:
    """Whether a fact (or a correction) no longer holds."""
    strikes = [e for e in events if e.kind == BuiltIn.STRUCK_OUT and e.target == fact.id]
    return any(not is_struck_out(events, strike) for strike in strikes)


def fold_corrected(
    definition: Definition,
    events: Sequence[Event],
    correction: Event,
    calendar: Calendar,
    family_reached: date | None = None,
) -> Episode:
    """Fold the history as it is after the correction; refuse one that leaves a fact which cannot stand."""
    try:
        return fold(definition, [*events, correction], calendar, family_reached)
    except ImpossibleHistory as fault:
        if fault.event == correction.target:
            raise ImpossibleHistory(
                f"{fault} Give a day on which it fits, or strike it out.", fault.event, fault.stage
            ) from fault
        raise ImpossibleHistory(
            f"{fault} It rests on the fact you are correcting: correct or strike out that later fact first.",
            fault.event,
            fault.stage,
        ) from fault
