"""Rule 10: before the feedback a commissioner, too, learns of no outcome, from no view of the database and no door.

Proved by sameness: whatever the team found, and whether it has decided at all, each wait reads the same.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from pathway.actions.dry_run_threshold import dry_run
from pathway.domain.agreement import ThresholdDraft
from pathway.domain.errors import NotFound
from pathway.reading.breaches import flagged_wait, flagged_waits, grade_counts
from pathway.store.breach_rows import BreachFilter
from pathway.store.scopes import reading
from tests.actions.reading import row, rows
from tests.rules.test_rule_10_no_outcome_on_pages import OUTCOMES, assessed, decide
from tests.world import World

VIEWS = ("flag_arithmetic", "breach_count", "open_count", "breach_reason")
WHOLE = BreachFilter()
NEW_YEAR = date(2027, 1, 1)


async def views(world: World) -> dict[str, list[Mapping[str, Any]]]:
    """Every row that the database gives to a commissioner, without the numbers that any change makes anew."""
    found = {}
    async with world.area.database.transaction(reading(world.actors["commissioner"])) as tx:
        for view in VIEWS:
            read = [dict(one) for one in await tx.fetch(f"SELECT * FROM {view}")]
            found[view] = [{k: v for k, v in one.items() if k != "id"} for one in read]
    return found


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_no_view_tells_before_the_feedback_that_the_team_has_decided(
    world: World, outcome: str
) -> None:
    episode = (await assessed(world)).episode_id
    before = await views(world)
    await decide(world, episode, outcome)
    after = await views(world)
    assert after["open_count"] == before["open_count"]
    stages = {line["partners_stage"] for line in (*after["flag_arithmetic"], *after["open_count"])}
    assert stages == {"formulation"}
    assert {line["start_kind"] for line in after["flag_arithmetic"]} <= {
        "referral_received",
        "referral_accepted",
    }
    assert {tuple(line.items()) for line in after["flag_arithmetic"]} <= {
        tuple(line.items()) for line in before["flag_arithmetic"]
    }
    columns = set().union(*(line for lines in after.values() for line in lines))
    assert not columns & {"stage", "finish_kind", "finished_on", "outcome", "closure"}


async def test_a_clock_that_has_stopped_cannot_be_opened_by_its_number(world: World) -> None:
    episode = (await assessed(world)).episode_id
    await decide(world, episode, "autism")
    stopped = await rows(
        world,
        "SELECT id FROM clock WHERE episode_id = $1 AND known_to IS NULL AND state <> 'running'",
        episode,
    )
    assert stopped
    for clock in stopped:
        with pytest.raises(NotFound):
            await flagged_wait(world.area, world.actors["commissioner"], clock["id"])


async def test_a_late_feedback_is_counted_and_has_no_line_of_its_own_until_it_is_given(world: World) -> None:
    """The limit is never hidden (docs/rules.md 1); which wait it is would tell that the team has decided."""
    episode = (await assessed(world)).episode_id
    await decide(world, episode, "autism")
    commissioner = world.actors["commissioner"]
    late = (await row(world, _CURRENT, episode, "feedback"))["id"]
    counted = {count.clock for count in await grade_counts(world.area, commissioner)}
    assert world.area.pathways.newest("autism").clocks["feedback"].title in counted
    listed = {flag.sum.clock for flag in (await flagged_waits(world.area, commissioner, WHOLE)).rows}
    assert listed
    assert not listed & {"feedback", "report", "follow_up"}
    with pytest.raises(NotFound):
        await flagged_wait(world.area, commissioner, late)
    await world.step("clinician", episode, "feedback_given", date(2026, 6, 15), how="face_to_face")
    report = (await row(world, _CURRENT, episode, "report"))["id"]
    assert (await flagged_wait(world.area, commissioner, report)).stage.key == "after_feedback"


_CURRENT = "SELECT id FROM clock WHERE episode_id = $1 AND clock = $2 AND known_to IS NULL"


@pytest.mark.parametrize(
    ("who", "stage"),
    [("lead", "outcome_decided"), ("commissioner", "formulation"), ("other_lead", "formulation"), ("officer", "formulation")],
)  # fmt: skip
async def test_a_limit_tried_out_is_counted_by_the_stage_that_each_may_know(
    world: World, who: str, stage: str
) -> None:
    episode = (await assessed(world)).episode_id
    await decide(world, episode, "autism")
    proposed = ThresholdDraft("autism", "referral_to_feedback", "40 weeks", NEW_YEAR, "Partnership board")
    tried = await dry_run(world.area, world.actors[who], proposed)
    assert list(tried.then.by_place) == [(world.org["provider"], stage)]


async def test_the_stage_for_partners_is_kept_with_the_true_one(world: World) -> None:
    episode: UUID = (await assessed(world)).episode_id
    await decide(world, episode, "autism")
    kept = await row(world, "SELECT stage, partners_stage FROM episode WHERE id = $1", episode)
    assert tuple(kept) == ("outcome_decided", "formulation")
