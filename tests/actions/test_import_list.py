"""A waiting list comes in: looked at first, loaded whole and silently, and never twice."""

import json
from datetime import date

import pytest

from pathway.actions import import_confirm
from pathway.actions.import_confirm import confirm
from pathway.actions.import_list import dry_run, read_sheet
from pathway.actions.import_undo import release
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed
from pathway.domain.import_report import bad_rows_csv
from pathway.domain.roles import Permission
from pathway.store.scopes import WRITER
from tests.actions.lists import SOURCE, line, listed, sheet
from tests.world import World, nhs_number


async def value(world: World, query: str, *arguments: object) -> object:
    async with world.area.database.transaction(WRITER) as tx:
        return await tx.fetchval(query, *arguments)


async def everything(world: World) -> list[object]:
    tables = ("child", "episode", "event", "clock", "outbox", "import_batch", "import_row", "carer")
    return [await value(world, f"SELECT count(*) FROM {table}") for table in tables]


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(world: World) -> None:
    """Given two children who wait here and a list with one of them, when it is looked at, then nothing is written."""
    known = world.child()
    await world.refer(child=known)
    other = await world.refer()
    before = await everything(world)
    assert known.nhs_number is not None
    ours = f",{known.nhs_number.value},{known.first_name},{known.family_name},{known.birth_date},EX1 1AA,,,,2026-03-03,"
    run = await dry_run(
        world.area,
        world.asking("lead"),
        sheet(line(1), line(2), ours, line(3, number="123")),
        SOURCE,
        "autism",
    )
    assert (run.rows, run.new, run.matched, run.changed, len(run.bad)) == (4, 2, 1, 0, 1)
    assert run.bad[0].number == 5
    assert run.ours_only == (other.reference,)
    assert await everything(world) == before


async def test_the_dry_run_counts_the_breaches_and_the_messages_that_are_held(world: World) -> None:
    run = await dry_run(world.area, world.asking("lead"), listed(3), SOURCE, "autism")
    assert run.children_in_breach == 3
    assert dict(run.breaches)["Referral to start of assessment"] == 3
    assert run.messages == 6  # received and accepted, for each of the three
    text = run.printed()
    assert "3 children would be past a limit at once" in text
    assert "Listed0" not in text
    one = (await dry_run(world.area, world.asking("lead"), listed(1), SOURCE, "autism")).printed()
    assert "1 child would be past a limit at once" in one


async def test_the_breaches_foretold_are_those_that_come(world: World) -> None:
    run = await dry_run(world.area, world.asking("lead"), listed(5), SOURCE, "autism")
    await confirm(world.area, world.asking("lead"), listed(5), SOURCE, "autism")
    late = await value(
        world,
        "SELECT count(*) FROM clock WHERE known_to IS NULL AND state = 'running' AND late_from <= $1",
        world.area.today,
    )
    assert late == sum(n for _, n in run.breaches)


async def test_the_start_of_the_wait_and_the_stage_are_those_of_the_list(world: World) -> None:
    await confirm(world.area, world.asking("lead"), sheet(line(1), line(2, accepted="")), SOURCE, "autism")
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT e.stage, e.started_on, e.silent, e.provider_id, e.school_id, e.version, c.nhs_number"
            "  FROM episode e JOIN child c ON c.id = e.child_id ORDER BY e.stage"
        )
        doors = await tx.fetch("SELECT DISTINCT door, role FROM event")
    assert [row["stage"] for row in rows] == ["received", "waiting"]
    assert {row["started_on"] for row in rows} == {date(2025, 1, 6)}
    assert {row["provider_id"] for row in rows} == {world.org["provider"]}
    assert {row["school_id"] for row in rows} == {world.org["school"]}
    assert [tuple(row) for row in doors] == [("import", "provider_lead")]


async def test_families_hear_nothing_until_the_import_is_released(world: World) -> None:
    """Given a list that was loaded, when a step is recorded, then nothing is sent; after the release, it is."""
    done = await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    episode = await value(world, "SELECT id FROM episode")
    await world.step("coordinator", episode, "waiting_letter_sent", date(2026, 11, 20))  # type: ignore[arg-type]
    assert await value(world, "SELECT count(*) FROM outbox") == 0
    assert await release(world.area, world.asking("lead"), done.batch_id) == 1
    await world.step("coordinator", episode, "waiting_letter_sent", date(2026, 11, 21))  # type: ignore[arg-type]
    assert await value(world, "SELECT count(*) FROM outbox") == 1


