"""Housekeeping: what has had its time is deleted, and nothing else."""

from uuid import UUID, uuid4

import pytest

from pathway.domain.referral import DRAFT_KEPT_DAYS
from pathway.store import drafts
from pathway.store.housekeeping import clear_away
from pathway.store.scopes import WORKER, WRITER
from tests.world import World


async def draft(world: World, days: float, *, sent: bool = False) -> UUID:
    """A draft of the school that was last changed so many days ago."""
    key, senco = uuid4(), world.actors["senco"]
    async with world.area.database.transaction(WRITER) as tx:
        await drafts.begin(tx, world.area.key, key, senco.account_id, senco.organisation_id, "autism")
        if sent:
            await drafts.mark_sent(tx, key, "ABCD-1234", False)
        await tx.execute(
            "UPDATE referral_draft SET made_at = now() - interval '1 year',"
            " changed_at = now() - make_interval(secs => 86400 * $2::float8) WHERE id = $1",
            key, days,
        )  # fmt: skip
    return key


async def cleared(world: World) -> int:
    async with world.area.database.transaction(WORKER) as tx:
        return await clear_away(tx)


@pytest.mark.parametrize(
    ("days", "sent", "kept"),
    [
        (DRAFT_KEPT_DAYS + 0.1, False, False),
        (DRAFT_KEPT_DAYS - 0.1, False, True),  # begun a year ago, and gone on with since
        (DRAFT_KEPT_DAYS + 0.1, True, True),  # emptied when it was sent; it only says what came of it
    ],
)
async def test_a_draft_that_nobody_goes_on_with_is_deleted_with_its_text(
    world: World, days: float, sent: bool, kept: bool
) -> None:
    key = await draft(world, days, sent=sent)
    assert await cleared(world) == (0 if kept else 1)
    async with world.area.database.transaction(WRITER) as tx:
        assert (await drafts.draft_row(tx, world.area.key, key) is not None) is kept


async def test_whoever_clears_away_reads_no_text(world: World) -> None:
    async with world.area.database.transaction(WRITER) as tx:
        readable = await tx.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'referral_draft'::regclass AND attnum > 0"
            " AND has_column_privilege('r_worker', attrelid, attnum, 'SELECT')"
        )
    assert {row["attname"] for row in readable} == {"sent_at", "changed_at"}
