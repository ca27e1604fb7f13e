"""What the database must be like before anybody is served: the start-up check of row-level security."""

from typing import Any

from pathway.domain.errors import UnsafeDatabase

# Tables without a row about a child, that other programs create and that we therefore do not rewrite.
EXEMPT_TABLES = frozenset(
    {
        "migration",  # Piccolo's: which migrations have run
        "pgqueuer",  # the job queue: ids of outbox rows, and nothing else
        "pgqueuer_log",
        "pgqueuer_schedules",
        "pgqueuer_statistics",
    }
)

_LOGIN = """
SELECT session_user::text AS login,
       (SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles
         WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER')) AS powers,
       (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE relkind IN ('r', 'p') AND nspname <> 'information_schema' AND nspname !~ '^pg_'
           AND pg_has_role(session_user, relowner, 'MEMBER')) AS owned
"""

_TABLES = """
SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind IN ('r', 'p') AND nspname <> 'information_schema' AND nspname !~ '^pg_'
   AND NOT (relrowsecurity AND relforcerowsecurity)
   AND relname <> ALL ($1::text[])
 ORDER BY relname
"""


async def refuse_unsafe_login(connection: Any) -> None:
    """Raise UnsafeDatabase unless row-level security binds this login on every table of ours."""
    login = await connection.fetchrow(_LOGIN)
    if login["powers"]:
        raise UnsafeDatabase(
            f"The login '{login['login']}' in PATHWAY_DATABASE_URL may act as {_named(login['powers'])}, which goes "
            "round row-level security. Use a login with NOSUPERUSER NOBYPASSRLS."
        )
    if login["owned"]:
        raise UnsafeDatabase(
            f"The login '{login['login']}' in PATHWAY_DATABASE_URL owns tables ({_named(login['owned'])}), so it could "
            "switch row-level security off. Use the owner for migrations only."
        )
    bare = [row["relname"] for row in await connection.fetch(_TABLES, sorted(EXEMPT_TABLES))]
    if bare:
        raise UnsafeDatabase(
            f"Row-level security is not enabled and forced on {_named(bare)}. "
            "Run 'pathway migrate'; if it stays, the migration that made the table is incomplete."
        )


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
