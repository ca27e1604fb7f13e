"""The service notes a birthday once, as a task for a person; the rest stays as it was (docs/rules.md 8 and 13)."""

from datetime import date
from uuid import UUID

from pathway.actions.correct import strike_out
from pathway.actions.mark_birthdays import mark_birthdays
from pathway.store.engine import Tx
from pathway.store.scopes import WRITER
from tests.world import World

TEENAGER = {"birth_date": date(2011, 1, 10)}  # 16 on 10 January 2027; eight weeks before is 15 November 2026


async def facts(world: World, episode: UUID) -> list[tuple[str, str]]:
    async with world.area.database.transaction(WRITER) as tx:
        return await _facts(tx, episode)


async def _facts(tx: Tx, episode: UUID) -> list[tuple[str, str]]:
    rows = await tx.fetch("SELECT kind, role FROM event WHERE episode_id = $1 ORDER BY sequence", episode)
    return [(row["kind"], row["role"]) for row in rows]


async def test_a_sixteenth_birthday_becomes_a_task_once(world: World) -> None:
    near = await world.refer(child=world.child(**TEENAGER))
    far = await world.refer(child=world.child(birth_date=date(2011, 3, 1)))
    assert await mark_birthdays(world.area) == 1
    assert await mark_birthdays(world.on(date(2026, 11, 25)).area) == 0
    assert (await facts(world, near.episode_id))[-1] == ("sixteenth_birthday_near", "system")
    assert len(await facts(world, far.episode_id)) == 1
    async with world.area.database.transaction(WRITER) as tx:
        task = await tx.fetchrow("SELECT key, role, done_on FROM task WHERE episode_id = $1", near.episode_id)
        row = await tx.fetchrow("SELECT stage, closed_on FROM episode WHERE id = $1", near.episode_id)
    assert task is not None
    assert tuple(task) == ("ask_young_person", "coordinator", None)
    assert row is not None
    assert tuple(row) == ("received", None)


async def test_what_a_person_struck_out_is_not_recorded_again(world: World) -> None:
    near = await world.refer(child=world.child(**TEENAGER))
    await mark_birthdays(world.area)
    async with world.area.database.transaction(WRITER) as tx:
        marked = await tx.fetchval(
            "SELECT id FROM event WHERE episode_id = $1 AND kind = 'sixteenth_birthday_near'", near.episode_id
        )
    await strike_out(world.area, world.asking("lead"), near.episode_id, marked, "Asked already, at school")
    assert await mark_birthdays(world.area) == 0


async def test_many_children_are_marked_in_small_batches(world: World) -> None:
    for _ in range(3):
        await world.refer(child=world.child(**TEENAGER))
    assert await mark_birthdays(world.area, batch=2) == 3
