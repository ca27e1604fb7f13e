"""OPTIONS says which methods an address has, also where two routes share it."""

import pytest

from tests.web.signing_in import signed_in
from tests.world import World


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/refer", {"GET", "POST"}),
        ("/worklist", {"GET"}),
        ("/breaches", {"GET"}),
        ("/api/thresholds", {"GET", "POST"}),
        ("/matches/00000000-0000-0000-0000-000000000001", {"GET", "POST"}),
    ],
)
async def test_every_method_of_an_address_is_named(world: World, path: str, methods: set[str]) -> None:
    async with signed_in(world, "lead") as client:
        answer = await client.options(path)
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == methods | {"OPTIONS"}
