"""`pathway partner service`: under which number messages find a pathway's service."""

import pytest

from pathway.store.embedded import Addresses
from pathway.store.outside_identifiers import services
from pathway.store.scopes import WRITER
from tests.fhir.access.test_partner_commands import called
from tests.world import World


async def test_a_service_is_listed_and_no_longer(
    committed_world: World, committed_addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATHWAY_DATABASE_URL", committed_addresses.app_dsn)
    assert (await called("service", "autism", "2000099999")).output == "autism is listed as 2000099999.\n"
    assert (await numbers(committed_world))["autism"] == "2000099999"
    for words in (
        ("service", "autism", "none"),
        ("service", "nowhere", "1"),
        ("service", "joint_autism_adhd", "2000099999"),
    ):
        refused = await called(*words)
        assert isinstance(refused.exception, SystemExit), refused.exception
        assert refused.output.strip()
    assert (await called("service", "autism")).exit_code == 0
    assert (await numbers(committed_world))["autism"] is None


async def numbers(world: World) -> dict[str, str | None]:
    async with world.area.database.transaction(WRITER) as tx:
        return {one.pathway: one.dos_service_id for one in await services(tx)}
