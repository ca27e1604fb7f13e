"""A referral comes in as a BaRS message, is added to and cancelled, by the same actions that people use."""

from uuid import UUID, uuid4

from pathway.store.scopes import WRITER
from pathway_fhir.guard.check import check
from tests.fhir.bars.made import (
    NHS,
    Referral,
    code,
    headers,
    referral_id,
    said,
    sending,
)
from tests.world import World

KINDS = "SELECT kind, door, secret, request_id FROM event WHERE episode_id = $1 ORDER BY sequence"


async def facts(world: World, episode: str) -> list[str]:
    async with world.area.database.transaction(WRITER) as tx:
        return [row["kind"] for row in await tx.fetch(KINDS, UUID(episode))]


async def texts(world: World, episode: str) -> list[dict[str, str]]:
    from pathway.store.keys import episode_text

    async with world.area.database.transaction(WRITER) as tx:
        text = await episode_text(tx, world.area.key, UUID(episode))
        return [text.unlock(row["secret"]) for row in await tx.fetch(KINDS, UUID(episode))]


async def test_a_referral_is_made_and_answered_with_the_roles_reversed(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        answer = await surgery.sent(referral.new())
        head = answer["entry"][0]["resource"]
        assert answer["type"] == "message"
        assert head["eventCoding"]["code"] == "servicerequest-response"
        assert head["response"] == {
            "identifier": referral.id,
            "code": "ok",
            **{k: v for k, v in head["response"].items() if k == "details"},
        }
        assert head["destination"] == [
            {"endpoint": referral.new()["entry"][0]["resource"]["source"]["endpoint"]}
        ]
        assert head["source"]["endpoint"].endswith("|2000099999")
        request = answer["entry"][1]["resource"]
        assert request["resourceType"] == "ServiceRequest"
        assert request["authoredOn"] == "2026-11-20"
        read = await surgery.calls.get(f"ServiceRequest/{request['id']}")
        assert read.status_code == 200, read.text
    assert await facts(world, request["id"]) == ["referral_received"]
    [first] = await texts(world, request["id"])
    assert "Plan: Two cycles of support were tried at school." in first["concerns"]
    assert "Referred by: Ada Okafor" in first["concerns"]


async def test_what_is_added_and_asked_is_put_before_the_team(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        episode = referral_id(await surgery.sent(referral.new()))
        await surgery.sent(referral.update("The school has written a report."))
        await surgery.sent(referral.cancel())
        await surgery.sent(referral.cancel("delete", "entered-in-error"))
    assert await facts(world, episode) == ["referral_received", *["referral_added_to"] * 3]
    added = [one["details"] for one in (await texts(world, episode))[1:]]
    assert "The school has written a report." in added[0]
    assert "asks for this referral to be withdrawn" in added[1]
    assert "sent by mistake" in added[2]


async def test_a_safeguarding_flag_stands_first_and_is_said(world: World) -> None:
    referral = Referral(world)
    referral.add(
        "flag",
        {
            "resourceType": "Flag", "status": "active",
            "category": [code(f"{NHS}/CodeSystem/flag-categories-bars", "SG")],
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "878111000000109", "display": "Child in need"}]},
        },
    )  # fmt: skip
    async with sending(world) as surgery:
        answer = await surgery.sent(referral.new())
    [first] = await texts(world, referral_id(answer))
    assert first["concerns"].startswith("Safeguarding concern sent with the referral: Child in need")
    outcome = answer["entry"][-1]["resource"]
    assert "A safeguarding concern came along" in str(outcome["issue"])


async def test_nothing_that_comes_along_is_lost_however_long(world: World) -> None:
    referral = Referral(world)
    for n in range(4):
        referral.add(
            f"seen{n}",
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": f"Seen {n}"},
                "valueString": f"{n}" * 3900,
            },
        )
    async with sending(world) as surgery:
        episode = referral_id(await surgery.sent(referral.new()))
    kept = "".join(text for one in await texts(world, episode) for text in one.values())
    assert all(f"Seen {n}" in kept and f"{n}" * 3900 in kept for n in range(4))


