"""Rule 1: statutory and national limits are locked; agreement tightens and never hides; no version clears a breach."""

from dataclasses import replace
from datetime import date

import pytest

from pathway.actions.agree_threshold import draft, sign
from pathway.actions.re_date_clocks import re_date_clocks
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.definitions import keys, load
from pathway.definitions.calendar import england
from pathway.domain.agreement import ThresholdDraft, is_tighter
from pathway.domain.definition import ClockKind
from pathway.domain.errors import LockedLimit
from pathway.domain.periods import Period
from tests.actions.reading import row, rows
from tests.world import TODAY, World

NEW_YEAR = date(2027, 1, 1)
TIGHTER = ThresholdDraft("autism", "nice_start", "2 months", NEW_YEAR, "Partnership board")
LOCKED = [
    (pathway, clock)
    for pathway in keys()
    for clock in load(pathway).clocks.values()
    if clock.enabled and clock.status.is_locked
]


async def agree(world: World, proposed: ThresholdDraft) -> int:
    identifier = (await draft(world.area, world.asking("lead"), proposed)).threshold_id
    for who in ("lead", "officer", "commissioner"):
        await sign(world.area, world.asking(who), identifier)
    await re_date_clocks(world.area, identifier)
    return identifier


@pytest.mark.parametrize(("pathway", "clock"), LOCKED, ids=lambda one: getattr(one, "key", one))
def test_no_locked_limit_of_any_pathway_can_be_loosened_or_agreed_as_it_is(pathway: str, clock) -> None:  # type: ignore[no-untyped-def]
    """“Locked: … adds limits or tightens them.” Neither the limit itself nor a longer one counts as tighter."""
    longer = Period(clock.limit.n + 1, clock.limit.unit)
    backwards = clock.kind in (ClockKind.BEFORE_DATE, ClockKind.NOT_EARLIER)
    assert not is_tighter(clock, clock.limit, TODAY, england())
    assert backwards or not is_tighter(clock, longer, TODAY, england())


async def test_a_looser_national_limit_is_refused_with_its_source(world: World) -> None:
    """“Statutory and national limits are locked.”"""
    with pytest.raises(LockedLimit, match="locked"):
        await draft(world.area, world.asking("lead"), replace(TIGHTER, limit="6 months"))


async def test_a_tighter_limit_stands_beside_the_national_one_and_never_hides_it(world: World) -> None:
    """“Always shown, always flagged.”"""
    episode = (await world.refer(received_on=date(2026, 11, 20))).episode_id
    await agree(world, TIGHTER)
    clock = await row(
        world,
        "SELECT due_on, locked_due_on FROM clock WHERE episode_id = $1 AND clock = 'nice_start' AND known_to IS NULL",
        episode,
    )
    assert (clock["due_on"], clock["locked_due_on"]) == (date(2027, 1, 20), date(2027, 2, 20))


async def test_no_later_version_clears_a_breach_that_was_reached_under_an_earlier_one(world: World) -> None:
    """“No later version clears a breach that was reached under an earlier one.”"""
    looser = ThresholdDraft("autism", "triage_decision", "40 working days", NEW_YEAR, "Partnership board")
    late = (await world.refer(received_on=date(2026, 11, 2))).episode_id
    await scan_for_breaches(world.area)
    query = "SELECT due_on, late_from FROM clock WHERE episode_id = $1 AND clock = 'triage_decision' AND known_to IS NULL"
    before = dict(await row(world, query, late))
    await agree(world, looser)
    await scan_for_breaches(world.on(date(2027, 1, 4)).area)
    assert dict(await row(world, query, late)) == before
    crossing = await rows(
        world,
        "SELECT closed_on FROM crossing WHERE episode_id = $1 AND clock = 'triage_decision' AND grade = 'breached'",
        late,
    )
    assert [c["closed_on"] for c in crossing] == [None]


async def test_a_breach_is_counted_also_after_the_step_that_came_too_late(world: World) -> None:
    """A looser limit that takes effect between the breach and the step makes the wait no less late."""
    late = (await world.refer(received_on=date(2026, 11, 2))).episode_id
    await agree(world, ThresholdDraft("autism", "triage_decision", "60 working days", NEW_YEAR, "Board"))
    january = world.on(date(2027, 1, 12))
    await january.step("triage", late, "referral_accepted", date(2027, 1, 11), priority="routine")
    clock = await row(
        world,
        "SELECT state FROM clock WHERE episode_id = $1 AND clock = 'triage_decision' AND known_to IS NULL",
        late,
    )
    assert clock["state"] == "missed"
