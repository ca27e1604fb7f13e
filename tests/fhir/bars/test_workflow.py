"""Every row of the workflow, and every combination beside it; which definition a message is held to, and what it must hold."""

from itertools import product
from typing import Any

import pytest

from pathway_fhir.bars.definitions import ANSWER, BY_URL, CANCELLATION, KINDS, REFERRAL, breaches
from pathway_fhir.bars.message import Message
from pathway_fhir.bars.workflow import MATRIX, Act, kind_of, row_of
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import bars
from tests.fhir.bars.made import Json, Referral, referral_id, said, sending
from tests.world import World

EVENTS = (bars.REQUEST, bars.RESPONSE)
REASONS = (bars.NEW, bars.UPDATE, bars.DELETE)
STATUSES = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown")
# The guide's table, and the pause that a sender may ask for; written out once more, so that a slip in the code is seen.
GUIDE = {
    (bars.REQUEST, bars.NEW, "active"): Act.REFER,
    (bars.REQUEST, bars.UPDATE, "active"): Act.ADD,
    (bars.REQUEST, bars.UPDATE, "on-hold"): Act.ADD,
    (bars.REQUEST, bars.UPDATE, "revoked"): Act.CANCEL,
    (bars.REQUEST, bars.UPDATE, "entered-in-error"): Act.CANCEL,
    (bars.REQUEST, bars.DELETE, "entered-in-error"): Act.CANCEL,
    **{(bars.RESPONSE, reason, status): Act.TAKE_ANSWER for reason in REASONS for status in STATUSES},
}


def message(event: str, reason: str, definition: str = "", **statuses: str) -> Message:
    """A message with resources of these statuses (`CarePlan="completed"`)."""
    beside = {f"urn:{name}": {"resourceType": name, "status": status} for name, status in statuses.items()}
    return Message("m", event, reason, definition, "", "here", (), (), beside, ())


@pytest.mark.parametrize(("event", "reason", "status"), list(product(EVENTS, REASONS, STATUSES)))
def test_each_combination_is_what_the_guide_says_or_refused(event: str, reason: str, status: str) -> None:
    sent = message(event, reason, ServiceRequest=status, CarePlan="completed", Encounter="triaged")
    wanted = GUIDE.get((event, reason, status))
    if wanted is not None:
        assert row_of(sent).act is wanted
        return
    with pytest.raises(Refused) as refused:
        row_of(sent)
    assert (refused.value.status, refused.value.issues[0].code) == (400, IssueType.INVARIANT)


@pytest.mark.parametrize(
    ("plan", "encounter", "good"),
    [
        ("completed", "triaged", True), ("completed", "finished", True), ("active", "triaged", False),
        ("completed", "in-progress", False), ("draft", "planned", False),
    ],
)  # fmt: skip
def test_a_new_referral_has_a_plan_that_is_done_and_a_child_who_was_seen(
    plan: str, encounter: str, good: bool
) -> None:
    sent = message(bars.REQUEST, bars.NEW, ServiceRequest="active", CarePlan=plan, Encounter=encounter)
    if good:
        assert row_of(sent).act is Act.REFER
    else:
        with pytest.raises(Refused):
            row_of(sent)


def test_every_act_has_a_row_and_every_row_a_definition() -> None:
    assert {row.act for row in MATRIX} == set(Act)
    assert all(kind in KINDS and kind.comes_in for row in MATRIX for kind in row.kinds)


def test_a_message_is_held_to_the_definition_that_it_names() -> None:
    revoked: dict[str, Any] = {"ServiceRequest": "revoked"}
    for named, wanted in (
        (bars.CANCELLED, CANCELLATION), (CANCELLATION.url, CANCELLATION), (bars.REFERRAL, REFERRAL), (f"{bars.REFERRAL}|1", REFERRAL),
    ):  # fmt: skip
        sent = message(bars.REQUEST, bars.UPDATE, named, **revoked)
        assert kind_of(sent, row_of(sent), strict=True) is wanted
    unnamed = message(bars.REQUEST, bars.UPDATE, **revoked)
    assert kind_of(unnamed, row_of(unnamed), strict=False) is CANCELLATION
    for sent, strict, code in (
        (unnamed, True, IssueType.REQUIRED),
        (
            message(bars.REQUEST, bars.UPDATE, "https://elsewhere.example/x", **revoked),
            False,
            IssueType.NOT_SUPPORTED,
        ),
        (
            message(bars.REQUEST, bars.UPDATE, bars.REFERRAL_RESPONSE, **revoked),
            True,
            IssueType.NOT_SUPPORTED,
        ),
    ):
        with pytest.raises(Refused) as refused:
            kind_of(sent, row_of(sent), strict=strict)
        assert refused.value.issues[0].code is code


