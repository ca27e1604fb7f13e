"""A step through the product against bare asyncpg committing the same rows, on the same server, in the same run.

One process, 8 connections, prepared statements, fsync as the server has it. The bare side is the most a program could do
that writes these rows: no fold, no checks, no rules.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID, uuid4

import asyncpg

from bench.figures import Figure
from pathway import definitions
from tests.world import World, least

CLIENTS = 8
SECONDS = 4.0
ROUNDS = 3
STEPS = ("hold_requested", "hold_ended")
EPISODES_EACH = 60
"""Each user works through a list, so that no history grows longer than a child's own."""


async def episodes_to_step(world: World, count: int) -> list[UUID]:
    """Episodes on the waiting list, where a step can be repeated for ever."""
    found = []
    for _ in range(count):
        referred = await world.refer()
        await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 4))
        await world.step(
            "triage",
            referred.episode_id,
            "referral_accepted",
            date(2026, 3, 5),
            **needed("referral_accepted"),
        )
        found.append(referred.episode_id)
    return found


async def rate(clients: list[Callable[[], Awaitable[None]]], seconds: float) -> float:
    """Calls finished in a second by clients that each call again and again."""
    done = 0
    until = time.perf_counter() + seconds

    async def client(call: Callable[[], Awaitable[None]]) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await call()
            done += 1

    begun = time.perf_counter()
    await asyncio.gather(*(client(call) for call in clients))
    return done / (time.perf_counter() - begun)


def needed(step: str) -> dict[str, str]:
    """The least that a step must be told."""
    fields = definitions.load("autism").steps[step].fields
    return {f.key: least(f.type.value, f.options[0].key if f.options else "") for f in fields if f.required}


def product_client(world: World, episodes: list[UUID]) -> Callable[[], Awaitable[None]]:
    """One user who goes through a list of episodes and records a step on each, then the next step on each."""
    turn = 0

    async def call() -> None:
        nonlocal turn
        key = STEPS[turn // len(episodes) % 2]
        episode = episodes[turn % len(episodes)]
        turn += 1
        await world.step("coordinator", episode, key, date(2026, 3, 6), **needed(key))

    return call


BARE = (
    (
        "INSERT INTO request (account_id, request_id, action, digest) VALUES (1, $1, 'record_step', '\\x00')",
        "id",
    ),
    ("UPDATE request SET answer = '{}' WHERE account_id = 1 AND request_id = $1", "id"),
    (
        """INSERT INTO event (id, episode_id, kind, happened_on, account_id, role, organisation_id, door, request_id,
                              definition, fields)
           VALUES ($1, $2, 'hold_requested', '2026-03-06', 1, 'coordinator', 1, 'web', $1, 'x', '{}')""",
        "id episode",
    ),
    ("UPDATE episode SET version = version + 1, projected_on = '2026-11-24' WHERE id = $1", "episode"),
    (
        """INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children, request_id)
           VALUES (1, 'coordinator', 1, 'web', 'hold_requested', 'direct care', ARRAY[$1::uuid], $1)""",
        "id",
    ),
    (
        """INSERT INTO outbox (id, topic, template, episode_id, child_id, event_id)
           SELECT $1, 'family_update', 't', id, child_id, $1 FROM episode WHERE id = $2""",
        "id episode",
    ),
    (
        """INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
           VALUES (0, 'bare', '\\x00', clock_timestamp() + interval '1 year', $1::uuid::text, 'queued')""",
        "id",
    ),
    (
        """INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
           SELECT max(id), 'queued', 'bare', 0 FROM pgqueuer WHERE dedupe_key = $1::uuid::text""",
        "id",
    ),
)


async def bare_client(
    owner_dsn: str, episode: UUID
) -> tuple[Callable[[], Awaitable[None]], asyncpg.Connection]:
    """One connection that commits the rows of a step, each statement prepared once."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("SET role pathway_writer")
    prepared = [(await connection.prepare(sql), names.split()) for sql, names in BARE]

    async def call() -> None:
        values = {"id": uuid4(), "episode": episode}
        async with connection.transaction():
            for statement, names in prepared:
                await statement.fetch(*(values[name] for name in names))

    return call, connection


async def figures(world: World, app_dsn: str) -> list[Figure]:
    """The rates of both, in interleaved rounds; the medians and their ratio."""
    episodes = await episodes_to_step(world, CLIENTS * EPISODES_EACH)
    product = [product_client(world, episodes[n::CLIENTS]) for n in range(CLIENTS)]
    bare = [await bare_client(app_dsn, e) for e in episodes[:CLIENTS]]
    await rate(product, 1.0)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(await rate([call for call, _ in bare], SECONDS))
        ours.append(await rate(product, SECONDS))
    for _, connection in bare:
        await connection.close()
    mine, bared = sorted(ours)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]
    return [
        Figure("step: bare asyncpg, the same rows", bared, "commits/s"),
        Figure("step: through the product", mine, "steps/s"),
        Figure("step: product ÷ bare", mine / bared, "", at_least=0.25),
    ]