async def test_a_referral_that_is_sent_again_under_another_id_is_not_made_again(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        first = await surgery.sent(referral.new())
        again = await surgery.sent(referral.new())
        assert referral_id(first) == referral_id(again)
        assert await facts(world, referral_id(first)) == ["referral_received"]
        referral.parts["request"]["note"] = [{"text": "And something new."}]
        await surgery.sent(referral.new())
    assert await facts(world, referral_id(first)) == ["referral_received", "referral_added_to"]


async def test_a_number_that_is_used_for_another_child_is_refused(world: World) -> None:
    one, other = Referral(world), Referral(world)
    other.id = one.id
    async with sending(world) as surgery:
        episode = referral_id(await surgery.sent(one.new()))
        assert said(await surgery.send(other.new())) == (409, "REC_CONFLICT", "conflict")
        assert said(await surgery.send(other.update("For the wrong child."))) == (
            409,
            "REC_CONFLICT",
            "conflict",
        )
    assert await facts(world, episode) == ["referral_received"]


async def test_a_child_whom_somebody_else_has_referred_is_a_conflict_and_no_duplicate(world: World) -> None:
    """Duplicate would tell the sender that its message has arrived."""
    referral = Referral(world)
    async with sending(world) as surgery:
        await surgery.sent(referral.new())
    second = Referral(world)
    second.parts["child"] = {**referral.parts["child"], "meta": {"security": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]},
        "contact": [{
            "relationship": [code("https://fhir.autism-pathway.example/CodeSystem/contact-role", "safe-contact")],
            "name": {"text": "Social worker"}}],
    }  # fmt: skip
    async with sending(world) as another:
        sent = headers()
        answer = await another.send(second.new(), sent)
        assert said(answer) == (409, "REC_CONFLICT", "conflict"), answer.text
        again = await another.send(second.new(), sent)
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
    async with world.area.database.transaction(WRITER) as tx:
        number = referral.nhs_number
        assert await tx.fetchval("SELECT restricted FROM child WHERE nhs_number = $1", number), (
            "protected at once"
        )
        assert await tx.fetchval("SELECT count(*) FROM outside_identifier WHERE episode_id IS NULL") == 0


async def test_an_answer_names_a_message_of_ours(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        episode = referral_id(await surgery.sent(referral.new()))
        assert said(await surgery.send(referral.answer(str(uuid4())))) == (404, "REC_NOT_FOUND", "not-found")
        await surgery.sent(referral.answer(referral.id, "We have seen the child."))
    assert await facts(world, episode) == ["referral_received", "referral_added_to"]


async def test_each_fact_says_from_which_message_it_is(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        answer = await surgery.sent(referral.new())
        child = answer["entry"][1]["resource"]["subject"]["reference"]
        found = await surgery.calls.get("Provenance", patient=child)
    [provenance] = [entry["resource"] for entry in found.json()["entry"]]
    assert provenance["entity"][0]["what"]["identifier"]["value"] == referral.id
    assert provenance["extension"][0]["valueCode"] == "fhir"


async def test_the_bytes_and_the_person_who_sent_them_are_kept_under_the_childs_key(world: World) -> None:
    from pathway.store.keys import child_text

    referral = Referral(world)
    async with sending(world) as surgery:
        await surgery.sent(referral.new())
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow(
            "SELECT child_id, secret, held, headers::text, message_id, answer FROM received WHERE kind = '$process-message'"
        )
        assert row is not None
        kept = (await child_text(tx, world.area.key, row["child_id"])).unlock(row["secret"])
    assert row["held"] is None
    assert row["answer"] is None
    assert row["message_id"] == referral.id
    assert "NHSD-Requesting-Practitioner" in kept["headers"]
    assert "Okafor" not in row["headers"]
    assert "Z99001" in row["headers"]


async def test_a_form_of_others_and_codes_without_words_are_put_into_words(world: World) -> None:
    referral = Referral(world)
    referral.parts["request"]["reasonCode"] = [
        {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "Speech delay"}]}
    ]
    referral.add(
        "form",
        {
            "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "https://other.example/Questionnaire/m-chat",
            "item": [
                {"linkId": "1", "text": "Points with a finger?", "answer": [{"valueBoolean": False}]},
                {"linkId": "2", "text": "How many words?", "answer": [{"valueInteger": 12}]},
                {"linkId": "3", "text": "Sleep", "answer": [{"valueCoding": {"system": "https://other.example", "code": "p", "display": "Poor"}}]},
            ],
        },
    )  # fmt: skip
    referral.add(
        "seen",
        {
            "resourceType": "Observation", "status": "final", "code": {"text": "Score"},
            "valueQuantity": {"value": 7.5, "unit": "points"}, "effectiveDateTime": "2026-10-01",
            "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>Only the narrative</div>"},
        },
    )  # fmt: skip
    async with sending(world) as surgery:
        answer = await surgery.sent(referral.new())
    [first] = await texts(world, referral_id(answer))
    for line in (
        "Form: Points with a finger?; no; How many words?; 12; Sleep; Poor",
        "Reason: Speech delay",
        "Observation: Score; 7.5 points (2026-10-01)",
    ):
        assert line in first["concerns"], first["concerns"]