@pytest.mark.parametrize("kind", [REFERRAL, CANCELLATION, ANSWER], ids=lambda kind: kind.key)
def test_one_too_few_and_one_too_many_of_each_is_a_breach(kind: Any) -> None:
    """Given the least that a definition asks for, then taking one away, or adding one above the most, is told."""
    least = [name for name, (n, _) in kind.holds.items() for _ in range(n)]
    assert breaches(kind, least, strict=True) == []
    for name, (n, most) in kind.holds.items():
        fewer = list(least)
        if n:
            fewer.remove(name)
            [issue] = breaches(kind, fewer, strict=True)
            assert (issue.code, issue.severity.refuses) == (IssueType.REQUIRED, True)
            assert not breaches(kind, fewer, strict=False)[0].severity.refuses
        if most is not None:
            [issue] = breaches(kind, [*least, *[name] * (most - n + 1)], strict=True)
            assert issue.code is IssueType.INVARIANT


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda m: m.update(type="collection"), "invalid"),
        (lambda m: m.pop("id"), "required"),
        (lambda m: m["entry"].pop(0), "invariant"),
        (lambda m: m["entry"][0]["resource"].pop("definition"), "required"),
        (lambda m: m["entry"][0]["resource"].pop("reason"), "required"),
        (lambda m: m["entry"][0]["resource"]["eventCoding"].update(code="booking-request"), "not-supported"),
        (lambda m: m["entry"][0]["resource"]["eventCoding"].update(system="https://elsewhere.example"), "value"),
        (lambda m: m["entry"][0]["resource"].update(definition=bars.CANCELLED), "not-supported"),
        (lambda m: m["entry"][0]["resource"].update(focus=[{"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}]), "invariant"),
        (lambda m: m["entry"][0]["resource"].pop("focus"), "required"),
        (lambda m: m["entry"][1]["resource"].update(status="completed"), "invariant"),
        (lambda m: m["entry"][1]["resource"]["category"][0]["coding"][0].update(code="validation"), "not-supported"),
        (lambda m: m["entry"][1]["resource"].update(requester={"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}), "invariant"),
        (lambda m: m["entry"].pop(), "required"),
        (lambda m: m["entry"].append({"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": m["entry"][2]["resource"]}), "invariant"),
    ],
    ids=[
        "another Bundle", "no id", "no header", "no definition", "no reason", "a booking", "another list", "another definition",
        "focus elsewhere", "no focus", "unknown combination", "a validation", "lost reference", "no consent", "two patients",
    ],
)  # fmt: skip
async def test_a_strict_sender_is_told_what_is_wrong_and_nothing_is_written(
    world: World, change: Any, kind: str
) -> None:
    referral = Referral(world)
    sent = referral.new()
    change(sent)
    async with sending(world) as surgery:
        answer = await surgery.send(sent)
        assert said(answer) == (400, "REC_BAD_REQUEST", kind), answer.text
        assert referral.nhs_number not in answer.text
        found = await surgery.calls.post("Patient/_search", b"", params={"identifier": referral.nhs_number})
        assert found.json().get("total", 0) == 0


async def test_a_tolerant_sender_may_leave_out_what_nhs_examples_leave_out(world: World) -> None:
    referral = Referral(world)
    sent = referral.new()
    left_out = {"Encounter", "CarePlan", "PractitionerRole", "HealthcareService"}
    sent["entry"] = [e for e in sent["entry"] if e["resource"]["resourceType"] not in left_out]
    for name in ("basedOn", "encounter", "performer"):
        sent["entry"][1]["resource"].pop(name)
    async with sending(world) as surgery:
        assert said(await surgery.send(sent))[0] == 400
    async with sending(world, strict=False) as surgery:
        answer = await surgery.sent(sent)
    told = [issue["diagnostics"] for issue in answer["entry"][-1]["resource"]["issue"]]
    assert any("exactly 1 CarePlan" in text for text in told), told
    assert referral_id(answer)


async def test_what_is_offered_is_published_and_says_that_it_is_local(world: World) -> None:
    async with sending(world) as surgery:
        found = (await surgery.calls.get("MessageDefinition")).json()
        kinds: list[Json] = [entry["resource"] for entry in found["entry"]]
        assert {kind["url"] for kind in kinds} == {kind.url for kind in KINDS}
        assert all("no national BaRS use case exists" in kind["description"] for kind in kinds)
        for context in (
            "https://fhir.nhs.uk/Id/dos-service-id|2000099999",
            "https://fhir.nhs.uk/Id/ods-organization-code|Z99002",
            "autism",
        ):
            some = (await surgery.calls.get("MessageDefinition", context=context)).json()
            assert len(some["entry"]) == len(KINDS), context
        none = (
            await surgery.calls.get("MessageDefinition", context="https://fhir.nhs.uk/Id/dos-service-id|1")
        ).json()
        assert "entry" not in none or all(e["search"]["mode"] == "outcome" for e in none["entry"])
        one = await surgery.calls.get(f"MessageDefinition/{REFERRAL.key}")
        assert {f["code"]: (f["min"], f["max"]) for f in one.json()["focus"]}["Organization"] == (2, "*")
        stated = (await surgery.calls.get("metadata")).json()["messaging"][0]
    assert {one["definition"] for one in stated["supportedMessage"]} == {kind.url for kind in KINDS}
    assert set(BY_URL) >= {REFERRAL.url, bars.REFERRAL, CANCELLATION.url, ANSWER.url}
