"""Organisations of the national list: read in both forms, proposed, and added by a person."""

import json
from typing import Any

import pytest

from pathway.actions.look_up_organisations import (
    add_organisation,
    leave_out_organisation,
    look_up_proposed,
    propose_organisation,
    proposed_organisations,
)
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.identifiers import OdsCode
from pathway.store import organisation_proposals
from pathway.store.engine import Database
from pathway.store.organisation_proposals import Found
from pathway_fhir.client.calling import Answer
from pathway_fhir.national.asking import NotAnswered
from pathway_fhir.national.ods import KINDS, look_up, read
from tests.actions.reading import row
from tests.fhir.client.receiver import Reply, receiving
from tests.fhir.national.asked import asking
from tests.world import World

CODE = OdsCode("L83100")
SURGERY = Found("L83100", "Market Street Surgery", "gp", True)


def ord_answer(
    code: str = "L83100", status: str = "Active", roles: tuple[str, ...] = ("RO177", "RO76")
) -> Answer:
    """As the ORD interface documents it."""
    body = {
        "Organisation": {
            "Name": "Market Street Surgery",
            "OrgId": {"root": "2.16.840.1.113883.2.1.3.2.4.18.48", "assigningAuthorityName": "HSCIC", "extension": code},
            "Status": status,
            "Roles": {"Role": [{"id": role, "Status": "Active"} for role in roles]},
        }
    }  # fmt: skip
    return Answer(200, {}, json.dumps(body).encode())


def fhir_answer(**changes: Any) -> Answer:
    body = {
        "resourceType": "Organization",
        "id": "L83100",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "L83100"}],
        "active": True,
        "type": [{"coding": [{"system": "https://digital.nhs.uk/services/organisation-data-service/CodeSystem/ODSOrganisationRole", "code": "RO76"}]}],
        "name": "Market Street Surgery",
        **changes,
    }  # fmt: skip
    return Answer(200, {}, json.dumps(body).encode())


def test_both_forms_say_the_same() -> None:
    assert read(ord_answer(), CODE) == read(fhir_answer(), CODE) == SURGERY


@pytest.mark.parametrize(("role", "kind"), [*KINDS.items(), ("RO999", "other")])
def test_each_role_is_a_kind_of_organisation(role: str, kind: str) -> None:
    found = read(ord_answer(roles=(role,)), CODE)
    assert found is not None
    assert found.kind == kind


def test_a_closed_one_is_said_to_be_closed() -> None:
    for answer in (ord_answer(status="Inactive"), fhir_answer(active=False)):
        found = read(answer, CODE)
        assert found is not None
        assert not found.active


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b"[" * 100_000, ord_answer("RH8").body])
def test_what_cannot_be_read_or_is_about_another_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnswered):
        read(Answer(200, {}, body), CODE)


def test_a_code_that_nobody_has_is_nobody() -> None:
    assert read(Answer(404, {}, b""), CODE) is None


async def test_it_is_asked_without_a_token_and_in_nobodys_name(rolled_back: Database) -> None:
    with receiving(lambda _: Reply(200, ord_answer().body)) as receiver:
        national = asking(rolled_back, sandboxes={"ods": receiver.address})
        assert await look_up(national, CODE) == SURGERY
        await national.close()
    [sent] = receiver.sent
    assert sent.path == "/organisations/L83100"
    assert "authorization" not in sent.headers
    assert "nhsd-end-user-organisation-ods" not in sent.headers


async def test_one_that_was_named_is_looked_up_and_waits_for_a_person(world: World) -> None:
    for code in ("L83100", "L83100", "RH8"):
        await propose_organisation(world.area, OdsCode(code))
    known = {"L83100": SURGERY}

    async def list_of_ours(code: OdsCode) -> Found | None:
        return known.get(code.value)

    assert await look_up_proposed(world.area, list_of_ours) == 2
    assert await look_up_proposed(world.area, list_of_ours) == 0
    shown = {one.ods_code: (one.state, one.name) for one in await proposed_organisations(world.area)}
    assert shown == {"L83100": ("found", "Market Street Surgery"), "RH8": ("not_found", "")}
    assert (await row(world, "SELECT count(*) AS n FROM organisation WHERE ods_code IS NOT NULL"))["n"] == 0

    await add_organisation(world.area, SURGERY)
    await leave_out_organisation(world.area, OdsCode("RH8"))
    assert await proposed_organisations(world.area) == []
    added = await row(world, "SELECT kind, name FROM organisation WHERE ods_code = 'L83100'")
    assert (added["kind"], added["name"]) == ("gp", "Market Street Surgery")
    for code in ("L83100", "RH8"):
        await propose_organisation(world.area, OdsCode(code))
    assert await proposed_organisations(world.area) == [], "decided is decided"
    with pytest.raises(Conflict):
        await add_organisation(world.area, SURGERY)


async def test_a_closed_one_and_an_unknown_kind_are_not_added(world: World) -> None:
    with pytest.raises(Conflict, match="closed"):
        await add_organisation(world.area, Found("L83100", "Market Street Surgery", "gp", False))
    with pytest.raises(InvalidInput):
        await add_organisation(world.area, SURGERY, "surgery")


async def test_nobody_fills_the_list_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisation_proposals, "MOST", 3)
    for n in range(6):
        await propose_organisation(world.area, OdsCode(f"ABC{n}"))
    assert len(await proposed_organisations(world.area)) == 3