async def test_a_consent_that_denies_in_a_later_message_is_put_before_the_team(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        episode = referral_id(await surgery.sent(referral.new()))
        denied = referral.update("They rang.")
        consent = next(e["resource"] for e in denied["entry"] if e["resource"]["resourceType"] == "Consent")
        consent["provision"]["type"] = "deny"
        consent["policyRule"]["coding"][0]["code"] = "OPTOUT"
        answer = await surgery.sent(denied)
    added = (await texts(world, episode))[-1]["details"]
    assert "no longer agrees" in added
    assert "changed nothing" in str(answer["entry"][-1]["resource"]["issue"])


async def test_what_we_answer_is_good_fhir(world: World) -> None:
    referral = Referral(world)
    async with sending(world) as surgery:
        made = await surgery.sent(referral.new())
        added = await surgery.sent(referral.update("More."))
    for answer in (made, added):
        assert [i for i in await check(answer, strict=True) if i.severity.refuses] == []


async def test_a_joint_assessment_is_asked_for_by_its_own_category(world: World) -> None:
    referral = Referral(world)
    referral.parts["request"]["category"][0]["coding"][1]["code"] = "joint-autism-adhd"
    async with sending(world) as surgery:
        answer = await surgery.sent(referral.new())
    assert "no place for" not in str(answer)
    assert answer["entry"][1]["resource"]["code"]["text"] == "Joint autism and ADHD assessment"


async def test_where_a_pathway_has_no_place_for_words_the_sender_is_told(world: World) -> None:
    """Given a request for an EHC needs assessment, whose form is ours and has no field for words."""
    referral = Referral(world)
    referral.parts["request"]["category"][0]["coding"][1]["code"] = "ehc-needs-assessment"
    async with sending(world) as surgery:
        assert said(await surgery.send(referral.new())) == (400, "REC_BAD_REQUEST", "value"), (
            "nobody said who asked"
        )
        url = "https://fhir.autism-pathway.example/Questionnaire/ehc.needs.assessment--assessment.requested"
        item = {"linkId": "asked_by", "answer": [{"valueCoding": {"code": "parent", "display": "Parent"}}]}
        referral.add(
            "form",
            {
                "resourceType": "QuestionnaireResponse",
                "status": "completed",
                "questionnaire": url,
                "item": [item],
            },
        )
        answer = await surgery.sent(referral.new())
    assert "no place for" in str(answer["entry"][-1]["resource"]["issue"])
