"""Which database is meant: the server that the settings name, or else the embedded one, started if need be."""

from pathway.domain.errors import MigrationRefused
from pathway.settings import Settings
from pathway.store import embedded
from pathway.store.embedded import Addresses


def application_dsn(settings: Settings) -> str:
    """How the application signs in. Starting the embedded server blocks: call it before the event loop, or in a thread."""
    return settings.database_url or embedded.ensure_running(settings.data_folder).app_dsn


def migration_addresses(settings: Settings) -> Addresses:
    """How the owner of the tables signs in as well; a service that only serves need not know it."""
    if settings.database_url is None:
        return embedded.ensure_running(settings.data_folder)
    if settings.owner_url is None:
        raise MigrationRefused(
            "The database cannot be migrated without its owner: set PATHWAY_OWNER_URL beside PATHWAY_DATABASE_URL."
        )
    return Addresses(settings.database_url, settings.owner_url)
