"""The rules that protect people, over every resource of the episode side at once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.roles import Role
from pathway.domain.told import EpisodeTold, FactTold, OrganisationTold, PersonTold
from pathway_fhir.mapping import (
    appointment,
    care_plan,
    condition,
    diagnostic_report,
    encounter,
    episode_of_care,
    flag,
    provenance,
    task,
)
from pathway_fhir.mapping.of_facts import Shown
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.made_up import AUTISM, episodes, walk
from tests.fhir.mapping.of_episodes import Told, breaches, facts_shown_as, tasks

Print = Callable[[FactTold, EpisodeTold], dict[str, Any]]

PLACE: Final = OrganisationTold(7, "school", "Moor Lane School", "RXX", "123456")
SAM: Final = PersonTold(31, "Sam Reed", Role.CLINICIAN, PLACE)

PRINTED: Final[dict[Shown, Print]] = {
    Shown.APPOINTMENT: appointment.resource,
    Shown.ENCOUNTER: encounter.resource,
    Shown.CARE_PLAN: care_plan.resource,
    Shown.DIAGNOSTIC_REPORT: diagnostic_report.resource,
    Shown.FLAG: flag.safeguarding,
}

_PLACES: Final = ("Organization", "Location", "HealthcareService", "Practitioner", "PractitionerRole")
_POINTS_AT: Final = (
    "managingOrganization",
    "serviceProvider",
    "careManager",
    "location",
    "owner",
    "author",
    "performer",
)


def placed(of: EpisodeTold) -> EpisodeTold:
    """The same child, restricted, in values that were wrong to keep its organisations."""
    return replace(
        of, restricted=True, provider=PLACE, school=PLACE, council=PLACE, referrer=PLACE, coordinator=SAM
    )


def places_in(resource: dict[str, Any]) -> Iterator[object]:
    """Whatever in a resource would lead to a place: an element for one, or a reference to one."""
    for name, value in walk(resource):
        if name in _POINTS_AT:
            yield name
        if name == "reference" and str(value).partition("/")[0] in _PLACES:
            yield value
        if isinstance(value, str) and ("Moor Lane" in value or "Sam Reed" in value):
            yield value
        if name == "code" and value in ("school", "home", "clinic", "HH"):
            yield value


@pytest.mark.parametrize("shown", PRINTED, ids=lambda shown: shown.value)
@given(data=st.data())
def test_rule_12_a_fact_of_a_restricted_child_leads_to_no_place(data: st.DataObject, shown: Shown) -> None:
    fact, of = data.draw(facts_shown_as(shown))
    told = replace(fact, by=SAM)
    for found in (PRINTED[shown](told, placed(of)), provenance.resource(told, placed(of))):
        assert list(places_in(found)) == []
        assert found["meta"]["security"][0]["code"] == "R"


@given(breaches(), tasks())
def test_rule_12_nor_does_anything_else(late: tuple[Any, EpisodeTold], work: tuple[Any, EpisodeTold]) -> None:
    breach, of = late
    for found in (
        flag.resource(replace(breach, provider=PLACE), placed(of)),
        task.resource(replace(work[0], owner=PLACE), placed(work[1])),
        episode_of_care.resource(placed(of)),
        condition.resource(placed(of)),
    ):
        # Whose turn it is, is a role on the pathway ("the school") and no place.
        shown = [p for p in places_in({k: v for k, v in found.items() if k != "performerType"})]
        assert shown == []


def test_the_walk_would_find_a_place() -> None:
    assert list(places_in({"owner": {"reference": "Organization/7", "display": "Moor Lane School"}})) == [
        "owner",
        "Organization/7",
        "Moor Lane School",
    ]


UNTOLD: Final = ("35919005", "confirmed", "refuted", systems.OUTCOME)


@pytest.mark.parametrize("shown", PRINTED, ids=lambda shown: shown.value)
@given(data=st.data(), outcome=st.sampled_from(list(AUTISM.outcomes)))
def test_rule_10_no_resource_of_a_fact_tells_an_outcome_before_the_feedback(
    data: st.DataObject, shown: Shown, outcome: str
) -> None:
    """Whatever the team has recorded, each child looks the same from outside."""
    fact, of = data.draw(facts_shown_as(shown, outcome_told_on=None))
    decided = replace(of, outcome=outcome)
    for printed in (PRINTED[shown], provenance.resource):
        assert printed(fact, decided) == printed(fact, of)
        assert not [word for word in UNTOLD if word in str(printed(fact, decided))]


@given(st.data(), st.sampled_from(list(AUTISM.outcomes)))
def test_rule_10_nor_does_the_episode(data: st.DataObject, outcome: str) -> None:
    of = data.draw(episodes(AUTISM, stage=AUTISM.stages["formulation"]))
    for printed in (episode_of_care.resource, condition.resource):
        assert printed(replace(of, outcome=outcome)) == printed(of)
        assert not [word for word in UNTOLD if word in str(printed(of))]


@given(st.data(), st.sampled_from(list(AUTISM.closures)))
def test_rule_10_an_open_episode_gives_no_reason_of_closing(data: st.DataObject, closure: str) -> None:
    of = data.draw(episodes(AUTISM, stage=AUTISM.stages["closing_notified"]))
    assert episode_of_care.resource(replace(of, closure=closure)) == episode_of_care.resource(of)


@given(st.data())
def test_rule_2_the_wait_is_never_shortened(data: st.DataObject) -> None:
    """The first day stays, whatever runs beside the stage and however it ended."""
    of = data.draw(episodes(AUTISM))
    found = episode_of_care.resource(replace(of, started_on=date(2024, 2, 29)))
    assert found["period"]["start"] == "2024-02-29"


@given(facts_shown_as(Shown.ENCOUNTER), facts_shown_as(Shown.APPOINTMENT))
def test_rule_20_no_word_that_a_family_should_not_meet(seen: Told, made: Told) -> None:
    for text in (str(encounter.resource(*seen)), str(appointment.resource(*made))):
        assert not [
            word for word in ("not brought", "breach", "rejected", "your delay") if word in text.lower()
        ]
