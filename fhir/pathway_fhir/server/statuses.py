"""Searching by status: which stages and pauses have it, from the tables that print it.

How an episode ended is told to few, and is not what the database searches: one word finds all that ended.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pathway.domain.definition import Definition, Stage
from pathway.store.exchange_search import AllOf, AnyOf, Condition, Criterion, NoneOf, Test
from pathway_fhir.mapping import episode_of_care
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server import conditions as by
from pathway_fhir.server.values import token


@dataclass(frozen=True, slots=True)
class Words:
    """The status of each stage; the one while it is paused; the one of all that ended, and those that say how it ended."""

    of_stage: Callable[[Definition, Stage], str]
    paused: str
    ended: str
    endings: frozenset[str]


def parameter(definitions: Sequence[Definition], words: Words) -> by.Parameter:
    """The search parameter `status`, for these pathways."""

    def build(modifier: str, value: str) -> Condition:
        code = token(value).code
        if code in words.endings:
            text = (
                f"How it ended is not searched for. Ask for status {words.ended}, which finds all that ended."
            )
            raise Refused.because(400, IssueType.NOT_SUPPORTED, text)
        found = tuple(part for one in definitions for part in _of(one, words, code))
        return NoneOf(found) if modifier == "not" else AnyOf(found)

    says = f"The status; {words.ended} finds all that ended, however that was."
    return by.Parameter("token", says, build, frozenset({"not"}))


def _of(definition: Definition, words: Words, code: str) -> Iterator[Condition]:
    """What has this status on one pathway."""
    on = Criterion("pathway", Test.IS, [definition.key])
    pauses = [key for key, state in definition.side_states.items() if state.held_by]
    paused = Criterion("side_states", Test.SHARES, pauses)
    for stage in definition.stages.values():
        there = (on, Criterion("stage", Test.IS, [stage.key]))
        own = words.of_stage(definition, stage)
        goes_on = not stage.closed and not episode_of_care.is_void(definition, stage)
        if code == own:
            yield AllOf((*there, NoneOf((paused,)))) if goes_on else AllOf(there)
        if code == words.paused and goes_on:
            yield AllOf((*there, paused))


def _of_care(definition: Definition, stage: Stage) -> str:
    if episode_of_care.is_void(definition, stage):
        return episode_of_care.IN_ERROR
    return episode_of_care.STATUS[stage.group]


def _of_referral(definition: Definition, stage: Stage) -> str:
    if episode_of_care.is_void(definition, stage):
        return "entered-in-error"
    return "completed" if stage.closed else "active"


CARE: Final = Words(_of_care, episode_of_care.PAUSED, "finished", frozenset({episode_of_care.CANCELLED}))
REFERRAL: Final = Words(_of_referral, "on-hold", "completed", frozenset({"revoked"}))
