"""What the store holds, as FHIR: a child's whole course recorded through the product's own actions, read by the team's
system and by a school's, each resource looked at by both readers.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.roles import Actor, Door, Role
from pathway.reading.told.episodes import read_episode
from pathway.reading.told.facts import facts_of_children
from pathway.reading.told.messages import messages_of_children
from pathway.reading.told.overdue import overdue_of_children
from pathway.reading.told.readings import readings_of_child
from pathway.reading.told.tasks import tasks_of_episodes
from pathway.store.scopes import WRITER
from pathway_fhir.mapping import (
    appointment,
    audit_event,
    care_plan,
    communication,
    condition,
    diagnostic_report,
    encounter,
    episode_of_care,
    flag,
    provenance,
    task,
)
from pathway_fhir.mapping.of_facts import Shown, shown_as
from tests.fhir.mapping.conformity import assert_conforms
from tests.world import World

START = date(2026, 3, 3)
PRINTED = {
    Shown.APPOINTMENT: appointment.resource,
    Shown.ENCOUNTER: encounter.resource,
    Shown.CARE_PLAN: care_plan.resource,
    Shown.DIAGNOSTIC_REPORT: diagnostic_report.resource,
    Shown.FLAG: flag.safeguarding,
}
TO_THE_OUTCOME = (
    (7, "triage", "triage_started", {}),
    (10, "triage", "referral_accepted", {"priority": "soon"}),
    (20, "clinician", "safeguarding_noted", {"passed_on": "yes", "note": "Rang social care."}),
    (30, "coordinator", "assessment_booked", {"appointment_on": "2026-04-20", "setting": "clinic"}),
    (40, "coordinator", "assessment_booked", {"appointment_on": "2026-04-27", "setting": "school"}),
    (50, "coordinator", "appointment_cancelled_by_family", {}),
    (52, "coordinator", "assessment_booked", {"appointment_on": "2026-05-05", "setting": "clinic"}),
    (63, "clinician", "assessment_started", {"mechanism": "face_to_face", "attendance": "on_time", "setting": "clinic"}),
    (70, "clinician", "observation_done", {"result": "completed", "tool": "ados_2"}),
    (80, "coordinator", "formulation_booked", {"meeting_on": "2026-06-01"}),
    (90, "clinician", "mdt_held", {"present": "core_team"}),
    (91, "clinician", "outcome_recorded", {"outcome": "autism"}),
    (92, "coordinator", "feedback_offered", {"feedback_on": "2026-06-10"}),
)  # fmt: skip
FROM_THE_FEEDBACK = (
    (99, "clinician", "feedback_given", {"how": "face_to_face"}),
    (101, "clinician", "report_issued", {}),
    (103, "clinician", "plan_agreed", {"review_on": "2026-12-01"}),
)

Course = tuple[tuple[int, str, str, Mapping[str, str]], ...]


async def recorded(world: World, course: Course, episode: UUID) -> None:
    for days, who, step, answers in course:
        await world.step(who, episode, step, START + timedelta(days), **answers)


async def system(world: World, role: Role, at: str) -> Actor:
    """A partner's computer, with an account of its own."""
    async with world.area.database.transaction(WRITER) as tx:
        account = await tx.fetchval(
            "INSERT INTO account (login, name, role, organisation_id) VALUES ($1, $1, $2, $3) RETURNING id",
            f"{role.value} of {at}", role.value, world.org[at],
        )  # fmt: skip
    return Actor(account, role, world.org[at], Door.FHIR)


