"""A world with partners' systems that want messages, receivers on this machine, and a clock that the test moves."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from pathway.actions.area import Area
from pathway.domain.roles import Role
from pathway.settings import load
from pathway.store.partner_messages import KINDS
from pathway.store.scopes import WORKER, WRITER
from pathway_fhir.client.calling import Calling, Limits
from pathway_fhir.client.heading import Sender
from pathway_fhir.outbound.deliver import deliver
from pathway_fhir.outbound.outward import Outward, outward_from
from tests.fhir.access.partner_system import register
from tests.fhir.client.receiver import Receiver, Sent
from tests.world import World

ROWS = """
SELECT m.id, m.number, m.basis, o.state, o.attempts, coalesce(o.last_error, '') AS words, o.template AS kind, m.secret, m.status,
       m.not_before, m.correlation_id, o.episode_id, p.client_id
  FROM partner_message m JOIN outbox o ON o.id = m.id JOIN partner p ON p.id = m.partner_id
 WHERE $1::text IS NULL OR p.client_id = $1 ORDER BY m.number"""


@dataclass
class Sending:
    """What leaves from a world. `now` is the time of its area."""

    world: World
    outward: Outward
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.world.area.now()
        self.world = replace(self.world, area=replace(self.world.area, now=lambda: self.now))

    @property
    def area(self) -> Area:
        return self.world.area

    async def partner(self, at: str, receiver: Receiver | None, name: str = "", **changes: Any) -> str:
        """A partner's system of an organisation, which wants every message; its client id."""
        name = name or f"{at}-system"
        given = {
            "role": Role.PARTNER, "scopes": ("system/*.rs",), "mode": "sandbox", "wants": tuple(KINDS),
            "endpoint": receiver.address if receiver else None, "target_identifier": "2000011147", **changes,
        }  # fmt: skip
        await register(self.world, name=name, client_id=name, organisation_id=self.world.org[at], **given)
        return name

    async def messages(self, client_id: str | None = None) -> Sequence[asyncpg.Record]:
        async with self.area.database.transaction(WORKER) as tx:
            return list(await tx.fetch(ROWS, client_id))

    async def states(self, client_id: str | None = None) -> list[str]:
        return [row["state"] for row in await self.messages(client_id)]

    async def send(self, later: timedelta = timedelta()) -> None:
        """Do the jobs of every destination, once."""
        self.now += later
        seen: set[str] = set()
        for row in await self.messages():
            if row["state"] == "waiting" and row["client_id"] not in seen:
                seen.add(row["client_id"])
                await deliver(self.area, self.outward, row["id"])

    async def change(self, query: str, *given: object) -> None:
        async with self.area.database.transaction(WRITER) as tx:
            await tx.execute(query, *given)


@asynccontextmanager
async def sending(world: World) -> AsyncIterator[Sending]:
    outward = outward_from(load(base_url="http://test"))
    outward.calling = Calling(limits=Limits(connect=1.0, whole=1.0))
    outward.sender = Sender("ZMC01", "Moorshire")
    yield Sending(world, outward)
    await outward.close()


def bundle(sent: Sent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sent.body)
    return found


def resources(sent: Sent, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle(sent)["entry"] if e["resource"]["resourceType"] == kind]


def ids(sent: Sent) -> tuple[UUID, UUID]:
    return UUID(sent.headers["x-request-id"]), UUID(sent.headers["x-correlation-id"])
