"""The page of partners' systems: what was exchanged, without a word of whom it was about; and a message that is only tried."""

import json
from typing import Any

from pathway.domain.roles import Role
from pathway.store import partners
from pathway.store.scopes import WRITER
from tests.fhir.access.partner_system import register
from tests.fhir.bars.made import Referral, sending
from tests.fhir.clients.served import REFERRAL
from tests.fhir.server.calling import calling, patient
from tests.web.signing_in import hidden, signed_in, words
from tests.world import World


async def counted(world: World) -> dict[str, int]:
    """How much there is of everything that a message could write."""
    tables = ("child", "episode", "event", "outbox", "received", "ledger", "match_proposal")
    async with world.area.database.transaction(WRITER) as tx:
        return {table: await tx.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def surgery(world: World, **changes: Any) -> None:
    await register(
        world, name="Surgery system", client_id="surgery", role=Role.PARTNER, organisation_id=world.org["gp"],
        scopes=changes.pop("scopes", ("system/*.cruds",)), **changes,
    )  # fmt: skip


async def test_what_was_exchanged_is_shown_and_nobody_is_named(world: World) -> None:
    sent = patient(world)
    async with calling(world, "gp", Role.PARTNER) as them:
        made = await them.post("Patient", sent)
        refused = await them.put(
            f"Patient/{made.json()['id']}", {**sent, "birthDate": "2018-05-02"}, If_Match='W/"9"'
        )
        assert (made.status_code, refused.status_code) == (201, 412)
    async with signed_in(world, "lead") as client:
        page = await client.get("/partners")
    said = words(page)
    assert "Create patient" in said
    assert "201" in said
    for secret in (made.json()["id"], sent["name"][0]["family"], sent["identifier"][0]["value"]):
        assert secret not in page.text


async def test_a_message_is_tried_and_nothing_is_written(world: World) -> None:
    await surgery(world)
    transaction = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:7d0b7b4e-6a0f-4a4a-9a60-58a0c0b6a001", "resource": patient(world),
             "request": {"method": "POST", "url": "Patient"}},
            {"fullUrl": "urn:uuid:7d0b7b4e-6a0f-4a4a-9a60-58a0c0b6a002",
             "resource": {**REFERRAL, "subject": {"reference": "urn:uuid:7d0b7b4e-6a0f-4a4a-9a60-58a0c0b6a001"}},
             "request": {"method": "POST", "url": "ServiceRequest"}},
        ],
    }  # fmt: skip
    before = await counted(world)
    async with signed_in(world, "lead") as client:
        for message, status in ((patient(world), "201"), (transaction, "201")):
            said = words(await _try(client, message))
            assert "This would be taken" in said, said
            assert f"answered {status}" in said
            assert "nothing was written" in said
    assert await counted(world) == before


async def _try(client: Any, message: Any, partner: str = "surgery") -> Any:
    opened = await client.get("/partners")
    text = message if isinstance(message, str) else json.dumps(message)
    return await client.post(
        "/partners/try", data={**hidden(opened.text), "partner": partner, "message": text}
    )


async def test_what_would_be_refused_says_why_in_sentences(world: World) -> None:
    await surgery(world)
    referred = await world.refer("gp")
    cases: list[tuple[Any, str, str]] = [
        ({**patient(world), "gender": "girl"}, "422", "Patient.gender"),
        ("{ no JSON", "400", "JSON"),
        ({**REFERRAL, "subject": {"reference": f"Patient/{referred.child_id}"}}, "409", "To put right"),
        ({"resourceType": "Flag"}, "405", "Nothing of this type is sent"),
        ({"resourceType": "Bundle", "type": "collection"}, "400", "batch, a transaction or a message"),
        ({"resourceType": "Bundle", "type": "message", "entry": []}, "4", "To put right"),
    ]
    before = await counted(world)
    async with signed_in(world, "privacy") as client:
        for message, status, sentence in cases:
            said = words(await _try(client, message))
            assert "This would be refused" in said, said
            assert f"answered {status}" in said, said
            assert sentence in said, said
    assert await counted(world) == before


async def test_a_bars_message_is_acted_on_and_undone(world: World) -> None:
    async with sending(world) as sender:
        client_id = (await partners.listed(world.area.database))[0].client_id
        first = Referral(world)
        assert (await sender.send(first.new())).status_code == 200
        before = await counted(world)
        async with signed_in(world, "lead") as client:
            new = words(await _try(client, Referral(world).new(), client_id))
            again = words(await _try(client, first.new(), client_id))
    assert "This would be taken" in new, new
    assert "answered 200" in new
    assert "sent before, so it was not made again" in again, again
    assert await counted(world) == before


async def test_a_partner_without_the_scope_is_refused(world: World) -> None:
    await surgery(world, scopes=("system/*.rs",))
    async with signed_in(world, "lead") as client:
        said = words(await _try(client, patient(world)))
    assert "answered 403" in said


async def test_who_tries_a_message_on_a_known_child_is_logged(world: World) -> None:
    referred = await world.refer("gp")
    await surgery(world)
    change = {
        "resourceType": "ServiceRequest", "id": str(referred.episode_id), "status": "revoked", "intent": "plan",
        "subject": {"reference": f"Patient/{referred.child_id}"},
    }  # fmt: skip
    async with signed_in(world, "lead") as client:
        said = words(await _try(client, change))
    assert "This would be taken" in said, said
    async with world.area.database.transaction(WRITER) as tx:
        children = await tx.fetchval("SELECT children FROM access_log WHERE action LIKE 'tried a partner%'")
    assert children == [referred.child_id]


async def test_a_form_that_says_too_little_is_shown_again(world: World) -> None:
    await surgery(world)
    async with signed_in(world, "lead") as client:
        answer = await _try(client, "", "")
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)


async def test_it_is_for_those_who_look_after_the_exchange(world: World) -> None:
    for who, status in (
        ("lead", 200),
        ("privacy", 200),
        ("clinician", 403),
        ("commissioner", 403),
        ("family", 403),
    ):
        async with signed_in(world, who) as client:
            assert (await client.get("/partners")).status_code == status
