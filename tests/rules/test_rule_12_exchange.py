"""Rule 12 over FHIR: a restricted child leaves no address, organisation or place in any type, nor in what a search finds."""

import json
from datetime import date
from typing import Any

import pytest

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.roles import Role
from pathway_fhir.server.registry import types_of
from tests.fhir.server.calling import calling
from tests.fhir.server.crawling import PARTNERS, crawled
from tests.world import ORGANISATIONS, World

PLACES = [title for kind, title in ORGANISATIONS.values()]
KINDS = [(organisation, Role(role)) for organisation, roles in PARTNERS.items() for role in roles]
BY_ORGANISATION = {
    "EpisodeOfCare": ("organization",),
    "ServiceRequest": ("requester", "performer"),
    "Task": ("owner",),
}


def details(restricted: bool) -> dict[str, Any]:
    return {"restricted": restricted, "safe_contact": "Ada, 01632 960001"} if restricted else {}


async def seen(world: World, *, restricted: bool) -> tuple[str, str]:
    """A child with a booking, contacts and a late wait, whose whereabouts may be restricted."""
    child = world.child(**details(restricted))
    referred = await world.refer("gp", received_on=date(2025, 1, 6), child=child, tell_school="yes")
    episode = referred.episode_id
    await world.step("triage", episode, "triage_started", date(2025, 1, 9))
    await world.step("triage", episode, "referral_accepted", date(2025, 1, 12), priority="routine")
    booked = {"appointment_on": "2025-05-04", "setting": "clinic"}
    await world.step("clinician", episode, "assessment_booked", date(2025, 4, 2), **booked)
    started = {"mechanism": "face_to_face", "attendance": "on_time"}
    await world.step("clinician", episode, "assessment_started", date(2025, 5, 4), **started)
    await world.step("clinician", episode, "observation_done", date(2025, 5, 4), result="completed")
    await scan_for_breaches(world.area)
    return str(referred.child_id), str(episode)


@pytest.mark.parametrize(("organisation", "role"), KINDS, ids=[f"{o}-{r.value}" for o, r in KINDS])
async def test_nothing_that_is_read_names_a_place(world: World, organisation: str, role: Role) -> None:
    child, _ = await seen(world, restricted=True)
    numbers = {world.org[name]: name for name in ORGANISATIONS}
    async with calling(world, organisation, role) as them:
        for path, (_, text, *_) in (await crawled(them, world, child, but=())).items():
            if path == "MeasureReport":
                continue
            for place in (*PLACES, "Mill Lane", "EX1 1AA", '"clinic"', "In-person"):
                # A system's own organisation in the log of its own readings says nothing of the child.
                if "AuditEvent" not in path:
                    assert place not in text, (path, place)
            if "AuditEvent" not in path:
                there = {f"Organization/{n}" for n in numbers}
                assert not {x for x in there if f'"{x}"' in text}, (path, text)


async def test_a_search_by_organisation_does_not_find_the_child(world: World) -> None:
    hidden, _ = await seen(world, restricted=True)
    shown, _ = await seen(world, restricted=False)
    for organisation, role in (("provider", Role.PROVIDER_SYSTEM), ("gp", Role.PARTNER)):
        async with calling(world, organisation, role) as them:
            found = {}
            for name, parameters in BY_ORGANISATION.items():
                assert set(parameters) <= set(types_of(world.area)[name].found_by.parameters)
                for parameter in parameters:
                    numbers = ",".join(str(n) for n in world.org.values())
                    body = (await them.get(name, **{parameter: numbers})).json()
                    found[name, parameter] = json.dumps(body)
                    assert hidden not in found[name, parameter], (name, parameter)
            assert any(shown in text for text in found.values())
