"""EpisodeOfCare, ServiceRequest, Condition and Task: where a child is on a pathway, and what is to be done.

A status is searched for by the stages that have it, from the same tables that print it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pathway.domain.definition import Definition, Stage
from pathway.domain.told import EpisodeTold, FactTold
from pathway.reading.told.episodes import (
    episode_versions,
    episodes_of_children_told,
    read_episode,
    search_episodes,
)
from pathway.reading.told.facts import first_facts
from pathway.reading.told.found import Found
from pathway.reading.told.overdue import overdue_of_episodes
from pathway.reading.told.tasks import search_tasks, tasks_of_episodes
from pathway.store.exchange_search import AllOf, Page
from pathway_fhir import ids
from pathway_fhir.mapping import condition, episode_of_care, flag, service_request, task
from pathway_fhir.server import conditions as by
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Exchange, Json, Offered, OfOneChild, Searched
from pathway_fhir.vocabulary import systems

_CHANGED: Final = by.moment("changed", "When partners were last told of a change.")


# --- EpisodeOfCare ----------------------------------------------------------------------------------------------------


async def _search_episodes(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_episodes(exchange.area, exchange.actor, asked, page, total=total)
    return Found([episode_of_care.resource(told) for told in found.page], found.after, found.total)


async def _read_episode(exchange: Exchange, logical_id: str) -> Json | None:
    told = await _episode(exchange, logical_id)
    return episode_of_care.resource(told) if told else None


async def _episode(exchange: Exchange, logical_id: str) -> EpisodeTold | None:
    key = ids.uuid_in(logical_id)
    return await read_episode(exchange.area, exchange.actor, key) if key else None


async def _episode_versions(exchange: Exchange, logical_id: str) -> list[Json]:
    return [episode_of_care.resource(told) for told in await _versions(exchange, logical_id)]


async def _versions(exchange: Exchange, logical_id: str) -> list[EpisodeTold]:
    key = ids.uuid_in(logical_id)
    return await episode_versions(exchange.area, exchange.actor, key) if key else []


# --- ServiceRequest ---------------------------------------------------------------------------------------------------


async def _search_referrals(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_episodes(exchange.area, exchange.actor, asked, page, total=total)
    return Found(await _referrals(exchange, found.page), found.after, found.total)


async def _read_referral(exchange: Exchange, logical_id: str) -> Json | None:
    told = await _episode(exchange, logical_id)
    return (await _referrals(exchange, [told]))[0] if told else None


async def _referral_versions(exchange: Exchange, logical_id: str) -> list[Json]:
    """Earlier versions have no notes: a sum is of the day on which it is asked for."""
    told = await _versions(exchange, logical_id)
    first = await first_facts(exchange.area, exchange.actor, [one.id for one in told[:1]])
    now = await _referrals(exchange, told[:1])
    return now + [_referral(one, first.get(one.id), ()) for one in told[1:]]


async def _referrals(exchange: Exchange, told: Sequence[EpisodeTold]) -> list[Json]:
    """Each with who first asked, the form that came with it, and the sum of every limit that is past."""
    keys = [one.id for one in told]
    first = await first_facts(exchange.area, exchange.actor, keys)
    notes: dict[UUID, list[str]] = {key: [] for key in keys}
    for breach, _ in await overdue_of_episodes(exchange.area, exchange.actor, keys):
        if breach.closed_on is None:
            notes[breach.episode_id].append(flag.breach_note(breach)["text"])
    return [_referral(one, first.get(one.id), notes[one.id]) for one in told]


def _referral(told: EpisodeTold, first: FactTold | None, notes: Sequence[str]) -> Json:
    given: Mapping[str, str] = first.event.fields if first else {}
    source = given.get("source", "")
    asked = first.step.field_named("source") if first and first.step else None
    title = next((o.title for o in asked.options if o.key == source), "") if asked else ""
    return service_request.resource(
        told,
        source=source,
        source_title=title,
        forms=[first.event.id] if first and first.event.fields else (),
        notes=notes,
    )


# --- Condition --------------------------------------------------------------------------------------------------------


async def _conditions(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    told = await episodes_of_children_told(exchange.area, exchange.actor, children)
    return [condition.resource(one) for one in told if condition.applies(one.definition)]


async def _read_condition(exchange: Exchange, logical_id: str) -> Json | None:
    told = await _episode(exchange, logical_id)
    return condition.resource(told) if told and condition.applies(told.definition) else None


# --- Task -------------------------------------------------------------------------------------------------------------


async def _search_tasks(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_tasks(exchange.area, exchange.actor, asked, page, total=total)
    return Found([task.resource(told, of) for told, of in found.page], found.after, found.total)


async def _read_task(exchange: Exchange, logical_id: str) -> Json | None:
    key = ids.keyed_in(logical_id)
    if key is None:
        return None
    told = await tasks_of_episodes(exchange.area, exchange.actor, [key[0]])
    return next((task.resource(one, of) for one, of in told if one.key == key[1]), None)


# --- What is asked of them --------------------------------------------------------------------------------------------

_TASK_STATES: Final[Mapping[str, str]] = {"requested": "open", "completed": "done", "cancelled": "fell_away"}


def _parameters(status: by.Parameter) -> dict[str, by.Parameter]:
    return {
        "_id": by.key("id"),
        "_lastUpdated": _CHANGED,
        **_SUBJECT,
        "status": status,
        "stage": by.code("stage", "The stage that partners see.", lambda code: [code], systems.STAGE),
        "type": by.code("pathway", "The pathway.", lambda code: [code], systems.PATHWAY),
    }


def _stages(definitions: Sequence[Definition], holds: Any) -> list[str]:
    return sorted({s.key for d in definitions for s in d.stages.values() if holds(d, s)})


def episode_types(definitions: Sequence[Definition]) -> tuple[Offered, ...]:
    """The four types, for the pathways of an area."""

    def of_care(code: str) -> list[str]:
        return _stages(definitions, lambda d, s: _status_of_care(d, s) == code)

    def of_referral(code: str) -> list[str]:
        return _stages(definitions, lambda d, s: _status_of_referral(d, s) == code)

    return (_of_care(of_care), _referral_type(of_referral), _CONDITION, _TASK)


_SORTS: Final = {"_lastUpdated": "changed", "date": "started", "_id": "id", "authored": "started"}
_BEGAN: Final = by.day("started", "When the wait began.")
_TEAM: Final = by.organisation("provider", "The assessment team.")
_SUBJECT: Final = {
    "patient": by.reference("Patient", "child", "nhs_number"),
    "subject": by.reference("Patient", "child", "nhs_number"),
}


def _of_care(stages: Callable[[str], list[str]]) -> Offered:
    status = by.code("stage", "By the stage that it stands in.", stages)
    return Offered(
        "EpisodeOfCare",
        "One child on one pathway, in the stage that partners see.",
        Searched(
            {**_parameters(status), "date": _BEGAN, "organization": _TEAM},
            _SORTS,
            "_lastUpdated",
            _search_episodes,
        ),
        _read_episode,
        _episode_versions,
        includes={"patient": "Patient", "organization": "Organization"},
    )


def _referral_type(stages: Callable[[str], list[str]]) -> Offered:
    status = by.code("stage", "By the stage that it stands in.", stages)
    requester = by.organisation("referrer", "Who referred.")
    return Offered(
        "ServiceRequest",
        "The referral that an episode began with.",
        Searched(
            {**_parameters(status), "authored": _BEGAN, "requester": requester, "performer": _TEAM},
            _SORTS,
            "_lastUpdated",
            _search_referrals,
        ),
        _read_referral,
        _referral_versions,
        includes={
            "patient": "Patient",
            "subject": "Patient",
            "requester": "Organization",
            "performer": "Organization",
        },
        reverse=(("Task", "focus"),),
    )


_CONDITION: Final = Offered(
    "Condition",
    "What is suspected, or was found once that may be known.",
    OfOneChild(
        {
            "_id": Looked("token", ("id",), "The logical id."),
            "patient": Looked("reference", ("subject",), "The child."),
            "subject": Looked("reference", ("subject",), "The child."),
            "code": Looked("token", ("code",), "What is suspected or was found."),
            "verification-status": Looked("token", ("verificationStatus",), "How sure it is."),
            "clinical-status": Looked("token", ("clinicalStatus",), "Whether it is present."),
        },
        _conditions,
    ),
    _read_condition,
    includes={"patient": "Patient", "subject": "Patient"},
)


def _states(code: str) -> list[str]:
    return [_TASK_STATES[code]] if code in _TASK_STATES else []


_TASK: Final = Offered(
    "Task",
    "What is to be done: the one headline step of an episode, and the tasks beside it.",
    Searched(
        {
            **_SUBJECT,
            "_lastUpdated": _CHANGED,
            "focus": by.reference("ServiceRequest", "episode", says="The referral that it belongs to."),
            "status": by.code("state", "requested, completed or cancelled.", _states),
            "code": by.code("step", "The step that is to be done.", lambda code: [code], systems.STEP),
            "business-status": by.code("stage", "Where the child is.", lambda code: [code], systems.STAGE),
            "owner": by.organisation("owner", "Who is to do it."),
            "period": by.day("due", "The date that is planned."),
            "due-date": by.day("due", "The date that is planned."),
        },
        {"_lastUpdated": "changed", "due-date": "due", "period": "due"},
        "_lastUpdated",
        _search_tasks,
    ),
    _read_task,
    includes={
        "patient": "Patient",
        "subject": "Patient",
        "focus": "ServiceRequest",
        "owner": "Organization",
    },
)


def _status_of_care(definition: Definition, stage: Stage) -> str:
    if episode_of_care.is_void(definition, stage):
        return episode_of_care.IN_ERROR
    return episode_of_care.STATUS[stage.group]


def _status_of_referral(definition: Definition, stage: Stage) -> str:
    if episode_of_care.is_void(definition, stage):
        return "entered-in-error"
    return "completed" if stage.closed else "active"
