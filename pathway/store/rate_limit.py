"""How often somebody may try: counted in PostgreSQL, so that all processes count together (migrations/sql/0003_leaving.sql)."""

from datetime import timedelta
from typing import Final

from pathway.domain.errors import TooManyTries
from pathway.store.engine import Database
from pathway.store.scopes import WRITER

_ONE_FALSE_TOKEN_PER: Final = timedelta(seconds=6)
_FALSE_TOKENS_AT_ONCE: Final = 10


async def allowed(database: Database, key: str, every: timedelta, burst: int) -> bool:
    """Count one try. False once `burst` tries came faster than one in `every`.

    In a transaction of its own: what is undone afterwards has been tried all the same.
    """
    async with database.transaction(WRITER) as tx:
        return bool(await tx.fetchval("SELECT allow($1, $2, $3)", key, every, burst))


async def count_false_token(database: Database, client: str) -> None:
    """Slow down whoever tries tokens from an address. One that is right is never held up: many systems may share one.

    Raises TooManyTries.
    """
    if not await allowed(database, f"token {client}", _ONE_FALSE_TOKEN_PER, _FALSE_TOKENS_AT_ONCE):
        wait = int(_ONE_FALSE_TOKEN_PER.total_seconds())
        raise TooManyTries(
            f"Too many tokens that are not known came from your address. Wait {wait} seconds, and send the right one.",
            wait,
        )
