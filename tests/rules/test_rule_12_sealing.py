"""Rule 12: sealing removes the earlier identity from every copy, keeps the start date, and leaves no link.

The search through every column of every table is in tests/actions/test_seal_identity.py; this file holds the promise itself.
"""

from datetime import date

import pytest

from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.errors import InvalidInput
from pathway.domain.referral import ChildDetails
from pathway.store.keys import ChildText, child_text
from pathway.store.scopes import WRITER
from tests.actions.reading import row, rows
from tests.world import World

NEW = NewIdentity(
    ChildDetails("Rose", "Ashdown", date(2018, 5, 1), restricted=True, safe_contact="Social worker")
)


async def test_a_backup_taken_before_the_sealing_cannot_be_read_with_the_key_that_is_left(
    world: World,
) -> None:
    """“Removes the earlier identity from every copy, version, replay, raw message and letter.”"""
    child = (await world.refer(concerns="Amira hides when her aunt leaves")).child_id
    backup = await rows(world, "SELECT secret FROM event WHERE secret IS NOT NULL")
    assert await readable(world, child, backup[0]["secret"])
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    assert not await readable(world, child, backup[0]["secret"])


async def readable(world: World, child: object, secret: bytes) -> dict[str, str]:
    async with world.area.database.transaction(WRITER) as tx:
        text: ChildText = await child_text(tx, world.area.key, child)  # type: ignore[arg-type]
        return text.unlock(secret)


async def test_sealing_keeps_the_start_date_the_stage_and_the_days(world: World) -> None:
    """“Keeps the start date.”"""
    referred = await world.refer()
    columns = "started_on, stage, stage_since, planned_for, opened_on"
    before = dict(await row(world, f"SELECT {columns} FROM episode"))
    clocks = "SELECT clock, started_on, due_on FROM clock WHERE known_to IS NULL ORDER BY clock"
    ran = [dict(c) for c in await rows(world, clocks)]
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, NEW)
    assert dict(await row(world, f"SELECT {columns} FROM episode")) == before
    assert [dict(c) for c in await rows(world, clocks)] == ran


async def test_sealing_leaves_no_link_to_people_records_or_lists(world: World) -> None:
    """“Leaves no link.” Carers, proposals, imported rows, kept answers."""
    child = world.child()
    referred = await world.refer(child=child)
    alike = ChildDetails(
        child.first_name, child.family_name, child.birth_date, postcode=child.postcode, address=child.address
    )
    await world.refer("gp", child=alike)
    assert await rows(world, "SELECT 1 FROM match_proposal")
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, NEW)
    assert await rows(world, "SELECT 1 FROM match_proposal") == []
    assert await rows(world, "SELECT 1 FROM guardian WHERE child_id = $1", referred.child_id) == []
    answers = await rows(
        world, "SELECT r.answer FROM request r JOIN event v USING (request_id) WHERE v.kind = 'referral_received'"
        " AND v.episode_id = $1", referred.episode_id,
    )  # fmt: skip
    assert [a["answer"] for a in answers] == [None]


@pytest.mark.parametrize("sealing", [False, True])
async def test_a_restricted_child_has_a_safe_contact(world: World, sealing: bool) -> None:
    """“Restricted means location …, and a safe contact is named.”"""
    if sealing:
        referred = await world.refer()
        hidden = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1), restricted=True))
        with pytest.raises(InvalidInput, match="safe contact"):
            await seal_identity(world.area, world.asking("privacy"), referred.child_id, hidden)
    else:
        with pytest.raises(InvalidInput, match="safe contact"):
            await world.refer(child=world.child(restricted=True))
