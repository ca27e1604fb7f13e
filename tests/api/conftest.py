"""Fixtures for the tests of the JSON API."""

from collections.abc import AsyncIterator

import pytest

from tests.api.calling import Calls, calling
from tests.world import World


@pytest.fixture
async def api(world: World) -> AsyncIterator[Calls]:
    """The API over the test's own world, which is rolled back."""
    async with calling(world) as calls:
        yield calls
