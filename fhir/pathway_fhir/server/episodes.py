"""EpisodeOfCare, ServiceRequest and Condition: where a child is on a pathway."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pathway.domain.definition import Definition
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
from pathway.store.exchange_search import AllOf, Condition, Criterion, Page, Test
from pathway_fhir import ids
from pathway_fhir.mapping import condition, episode_of_care, flag, service_request
from pathway_fhir.server import conditions as by
from pathway_fhir.server import statuses
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Exchange, Json, Offered, OfOneChild, Searched
from pathway_fhir.server.tasks import of_work
from pathway_fhir.server.values import token
from pathway_fhir.vocabulary import referrals, systems

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


# --- What is asked of them --------------------------------------------------------------------------------------------


def _parameters(status: by.Parameter) -> dict[str, by.Parameter]:
    return {
        "_id": by.key("id"),
        "_lastUpdated": _CHANGED,
        **by.SUBJECT,
        "status": status,
        "stage": by.code("stage", "The stage that partners see.", lambda code: [code], systems.STAGE),
    }


def _code_of_referral(definitions: Sequence[Definition]) -> by.Build:
    """By the codes that a referral is printed with: the pathway's own, and what is asked for by SNOMED CT."""

    def build(modifier: str, value: str) -> Condition:
        asked = token(value)
        pathways = {
            d.key
            for d in definitions
            if (asked.system in (None, systems.PATHWAY) and d.key == asked.code)
            or (asked.system in (None, systems.SNOMED) and referrals.asked_for(d) == asked.code)
        }
        return Criterion("pathway", Test.IS_NOT if modifier == "not" else Test.IS, sorted(pathways))

    return build


_SORTS: Final = {"_lastUpdated": "changed", "date": "started", "_id": "id", "authored": "started"}
_PATHWAY: Final = by.code("pathway", "The pathway.", lambda code: [code], systems.PATHWAY)
_BEGAN: Final = by.day("started", "When the wait began.")
_TEAM: Final = by.organisation("provider", "The assessment team.")


def episode_types(definitions: Sequence[Definition]) -> tuple[Offered, ...]:
    """The four types of an episode, for the pathways of an area."""
    return (_of_care(definitions), _of_referrals(definitions), _CONDITION, of_work(definitions))


def _of_care(definitions: Sequence[Definition]) -> Offered:
    """EpisodeOfCare, for the pathways of an area."""
    status = statuses.parameter(definitions, statuses.CARE)
    return Offered(
        "EpisodeOfCare",
        "One child on one pathway, in the stage that partners see.",
        Searched(
            {**_parameters(status), "type": _PATHWAY, "date": _BEGAN, "organization": _TEAM},
            _SORTS,
            "_lastUpdated",
            _search_episodes,
        ),
        _read_episode,
        _episode_versions,
        includes={"patient": "Patient", "organization": "Organization"},
    )


def _of_referrals(definitions: Sequence[Definition]) -> Offered:
    """ServiceRequest, for the pathways of an area."""
    status = statuses.parameter(definitions, statuses.REFERRAL)
    requester = by.organisation("referrer", "Who referred.")
    return Offered(
        "ServiceRequest",
        "The referral that an episode began with.",
        Searched(
            {
                **_parameters(status),
                "code": by.Parameter("token", "What is asked for.", _code_of_referral(definitions), by.NOT),
                "authored": _BEGAN,
                "requester": requester,
                "performer": _TEAM,
            },
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
