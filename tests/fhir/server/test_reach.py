"""Each kind of partner sees the children that domain/reach says, in every type, and no other child."""

import json
import re

import pytest

from pathway.domain.reach import reaches
from pathway.domain.roles import Actor, Door, Role
from pathway.store.facts import head_of
from pathway.store.scopes import WRITER
from pathway_fhir.server.offered import Few, OfOneChild
from pathway_fhir.server.registry import types_of
from tests.fhir.server.calling import calling, patient
from tests.fhir.server.crawling import PARTNERS
from tests.world import World

KINDS = [(organisation, Role(role)) for organisation, roles in PARTNERS.items() for role in roles]


@pytest.mark.parametrize(("organisation", "role"), KINDS, ids=[f"{o}-{r.value}" for o, r in KINDS])
async def test_a_partner_sees_whom_it_reaches(world: World, organisation: str, role: Role) -> None:
    referred = [
        await world.refer("senco"),
        await world.refer("gp", tell_school="no"),
        await world.refer("gp", tell_school="yes"),
        await world.refer("officer", pathway="ehc_needs_assessment"),
    ]
    async with calling(world, "gp", Role.PARTNER) as surgery:
        alone = (await surgery.post("Patient", patient(world))).json()["id"]
    actor = Actor(0, role, world.org[organisation], Door.FHIR)
    async with world.area.database.transaction(WRITER) as tx:
        heads = [await head_of(tx, one.episode_id) for one in referred]
    reached = {str(head.child_id) for head in heads if reaches(actor, head.standing)}
    known = reached | ({alone} if organisation == "gp" else set())
    everyone = {str(one.child_id) for one in referred} | {alone}
    async with calling(world, organisation, role) as them:
        for name, offered in types_of(world.area).items():
            if isinstance(offered.found_by, Few):
                continue
            of_child = isinstance(offered.found_by, OfOneChild)
            answers = [await them.get(name, patient=child) for child in sorted(everyone)] if of_child else []
            if not of_child:
                answers = [await them.get(name, _count=200)]
                counted = await them.get(name, _summary="count")
                assert counted.json()["total"] == len(answers[0].json().get("entry", ()))
            text = json.dumps([[entry["resource"] for entry in a.json().get("entry", ())] for a in answers])
            seen = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)) & everyone
            assert seen <= known, name
            if name in ("Patient", "EpisodeOfCare", "ServiceRequest", "Provenance"):
                assert seen == (known if name == "Patient" else reached) or name == "Provenance", name
        for child in everyone:
            for path in (f"Patient/{child}", f"Patient/{child}/$everything", f"Patient/{child}/_history"):
                assert (await them.get(path)).status_code == (200 if child in known else 404), path
        for one in referred:
            there = 200 if str(one.child_id) in reached else 404
            for path in (f"EpisodeOfCare/{one.episode_id}", f"ServiceRequest/{one.episode_id}/_history"):
                assert (await them.get(path)).status_code == there, path
    if organisation in ("icb",):
        assert not reached
