"""A thousand messages, each delivered one to three times, in random order, by eight senders at once, over real connections.

What is there afterwards is what in-order delivery leaves: one referral for each child, each addition once. A sender whose
addition overtook its referral is told that the referral is not known, and sends it as a new request once it is, as the guide
has it.
"""

import asyncio
import json
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from pathway.domain.roles import Role
from pathway.store.keys import episode_text
from pathway.store.scopes import WRITER
from tests.browser import serve
from tests.fhir.access.partner_system import register
from tests.fhir.bars.made import DOS, Referral, headers, said
from tests.fhir.server.calling import FHIR
from tests.web.signing_in import app_over
from tests.world import World

REFERRALS, ADDED, SENDERS = 750, 250, 8


@dataclass
class Sent:
    """One message as its sender keeps it, until it knows that it has arrived."""

    body: bytes
    referral: str
    note: str = ""
    ids: dict[str, str] = field(default_factory=headers)


def messages(world: World) -> list[Sent]:
    made = []
    for n in range(REFERRALS):
        referral = Referral(world)
        made.append(Sent(json.dumps(referral.new()).encode(), referral.number))
        if n < ADDED:
            note = f"Added to the referral {n}."
            made.append(Sent(json.dumps(referral.update(note)).encode(), referral.number, note))
    return made


@pytest.mark.slow
async def test_a_thousand_messages_out_of_order_and_again_leave_what_they_leave_in_order(
    committed_world: World,
) -> None:
    world, chance = committed_world, random.Random(7)
    made = messages(world)
    deliveries = [one for one in made for _ in range(chance.randint(1, 3))]
    chance.shuffle(deliveries)
    waiting, answers = deque(deliveries), Counter[tuple[int, str]]()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE pathway_route SET dos_service_id = $1 WHERE pathway = 'autism'", DOS["value"]
        )
    scope = ("system/*.cruds",)
    system = await register(
        world, name="s", client_id="s", role=Role.PARTNER, organisation_id=world.org["gp"], scopes=scope
    )
    async with serve(app_over(world)) as base:
        async with httpx.AsyncClient() as client:
            token = (await client.post(f"{base}/fhir/R4/token", data=system.form(scope=scope[0]))).json()

        async def sender() -> None:
            async with httpx.AsyncClient(
                headers={"Authorization": f"Bearer {token['access_token']}", "Content-Type": FHIR}
            ) as client:
                while waiting:
                    one = waiting.popleft()
                    ids = one.ids
                    answer = await client.post(
                        f"{base}/fhir/R4/$process-message", content=one.body, headers=ids
                    )
                    outcome = (200, "") if answer.status_code == 200 else said(answer)[::2]
                    answers[outcome] += 1
                    if outcome == (425, "duplicate"):
                        waiting.append(one)
                    elif outcome == (404, "not-found"):
                        if ids is one.ids:  # another delivery may have begun anew already
                            one.ids = {**ids, "X-Request-Id": str(uuid4())}
                        waiting.append(one)

        await asyncio.gather(*(sender() for _ in range(SENDERS)))
    assert set(answers) <= {(200, ""), (409, "duplicate"), (425, "duplicate"), (404, "not-found")}, answers
    assert answers[200, ""] == len(made), answers
    assert await left(world) == in_order(made)


def in_order(made: list[Sent]) -> Counter[tuple[str, ...]]:
    """What is there after each has been delivered once, in order: for each referral, its facts."""
    added = {one.referral: one.note for one in made if one.note}
    numbers = dict.fromkeys(one.referral for one in made)
    return Counter(
        (n, "referral_received", *(["referral_added_to", added[n]] if n in added else [])) for n in numbers
    )


async def left(world: World) -> Counter[tuple[str, ...]]:
    """What is there: for each episode the sender's number of it, its facts, and the note that was added."""
    found: Counter[tuple[str, ...]] = Counter()
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT o.value, e.id, array_agg(v.kind ORDER BY v.sequence) AS kinds, "
            "array_agg(v.secret ORDER BY v.sequence) AS secrets FROM episode e JOIN event v ON v.episode_id = e.id "
            "LEFT JOIN outside_identifier o ON o.episode_id = e.id AND o.system = 'https://surgery.example/Id/referral' "
            "GROUP BY 1, 2"
        )
        for row in rows:
            facts = list(row["kinds"])
            if len(facts) > 1:
                text = await episode_text(tx, world.area.key, row["id"])
                facts.append(text.unlock(row["secrets"][1])["details"].splitlines()[0])
            found[row["value"], *facts] += 1
    return found
