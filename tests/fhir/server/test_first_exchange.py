"""A provider's clinical system reads what partners are told, and what it sends is what people would have recorded."""

from datetime import date

from tests.fhir.server.calling import calling, patient
from tests.world import World


async def test_what_the_screens_say_is_read_over_fhir(world: World) -> None:
    referred = await world.refer()
    async with calling(world) as them:
        child = await them.get(f"Patient/{referred.child_id}")
        assert child.status_code == 200, child.text
        assert child.headers["ETag"] == 'W/"1"'
        episode = await them.get(f"EpisodeOfCare/{referred.episode_id}")
        assert episode.json()["status"] == "planned", episode.text
        found = await them.get("ServiceRequest", patient=str(referred.child_id))
        assert [e["resource"]["id"] for e in found.json()["entry"]] == [str(referred.episode_id)], found.text
        tasks = await them.get("Task", patient=str(referred.child_id))
        assert tasks.json()["entry"][0]["resource"]["businessStatus"], tasks.text
        for name in ("Condition", "Appointment", "Encounter", "Consent", "CarePlan", "DiagnosticReport", "Flag",
                     "DocumentReference", "Provenance", "Communication", "AuditEvent", "RelatedPerson"):  # fmt: skip
            found = await them.get(name, patient=str(referred.child_id))
            assert found.status_code == 200, (name, found.text)
        everything = await them.get(f"Patient/{referred.child_id}/$everything")
        assert everything.status_code == 200, everything.text
        for name in (
            "Organization",
            "HealthcareService",
            "PractitionerRole",
            "Questionnaire",
            "MeasureReport",
            "Measure",
        ):
            found = await them.get(name)
            assert found.status_code == 200, (name, found.text)


async def test_a_child_is_made_known_referred_and_moves_on(world: World) -> None:
    async with calling(world, "gp", world_role()) as surgery:
        made = await surgery.post("Patient", patient(world))
        assert made.status_code == 201, made.text
        child = made.json()["id"]
        referral = {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "plan",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "401204006"}]},
            "subject": {"reference": f"Patient/{child}"},
            "authoredOn": "2026-11-20",
            "contained": [
                {
                    "resourceType": "Consent", "id": "yes", "status": "active",
                    "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]},
                    "category": [{"text": "Referral"}],
                    "patient": {"reference": f"Patient/{child}"},
                    "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]},
                    "provision": {"type": "permit"},
                }
            ],
            "supportingInfo": [{"reference": "#yes"}],
        }  # fmt: skip
        answer = await surgery.post("ServiceRequest", referral)
        assert answer.status_code == 201, answer.text
        again = await surgery.post("ServiceRequest", referral)
        assert again.status_code == 409, again.text
        assert answer.json()["authoredOn"] == date(2026, 11, 20).isoformat()


def world_role():  # type: ignore[no-untyped-def]
    from pathway.domain.roles import Role

    return Role.PARTNER
