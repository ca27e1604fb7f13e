"""docs/rules.md 11: each share names its lawful basis; safeguarding and statutory advice never wait for consent."""

from datetime import date

import pytest

from pathway import definitions
from pathway.actions.record_step import record_step
from pathway.domain.definition import Slot
from pathway.domain.errors import InvalidInput
from tests.domain.stories import accepted, told
from tests.world import World

AUTISM = definitions.load("autism")


@pytest.mark.parametrize(
    "key", [key for key, step in AUTISM.steps.items() if step.shares_with or "shared" in key]
)
def test_nothing_is_shared_without_saying_on_what_basis(key: str) -> None:
    basis = AUTISM.steps[key].field_named("lawful_basis")
    assert basis is not None
    assert basis.required
    assert "safeguarding" in {option.key for option in basis.options}


def test_without_a_recorded_share_nothing_is_shared_however_much_permission_there_is() -> None:
    story = told().step("consent_given", 136, scope="share_with_school", given_by="parental_responsibility")
    assert story.episode.shared_with == frozenset()
    story.step("report_issued", 140).step("report_shared_with_school", 141, lawful_basis="consent")
    assert story.episode.shared_with == {Slot.SCHOOL}


def test_safeguarding_waits_for_no_consent_and_is_recorded_at_any_open_stage() -> None:
    for key in ("shared_without_consent", "safeguarding_noted"):
        step = AUTISM.steps[key]
        assert step.requires == ()
        assert step.from_stages == {s.key for s in AUTISM.stages.values() if not s.closed}
    withdrawn = accepted().step("consent_withdrawn", 20, scope="share_with_school")
    overridden = withdrawn.step("shared_without_consent", 21, lawful_basis="safeguarding")
    assert overridden.last("shared_without_consent").fields == {"lawful_basis": "safeguarding"}
    assert overridden.episode.facts == 5


async def test_an_override_without_its_basis_is_refused(world: World) -> None:
    episode = (await world.refer()).episode_id
    with pytest.raises(InvalidInput) as refusal:
        await record_step(
            world.area,
            world.asking("triage"),
            episode,
            "shared_without_consent",
            date(2026, 3, 9),
            {"with": "police"},
        )
    assert refusal.value.field == "lawful_basis"
