"""An episode as an EpisodeOfCare: a status for every stage, the first day kept, and no word more than the stage says."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.domain.definition import Definition, Group, Stage
from pathway.domain.roles import Role
from pathway.domain.told import EpisodeTold, OrganisationTold, PersonTold
from pathway_fhir.mapping import episode_of_care
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, episodes, staff

STATUSES = {"planned", "waitlist", "active", "onhold", "finished", "cancelled", "entered-in-error"}
EVERY_STAGE = [(d, stage) for d in DEFINITIONS.values() for stage in d.stages.values()]
HELD = [(d, key) for d in DEFINITIONS.values() for key in d.side_states]


@given(episodes(), st.none() | staff)
def test_every_episode_conforms(told: EpisodeTold, coordinator: PersonTold | None) -> None:
    assert_conforms(episode_of_care.resource(replace(told, coordinator=coordinator)))


def test_every_group_of_stages_has_a_status() -> None:
    assert set(episode_of_care.STATUS) == set(Group)
    assert set(episode_of_care.STATUS.values()) <= STATUSES


@pytest.mark.parametrize(("definition", "stage"), EVERY_STAGE, ids=lambda x: x.key)
@settings(max_examples=5)
@given(data=st.data())
def test_every_stage_of_every_pathway_has_a_status(
    definition: Definition, stage: Stage, data: st.DataObject
) -> None:
    told = data.draw(episodes(definition, stage=stage, side_states=(), closure=""))
    found = episode_of_care.status(told)
    assert found == ("entered-in-error" if stage.key == "void" else episode_of_care.STATUS[stage.group])
    assert (found in {"finished", "entered-in-error"}) == stage.closed


@pytest.mark.parametrize(
    ("closure", "status"),
    [
        ("", "finished"),
        ("diagnosed_support_complete", "finished"),
        ("not_autism_redirected", "finished"),
        ("withdrawn_by_family", "finished"),
        ("death_recorded", "finished"),
        ("rejected_duplicate", "cancelled"),
        ("rejected_inappropriate", "cancelled"),
        ("rejected_incomplete", "cancelled"),
        ("entered_in_error", "entered-in-error"),
    ],
)
def test_how_it_ended(closure: str, status: str) -> None:
    assert episode_of_care.closed_status(AUTISM, closure) == status


@pytest.mark.parametrize(("definition", "key"), HELD, ids=lambda x: getattr(x, "key", x))
@settings(max_examples=5)
@given(data=st.data())
def test_only_a_pause_that_holds_the_days_puts_an_episode_on_hold(
    definition, key, data: st.DataObject
) -> None:  # type: ignore[no-untyped-def]
    """Right to Choose, a second opinion, mediation and an appeal go on beside the stage."""
    stage = next(s for s in definition.stages.values() if s.group is Group.ASSESSMENT or not s.closed)
    told = data.draw(episodes(definition, stage=stage, side_states=(key,)))
    paused = key == "on_hold_family_request"
    assert (episode_of_care.status(told) == "onhold") == paused


@given(episodes())
def test_what_is_carried_can_be_read_back(told: EpisodeTold) -> None:
    found = episode_of_care.resource(told)
    assert found["id"] == str(told.id)
    assert found["meta"]["versionId"] == str(told.version)
    assert found["type"][0]["coding"][0]["code"] == told.definition.key
    by_url: dict[str, list[dict[str, str]]] = {}
    for said in found["extension"]:
        by_url.setdefault(said["url"], []).append(said.get("valueCoding") or {"day": said["valueDate"]})
    assert by_url[episode_of_care.STAGE][0]["code"] == told.stage.key
    sides = [coding["code"] for coding in by_url.get(episode_of_care.SIDE_STATE, [])]
    assert sides == list(told.side_states)
    closures = [coding["code"] for coding in by_url.get(episode_of_care.CLOSURE, [])]
    assert closures == ([told.closure] if told.closure else [])
    opened = by_url.get(episode_of_care.OPENED_ON, [{"day": found["period"]["start"]}])
    assert opened[0]["day"] == told.opened_on.isoformat()


@given(episodes())
def test_the_first_day_survives_everything(told: EpisodeTold) -> None:
    kept = episode_of_care.resource(replace(told, started_on=date(2024, 2, 29), closed_on=date(2026, 3, 1)))
    assert kept["period"]["start"] == "2024-02-29"
    assert kept["period"].get("end") == ("2026-03-01" if told.stage.closed else None)


@given(episodes(restricted=True))
def test_a_restricted_child_is_with_nobody_that_is_named(told: EpisodeTold) -> None:
    """Even where the values were wrong to hold one."""
    trust = OrganisationTold(7, "provider", "Moorland Community Trust", "RXX")
    found = episode_of_care.resource(
        replace(
            told,
            provider=trust,
            coordinator=PersonTold(3, "Sam Reed", Role.COORDINATOR),
        )
    )
    assert not {"managingOrganization", "careManager"} & set(found)
    assert "Moorland" not in str(found)
    assert found["meta"]["security"][0]["code"] == "R"
    assert found["referralRequest"][0]["reference"] == f"ServiceRequest/{told.id}"
    assert found["identifier"][0]["system"] == systems.EPISODE
