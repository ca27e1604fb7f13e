"""The loader may add to the tables that it fills, and reads no more than whether and how far they are filled."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T14:50:00"
VERSION = "1.38.0"
DESCRIPTION = "The loader's rights, one by one"

_RIGHTS = """
DO $$
DECLARE t regclass;
BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('REVOKE ALL ON %s FROM r_loader', t);
    END LOOP;
END $$;
GRANT INSERT ON organisation, account, pathway_route, definition, child, child_address, child_key, carer, guardian,
    match_proposal, episode, event, clock, task, crossing, caseload, ledger, access_log, demonstration TO r_loader;
-- Whether the database is empty; which definitions are stored; how far the ledger goes.
GRANT SELECT (id) ON organisation, account, child, event TO r_loader;
GRANT SELECT (digest) ON definition TO r_loader;
GRANT SELECT (position) ON ledger TO r_loader;
GRANT SELECT ON demonstration TO r_loader;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(_RIGHTS)

    manager.add_raw(apply)
    return manager
