"""A whole import can be taken back, without deleting a fact and without undoing anybody's later work."""

from datetime import date

import pytest

from pathway.actions.import_confirm import confirm
from pathway.actions.import_list import dry_run
from pathway.actions.import_undo import release, undo
from pathway.actions.refer import reference
from pathway.domain.errors import Conflict, NotAllowed, NotFound
from pathway.store.integrity import rebuild
from pathway.store.scopes import WRITER
from tests.actions.lists import SOURCE, line, listed, sheet
from tests.world import World


async def column(world: World, query: str) -> list[object]:
    async with world.area.database.transaction(WRITER) as tx:
        return [row[0] for row in await tx.fetch(query)]


async def test_an_undone_import_is_entered_in_error_and_every_fact_stays(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(3), SOURCE, "autism")
    facts = await column(world, "SELECT id FROM event")
    undone = await undo(world.area, world.asking("lead"), done.batch_id)
    assert (undone.undone, undone.kept) == (3, ())
    assert set(await column(world, "SELECT stage FROM episode")) == {"void"}
    assert set(facts) <= set(await column(world, "SELECT id FROM event"))
    assert await column(world, "SELECT state FROM import_batch") == ["undone"]
    assert await column(world, "SELECT count(*) FROM outbox") == [0]


async def test_what_somebody_has_worked_on_since_is_kept_and_named(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    touched, _ = await column(world, "SELECT id FROM episode ORDER BY id")
    await world.step("coordinator", touched, "waiting_letter_sent", date(2026, 11, 20))  # type: ignore[arg-type]
    undone = await undo(world.area, world.asking("lead"), done.batch_id)
    assert (undone.undone, undone.kept) == (1, (reference(touched),))  # type: ignore[arg-type]
    assert sorted(await column(world, "SELECT stage FROM episode")) == ["void", "waiting"]  # type: ignore[type-var]
    assert reference(touched) in undone.printed()  # type: ignore[arg-type]


async def test_undoing_twice_answers_the_same(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    first = await undo(world.area, world.asking("lead"), done.batch_id)
    assert await undo(world.area, world.asking("lead"), done.batch_id) == first


async def test_a_date_put_right_by_a_list_is_as_it_was_after_the_undo(world: World) -> None:
    await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    second = sheet(line(0), line(1, received="2024-12-02"))
    done = await confirm(world.area, world.asking("lead"), second, SOURCE, "autism")
    assert date(2024, 12, 2) in await column(world, "SELECT started_on FROM episode")
    undone = await undo(world.area, world.asking("lead"), done.batch_id)
    assert undone.undone == 1
    assert set(await column(world, "SELECT started_on FROM episode")) == {date(2025, 1, 6)}


async def test_an_import_that_a_later_list_has_corrected_is_kept(world: World) -> None:
    first = await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    await confirm(world.area, world.asking("lead"), sheet(line(1, received="2024-12-02")), SOURCE, "autism")
    undone = await undo(world.area, world.asking("lead"), first.batch_id)
    assert (undone.undone, len(undone.kept)) == (1, 1)


@pytest.mark.parametrize("order", [("second", "first"), ("first", "second", "first")])
async def test_what_only_a_second_list_touched_goes_once_both_are_undone(
    world: World, order: tuple[str, ...]
) -> None:
    done = {
        "first": await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism"),
        "second": await confirm(
            world.area, world.asking("lead"), sheet(line(1, received="2024-12-02")), SOURCE, "autism"
        ),
    }
    for which in order:
        undone = await undo(world.area, world.asking("lead"), done[which].batch_id)
    assert undone.kept == ()
    assert await column(world, "SELECT stage FROM episode") == ["void", "void"]


async def test_after_an_undo_the_corrected_list_starts_afresh_with_its_own_dates(world: World) -> None:
    """Given a list with a wrong first date, when it is undone and loaded anew, then the wrong date is not inherited."""
    done = await confirm(
        world.area, world.asking("lead"), sheet(line(1, received="2020-01-06")), SOURCE, "autism"
    )
    await undo(world.area, world.asking("lead"), done.batch_id)
    right = sheet(line(1, received="2025-01-06"))
    run = await dry_run(world.area, world.asking("lead"), right, SOURCE, "autism")
    assert run.new == 1
    await confirm(world.area, world.asking("lead"), right, SOURCE, "autism")
    open_ones = await column(world, "SELECT started_on FROM episode WHERE closed_on IS NULL")
    assert open_ones == [date(2025, 1, 6)]


async def test_the_same_file_can_be_loaded_again_after_an_undo(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    await undo(world.area, world.asking("lead"), done.batch_id)
    again = await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    assert again.batch_id != done.batch_id
    assert again.new == 2
    assert await column(world, "SELECT count(*) FROM child") == [2]


async def test_an_undone_import_cannot_be_released(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    await undo(world.area, world.asking("lead"), done.batch_id)
    with pytest.raises(Conflict):
        await release(world.area, world.asking("lead"), done.batch_id)


async def test_another_provider_does_not_find_the_import(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    with pytest.raises(NotFound):
        await undo(world.area, world.asking("other_lead"), done.batch_id)
    with pytest.raises(NotAllowed):
        await undo(world.area, world.asking("clinician"), done.batch_id)


async def test_what_an_import_writes_is_what_follows_from_its_facts(committed_world: World) -> None:
    """Given a load, a second list that corrects it, and an undo, then every row can be made again from the facts."""
    world = committed_world
    first = await confirm(world.area, world.asking("lead"), listed(4), SOURCE, "autism")
    await confirm(
        world.area, world.asking("lead"), sheet(line(1, received="2024-12-02"), line(9)), SOURCE, "autism"
    )
    await undo(world.area, world.asking("lead"), first.batch_id)
    report = await rebuild(world.area.database, world.area.pathways, world.area.calendar)
    assert (report.episodes, report.differences, report.without_next_step) == (5, 0, 0)
