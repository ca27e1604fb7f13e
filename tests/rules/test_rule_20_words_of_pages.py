"""Rule 20: what a family's page never says, on any pathway, at any stage, and in none of its templates."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import pathway.web
from pathway import definitions
from pathway.web.families import PARTS, STANDS
from tests.web.test_family_pages import of_family, page_of
from tests.world import World

TEMPLATES = Path(pathway.web.__file__).parent / "templates"
NEVER = re.compile(
    r"breach|reject|inappropriate|refute|not brought|did not attend|not accepted|your delay|13 weeks|\bDNA\b|threshold",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(he|she|him|his|her|hers)\b", re.IGNORECASE)


def words_of(pathway: str) -> Iterator[tuple[str, str]]:
    """Everything in a definition that a family's page can print."""
    definition = definitions.load(pathway)
    for stage in definition.stages.values():
        yield f"stage {stage.key}", f"{stage.family} {stage.family_next}"
    for clock in definition.clocks.values():
        yield f"clock {clock.key}", clock.family
    for state in definition.side_states.values():
        yield f"side state {state.key}", state.family
    for party in definition.parties.values():
        yield f"party {party.key}", party.title


@pytest.mark.parametrize("pathway", definitions.keys())
def test_no_pathway_has_words_that_a_family_must_not_read(pathway: str) -> None:
    assert [
        (where, text) for where, text in words_of(pathway) if NEVER.search(text) or PRONOUN.search(text)
    ] == []


def test_no_template_or_fixed_word_of_a_family_page_has_them() -> None:
    files = [*sorted((TEMPLATES / "family").glob("*.html")), TEMPLATES / "components" / "crisis.html"]
    texts = {
        file.name: re.sub(r"{[{%#].*?[}%#]}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for file in files
    }
    texts |= {"fixed words": " ".join([*PARTS.values(), *STANDS.values()])}
    assert len(texts) > 4
    assert [name for name, text in texts.items() if NEVER.search(text) or PRONOUN.search(text)] == []


async def test_a_family_whose_wait_is_far_past_every_limit_reads_an_apology_and_none_of_these_words(
    world: World,
) -> None:
    referred = await world.refer(received_on=date(2024, 1, 8), carers=())
    await of_family(world, "family", referred.child_id)
    episode = referred.episode_id
    await world.step("triage", episode, "referral_accepted", date(2024, 1, 20), priority="routine")
    booked = {"appointment_on": "2024-05-04", "setting": "clinic"}
    await world.step("clinician", episode, "assessment_booked", date(2024, 4, 2), **booked)
    await world.step("coordinator", episode, "appointment_missed", date(2024, 5, 4))
    text = await page_of(world, referred.child_id)
    assert "We are sorry." in text
    assert "3 months" in text
    assert not NEVER.search(text), NEVER.search(text)


async def test_a_family_who_is_told_of_a_closing_reads_none_of_these_words(world: World) -> None:
    referred = await world.refer(carers=())
    await of_family(world, "family", referred.child_id)
    for who, step, day, answers in (
        ("triage", "information_requested", date(2026, 3, 9), {"what": "reports", "needed_by": "2026-04-02"}),
        ("triage", "information_chased", date(2026, 4, 9), {"how": "telephone"}),
        (
            "triage",
            "closing_notified",
            date(2026, 5, 4),
            {"closure": "rejected_incomplete", "close_on": "2026-06-04"},
        ),
    ):
        await world.step(who, referred.episode_id, step, day, **answers)
        text = await page_of(world, referred.child_id)
        assert not NEVER.search(text), (step, NEVER.search(text))
