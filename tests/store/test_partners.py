"""Partners in the store: who may read what of them, and what is refused when they are registered."""

import asyncpg
import pytest

from pathway.domain.errors import Conflict, NotFound
from pathway.store import partners
from pathway.store.engine import Scope
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER, WRITER
from tests.fhir.access.partner_system import jwks, register, registration
from tests.world import World

READERS = [
    role
    for role in DbRole
    if role not in (DbRole.pathway_writer, DbRole.pathway_stats, DbRole.r_worker, DbRole.r_loader)
]


@pytest.mark.parametrize("role", [*READERS, DbRole.r_loader], ids=lambda role: role.name)
@pytest.mark.parametrize("table", ["partner", "partner_token", "partner_assertion"])
async def test_no_reader_sees_keys_tokens_or_assertions(world: World, role: DbRole, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.area.database.transaction(Scope(role, 1, 1)) as tx:
            await tx.fetch(f"SELECT * FROM {table}")


async def test_the_worker_knows_where_to_send_and_reads_no_token(world: World) -> None:
    await register(world, endpoint="https://trust.example/fhir")
    async with world.area.database.transaction(WORKER) as tx:
        assert await tx.fetchval("SELECT endpoint FROM partner") == "https://trust.example/fhir"
        await tx.execute("UPDATE partner SET last_out_at = now()")
    for statement in (
        "SELECT token_sha256 FROM partner_token",
        "SELECT jti FROM partner_assertion",
        "UPDATE partner SET active = false",
        "INSERT INTO partner_token VALUES ('', 1, '{}', now())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.area.database.transaction(WORKER) as tx:
                await tx.execute(statement)


async def test_a_client_id_is_registered_once(world: World) -> None:
    await register(world)
    with pytest.raises(Conflict, match="registered already"):
        await partners.add(world.area.database, registration(world))


@pytest.mark.parametrize(
    "changes", [{"jwks": None}, {"jwks_url": "https://trust.example/jwks"}, {"mode": "sometimes"}]
)
async def test_a_partner_has_its_keys_from_one_place_and_a_mode_that_there_is(
    world: World, changes: dict[str, object]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await partners.add(world.area.database, registration(world, **changes))


async def test_what_is_registered_is_read_back(world: World) -> None:
    given = registration(
        world, ods_code="RXX01", target_identifier="https://fhir.nhs.uk/Id/dos-service-id|2000011147", mode="sandbox",
        endpoint="https://trust.example/fhir", strict=False,
    )  # fmt: skip
    await partners.add(world.area.database, given)
    found = await partners.by_client(world.area.database, given.client_id)
    assert found is not None
    assert [getattr(found, name) for name in partners.Registration.__slots__] == [
        getattr(given, name) for name in partners.Registration.__slots__
    ]
    assert (found.active, found.organisation) == (True, "Moorshire Children's Autism Team")
    assert await partners.listed(world.area.database) == [found]


async def test_a_change_to_a_client_that_is_not_there_is_refused(world: World) -> None:
    for change in (
        partners.switch(world.area.database, "nobody", active=False),
        partners.give_scopes(world.area.database, "nobody", ("system/*.rs",)),
        partners.give_keys(world.area.database, "nobody", None, jwks()),
    ):
        with pytest.raises(NotFound, match="no partner of that client id"):
            await change


async def test_what_has_run_out_is_cleared_away(world: World) -> None:
    from pathway.store.housekeeping import clear_away

    partner = await (await register(world)).registered()
    async with world.area.database.transaction(WRITER) as tx:
        for until in ("now() - interval '1 minute'", "now() + interval '1 minute'"):
            await tx.execute(
                f"INSERT INTO partner_token VALUES (sha256($1::text::bytea), $2, '{{}}', {until})",
                until,
                partner.id,
            )
            await tx.execute(f"INSERT INTO partner_assertion VALUES ($2, $1, {until})", until, partner.id)
    async with world.area.database.transaction(WORKER) as tx:
        await clear_away(tx)
    async with world.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM partner_token") == 1
        assert await tx.fetchval("SELECT count(*) FROM partner_assertion") == 1
