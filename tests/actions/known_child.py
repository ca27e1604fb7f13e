"""A child of whom every table knows something, and the search through every column for any trace of who it was."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from pathway.actions.merge import merge
from pathway.actions.seal_identity import NewIdentity
from pathway.domain.identifiers import Postcode
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.store.embedded import Addresses
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from tests.world import World, nhs_number

OLD = ChildDetails(
    "Perpetua", "Quillfeather", date(2018, 5, 1), nhs_number(700), sex="female", pronouns="she",
    address=("9 Wisteria Lane",), postcode=Postcode.parse("EX4 9ZZ"), safe_contact="Ring aunt Quillfeather",
)  # fmt: skip
MOTHER = CarerDetails("Hester Quillfeather", "mother", "hester.quillfeather@example.com", "07700900123")
NEW = NewIdentity(
    ChildDetails(
        "Rose", "Ashdown", date(2018, 5, 1), nhs_number(701), restricted=True, safe_contact="Social worker"
    ),
    (CarerDetails("Jo Ashdown", "adoptive parent", "jo@example.com", parental_responsibility=True),),
)
TRACES = (
    "perpetua",
    "quillfeather",
    str(OLD.nhs_number.value if OLD.nhs_number else ""),
    "wisteria",
    "ex49zz",
    "900123",
)


async def known_child(world: World) -> tuple[UUID, UUID]:
    """A child of whom every table knows something: episodes, texts, messages, a look-alike, a joined record, an import."""
    referred = await world.refer(
        child=OLD, carers=(MOTHER,), concerns="Perpetua hides when Mrs Quillfeather leaves"
    )
    alike = ChildDetails(
        "Perpetua", "Quillfeather", OLD.birth_date, postcode=OLD.postcode, address=OLD.address
    )
    joined = await world.refer("gp", child=alike, carers=(MOTHER,))
    await merge(world.area, world.asking("triage"), referred.child_id, joined.child_id)
    third = await world.refer("gp", child=alike, carers=())
    await world.step(
        "senco", referred.episode_id, "referral_added_to", date(2026, 3, 9), details="Perpetua again"
    )
    async with world.area.database.transaction(WRITER) as tx:
        text = await child_text(tx, world.area.key, referred.child_id)
        await tx.execute(
            "INSERT INTO message (id, outbox_id, child_id, episode_id, carer_id, channel, language, template,"
            " template_version, secret, state) SELECT gen_random_uuid(), o.id, o.child_id, o.episode_id, g.carer_id,"
            " 'email', 'en', o.template, '1', $2, 'delivered' FROM outbox o JOIN guardian g ON g.child_id = o.child_id"
            " WHERE o.episode_id = $1 AND g.active",
            referred.episode_id, text.lock({"text": "Perpetua's place is safe"}),
        )  # fmt: skip
        await tx.execute(
            "INSERT INTO child_past (child_id, account_id, secret) VALUES ($1, 1, $2)",
            referred.child_id, text.lock({"family_name": "Quillfeather-Smythe"}),
        )  # fmt: skip
        batch = await tx.fetchval(
            "INSERT INTO import_batch (source, digest, pathway, organisation_id, account_id, state)"
            " VALUES ('list', '\\x', 'autism', $1, 1, 'loaded') RETURNING id", world.org["provider"],
        )  # fmt: skip
        await tx.execute(
            "INSERT INTO import_row (batch_id, row, state, reference, child_id, episode_id, errors, secret)"
            " VALUES ($1, 1, 'new', 'QUILLFEATHER-1', $2, $3, '{Perpetua has no UPN}', $4)",
            batch, referred.child_id, referred.episode_id, world.area.key.lock(b"Perpetua", "row"),
        )  # fmt: skip
        # The look-alike is another child as far as anybody knows; only the proposal leads from one to the other.
        await tx.execute("UPDATE child SET first_name = 'X', family_name = 'Y', first_norm = 'x', family_norm = 'y'"
                         " WHERE id = $1", third.child_id)  # fmt: skip
        await tx.execute("UPDATE child_address SET lines = '{}', postcode = 'EX1 1AA' WHERE child_id = $1",
                         third.child_id)  # fmt: skip
    return referred.child_id, referred.episode_id


async def traces(addresses: Addresses) -> dict[str, int]:
    """How often a trace of the earlier identity stands in each column of each table, read as the tables' owner."""
    connection: Any = await asyncpg.connect(addresses.owner_dsn)
    try:
        columns = await connection.fetch(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        )
        found = {}
        for table, column, kind in columns:
            text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            plain = f"replace(lower({text}), ' ', '')"
            n = await connection.fetchval(
                f'SELECT count(*) FROM "{table}" WHERE {" OR ".join(f"{plain} LIKE $" + str(i) for i in range(1, 1 + len(TRACES)))}',
                *(f"%{trace}%" for trace in TRACES),
            )
            if n:
                found[f"{table}.{column}"] = n
        return found
    finally:
        await connection.close()
