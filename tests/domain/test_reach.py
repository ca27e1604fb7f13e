"""Which children an actor reaches: the table that row-level security repeats (docs/rules.md 16 and 17).

`tests/store/test_row_level_security.py` holds the database to the same rows.
"""

import pytest

from pathway.domain.reach import Standing, reaches
from pathway.domain.roles import Actor, Door, Role

HERE, THERE, SCHOOL, COUNCIL, SURGERY = 1, 2, 3, 4, 5
ME = 77
EPISODE = Standing(
    provider_id=HERE, council_id=COUNCIL, council_basis=True, school_id=SCHOOL, referrer_id=SURGERY,
    families=frozenset({ME}), caseload=frozenset(),
)  # fmt: skip
CLINICAL = (Role.TRIAGE, Role.CLINICIAN, Role.COORDINATOR, Role.PROVIDER_LEAD)
REFERRING = (Role.SENCO, Role.REFERRER)


def actor(role: Role, organisation: int, account: int = 1) -> Actor:
    return Actor(account, role, organisation, Door.WEB)


@pytest.mark.parametrize("role", CLINICAL)
@pytest.mark.parametrize(
    ("organisation", "standing", "reached"),
    [
        (HERE, EPISODE, True),
        (THERE, EPISODE, False),
        (
            THERE,
            Standing(provider_id=HERE, hand_over_to=THERE),
            True,
        ),  # offered: it must know what it is asked to take
        (SCHOOL, EPISODE, False),
        (0, Standing(), False),
    ],
)
def test_clinical_teams_reach_the_children_they_hold_or_are_offered(
    role: Role, organisation: int, standing: Standing, reached: bool
) -> None:
    assert reaches(actor(role, organisation), standing) is reached


@pytest.mark.parametrize("role", REFERRING)
@pytest.mark.parametrize(
    ("organisation", "standing", "reached"),
    [
        (SCHOOL, EPISODE, True),
        (SURGERY, EPISODE, True),
        (HERE, EPISODE, False),
        (SCHOOL, Standing(school_id=SCHOOL, hidden_from_school=True), False),
        (
            SCHOOL,
            Standing(school_id=SCHOOL, hidden_from_school=True, referrer_id=SCHOOL),
            True,
        ),  # it referred itself
        (SURGERY, Standing(referrer_id=SURGERY, hidden_from_referrer=True), False),
        (
            SCHOOL,
            Standing(school_id=SCHOOL, referrer_id=SCHOOL, hidden_from_referrer=True),
            True,
        ),  # still the child's school, which the family has not asked to leave out
        (0, Standing(), False),
    ],
)
def test_schools_and_referrers_reach_their_own_unless_the_family_said_not_to_tell(
    role: Role, organisation: int, standing: Standing, reached: bool
) -> None:
    assert reaches(actor(role, organisation), standing) is reached


@pytest.mark.parametrize(
    ("council_basis", "organisation", "reached"),
    [(True, COUNCIL, True), (False, COUNCIL, False), (True, THERE, False)],
)
def test_a_council_officer_reaches_children_with_whom_the_council_has_a_basis(
    council_basis: bool, organisation: int, reached: bool
) -> None:
    standing = Standing(council_id=COUNCIL, council_basis=council_basis)
    assert reaches(actor(Role.SEND_OFFICER, organisation), standing) is reached


@pytest.mark.parametrize("role", [Role.FAMILY, Role.YOUNG_PERSON])
@pytest.mark.parametrize(("account", "reached"), [(ME, True), (1, False)])
def test_families_reach_the_children_linked_to_their_account(role: Role, account: int, reached: bool) -> None:
    assert reaches(actor(role, 0, account), EPISODE) is reached


@pytest.mark.parametrize("role", Role)
def test_breaking_the_glass_opens_a_child_to_clinical_staff_only(role: Role) -> None:
    opened = Standing(provider_id=HERE, opened_by=frozenset({ME}))
    assert reaches(actor(role, THERE, ME), opened) is (role in CLINICAL or role is Role.SYSTEM)
    assert reaches(actor(role, THERE, 1), opened) is (role is Role.SYSTEM)


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.PRIVACY])
@pytest.mark.parametrize("organisation", [HERE, SCHOOL, COUNCIL, SURGERY])
def test_commissioners_and_information_governance_reach_no_child(role: Role, organisation: int) -> None:
    assert not reaches(actor(role, organisation, ME), EPISODE)


@pytest.mark.parametrize(
    ("organisation", "standing", "reached"),
    [
        (HERE, EPISODE, True),
        (COUNCIL, EPISODE, True),
        (COUNCIL, Standing(council_id=COUNCIL), False),
        (SCHOOL, EPISODE, True),
        (SCHOOL, Standing(school_id=SCHOOL, hidden_from_school=True), False),
        (SURGERY, EPISODE, True),
        (SURGERY, Standing(referrer_id=SURGERY, hidden_from_referrer=True), False),
        (THERE, Standing(provider_id=HERE, hand_over_to=THERE), False),
    ],
)
def test_a_partners_system_reaches_what_its_organisation_holds_referred_or_teaches(
    organisation: int, standing: Standing, reached: bool
) -> None:
    assert reaches(actor(Role.PARTNER, organisation), standing) is reached


@pytest.mark.parametrize("organisation", [HERE, THERE, SCHOOL, COUNCIL, SURGERY])
def test_a_providers_clinical_system_reaches_what_the_provider_holds_and_nothing_else(
    organisation: int,
) -> None:
    assert reaches(actor(Role.PROVIDER_SYSTEM, organisation), EPISODE) is (organisation == HERE)


def test_the_service_itself_reaches_everybody() -> None:
    assert reaches(actor(Role.SYSTEM, 0), Standing())


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SYSTEM])
def test_nobody_reaches_an_episode_that_nothing_links_them_to(role: Role) -> None:
    assert not reaches(actor(role, 99, 99), EPISODE)
