"""Look at a waiting list before it is loaded: read the file, and say what confirming it would do, writing nothing.

The dry run folds every new episode, so it knows how many children would be past a limit at once and how many families
would have been written to.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.import_histories import History, Loading, changed_history, importing, new_history
from pathway.actions.perform import Asking, require
from pathway.actions.refer import reference
from pathway.domain.errors import ImpossibleHistory, InvalidInput
from pathway.domain.import_plan import Fate, Fated, Register, fates
from pathway.domain.import_report import DryRun, RowNote
from pathway.domain.import_sheet import BadRow, Listed, Listing, understand
from pathway.domain.roles import Permission
from pathway.domain.sheet_file import LARGEST_BYTES, Sheet, sheet_of
from pathway.store import access_log, import_rows, people
from pathway.store.engine import Tx
from pathway.store.organisations import route_of
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import writing

IMPORTING = "import of a waiting list"
LONGEST_SOURCE = 80


@dataclass(frozen=True, slots=True)
class Plan:
    """The fate of every row, what is on record of the matched ones, and what we have that the file has not."""

    loading: Loading
    fated: tuple[Fated, ...]
    bad: tuple[BadRow, ...]
    ours_only: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """Read a file of rows. Raises InvalidInput with one sentence on what is wrong with it."""
    try:
        with path.open("rb") as file:
            return sheet_of(file.read(LARGEST_BYTES + 1))
    except OSError as error:
        raise InvalidInput(f"The file cannot be read ({error.strerror}). Check its name and place.") from None


async def dry_run(area: Area, asking: Asking, sheet: Sheet, source: str, pathway: str) -> DryRun:
    """What confirming this list would do. Reads who is on record, which is logged, and writes nothing else.

    Raises NotAllowed, InvalidInput (the headings, or the source's name).
    """
    check_importer(asking, source)
    listing = understand(sheet, area.pathways.newest(pathway), area.today)
    async with area.database.transaction(writing(asking.actor)) as tx:
        loading = await loading_of(tx, area, asking, sheet, pathway)
        plan = await plan_of(tx, loading, listing.rows, source)
        await access_log.log(
            tx, loading.actor, "import_dry_run", _looked_at(plan), IMPORTING, asking.request_id
        )
        held = [
            f.episode.id for f in plan.fated if f.fate is Fate.MATCHED and f.episode and compared(loading, f)
        ]
        events = await import_rows.events_of_many(tx, held)
    sums = _Sums(plan.bad)
    for fated in plan.fated:
        known = events.get(fated.episode.id) if fated.episode else None
        sums.add(loading, fated, changed_history(loading, fated, known) if known else None)
    return sums.report(sheet, listing, plan, source)


def check_importer(asking: Asking, source: str) -> None:
    """Refuse those who may not import, and a source without a name."""
    require(asking.actor, Permission.IMPORT, "import a waiting list")
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise InvalidInput(
            f"Say where the list comes from, in {LONGEST_SOURCE} characters or fewer, and always in the same words.",
            "source",
        )


async def loading_of(
    tx: Tx, area: Area, asking: Asking, sheet: Sheet, pathway: str, batch_id: int = 0
) -> Loading:
    """What the rows of this import share."""
    return Loading(
        area,
        importing(asking),
        area.pathways.newest(pathway),
        sheet.digest,
        batch_id,
        (await route_of(tx, pathway)).council_id,
        await import_rows.schools(tx),
        await agreed_thresholds(tx, pathway),
    )


async def plan_of(tx: Tx, loading: Loading, rows: Sequence[Listed], source: str) -> Plan:
    """Compare the rows with everyone on record."""
    organisation, pathway = loading.actor.organisation_id, loading.definition.key
    children = await import_rows.known_children(tx, pathway)
    before = await import_rows.brought_before(tx, organisation, source, pathway)
    fated, bad = fates(
        rows, Register.of(children), before, organisation, lambda: people.new_id(loading.area.now())
    )
    named = {f.episode.id for f in fated if f.episode is not None}
    ours_only = (
        reference(episode.id)
        for child in children
        for episode in child.episodes
        if episode.closed_on is None and episode.provider_id == organisation and episode.id not in named
    )
    return Plan(loading, tuple(fated), tuple(bad), tuple(ours_only))


def compared(loading: Loading, fated: Fated) -> bool:
    """Whether the episode is our own, so that its dates may be compared with the list's."""
    return fated.episode is not None and fated.episode.provider_id == loading.actor.organisation_id


class _Sums:
    """Adds up what the rows would do."""

    def __init__(self, bad: Sequence[BadRow]) -> None:
        self.fates: Counter[Fate] = Counter()
        self.breaches: Counter[str] = Counter()
        self.bad = list(bad)
        self.notes: list[RowNote] = []
        self.in_breach = self.messages = 0

    def add(self, loading: Loading, fated: Fated, change: History | None) -> None:
        history, fate = change, fated.fate
        try:
            if fate is Fate.NEW:
                history = new_history(loading, fated)
        except ImpossibleHistory as fault:
            self.bad.append(BadRow(fated.row.number, (fault.message,)))
            return
        if change is not None and change.drafts:
            fate = Fate.CHANGED
        self.fates[fate] += 1
        notes = (*fated.notes, *(change.notes if change else ()))
        self.notes.extend(RowNote(fated.row.number, note) for note in notes)
        if history is not None:
            self._count(loading, history, opens=fate is Fate.NEW)

    def _count(self, loading: Loading, history: History, *, opens: bool) -> None:
        today, steps = loading.area.today, loading.definition.steps
        late = {
            row.clock
            for row in history.projection.clocks
            if opens and row.state == "running" and row.late_from is not None and row.late_from <= today
        }
        self.breaches.update(late)
        self.in_breach += bool(late)
        self.messages += sum(1 for d in history.drafts if d.kind in steps and steps[d.kind].tell_family)

    def report(self, sheet: Sheet, listing: Listing, plan: Plan, source: str) -> DryRun:
        clocks = plan.loading.definition.clocks
        return DryRun(
            pathway=plan.loading.definition.title,
            source=source,
            encoding=sheet.encoding,
            rows=len(sheet.rows),
            new=self.fates[Fate.NEW],
            matched=self.fates[Fate.MATCHED],
            changed=self.fates[Fate.CHANGED],
            theirs_only=self.fates[Fate.THEIRS_ONLY],
            bad=tuple(sorted((*listing.bad, *self.bad), key=lambda row: row.number)),
            ours_only=plan.ours_only,
            notes=tuple(self.notes),
            unread=listing.unread,
            remarks=listing.notes,
            breaches=tuple((clocks[key].title, n) for key, n in self.breaches.most_common()),
            children_in_breach=self.in_breach,
            messages=self.messages,
        )


def _looked_at(plan: Plan) -> list[UUID]:
    return [f.child_id for f in plan.fated if not f.new_child]
