"""What may be seen of an episode, and by whom (rules.md 10).

Before the feedback has been given nobody outside the clinical team sees an outcome, nor a stage that implies one. After it
the family sees its own stage; school, council and referrer see more only where a share with them is recorded.
"""

from dataclasses import dataclass
from enum import StrEnum

from pathway.domain.definition import Slot, Stage
from pathway.domain.episode import Episode


class Audience(StrEnum):
    """Who is looking, as far as a stage is concerned."""

    CLINICAL = "clinical"
    FAMILY = "family"
    SCHOOL = "school"
    COUNCIL = "council"
    REFERRER = "referrer"


_SLOT_OF: dict[Audience, Slot] = {
    Audience.SCHOOL: Slot.SCHOOL,
    Audience.COUNCIL: Slot.COUNCIL,
    Audience.REFERRER: Slot.REFERRER,
}


@dataclass(frozen=True, slots=True)
class StagesShown:
    """The stage each audience sees; stored beside the episode so that no query needs the true one."""

    clinical: str
    family: str
    school: str
    council: str
    referrer: str


def stage_seen(episode: Episode, audience: Audience) -> Stage:
    """The stage that an audience may see."""
    stages, stage = episode.definition.stages, episode.stage
    if audience is Audience.CLINICAL:
        return stage
    family = stages[stage.family_sees]
    if audience is Audience.FAMILY:
        return family
    shared = _SLOT_OF[audience] in episode.shared_with and episode.outcome_told_on is not None
    return family if shared else stages[stage.partners_see]


def stages_shown(episode: Episode) -> StagesShown:
    return StagesShown(*(stage_seen(episode, audience).key for audience in Audience))


def outcome_seen(episode: Episode, audience: Audience) -> str:
    """The outcome key that an audience may see, or nothing: never before the family has been told."""
    if audience is Audience.CLINICAL:
        return episode.outcome
    if episode.outcome_told_on is None:
        return ""
    if audience is Audience.FAMILY or _SLOT_OF[audience] in episode.shared_with:
        return episode.outcome
    return ""
