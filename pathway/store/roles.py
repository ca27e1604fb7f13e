"""The roles of the database: one for each kind of actor, so that row-level security knows who is asking.

None of them can sign in. The application signs in as a login that holds no rights of its own (NOINHERIT) and
becomes one of them for the length of a transaction (`SET LOCAL ROLE`, pathway/store/engine.py).
"""

from enum import Enum
from typing import Any

import asyncpg

from pathway.domain.errors import UnsafeDatabase

# Any fixed number will do: it keeps two set-ups of one database apart.
_SET_UP_LOCK = 7_204_001


class DbRole(Enum):
    """One row for each database role: its name, and one sentence on what it is for."""

    r_referrer = "A SENCO, GP, health visitor or other referrer: the children their own organisation referred or teaches."
    r_clinician = (
        "A clinician, triage clinician or care coordinator: their provider's caseload, and their own."
    )
    r_lead = "A provider's lead: every child their provider holds, with breaches to acknowledge."
    r_officer = (
        "A council SEND officer: children with whom the council has a basis, EHC facts and shared outcomes."
    )
    r_family = "A parent, carer or young person: only the children linked to their own account."
    r_commissioner = "A commissioner or improvement board: aggregates, and no grant on any row about a child."
    r_partner = "A partner's system over FHIR: what its organisation may see of the children it shares."
    r_privacy = "Information governance: the access log and break-glass reviews, without clinical narrative."
    r_worker = "The background worker: outbox, breach scan, receipts and seals."
    pathway_writer = (
        "What actions write as, after they have checked the person asking: it sees whole histories."
    )
    pathway_stats = "The owner of the aggregate views that commissioners read."
    r_loader = "The loader: fills staging tables with COPY, then inserts; it reads no row about anybody."

    @property
    def sentence(self) -> str:
        """What the role is for, as shown in the reference."""
        return self.value


# Nobody becomes this one: it only owns views, through which others read.
NEVER_ASSUMED = frozenset({DbRole.pathway_stats})


async def ensure_roles(connection: "asyncpg.Connection[Any]", app_login: str) -> None:
    """Make every role that is missing and let `app_login` become each of them. Repeating it changes nothing.

    `connection` belongs to the owner of the tables, who needs CREATEROLE (or is the superuser). Roles are shared
    by all databases of a server, so what another database has made already is kept as it is.
    """
    async with connection.transaction():  # lint-skip: a set-up connection of its own, before any pool exists
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _SET_UP_LOCK)
        owner: str = await connection.fetchval("SELECT current_user")
        try:
            for role in DbRole:
                await _create(connection, role)
                if role not in NEVER_ASSUMED:
                    await _grant(connection, role, app_login)
            await _grant(connection, DbRole.pathway_stats, owner)  # to hand the views over to it
            await _grant_database(connection, app_login)
        except asyncpg.InsufficientPrivilegeError as error:
            raise UnsafeDatabase(
                f"The owner '{owner}' in PATHWAY_OWNER_URL could not set up the database roles ({error}). "
                f"Give it CREATEROLE, and ADMIN OPTION on any role named here that somebody else has made."
            ) from error
        except asyncpg.UndefinedObjectError as error:
            raise UnsafeDatabase(
                f"The login '{app_login}' in PATHWAY_DATABASE_URL does not exist on this server: "
                "CREATE ROLE it with LOGIN NOINHERIT, then start again."
            ) from error
        await _refuse_powerful_roles(connection)


async def _create(connection: "asyncpg.Connection[Any]", role: DbRole) -> None:
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.name) is None:
        # The check above is not enough: another database of this server may be setting up at this moment.
        await connection.execute(
            f"DO $$ BEGIN CREATE ROLE {role.name} NOLOGIN NOINHERIT; "
            f"EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )


async def _grant(connection: "asyncpg.Connection[Any]", role: DbRole, to: str) -> None:
    """Membership that must be asked for (SET) and gives nothing by itself (no INHERIT); granted only once."""
    granted = await connection.fetchval(
        "SELECT 1 FROM pg_auth_members m WHERE m.roleid = $1::text::regrole AND m.member = quote_ident($2)::regrole"
        " AND m.set_option AND NOT m.inherit_option",
        role.name,
        to,
    )
    if granted is None:
        await connection.execute(f"GRANT {role.name} TO {_quoted(to)} WITH INHERIT FALSE, SET TRUE")


async def _grant_database(connection: "asyncpg.Connection[Any]", app_login: str) -> None:
    """Only the database's owner can; elsewhere PostgreSQL's own defaults let every login connect."""
    name = await connection.fetchval(
        "SELECT datname FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')"
    )
    if name is not None:
        await connection.execute(
            f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {_quoted(app_login)};"
            f"GRANT TEMPORARY ON DATABASE {_quoted(name)} TO {DbRole.r_loader.name}"
        )


async def _refuse_powerful_roles(connection: "asyncpg.Connection[Any]") -> None:
    """A role of this name may have existed before us, with rights that would make every policy void."""
    powerful = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY($1) AND (rolsuper OR rolbypassrls OR rolcanlogin)",
        [role.name for role in DbRole],
    )
    if powerful:
        names = ", ".join(row["rolname"] for row in powerful)
        raise UnsafeDatabase(
            f"These database roles can sign in or go round row-level security: {names}. "
            "Run ALTER ROLE … NOSUPERUSER NOBYPASSRLS NOLOGIN on each of them, then start again."
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
