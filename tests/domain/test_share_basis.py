"""Each share with a partner's system names its basis, and whoever may be told of an episode has one (docs/rules.md 11)."""

from itertools import product

import pytest

from pathway.domain.reach import Standing, reaches
from pathway.domain.roles import MACHINES, Actor, Door, Role
from pathway.domain.share_basis import TITLES, ShareBasis, basis_of

OURS, OTHER = 1, 2


@pytest.mark.parametrize("role", sorted(MACHINES))
def test_a_system_has_a_basis_exactly_where_it_reaches_the_episode(role: Role) -> None:
    actor = Actor(9, role, OURS, Door.FHIR, "")
    for provider, council, school, referrer, *flags in product(*[(OURS, OTHER)] * 4, *[(False, True)] * 3):
        at = Standing(
            provider_id=provider, council_id=council, council_basis=flags[0], school_id=school,
            hidden_from_school=flags[1], referrer_id=referrer, hidden_from_referrer=flags[2],
        )  # fmt: skip
        assert (basis_of(actor, at) is not None) is reaches(actor, at)


@pytest.mark.parametrize(
    ("at", "basis"),
    [
        (Standing(provider_id=OURS, referrer_id=OURS), ShareBasis.DIRECT_CARE),
        (Standing(council_id=OURS, council_basis=True), ShareBasis.COUNCIL_BASIS),
        (Standing(referrer_id=OURS), ShareBasis.REFERRED),
        (Standing(school_id=OURS), ShareBasis.TEACHES),
        (Standing(school_id=OURS, hidden_from_school=True), None),
        (Standing(council_id=OURS), None),
    ],
)
def test_which_basis_it_is(at: Standing, basis: ShareBasis | None) -> None:
    assert basis_of(Actor(9, Role.PARTNER, OURS, Door.FHIR, ""), at) is basis
    assert set(TITLES) == set(ShareBasis)