async def test_rows_with_errors_are_kept_with_their_errors_and_readable_only_with_the_areas_key(
    world: World,
) -> None:
    done = await confirm(
        world.area, world.asking("lead"), sheet(line(1), line(2, number="9990000000")), SOURCE, "autism"
    )
    assert (done.new, done.bad) == (1, 1)
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow("SELECT * FROM import_row WHERE state = 'bad'")
    assert row is not None
    assert row["row"] == 3
    assert "9990000000" not in " ".join(row["errors"])
    assert b"Listed2" not in row["secret"]
    cells = json.loads(world.area.key.unlock(row["secret"], f"import:{done.batch_id}:3"))
    assert cells[2] == "Listed2"


async def test_the_same_file_confirmed_again_changes_nothing(world: World) -> None:
    first = await confirm(world.area, world.asking("lead"), listed(3), SOURCE, "autism")
    before = await everything(world)
    assert await confirm(world.area, world.asking("lead"), listed(3), SOURCE, "autism") == first
    assert await everything(world) == before


async def test_a_load_that_was_interrupted_goes_on_where_it_stopped(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a load that fails in its second transaction, when it is confirmed again, then every child is there once."""
    world = committed_world
    monkeypatch.setattr(import_confirm, "ROWS_TOGETHER", 2)
    write, seen = import_confirm._load, []

    async def failing(*arguments: object) -> None:
        seen.append(1)
        if len(seen) == 2:
            raise ConnectionResetError("the machine stopped")
        await write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(import_confirm, "_load", failing)
    with pytest.raises(ConnectionResetError):
        await confirm(world.area, world.asking("lead"), listed(5), SOURCE, "autism")
    assert await value(world, "SELECT count(*) FROM episode") == 2
    with pytest.raises(Conflict, match="begun and not finished"):
        await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    monkeypatch.setattr(import_confirm, "_load", write)
    done = await confirm(world.area, world.asking("lead"), listed(5), SOURCE, "autism")
    assert done.new == 5
    assert await value(world, "SELECT count(DISTINCT child_id) FROM episode") == 5


async def test_three_of_four_proposes_to_a_person_and_links_nothing(world: World) -> None:
    """Given a child on record and a row alike in all but the NHS number it lacks, then a person compares the two."""
    referred = await world.refer(child=world.child(first_name="Amira", family_name="Stone", nhs_number=None))
    row = line(1, first="Amira", family="Stone", number="", born=date(2018, 5, 1))
    run = await dry_run(world.area, world.asking("lead"), sheet(row), SOURCE, "autism")
    assert (run.new, run.matched) == (1, 0)
    assert "compares the two" in run.notes[0].sentence
    await confirm(world.area, world.asking("lead"), sheet(row), SOURCE, "autism")
    assert await value(world, "SELECT candidate_id FROM match_proposal") == referred.child_id


async def test_twins_of_one_list_are_two_children_and_a_person_is_told(world: World) -> None:
    rows = sheet(line(1, first="Ana", family="Lee", number=""), line(2, first="Ben", family="Lee", number=""))
    done = await confirm(world.area, world.asking("lead"), rows, SOURCE, "autism")
    assert done.new == 2
    assert await value(world, "SELECT possible_twin FROM match_proposal") is True


async def test_an_nhs_number_held_by_a_child_with_other_details_does_not_link(world: World) -> None:
    """Given a sibling's number typed in the list, then the row is loaded without it, and a person compares."""
    known = world.child()
    await world.refer(child=known)
    assert known.nhs_number is not None
    done = await confirm(
        world.area, world.asking("lead"), sheet(line(1, number=known.nhs_number.value)), SOURCE, "autism"
    )
    assert done.new == 1
    assert await value(world, "SELECT count(*) FROM child WHERE nhs_number IS NULL") == 1
    assert await value(world, "SELECT count(*) FROM match_proposal") == 1


async def test_a_second_list_reconciles_instead_of_loading_again(world: World) -> None:
    """Given a list that was loaded, when the next one has one child less, one more and an earlier date, then that is said."""
    await confirm(world.area, world.asking("lead"), listed(3), SOURCE, "autism")
    second = sheet(line(0), line(1, received="2024-12-02"), line(7))
    run = await dry_run(world.area, world.asking("lead"), second, SOURCE, "autism")
    assert (run.new, run.matched, run.changed, len(run.ours_only)) == (1, 1, 1, 1)
    done = await confirm(world.area, world.asking("lead"), second, SOURCE, "autism")
    assert (done.new, done.matched, done.changed) == (1, 1, 1)
    assert await value(world, "SELECT count(*) FROM child") == 4
    assert await value(world, "SELECT min(started_on) FROM episode") == date(2024, 12, 2)
    assert await value(world, "SELECT count(*) FROM event WHERE kind = 're_dated' AND door = 'import'") == 1


async def test_a_second_list_knows_its_own_rows_without_nhs_numbers(world: World) -> None:
    rows = [line(n, number="", reference="") for n in range(3)]
    await confirm(world.area, world.asking("lead"), sheet(*rows), SOURCE, "autism")
    run = await dry_run(world.area, world.asking("lead"), sheet(*rows, line(8)), SOURCE, "autism")
    assert (run.matched, run.new) == (3, 1)


async def test_a_list_that_numbers_its_rows_anew_links_nobody_by_them(world: World) -> None:
    await confirm(
        world.area, world.asking("lead"), sheet(line(1, reference="1", number="")), SOURCE, "autism"
    )
    other = line(2, reference="1", number="", born=date(2016, 6, 6), postcode="EX2 2BB")
    done = await confirm(world.area, world.asking("lead"), sheet(other), SOURCE, "autism")
    assert (done.new, done.matched) == (1, 0)


async def test_what_a_person_has_worked_on_is_not_changed_by_a_list(world: World) -> None:
    await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    episode = await value(world, "SELECT id FROM episode")
    await world.step("coordinator", episode, "waiting_letter_sent", date(2026, 11, 20))  # type: ignore[arg-type]
    second = sheet(line(0, received="2024-12-02"))
    run = await dry_run(world.area, world.asking("lead"), second, SOURCE, "autism")
    assert (run.changed, run.matched) == (0, 1)
    assert "nothing was changed" in run.notes[0].sentence
    await confirm(world.area, world.asking("lead"), second, SOURCE, "autism")
    assert await value(world, "SELECT started_on FROM episode") == date(2025, 1, 6)


async def test_a_list_never_makes_a_wait_shorter_by_itself(world: World) -> None:
    await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    done = await confirm(
        world.area, world.asking("lead"), sheet(line(0, received="2025-01-20")), SOURCE, "autism"
    )
    assert (done.changed, done.matched) == (0, 1)
    assert await value(world, "SELECT started_on FROM episode") == date(2025, 1, 6)


async def test_a_child_closed_here_and_still_on_their_list_is_named_and_not_opened_again(
    world: World,
) -> None:
    await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    episode = await value(world, "SELECT id FROM episode")
    await world.step("coordinator", episode, "entered_in_error", date(2026, 11, 20))  # type: ignore[arg-type]
    done = await confirm(world.area, world.asking("lead"), sheet(line(0), line(1)), SOURCE, "autism")
    assert (done.new, done.theirs_only) == (1, 1)


async def test_a_referral_held_by_another_team_is_only_said_to_exist(world: World) -> None:
    known = world.child(
        nhs_number=nhs_number(5001), first_name="Listed1", family_name="Marsh1", birth_date=date(2017, 4, 2)
    )
    await world.refer(child=known)
    run = await dry_run(world.area, world.asking("other_lead"), sheet(line(1)), SOURCE, "autism")
    assert run.matched == 1
    assert [note.sentence for note in run.notes] == [
        "A referral for this child is already open. Ask the triage team."
    ]
    assert run.ours_only == ()


async def test_steps_that_contradict_the_pathway_are_an_error_of_the_row(world: World) -> None:
    run = await dry_run(
        world.area, world.asking("lead"), sheet(line(1, accepted="2024-12-01")), SOURCE, "autism"
    )
    assert run.new == 0
    assert "comes before the episode began" in run.bad[0].faults[0]


async def test_only_who_may_import_imports(world: World) -> None:
    for who, actor in world.actors.items():
        if actor.may(Permission.IMPORT):
            continue
        with pytest.raises(NotAllowed):
            await dry_run(world.area, world.asking(who), listed(1), SOURCE, "autism")
        with pytest.raises(NotAllowed):
            await confirm(world.area, world.asking(who), listed(1), SOURCE, "autism")


async def test_a_list_without_a_named_source_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="where the list comes from"):
        await confirm(world.area, world.asking("lead"), listed(1), " ", "autism")


async def test_everyone_whom_an_import_looked_at_is_in_the_access_log(world: World) -> None:
    await confirm(world.area, world.asking("lead"), listed(2), SOURCE, "autism")
    assert await value(world, "SELECT cardinality(children) FROM access_log WHERE action = 'import'") == 2


def test_a_file_that_is_not_there_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")


async def test_the_report_says_how_to_release(world: World) -> None:
    done = await confirm(world.area, world.asking("lead"), listed(1), SOURCE, "autism")
    assert f"release import {done.batch_id}" in done.printed()


async def test_every_error_goes_to_whoever_corrects_the_list(world: World) -> None:
    bad = [line(n, number="1", received="soon") for n in range(60)]
    run = await dry_run(world.area, world.asking("lead"), sheet(*bad), SOURCE, "autism")
    assert "… and 20 more" in run.printed()
    assert len(bad_rows_csv(run.bad).splitlines()) == 1 + 2 * 60
