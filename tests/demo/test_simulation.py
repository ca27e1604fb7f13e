"""The simulated county: the same each time, like the counties we know, and made of facts that people could have recorded."""

from collections import Counter
from datetime import date
from random import Random
from uuid import UUID

import pytest

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.demo.calibration import TARGETS, Measured, measure
from pathway.demo.county import PROVIDERS, moorshire
from pathway.demo.cut import children_left_out
from pathway.demo.people import nhs_numbers
from pathway.demo.seasons import referral_weight
from pathway.demo.simulation import simulate
from pathway.demo.sizes import SIZES, Size
from pathway.domain.decide import check_fields, check_role
from pathway.domain.london import london_date
from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.roles import Role
from pathway.store.loader_facts import Batch, History

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def small() -> Batch:
    return simulate(SIZES["small"], 1, TODAY)


@pytest.fixture(scope="module")
def part_of_county() -> Batch:
    return simulate(Size("part", 0.4), 2026, TODAY)


def test_the_same_seed_size_and_day_give_the_same_county(small: Batch) -> None:
    assert simulate(SIZES["small"], 1, TODAY) == small


def test_another_seed_gives_another_county(small: Batch) -> None:
    assert simulate(SIZES["small"], 2, TODAY) != small


def test_the_small_county_has_about_300_children(small: Batch) -> None:
    assert 240 <= len(small.children) <= 360


@pytest.mark.slow
def test_the_county_has_6000_open_episodes_and_a_history_of_30000() -> None:
    open_and_closed = Counter(
        _is_open(history) for history in simulate(SIZES["county"], 2026, TODAY).histories
    )
    assert open_and_closed[True] == pytest.approx(6_000, rel=0.03)
    assert open_and_closed[False] == pytest.approx(30_000, rel=0.03)


def test_a_million_episodes_are_the_county_so_many_times() -> None:
    stress, county = SIZES["stress"], SIZES["county"]
    assert stress.replicas * (6_000 + 30_000) == pytest.approx(1_000_000, rel=0.03)
    assert (stress.share, stress.open_episodes, stress.closed_episodes) == (county.share, 6_000, 30_000)


def _is_open(history: History) -> bool:
    """Read from the stages of its pathway, whatever the simulation thought."""
    definition = definitions.load(history.pathway)
    steps = [definition.steps[fact.kind] for fact in history.facts if fact.kind in definition.steps]
    return not [definition.stages[step.to].closed for step in steps if step.to][-1]


def test_children_are_left_out_whole_until_the_size_is_met() -> None:
    children = [UUID(int=n) for n in range(200)]
    episodes = [(child, n % 4 == 0) for n, child in enumerate(children)]
    episodes += [(child, False) for child in children[:100]]
    size = Size("cut", 1.0, open_episodes=40, closed_episodes=230)
    gone = children_left_out(episodes, size, Random(1))
    assert (
        gone == children_left_out(episodes, size, Random(1)) != children_left_out(episodes, size, Random(2))
    )
    left = Counter(is_open for child, is_open in episodes if child not in gone)
    assert left == {True: 40, False: 230}
    assert children_left_out(episodes, Size("whole", 1.0), Random(1)) == set()
    assert children_left_out(episodes, Size("large", 1.0, 51, 251), Random(1)) == set()


@pytest.mark.slow
def test_the_county_is_like_the_counties_we_know(part_of_county: Batch) -> None:
    found: tuple[Measured, ...] = measure(part_of_county.histories, TODAY)
    assert {one.target.key: one.value for one in found if not one.is_within} == {}
    assert len(found) == len(TARGETS)


@pytest.mark.slow
def test_every_way_of_closing_is_met_in_the_county(part_of_county: Batch) -> None:
    closed = Counter(
        fact.fields.get("closure", fact.kind)
        for history in part_of_county.histories
        if history.pathway == "autism"
        for fact in history.facts
        if fact.kind in ("episode_closed", "death_recorded", "entered_in_error")
    )
    assert set(definitions.load("autism").closures) - set(closed) == set()


@pytest.mark.slow
def test_every_provider_starts_assessments_and_hands_over_only_to_one(part_of_county: Batch) -> None:
    facts = [fact for history in part_of_county.histories for fact in history.facts]
    started = {fact.actor.organisation_id for fact in facts if fact.kind == "assessment_started"}
    assert started == set(PROVIDERS)
    assert sum(fact.kind == "hand_over_accepted" for fact in facts) > 10


def test_every_fact_is_one_that_its_author_may_record(small: Batch) -> None:
    for history in small.histories:
        steps = definitions.load(history.pathway).steps
        for fact in history.facts:
            if fact.kind in steps:
                check_role(steps[fact.kind], fact.actor.role, ())
                check_fields(steps[fact.kind], fact.fields, fact.happened_on)


def test_nothing_is_recorded_before_it_happened_or_after_yesterday(small: Batch) -> None:
    for history in small.histories:
        times = [fact.recorded_at for fact in history.facts]
        assert times == sorted(times)
        for fact in history.facts:
            assert fact.happened_on <= london_date(fact.recorded_at) < TODAY


def test_some_facts_are_recorded_days_after_they_happened(small: Batch) -> None:
    facts = [fact for history in small.histories for fact in history.facts]
    assert any(fact.happened_on < london_date(fact.recorded_at) for fact in facts)


def test_nobody_can_be_reached(small: Batch) -> None:
    """Numbers kept for tests, telephones kept for drama, mail to example.com, and a postcode area that does not exist."""
    numbers = [child.details.nhs_number for child in small.children if child.details.nhs_number]
    assert all(number.is_test for number in numbers)
    assert len(set(numbers)) == len(numbers)
    for child in small.children:
        assert child.details.postcode is not None
        assert child.details.postcode.value.startswith("MZ")
        for carer in child.carers:
            assert carer.details.email.endswith("@example.com")
            assert PhoneNumber.parse(carer.details.phone).is_drama


def test_nhs_numbers_are_never_one_digit_repeated() -> None:
    ending = list(nhs_numbers(1_000_000 - 200))
    assert ending
    assert all(len(set(number.value)) > 1 for number in ending)


def test_fewer_children_are_referred_in_the_holidays() -> None:
    assert referral_weight(date(2026, 8, 12)) < 0.5 < referral_weight(date(2026, 11, 11))
    assert referral_weight(date(2026, 12, 25)) == 0
    year = [
        date.fromordinal(day) for day in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    ]
    working = [referral_weight(day) for day in year if england().is_working_day(day)]
    assert 0.9 < sum(working) / len(working) < 1.1


def test_the_county_has_its_organisations_and_personas() -> None:
    county = moorshire()
    kinds = Counter(organisation.kind for organisation in county.organisations)
    assert kinds["school"] == 120
    assert kinds["provider"] == 4
    assert kinds["council"] == kinds["icb"] == 1
    shown = Counter(account.role for account in county.accounts if account.persona)
    assert shown[Role.PROVIDER_LEAD] == 2
    assert {Role.SENCO, Role.REFERRER, Role.TRIAGE, Role.CLINICIAN, Role.COORDINATOR, Role.SEND_OFFICER,
            Role.COMMISSIONER, Role.PRIVACY} <= set(shown)  # fmt: skip
    assert len({account.login for account in county.accounts}) == len(county.accounts)
