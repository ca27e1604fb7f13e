"""How often somebody may try: counted in PostgreSQL, so that all processes count together (migrations/sql/0003_leaving.sql)."""

from datetime import timedelta

from pathway.store.engine import Database
from pathway.store.scopes import WRITER


async def allowed(database: Database, key: str, every: timedelta, burst: int) -> bool:
    """Count one try. False once `burst` tries came faster than one in `every`.

    In a transaction of its own: what is undone afterwards has been tried all the same.
    """
    async with database.transaction(WRITER) as tx:
        return bool(await tx.fetchval("SELECT allow($1, $2, $3)", key, every, burst))
