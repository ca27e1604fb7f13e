"""Proxy roles: read as published, and put before a person who decides."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pathway.actions.decide_doubt import decide_doubt
from pathway.actions.note_proxies import note_proxies
from pathway.domain.doubt_decisions import DoubtDecision
from pathway.domain.identifiers import NhsNumber
from pathway.domain.proxies import Proxy
from pathway.reading.doubts import open_doubts
from pathway.store.scopes import WRITER
from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.national.asking import NotAnswered
from pathway_fhir.national.vrs import proxies_in, read_proxies
from tests.actions.reading import row, rows
from tests.fhir.national.asked import asking
from tests.fhir.outside import EXAMPLES, body_of, files, name_of, needs_examples
from tests.world import World

FOLDER = "vrs/responses"
ON = date(2026, 1, 16)
MOTHER = Proxy("BBCC67E9", "Nadia Stone", "mother", "parental-responsibility", True)
UNCLE = Proxy("CC0011AA", "Tariq Stone", "uncle", "other", False)


def answer(body: bytes, status: int = 200) -> Answer:
    return Answer(status, {}, body)


# --- What NHS England publishes ---------------------------------------------------------------------------------------


@needs_examples
def test_a_published_mother_is_read_by_name_with_her_relationship_and_basis() -> None:
    body = body_of(EXAMPLES / FOLDER / "GET_Consent/single-mother-child-relationship-include-performer.yaml")
    assert [p for number in numbers_in(body) for p in proxies_in(answer(body), number, ON)] == []
    body = body.replace(b"9000000019", b"9000000017")  # as published, the mother's number cannot be one
    [found] = [proxy for number in numbers_in(body) for proxy in proxies_in(answer(body), number, ON)]
    assert (found.id, found.name, found.relationship) == ("BBCC67E9", "Sarah Jones", "mother")
    assert found.parental_responsibility
    assert found.until == date(2029, 2, 11)
    ended = [p for number in numbers_in(body) for p in proxies_in(answer(body), number, date(2029, 2, 12))]
    assert ended == []


@needs_examples
@pytest.mark.parametrize("file", list(files(f"{FOLDER}/GET_Consent/*.yaml")), ids=name_of)
def test_every_published_answer_gives_the_roles_in_force_of_that_child_alone(file: Path) -> None:
    body = body_of(file)
    consents = [
        one["resource"] for one in json.loads(body)["entry"] if one["resource"]["resourceType"] == "Consent"
    ]
    for number in numbers_in(body):
        possible = [one["id"] for one in consents if one["patient"]["identifier"]["value"] == number]
        found = [proxy.id for proxy in proxies_in(answer(body), number, ON)]
        usable = not NhsNumber.fault_in(number)
        assert set(found) <= set(possible)
        if usable and any(c["status"] == "active" and c["id"] in possible and in_force(c) for c in consents):
            assert found


@needs_examples
@pytest.mark.parametrize(
    "file", list(files(f"{FOLDER}/GET_Consent/errors/*.yaml", f"{FOLDER}/errors/*.yaml")), ids=name_of
)
def test_a_published_refusal_is_for_a_person(file: Path) -> None:
    with pytest.raises(NotAnswered):
        proxies_in(answer(body_of(file), 422), "9000000009", ON)


def numbers_in(body: bytes) -> set[str]:
    entries = [one["resource"] for one in json.loads(body)["entry"]]
    return {one["patient"]["identifier"]["value"] for one in entries if one["resourceType"] == "Consent"}


def in_force(consent: dict[str, Any]) -> bool:
    period = consent["provision"].get("period", {})
    performer = consent["performer"][0]["identifier"]["value"]
    day = ON.isoformat()
    return (
        not NhsNumber.fault_in(performer)
        and period.get("start", day) <= day
        and period.get("end", day) >= day
    )


# --- What a person decides --------------------------------------------------------------------------------------------


def the_service(proxies: list[Proxy], number: str, seen: list[str]) -> Callable[[Call], Answer]:
    """The service played with these roles, in the published form."""

    def play(call: Call) -> Answer:
        seen.append(call.url)
        entries: list[dict[str, Any]] = []
        for proxy in proxies:
            given, _, family = proxy.name.partition(" ")
            carer = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9000000009"}]
            entries.append({"resourceType": "Patient", "identifier": carer, "name": [{"use": "usual", "given": [given], "family": family}]})  # fmt: skip
            entries.append({
                "resourceType": "Consent", "id": proxy.id, "status": "active",
                "patient": {"identifier": {"system": carer[0]["system"], "value": number}},
                "performer": [{"identifier": carer[0]}],
                "policyRule": {"coding": [{"system": "https://fhir.nhs.uk/England/CodeSystem/England-NHSProxyLegalBasis", "code": proxy.basis}]},
                "provision": {"type": "permit"},
            })  # fmt: skip
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": one} for one in entries],
        }
        return answer(json.dumps(bundle).encode())

    return play


async def waiting(world: World) -> list[tuple[UUID, str, str]]:
    return [
        (one.row.id, one.row.kind.value, one.said.get("name", ""))
        for one in await open_doubts(world.area, world.actors["triage"])
    ]


async def guardians(world: World, child: UUID) -> list[Any]:
    return await rows(
        world,
        "SELECT r.name, g.relationship, g.parental_responsibility, g.may_be_told FROM guardian g JOIN carer r ON r.id = g.carer_id"
        " WHERE g.child_id = $1 ORDER BY r.name",
        child,
    )


async def test_who_acts_for_a_child_is_asked_by_their_number_and_nobody_is_changed(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    number = child.nhs_number.value if child.nhs_number else ""
    seen: list[str] = []
    before = await guardians(world, referred.child_id)
    national = asking(world.area.database, {"vrs": the_service([UNCLE], number, seen)})
    assert await read_proxies(world.area, national, referred.child_id) == 1
    assert f"patient%3Aidentifier={number}" in seen[0]
    assert [(kind, name) for _, kind, name in await waiting(world)] == [("carer", "Tariq Stone")]
    assert await guardians(world, referred.child_id) == before


async def test_a_child_without_a_number_is_not_asked_about(world: World) -> None:
    referred = await world.refer(child=world.child(nhs_number=None))
    assert await read_proxies(world.area, asking(world.area.database), referred.child_id) is None


async def test_whom_we_know_already_is_no_question(world: World) -> None:
    referred = await world.refer()
    await note_proxies(world.area, referred.child_id, [MOTHER])
    assert await waiting(world) == []


async def test_who_is_new_is_added_by_a_person_and_told_nothing_yet(world: World) -> None:
    referred = await world.refer()
    await note_proxies(world.area, referred.child_id, [UNCLE])
    [(doubt, _, _)] = await waiting(world)
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.LINK)
    added = (await guardians(world, referred.child_id))[-1]
    assert (added["name"], added["relationship"]) == ("Tariq Stone", "uncle")
    assert not added["may_be_told"]
    assert not added["parental_responsibility"]
    await note_proxies(world.area, referred.child_id, [UNCLE])
    assert await waiting(world) == []


async def test_parental_responsibility_is_noted_of_a_carer_whom_we_know(world: World) -> None:
    referred = await world.refer()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE guardian SET parental_responsibility = false WHERE child_id = $1", referred.child_id
        )
    await note_proxies(world.area, referred.child_id, [MOTHER])
    [(doubt, _, _)] = await waiting(world)
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.LINK)
    [mother] = await guardians(world, referred.child_id)
    assert mother["parental_responsibility"]
    assert mother["may_be_told"]


async def test_a_role_that_ended_is_told_to_a_person_and_cuts_nobody_off(world: World) -> None:
    referred = await world.refer()
    await note_proxies(world.area, referred.child_id, [UNCLE])
    [(doubt, _, _)] = await waiting(world)
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.LINK)
    before = await guardians(world, referred.child_id)
    await note_proxies(world.area, referred.child_id, [])
    [(ended, kind, name)] = await waiting(world)
    assert (kind, name) == ("carer_ended", "Tariq Stone")
    assert await guardians(world, referred.child_id) == before
    await decide_doubt(world.area, world.asking("triage"), ended, DoubtDecision.KEEP)
    await note_proxies(world.area, referred.child_id, [])
    assert await waiting(world) == []


async def test_a_question_about_a_role_that_is_gone_is_closed(world: World) -> None:
    referred = await world.refer()
    await note_proxies(world.area, referred.child_id, [UNCLE])
    await note_proxies(world.area, referred.child_id, [])
    assert await waiting(world) == []
    assert (await row(world, "SELECT decision FROM doubt"))["decision"] == "resolved"
