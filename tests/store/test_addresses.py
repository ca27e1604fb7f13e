"""An unset address means the embedded database, and serving needs no owner."""

from pathlib import Path

import pytest

from pathway.domain.errors import MigrationRefused
from pathway.settings import Settings
from pathway.store.addresses import application_dsn, migration_addresses
from pathway.store.embedded import Addresses

APP, OWNER = "postgresql://app:a@db/pathway", "postgresql://owner:b@db/pathway"


def test_nothing_set_means_the_embedded_database(server_data: Path | None, postgres: Addresses) -> None:
    if server_data is None:
        pytest.skip("this run uses a server given by its address")
    settings = Settings(data=server_data, database_url=None, owner_url=None)
    assert application_dsn(settings) == postgres.app_dsn
    assert migration_addresses(settings) == postgres


def test_a_server_by_its_address_is_used_as_it_is() -> None:
    settings = Settings(database_url=APP, owner_url=OWNER)
    assert application_dsn(settings) == APP
    assert migration_addresses(settings) == Addresses(APP, OWNER)


def test_serving_needs_no_owner_but_migrating_does() -> None:
    settings = Settings(database_url=APP, owner_url=None)
    assert application_dsn(settings) == APP
    with pytest.raises(MigrationRefused, match="set PATHWAY_OWNER_URL"):
        migration_addresses(settings)
