"""The small county, seeded once for the tests of this folder, and all that two partners' systems are given of it."""

from collections.abc import AsyncIterator

import pytest

from pathway.store.embedded import Addresses
from tests.fhir.county.produced import VIEWS, County, Json, everything, small_county


@pytest.fixture(scope="package")
async def county(
    postgres: Addresses, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[County]:
    async with small_county(postgres, migrated, tmp_path_factory.mktemp("county"), "fhir_county") as made:
        yield made


@pytest.fixture(scope="package")
async def produced(county: County) -> dict[str, dict[str, list[Json]]]:
    """By view, then by type."""
    return {view: await everything(await county.system(client)) for view, client in VIEWS.items()}
