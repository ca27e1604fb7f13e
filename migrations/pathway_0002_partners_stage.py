"""The stage that partners may see is kept beside the true one, and commissioners' views hold no other (docs/rules.md 10)."""

import tomllib
from pathlib import Path
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T13:40:00"
VERSION = "1.38.0"
DESCRIPTION = "The stage that partners may see; commissioners' views without the true one"

_SQL = Path(__file__).parent / "sql" / "0007_partners_stage.sql"
_SHOWN = """
UPDATE episode e SET partners_stage = s.shown FROM unnest($2::text[], $3::text[]) AS s (stage, shown)
 WHERE e.definition = $1 AND e.stage = s.stage"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        connection = ENGINE.current_transaction.get().connection
        await connection.execute("ALTER TABLE episode ADD COLUMN partners_stage text")
        for digest, source in await connection.fetch("SELECT digest, source FROM definition"):
            shown = _stages_shown(tomllib.loads(source))
            await connection.execute(_SHOWN, digest, list(shown), list(shown.values()))
        await connection.execute(_SQL.read_text(encoding="utf-8"))

    manager.add_raw(apply)
    return manager


def _stages_shown(definition: dict[str, Any]) -> dict[str, str]:
    """What partners are shown for each stage of a stored definition; a stage shows itself unless it says otherwise."""
    stages = definition.get("stage", [])
    return {s["key"]: s.get("partners_see", s.get("family_sees", s["key"])) for s in stages}
