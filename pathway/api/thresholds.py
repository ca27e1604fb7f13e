"""/api/thresholds: the limits that the partners agree; a draft, what it would do, and a signature."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from pathway.actions.agree_threshold import draft, sign
from pathway.actions.area import Area
from pathway.actions.dry_run_threshold import dry_run_of
from pathway.api.asking import IdempotencyKey, asking
from pathway.api.refusals import ALWAYS, BODY, EVERYBODY, refusals
from pathway.api.schemas_thresholds import (
    DraftBody,
    Drafted,
    DryRunAnswer,
    Signed,
    Thresholds,
    draft_of,
    dry_run_answer,
    threshold_answer,
)
from pathway.domain.errors import Conflict, DuplicateRequest, LockedLimit, NotFound, UnreadableRequest
from pathway.domain.roles import Actor, Permission, Role
from pathway.reading.thresholds import versions

_LARGEST = 2**31 - 1


@get(
    "/thresholds",
    opt={"permission": Permission.SIGNED_IN},
    responses=refusals(*EVERYBODY),
    tags=["Thresholds"],
    operation_id="showThresholds",
)
async def show_thresholds(area: NamedDependency[Area], actor: NamedDependency[Actor]) -> Thresholds:
    """Every version of every limit that was drafted, with its signatures, the newest first."""
    return Thresholds(rows=[threshold_answer(version) for version in await versions(area, actor)])


@post(
    "/thresholds",
    opt={"permission": Permission.DRAFT_THRESHOLD},
    responses=refusals(*ALWAYS, *BODY, NotFound, LockedLimit, DuplicateRequest),
    tags=["Thresholds"],
    operation_id="draftThreshold",
)
async def make_draft(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    data: JSONBody[DraftBody],
    idempotency_key: IdempotencyKey = None,
) -> Response[Drafted]:
    """Propose a limit. It changes nothing until one organisation of each kind has signed it."""
    made = await draft(area, asking(actor, idempotency_key), draft_of(data))
    return Response(Drafted(id=made.threshold_id, needs=list(made.needs)), status_code=201)


@post(
    "/thresholds/{number:int}/dry-run",
    opt={"permission": Permission.DRAFT_THRESHOLD},
    responses=refusals(*ALWAYS, NotFound),
    status_code=200,
    tags=["Thresholds"],
    operation_id="tryThreshold",
)
async def try_out(
    area: NamedDependency[Area], actor: NamedDependency[Actor], number: FromPath[int]
) -> DryRunAnswer:
    """What a draft would do: who would be past the limit, and who no longer. Nothing is changed."""
    tried = await dry_run_of(area, actor, _known(number))
    return dry_run_answer(tried, suppressed=actor.role is Role.COMMISSIONER)


@post(
    "/thresholds/{number:int}/signatures",
    opt={"permission": Permission.SIGN_THRESHOLD},
    responses=refusals(*ALWAYS, UnreadableRequest, NotFound, Conflict, DuplicateRequest),
    tags=["Thresholds"],
    operation_id="signThreshold",
)
async def give_signature(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    number: FromPath[int],
    idempotency_key: IdempotencyKey = None,
) -> Response[Signed]:
    """Sign a draft for your own kind of organisation. The last signature makes it agreed."""
    signed = await sign(area, asking(actor, idempotency_key), _known(number))
    answer = Signed(id=signed.threshold_id, missing=list(signed.missing), agreed=signed.agreed)
    return Response(answer, status_code=201)


def _known(number: int) -> int:
    if not 0 < number <= _LARGEST:
        raise NotFound("There is no such version of a limit. GET /api/thresholds lists them.")
    return number


handlers = [show_thresholds, make_draft, try_out, give_signature]