async def everything(
    world: World, actor: Actor, child: UUID, episode: UUID
) -> dict[str, list[dict[str, Any]]]:
    """Every resource of the episode side that this partner is told, by type; each of them conforms."""
    area = world.area
    told = await read_episode(area, actor, episode)
    assert told is not None
    found = [episode_of_care.resource(told), condition.resource(told)]
    for fact, of in await facts_of_children(area, actor, [child]):
        found.append(provenance.resource(fact, of))
        for shown in shown_as(of.definition, fact.event.kind):
            if shown in PRINTED and (shown is not Shown.CARE_PLAN or care_plan.applies(fact)):
                found.append(PRINTED[shown](fact, of))
    found += [task.resource(*work) for work in await tasks_of_episodes(area, actor, [episode])]
    found += [flag.resource(*late) for late in await overdue_of_children(area, actor, [child])]
    found += [communication.resource(left) for left, _ in await messages_of_children(area, actor, [child])]
    found += [audit_event.resource(read) for read in await readings_of_child(area, actor, child)]
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for resource in found:
        assert_conforms(resource)
        by_type[resource["resourceType"]].append(resource)
    return by_type


async def test_the_teams_system_reads_the_whole_course_and_no_outcome_before_the_feedback(
    world: World,
) -> None:
    referred = await world.refer(received_on=START, support_while_waiting="A quiet place at lunch.")
    await recorded(world, TO_THE_OUTCOME, referred.episode_id)
    team = await system(world, Role.PROVIDER_SYSTEM, "provider")
    found = await everything(world, team, referred.child_id, referred.episode_id)
    stage = found["EpisodeOfCare"][0]["extension"][0]["valueCoding"]["code"]
    assert stage == "formulation"
    assert found["Condition"][0]["verificationStatus"]["coding"][0]["code"] == "provisional"
    kinds = {p["activity"]["coding"][1]["code"] for p in found["Provenance"]}
    assert "assessment_started" in kinds
    assert not kinds & {"outcome_recorded", "feedback_offered"}
    statuses = [(a["serviceType"][0]["coding"][0]["code"], a["status"]) for a in found["Appointment"]]
    assert statuses == [
        ("assessment_booked", "cancelled"),
        ("assessment_booked", "cancelled"),
        ("assessment_booked", "fulfilled"),
        ("formulation_booked", "fulfilled"),
    ]
    assert len(found["Encounter"]) == 2
    assert len(found["Flag"]) >= 1


async def test_after_the_feedback_the_team_reads_what_was_found(world: World) -> None:
    referred = await world.refer(received_on=START)
    await recorded(world, TO_THE_OUTCOME + FROM_THE_FEEDBACK, referred.episode_id)
    team = await system(world, Role.PROVIDER_SYSTEM, "provider")
    found = await everything(world, team, referred.child_id, referred.episode_id)
    verified = found["Condition"][0]["verificationStatus"]["coding"][0]["code"]
    report = found.get("DiagnosticReport", [{}])[0].get("conclusion")
    assert (verified, report) == ("confirmed", "Autism")
    school = await system(world, Role.PARTNER, "school")
    told = await read_episode(world.area, school, referred.episode_id)
    assert told is not None
    assert "35919005" not in str(condition.resource(told))


async def test_a_restricted_childs_course_leads_nowhere(world: World) -> None:
    child = replace(
        world.child(), restricted=True, safe_contact="Ms K., 01632 960000", address=(), postcode=None
    )
    referred = await world.refer(received_on=START, child=child)
    await recorded(world, TO_THE_OUTCOME, referred.episode_id)
    team = await system(world, Role.PROVIDER_SYSTEM, "provider")
    found = await everything(world, team, referred.child_id, referred.episode_id)
    text = str({kind: resources for kind, resources in found.items() if kind != "AuditEvent"})
    for name in ("Organization/", "PractitionerRole", "Autism Team", "Castle Primary", "'clinic'"):
        assert name not in text
    assert found["Appointment"]


async def test_a_breach_travels_with_the_sum_that_the_screens_show(world: World) -> None:
    referred = await world.refer(received_on=START)
    await scan_for_breaches(world.area)
    team = await system(world, Role.PROVIDER_SYSTEM, "provider")
    found = await everything(world, team, referred.child_id, referred.episode_id)
    texts = [late["code"]["text"] for late in found["Flag"]]
    assert any(
        text.startswith("The clock “Referral to start of assessment” started on 3 March 2026")
        for text in texts
    )
