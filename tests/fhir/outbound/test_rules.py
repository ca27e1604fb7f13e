"""The rules that protect people, in what leaves for partners' systems: 10, 11, 12, 17 and 19."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.change_details import change_details
from pathway.actions.correct import re_date
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.referral import ChildDetails
from pathway.domain.roles import Role
from pathway.store.keys import child_text
from pathway.store.scopes import WORKER
from pathway_fhir.outbound.deliver import deliver
from tests.fhir.client.receiver import Receiver, Reply, outcome, receiving
from tests.fhir.outbound.sending import Sending, bundle, resources, sending
from tests.rules.test_rule_10_no_outcome_on_pages import OUTCOMES, assessed, decide
from tests.world import World

BUSY = outcome(503, "REC_SERVICE_UNAVAILABLE", "transient")
NEW = ChildDetails("Rose", "Ashdown", date(2018, 5, 1), restricted=True, safe_contact="Social worker")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
async def out(world: World) -> AsyncIterator[Sending]:
    async with sending(world) as found:
        yield found


async def _all(out: Sending, receiver: Receiver) -> None:
    """A system of every organisation that has to do with the child, each of which wants everything."""
    for at in ("provider", "council", "school", "gp"):
        await out.partner(at, receiver)


@pytest.mark.parametrize("decided", OUTCOMES)
async def test_rule_10_a_decision_makes_no_message_before_the_feedback_and_one_after(
    out: Sending, receiver: Receiver, decided: str
) -> None:
    await _all(out, receiver)
    episode = (await assessed(out.world)).episode_id
    await out.send()
    rows, sent = list(await out.messages()), list(receiver.sent)

    await decide(out.world, episode, decided)
    await out.world.step(
        "coordinator", episode, "feedback_offered", date(2026, 6, 10), feedback_on="2026-06-15"
    )
    await out.send()
    assert list(await out.messages()) == rows, "a row alone would tell that something was decided"
    assert receiver.sent == sent

    await out.world.step("clinician", episode, "feedback_given", date(2026, 6, 15), how="face_to_face")
    await out.send()
    for partner in {row["client_id"] for row in rows}:
        earlier = [row for row in rows if row["client_id"] == partner]
        assert len(await out.messages(partner)) == len(earlier) + 1


@pytest.mark.parametrize("decided", OUTCOMES)
@pytest.mark.parametrize("at", ["provider", "gp"])
async def test_rule_10_a_message_that_was_late_says_what_one_before_the_decision_said(
    out: Sending, receiver: Receiver, at: str, decided: str
) -> None:
    """Sent to one system before the decision and to another of the same organisation after it: not a word differs."""
    await out.partner(at, receiver, "in-time")
    await out.partner(at, receiver, "late")
    episode = (await assessed(out.world)).episode_id
    await deliver(out.area, out.outward, (await out.messages("in-time"))[0]["id"])
    before = list(receiver.sent)
    await decide(out.world, episode, decided)
    await out.send()
    after = receiver.sent[len(before) :]
    assert len(before) == len(after) > 3
    for one, other in zip(before, after, strict=True):
        assert bundle(one)["entry"][1:] == bundle(other)["entry"][1:]


async def test_rule_10_only_a_partner_with_a_share_is_told_the_outcome(
    out: Sending, receiver: Receiver
) -> None:
    await _all(out, receiver)
    episode = (await assessed(out.world)).episode_id
    await decide(out.world, episode, "autism")
    await out.world.step("clinician", episode, "feedback_given", date(2026, 6, 15), how="face_to_face")
    await out.send()
    told = {row["id"]: row["client_id"] for row in await out.messages()}
    for sent in receiver.sent:
        if told[UUID(sent.headers["x-request-id"])] != "provider-system":
            assert not {"autism_identified", "outcome_recorded"} & set(
                sent.body.decode().replace('"', " ").split()
            )


async def test_rule_11_and_17_only_whom_the_episode_reaches_is_told(out: Sending, receiver: Receiver) -> None:
    """The council has no basis yet, the family said not to tell the school, the other provider has nothing to do with it."""
    for at in ("provider", "council", "school", "other_provider", "icb"):
        await out.partner(at, receiver)
    await out.world.refer("gp", tell_school="no")
    assert {row["client_id"] for row in await out.messages()} == {"provider-system"}


async def test_rule_11_each_message_names_why_its_receiver_may_be_told(
    out: Sending, receiver: Receiver
) -> None:
    await _all(out, receiver)
    await out.world.refer("gp", tell_school="yes")
    await out.world.refer("officer", pathway="ehc_needs_assessment")
    await out.send()
    bases = {row["id"]: (row["client_id"], row["basis"]) for row in await out.messages()}
    assert set(bases.values()) >= {
        ("provider-system", "direct_care"),
        ("council-system", "council_basis"),
        ("gp-system", "referred"),
        ("school-system", "teaches"),
    }
    for sent in receiver.sent:
        header = bundle(sent)["entry"][0]["resource"]
        [named] = [one["valueCode"] for one in header["extension"] if one["url"].endswith("ShareBasis")]
        assert named == bases[UUID(sent.headers["x-request-id"])][1]


async def test_rule_17_what_waits_is_not_sent_once_the_family_has_said_no(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("gp", receiver)
    referred = await out.world.refer("gp")
    await out.world.step("clinician", referred.episode_id, "referrer_sharing_stopped", date(2026, 3, 4))
    await out.send()
    assert receiver.sent == []
    assert set(await out.states()) == {"dropped"}


async def test_rule_11_a_system_gets_no_more_than_its_scopes_allow(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver, "narrow", scopes=("system/ServiceRequest.rs", "system/Patient.r"))
    await out.partner("provider", receiver, "figures", scopes=("system/MeasureReport.rs",))
    await out.world.refer()
    await out.send()
    [sent] = receiver.sent
    kinds = {entry["resource"]["resourceType"] for entry in bundle(sent)["entry"]}
    assert kinds == {"MessageHeader", "ServiceRequest", "Patient"}
    assert await out.states("figures") == ["dropped"]


async def test_rule_12_a_restricted_child_leaves_no_place_anywhere(out: Sending, receiver: Receiver) -> None:
    await _all(out, receiver)
    child = out.world.child(restricted=True, safe_contact="Ms K., 01632 960000")
    referred = await out.world.refer(child=child)
    await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await out.send()
    assert receiver.sent
    for sent in receiver.sent:
        text = sent.body.decode()
        for place in ("Mill Lane", "EX1 1AA", "Castle Primary", "Moorshire Children's Autism Team", "01632"):
            assert place not in text
        assert resources(sent, "Organization") == []
        [patient] = resources(sent, "Patient")
        assert patient["meta"]["security"][0]["code"] == "R"


async def test_rule_12_and_19_sealing_drops_what_waits_closes_what_was_sent_and_is_told_to_nobody(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    referred = await out.world.refer()
    await out.send()
    await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    receiver.queue(BUSY)
    await out.send()
    before = [row["secret"] for row in await out.messages()]
    assert all(before)

    await seal_identity(out.area, out.world.asking("privacy"), referred.child_id, NewIdentity(NEW))

    assert await out.states() == ["sent", "dropped"]
    async with out.area.database.transaction(WORKER) as tx:
        text = await child_text(tx, out.area.key, referred.child_id)
    assert [text.unlock(secret) for secret in before] == [{}, {}]
    await out.world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
    )
    assert len(await out.messages()) == 2


async def test_rule_19_a_restriction_drops_what_waits_with_its_address(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    child = out.world.child()
    referred = await out.world.refer(child=child)
    receiver.queue(BUSY, then=Reply())
    await out.send()
    hidden = replace(child, restricted=True, safe_contact="Ms K.")
    await change_details(out.area, out.world.asking("coordinator"), referred.child_id, hidden)
    assert await out.states() == ["dropped"]
    await out.send()
    assert len(receiver.sent) == 1


async def test_rule_19_a_death_drops_what_waits_and_is_told_once_so_that_nobody_writes_to_the_family(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    referred = await out.world.refer()
    assert await out.states() == ["waiting"]
    await out.world.step("clinician", referred.episode_id, "death_recorded", date(2026, 3, 10))
    assert await out.states() == ["dropped", "waiting"]
    await out.send()
    [sent] = receiver.sent
    [patient] = resources(sent, "Patient")
    assert patient["deceasedDateTime"] == "2026-03-10"


async def test_rule_19_an_imported_record_is_silent_until_a_person_releases_it(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    referred = await out.world.refer()
    await out.change("UPDATE episode SET silent = true")
    await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    assert len(await out.messages()) == 1
    await out.send()
    assert await out.states() == ["dropped"]


async def test_rule_19_a_correction_is_read_by_a_person_first(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver)
    referred = await out.world.refer()
    step = await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await re_date(
        out.area, out.world.asking("triage"), referred.episode_id, step.event_id, date(2026, 3, 8), "A slip."
    )
    await out.send()
    assert await out.states() == ["sent", "sent", "held"]
    [held] = [row for row in await out.messages() if row["state"] == "held"]
    assert (held["kind"], "a person reads" in held["words"]) == ("correction", True)


async def test_whoever_recorded_a_step_is_not_told_of_it(out: Sending, receiver: Receiver) -> None:
    name = await out.partner("provider", receiver, role=Role.PROVIDER_SYSTEM, scopes=("system/*.cruds",))
    async with out.area.database.transaction(WORKER) as tx:
        account = await tx.fetchval("SELECT account_id FROM partner WHERE client_id = $1", name)
    referred = await out.world.refer()
    own = replace(out.world.actors["triage"], account_id=account)
    world = replace(out.world, actors={**out.world.actors, "own": own})
    await world.step("own", referred.episode_id, "triage_started", date(2026, 3, 9))
    assert len(await out.messages()) == 1
