"""POST /api/referrals: refer a child. The answer says nothing of any other referral."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from pathway.actions.area import Area
from pathway.actions.refer import refer
from pathway.api.asking import IdempotencyKey, asking
from pathway.api.refusals import ALWAYS, BODY, refusals
from pathway.api.schemas_referral import ReferralBody, ReferralMade, referral_of
from pathway.domain.errors import AlreadyReferred, DuplicateRequest, NotFound
from pathway.domain.roles import Actor, Permission


@post(
    "/referrals",
    opt={"permission": Permission.REFER},
    responses=refusals(*ALWAYS, *BODY, NotFound, AlreadyReferred, DuplicateRequest),
    tags=["Referrals"],
    operation_id="makeReferral",
)
async def make_referral(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    data: JSONBody[ReferralBody],
    idempotency_key: IdempotencyKey = None,
) -> Response[ReferralMade]:
    """Refer a child to a pathway.

    The wait starts on `received_on`. A child who has an open referral on this pathway is refused with 409, and no more is said
    of it. Sent again with the same Idempotency-Key, it is recorded once and answered alike.
    """
    made = await refer(area, asking(actor, idempotency_key), referral_of(data))
    answer = ReferralMade(
        episode=made.episode_id,
        reference=made.reference,
        being_checked=made.being_checked,
    )
    # No version: a second fact would say that the child has been here before.
    headers = {"Location": f"/api/episodes/{made.episode_id}"}
    return Response(answer, status_code=201, headers=headers)


handlers = [make_referral]
