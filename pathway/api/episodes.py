"""/api/episodes/{id}: where a child is and what can be recorded now; its facts; a step; a correction."""

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from pathway.actions.area import Area
from pathway.actions.correct import re_date, strike_out
from pathway.actions.episode_change import Changed
from pathway.actions.record_step import record_step
from pathway.api.asking import IdempotencyKey, IfMatch, asking_with_version, etag
from pathway.api.refusals import ALWAYS, BODY, refusals
from pathway.api.schemas_episode import (
    CorrectionBody,
    Episode,
    Recorded,
    StepBody,
    Timeline,
    episode_answer,
    timeline_answer,
)
from pathway.domain.errors import (
    Conflict,
    DuplicateRequest,
    ImpossibleHistory,
    InvalidInput,
    NotFound,
    StaleVersion,
    StepNotAllowed,
    VersionMissing,
)
from pathway.domain.roles import MACHINES, Actor, Permission, Role
from pathway.reading.episode_record import episode_record, episode_timeline

_CHANGE = (*ALWAYS, *BODY, NotFound, VersionMissing, StaleVersion, DuplicateRequest, ImpossibleHistory)
_OUTSIDE: Final = frozenset({Role.SENCO, Role.REFERRER, Role.SEND_OFFICER, *MACHINES})
"""Roles that do not know every fact of every episode."""
_PATH = "/episodes/{episode_id:uuid}"
WithTexts = Annotated[
    bool, QueryParameter(description="Also the free text of each fact, where you may read it.")
]


@get(
    _PATH,
    # Whoever may record a step on an episode reads what it is recorded on; each sees it as far as their role may.
    opt={"permission": Permission.RECORD_STEP},
    responses=refusals(*ALWAYS, NotFound),
    tags=["Episodes"],
    operation_id="showEpisode",
)
async def show_episode(
    area: NamedDependency[Area], actor: NamedDependency[Actor], episode_id: FromPath[UUID]
) -> Response[Episode]:
    """One child on one pathway, as far as you may know it.

    The stage is the one that your role is shown; clocks carry their whole sum. `steps` are those that you can record now. Send
    the ETag back as If-Match with a change.
    """
    seen = await episode_record(area, actor, episode_id)
    return Response(episode_answer(seen, area.today), headers={"ETag": etag(seen.version)})


@get(
    f"{_PATH}/events",
    opt={"permission": Permission.READ_CHILD},
    responses=refusals(*ALWAYS, NotFound, InvalidInput),
    tags=["Episodes"],
    operation_id="showEvents",
)
async def show_events(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    texts: WithTexts = False,
) -> Timeline:
    """The facts of an episode, newest first, with their corrections.

    A council reads the facts of the pathways that it runs itself, and of others an empty list.
    """
    return timeline_answer(await episode_timeline(area, actor, episode_id, texts=texts))


@post(
    f"{_PATH}/steps",
    opt={"permission": Permission.RECORD_STEP},
    responses=refusals(*_CHANGE, StepNotAllowed),
    tags=["Episodes"],
    operation_id="recordStep",
)
async def record(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    data: JSONBody[StepBody],
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[Recorded]:
    """Record a step that happened.

    412 says who changed what since the version in If-Match; 409 says what stands in the way and which steps are possible.
    """
    asked = asking_with_version(actor, idempotency_key, if_match)
    outside = actor.role in _OUTSIDE
    asked = replace(asked, counts_what_is_shown=outside)
    changed = await record_step(area, asked, episode_id, data.step, data.happened_on, data.answers)
    if outside:
        changed = replace(changed, version=(await episode_record(area, actor, episode_id)).version)
    return _recorded(changed)


@post(
    f"{_PATH}/corrections",
    opt={"permission": Permission.CORRECT},
    responses=refusals(*_CHANGE, Conflict),
    tags=["Episodes"],
    operation_id="correctFact",
)
async def correct(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    data: JSONBody[CorrectionBody],
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[Recorded]:
    """Correct a fact: strike it out, or give it its right day. The fact stays, with the correction and its reason beside it."""
    asked = asking_with_version(actor, idempotency_key, if_match)
    if data.kind == "struck_out":
        if data.happened_on is not None:
            raise InvalidInput("A fact that is struck out has no new day. Leave it out.", "happened_on")
        return _recorded(await strike_out(area, asked, episode_id, data.event, data.reason))
    if data.happened_on is None:
        raise InvalidInput("Give the day on which it really happened.", "happened_on")
    return _recorded(await re_date(area, asked, episode_id, data.event, data.happened_on, data.reason))


def _recorded(changed: Changed) -> Response[Recorded]:
    """Never the stage: whoever may know it reads it from the episode."""
    answer = Recorded(episode=changed.episode_id, event=changed.event_id, version=changed.version)
    headers = {"Location": f"/api/episodes/{changed.episode_id}", "ETag": etag(changed.version)}
    return Response(answer, status_code=201, headers=headers)


handlers = [show_episode, show_events, record, correct]
