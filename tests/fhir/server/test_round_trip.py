"""What is sent is read again: nothing that the mapping claims to carry is lost between a create and a read, through the real server.

A surgery's system sends children, carers, referrals and forms made at random; the team's system reads them, records what happened
and reads that again. Each seed is another such story; the one that fails can be run again by its number.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from pathway.domain.definition import Field, FieldType
from pathway.domain.roles import Role
from pathway_fhir.mapping import questionnaire
from pathway_fhir.mapping.datatypes import extension, extension_of
from pathway_fhir.mapping.service_request import SOURCE_OF_REQUEST
from pathway_fhir.vocabulary import people, referrals, systems
from pathway_fhir.vocabulary.care import FIELD
from tests.fhir.clients.served import REFERRAL
from tests.fhir.server.calling import Calls, calling, patient
from tests.world import TODAY, World

Json = dict[str, Any]
CLAIMED: Mapping[str, tuple[str, ...]] = {
    "Patient": ("extension", "identifier", "name", "gender", "birthDate", "address", "communication"),
    "RelatedPerson": ("extension", "relationship", "name", "telecom", "communication"),
    "ServiceRequest": ("extension", "status", "code", "authoredOn"),
    "QuestionnaireResponse": ("status", "item"),
    "Appointment": ("extension", "status", "serviceType", "basedOn", "created", "requestedPeriod"),
    "Encounter": ("extension", "status", "class", "type", "subject", "episodeOfCare", "period"),
}
"""What each type carries both ways. Of a Task that is done, the answers: they are read as the form of the step."""

NAMES = ("Zoë", "Wren", "O’Neill", "Llŷr", "Anne-Marie", "Ali", "Đặng", "St John", "Núñez", "Oka")
RELATIONSHIPS = tuple({code: word for word, code in people.RELATIONSHIPS.items()})
ANSWER = systems.our_extension("Answer")


def lost(sent: Any, read: Any, where: str = "") -> list[str]:
    """What was sent and is not in what was read; a list may have more, and in another order."""
    if isinstance(sent, dict):
        if not isinstance(read, dict):
            return [where]
        return [one for key, value in sent.items() for one in lost(value, read.get(key), f"{where}.{key}")]
    if isinstance(sent, list):
        there = read if isinstance(read, list) else []
        return [f"{where}[{n}]" for n, one in enumerate(sent) if all(lost(one, other) for other in there)]
    return [] if sent == read else [where]


def claims_lost(sent: Json, read: Json) -> list[str]:
    kept = {name: sent[name] for name in CLAIMED[sent["resourceType"]] if name in sent}
    return lost(kept, read, sent["resourceType"])


def test_a_loss_is_noticed() -> None:
    """The comparison itself can say no."""
    assert lost({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 2, "c": 3}]}) == [".a[0]"]
    assert lost({"a": {"b": 1}}, {"a": {}}) == [".a.b"]
    assert lost({"a": [{"b": 1}]}, {"a": [{"b": 1}], "d": 2}) == []


def a_day(rng: Random, first: date, last: date) -> str:
    return (first + timedelta(rng.randrange((last - first).days))).isoformat()


def a_child(rng: Random, world: World) -> Json:
    made = patient(world)
    made["name"] = [{"use": "official", "family": rng.choice(NAMES), "given": [rng.choice(NAMES)]}]
    made["gender"] = rng.choice(["female", "male", "other", "unknown"])
    made["birthDate"] = a_day(rng, date(2011, 1, 1), date(2023, 1, 1))
    lines = [f"{rng.randrange(1, 99)} Mill Lane", "Castle Bray", "Moorshire"][: rng.randrange(1, 4)]
    made["address"] = [
        {"use": "home", "line": lines, "postalCode": f"EX{rng.randrange(1, 9)} {rng.randrange(1, 9)}AA"}
    ]
    made["communication"] = [{"language": {"coding": [{"system": systems.BCP_47, "code": a_language(rng)}]}}]
    made["extension"] = [extension(systems.HL7_INTERPRETER, valueBoolean=rng.random() < 0.5)]
    return made


def a_language(rng: Random) -> str:
    return rng.choice(["en", "cy", "pl", "ur", "pa"])


def a_carer(rng: Random) -> Json:
    method = rng.choice(list(people.CONTACT_METHODS))
    preference = systems.uk_extension("ContactPreference")
    by = {"coding": [{"system": systems.CONTACT_METHOD, "code": people.CONTACT_METHODS[method][0]}]}
    needs = rng.sample(sorted(people.NEEDS), rng.randrange(3))
    return {
        "resourceType": "RelatedPerson",
        "extension": [
            extension_of(preference, extension("PreferredContactMethod", valueCodeableConcept=by)),
            extension(systems.PARENTAL_RESPONSIBILITY, valueBoolean=rng.random() < 0.5),
            extension(systems.MAY_BE_TOLD, valueBoolean=rng.random() < 0.7),
            *(extension(systems.NEED, valueCodeableConcept={"coding": [{"system": systems.CARER_NEED, "code": need}]})
              for need in needs),
        ],
        "relationship": [{"coding": [{"system": systems.ROLE_CODE, "code": rng.choice(RELATIONSHIPS)}]}],
        "name": [{"text": f"{rng.choice(NAMES)} {rng.choice(NAMES)}"}],
        "telecom": [
            {"system": "phone", "value": f"+44770090{rng.randrange(1000, 9999)}"},
            {"system": "email", "value": f"carer{rng.randrange(10**9)}@example.com"},
        ],
        "communication": [{"language": {"coding": [{"system": systems.BCP_47, "code": a_language(rng)}]}}],
    }  # fmt: skip


def an_answer(rng: Random, asked: Field) -> Json:
    match asked.type:
        case FieldType.CHOICE:
            return {"valueCoding": {"code": rng.choice(asked.options).key}}
        case FieldType.YES_NO:
            return {"valueBoolean": rng.random() < 0.5}
        case FieldType.NUMBER:
            return {"valueInteger": rng.randrange(1, 4)}
        case FieldType.DATE:
            return {"valueDate": a_day(rng, date(2026, 1, 1), date(2026, 2, 1))}
    return {"valueString": rng.choice(("Rooms change – it is hard.", "Ein Wort", "7 × 8\n“quoted”"))}


def a_source(source: str) -> Json:
    """Who first asked, by our own code."""
    coded = {"coding": [{"system": systems.SOURCE, "code": source}]}
    return extension(SOURCE_OF_REQUEST, valueCodeableConcept=coded)


def a_form(rng: Random, world: World, step: str, **given: Json) -> Json:
    """Answers to what a step must be told, and to some of what it may be."""
    definition = world.area.pathways.newest("autism")
    asked = [f for f in questionnaire.asked(definition.steps[step]) if f.required or rng.random() < 0.5]
    asked = [f for f in asked if f.key not in ("original_start",)]
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": questionnaire.address(definition, definition.steps[step]),
        "status": "completed",
        "item": [{"linkId": f.key, "answer": [given.get(f.key) or an_answer(rng, f)]} for f in asked],
    }


async def made(them: Calls, resource: Json) -> Json:
    """Create it, and read it again by the address that was answered."""
    answer = await them.post(resource["resourceType"], resource)
    assert answer.status_code == 201, answer.text
    again = await them.get(answer.headers["Location"].split("/fhir/R4/")[1].split("/_history")[0])
    assert again.status_code == 200, again.text
    found: Json = again.json()
    return found


@pytest.mark.parametrize("seed", range(8))
async def test_who_is_referred_is_read_as_they_were_sent(world: World, seed: int) -> None:
    rng = Random(seed)
    child, carers = a_child(rng, world), [a_carer(rng) for _ in range(rng.randrange(1, 3))]
    source = rng.choice(sorted(referrals.SOURCES))
    given = {"family_agrees": {"valueBoolean": True}, "source": {"valueCoding": {"code": source}}}
    form = a_form(rng, world, "referral_received", **given)
    referral = {
        **REFERRAL,
        "extension": [a_source(source)],
        "code": {"coding": [{"system": systems.PATHWAY, "code": "autism"}]},
        "authoredOn": a_day(rng, date(2026, 2, 2), TODAY),
        "subject": {"reference": f"urn:uuid:{URN[0]}"},
        "supportingInfo": [*REFERRAL["supportingInfo"], {"reference": f"urn:uuid:{URN[1]}"}],
    }
    along = [
        child,
        form,
        referral,
        *({**one, "patient": {"reference": "urn:uuid:" + URN[0]}} for one in carers),
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{urn}",
                "resource": one,
                "request": {"method": "POST", "url": one["resourceType"]},
            }
            for urn, one in zip(URN, along, strict=False)
        ],
    }
    async with calling(world, "gp", Role.PARTNER) as surgery, calling(world) as team:
        answer = await surgery.post("", bundle)
        assert answer.status_code == 200, answer.text
        found = (await team.get("Patient", identifier=child["identifier"][0]["value"])).json()["entry"]
        key = found[0]["resource"]["id"]
        read = {
            name: [entry["resource"] for entry in (await team.get(name, patient=key)).json().get("entry", ())]
            for name in ("RelatedPerson", "ServiceRequest", "QuestionnaireResponse")
        }
    faults = claims_lost(child, found[0]["resource"])
    for sent in (*carers, referral, form):
        faults += min(
            (claims_lost(sent, one) for one in read[sent["resourceType"]]), key=len, default=["nothing"]
        )
    assert faults == [], (faults, along, read, found)


URN = tuple(f"7d0b7b4e-6a0f-4a4a-9a60-58a0c0b6a0{n:02}" for n in range(6))


def an_extension(field: str, value: Json) -> Json:
    return {"url": ANSWER, "extension": [{"url": "field", "valueCode": field}, {"url": "value", **value}]}


def chosen(rng: Random, world: World, step: str, field: str) -> Json:
    asked = world.area.pathways.newest("autism").steps[step].field_named(field)
    assert asked is not None
    return an_extension(field, an_answer(rng, asked))


def coded(step: str) -> list[Json]:
    return [{"coding": [{"system": systems.STEP, "code": step}]}]


@pytest.mark.parametrize("seed", range(8))
async def test_what_happened_is_read_as_it_was_sent(world: World, seed: int) -> None:
    rng = Random(seed)
    referred = await world.refer(received_on=date(2026, 3, 3))
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 10), priority="soon")
    async with calling(world) as team:
        for sent in _course(rng, world, referred.episode_id, referred.child_id):
            assert claims_lost(sent, await made(team, sent)) == [], sent
        task = _task(rng, world, referred.episode_id)
        answer = await team.post("Task", task)
        assert answer.status_code == 201, answer.text
        forms = (await team.get("QuestionnaireResponse", patient=str(referred.child_id))).json()["entry"]
    said = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [
        {"linkId": out["type"]["coding"][0]["code"], "answer": [{"valueCoding": out["valueCoding"]}]} for out in task["output"]
    ]}  # fmt: skip
    of_step = [e["resource"] for e in forms if "observation.done" in e["resource"]["questionnaire"]]
    assert [claims_lost(said, one) for one in of_step] == [[]]


def _course(rng: Random, world: World, episode: UUID, child: UUID) -> list[Json]:
    """An appointment, the contact with which the assessment starts, and the form of what was asked there."""
    booked, on = (
        a_day(rng, date(2026, 4, 1), date(2026, 5, 1)),
        a_day(rng, date(2026, 6, 1), date(2026, 9, 1)),
    )
    referral, whom = {"reference": f"ServiceRequest/{episode}"}, {"reference": f"Patient/{child}"}
    appointment = {
        "resourceType": "Appointment", "status": "booked", "serviceType": coded("assessment_booked"),
        "extension": [chosen(rng, world, "assessment_booked", "setting")], "basedOn": [referral], "created": booked,
        "requestedPeriod": [{"start": on, "end": on}], "participant": [{"actor": whom, "status": "accepted"}],
        "start": f"{on}T10:00:00+01:00", "end": f"{on}T11:00:00+01:00",
    }  # fmt: skip
    how, code = rng.choice([("face_to_face", "AMB"), ("video", "VR"), ("telephone", "VR")])
    contact = {
        "resourceType": "Encounter", "status": "finished", "type": coded("assessment_started"), "subject": whom,
        "class": {"system": systems.ACT_CODE, "code": code}, "episodeOfCare": [{"reference": f"EpisodeOfCare/{episode}"}],
        "extension": [
            an_extension("mechanism", {"valueCoding": {"code": how}}),
            *(chosen(rng, world, "assessment_started", field) for field in ("attendance", "setting")),
        ],
        "period": {"start": on, "end": on},
    }  # fmt: skip
    form = {**a_form(rng, world, "developmental_history_taken"), "basedOn": [referral], "authored": on}
    return [appointment, contact, form]


def _task(rng: Random, world: World, episode: UUID) -> Json:
    step = world.area.pathways.newest("autism").steps["observation_done"]
    return {
        "resourceType": "Task", "status": "completed", "intent": "order", "code": coded(step.key)[0],
        "focus": {"reference": f"ServiceRequest/{episode}"}, "executionPeriod": {"end": "2026-10-01"},
        "output": [
            {"type": {"coding": [{"system": FIELD, "code": asked.key}]}, **an_answer(rng, asked)} for asked in step.fields
        ],
    }  # fmt: skip


async def test_a_carer_is_recorded_though_the_sender_may_not_read_them(world: World) -> None:
    """Carers are shown to the team and the council alone: whoever sends one is told that it is recorded, and no more."""
    async with calling(world, "gp", Role.PARTNER) as surgery:
        child = (await surgery.post("Patient", patient(world))).json()["id"]
        carer = {**a_carer(Random(1)), "patient": {"reference": f"Patient/{child}"}}
        answer = await surgery.post("RelatedPerson", carer)
        assert answer.status_code == 201, answer.text
        assert [issue["code"] for issue in answer.json()["issue"]] == ["suppressed"]
        assert (await surgery.get(answer.headers["Location"].split("/fhir/R4/")[1])).status_code == 404
