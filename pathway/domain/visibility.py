"""What may be seen of an episode, and by whom (docs/rules.md 10).

Before the feedback has been given nobody outside the clinical team sees an outcome, nor a stage that implies one. After it
the family sees its own stage; school, council and referrer see more only where a share with them is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pathway.domain.definition import Definition, Slot, Stage, Step
from pathway.domain.episode import Episode
from pathway.domain.events import Event, in_force
from pathway.domain.fold import fold
from pathway.domain.roles import Role
from pathway.domain.working_days import Calendar


class Audience(StrEnum):
    """Who is looking, as far as a stage is concerned; `PARTNERS` see waits and counts, and no child."""

    CLINICAL = "clinical"
    FAMILY = "family"
    SCHOOL = "school"
    COUNCIL = "council"
    REFERRER = "referrer"
    PARTNERS = "partners"


_SLOT_OF: dict[Audience, Slot] = {
    Audience.SCHOOL: Slot.SCHOOL,
    Audience.COUNCIL: Slot.COUNCIL,
    Audience.REFERRER: Slot.REFERRER,
}


_OWN_SLOTS: dict[Role, tuple[Slot, ...]] = {
    Role.SENCO: (Slot.REFERRER, Slot.SCHOOL),
    Role.REFERRER: (Slot.REFERRER, Slot.SCHOOL),
    Role.FAMILY: (Slot.FAMILY,),
    Role.YOUNG_PERSON: (Slot.FAMILY,),
    Role.PROVIDER_SYSTEM: (Slot.PROVIDER,),
}


@dataclass(frozen=True, slots=True)
class StagesShown:
    """The stage each audience sees; stored beside the episode so that no query needs the true one."""

    clinical: str
    family: str
    school: str
    council: str
    referrer: str
    partners: str


def stage_seen(episode: Episode, audience: Audience) -> Stage:
    """The stage that an audience may see."""
    stages, stage = episode.definition.stages, episode.stage
    if audience is Audience.CLINICAL:
        return stage
    family = stages[stage.family_sees]
    if audience is Audience.FAMILY:
        return family
    shared = _SLOT_OF.get(audience) in episode.shared_with and episode.outcome_told_on is not None
    return family if shared else stages[stage.partners_see]


def partners_may_see(episode: Episode) -> bool:
    """Whether the episode stands in a stage that is not hidden from partners; while it is, they are told none of its facts."""
    return episode.stage.partners_see == episode.stage.key


def stages_shown(episode: Episode) -> StagesShown:
    return StagesShown(*(stage_seen(episode, audience).key for audience in Audience))


def outcome_seen(episode: Episode, audience: Audience) -> str:
    """The outcome key that an audience may see, or nothing: never before the family has been told."""
    if audience is Audience.CLINICAL:
        return episode.outcome
    if episode.outcome_told_on is None:
        return ""
    if audience is Audience.FAMILY or _SLOT_OF.get(audience) in episode.shared_with:
        return episode.outcome
    return ""


_TEAM = frozenset({Role.TRIAGE, Role.CLINICIAN, Role.COORDINATOR, Role.PROVIDER_LEAD, Role.SYSTEM})


def knows_facts(role: Role, definition: Definition) -> bool:
    """Whether a role may know the facts of a pathway and the stage itself: the team, and the council where it acts itself.

    A refusal to anybody else says neither where the child is nor what was recorded (docs/rules.md 10).
    """
    runs = any(definition.parties[stage.held_by].slot is Slot.COUNCIL for stage in definition.stages.values())
    return role in _TEAM or (role is Role.SEND_OFFICER and runs)


def episode_seen(
    definition: Definition, events: Sequence[Event], calendar: Calendar, audience: Audience
) -> Episode | None:
    """The episode as far as an audience may know it: the facts up to the end of the stage that it is shown.

    What happened in a stage that is hidden is left out, so nothing made from the answer (a date, a clock, a silence) can
    imply it (docs/rules.md 10). None where no run of the facts ends in the stage that is shown.
    """
    facts = [replace(event, happened_on=day) for day, _, event in in_force(list(events))]
    whole = fold(definition, facts, calendar)
    shown = stage_seen(whole, audience)
    if shown.key == whole.stage.key:
        return whole
    for end in range(len(facts) - 1, 0, -1):
        earlier = fold(definition, facts[:end], calendar)
        if earlier.stage.key == shown.key:
            return earlier
    return None


def version_seen(events: Sequence[Event], seen: Episode | None, organisation_id: int) -> int:
    """The facts shown, and beyond them those of the reader's own organisation, which it knows that it recorded."""
    shown = seen.facts if seen else 0
    hidden = (event for _, _, event in in_force(events)[shown:])
    return shown + sum(event.organisation_id == organisation_id for event in hidden)


def steps_offered(definition: Definition, shown: Stage, role: Role) -> tuple[Step, ...]:
    """The steps that somebody outside the clinical team is offered, from the stage that they are shown.

    Only those that hold in every stage which looks like this one from outside, so that neither the list nor a refusal tells
    which of them it is. Only who holds the child, or whose turn it is, moves it to another stage.
    """
    alike = [s for s in definition.stages.values() if shown.key in (s.key, s.family_sees, s.partners_see)]
    holds = role in shown.next_by or definition.parties[shown.held_by].slot in _OWN_SLOTS.get(role, ())
    return tuple(
        step
        for step in definition.steps_from(shown.key, role)
        if all(stage.key in step.from_stages for stage in alike) and (holds or not step.to)
    )
