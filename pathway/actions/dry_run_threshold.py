"""Try a limit out before anyone signs it: who would become breached, and who no longer would. Nothing is written.

Two sums: as if the limit held from tomorrow, and on the day on which it takes effect if nothing else happened until then.
Counts are for all who may draft or sign; which children they are, only for those who may see them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.agreement import Count, Effect, ThresholdDraft, check_draft, clock_of, effect
from pathway.domain.errors import NotAllowed
from pathway.domain.projection import ClockRow, fact_of
from pathway.domain.roles import Actor, Permission, Role
from pathway.domain.thresholds import Threshold
from pathway.store import access_log, thresholds
from pathway.store.engine import Tx
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import writing

Where = tuple[int | None, str]
"""A provider and a stage: the stage that partners may see, but for those who answer for the child (docs/rules.md 10)."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a limit would do on one day, by provider and stage; `running` clocks were looked at."""

    as_of: date
    running: int
    by_place: Mapping[Where, Count]

    @property
    def breached(self) -> int:
        return sum(count.breached for count in self.by_place.values())

    @property
    def no_longer(self) -> int:
        return sum(count.no_longer for count in self.by_place.values())


@dataclass(frozen=True, slots=True)
class DryRun:
    """A draft's effect now and on its day, for one clock."""

    clock: str
    now: Impact
    then: Impact


async def dry_run(area: Area, actor: Actor, proposed: ThresholdDraft) -> DryRun:
    """Try out a limit as it is being written. Raises what `draft` would raise, and writes only the access log."""
    _check_may(actor)
    clock = clock_of(area.pathways.newest(proposed.pathway), proposed.clock)
    version = check_draft(proposed, clock, area.today, area.calendar)
    async with area.database.transaction(writing(actor)) as tx:
        return await _run(tx, area, actor, proposed.pathway, version)


async def dry_run_of(area: Area, actor: Actor, threshold_id: int) -> DryRun:
    """Try out a limit that has been drafted."""
    _check_may(actor)
    async with area.database.transaction(writing(actor)) as tx:
        stored = await thresholds.threshold(tx, threshold_id)
        return await _run(tx, area, actor, stored.pathway, stored.version)


def _check_may(actor: Actor) -> None:
    if not (actor.may(Permission.DRAFT_THRESHOLD) or actor.may(Permission.SIGN_THRESHOLD)):
        raise NotAllowed("Trying out a limit is for those who draft and sign limits. Ask your lead.")


async def _run(tx: Tx, area: Area, actor: Actor, pathway: str, draft: Threshold) -> DryRun:
    agreed = (await agreed_thresholds(tx, pathway)).get(draft.clock, ())
    others = [version for version in agreed if version.id != draft.id]
    # Under a number of its own: where two versions take effect on one day, the later agreed one holds.
    proposed = replace(draft, id=max([draft.id, *(version.id + 1 for version in others)]))
    tomorrow = area.today + timedelta(1)
    days = ((tomorrow, replace(proposed, effective_from=tomorrow)), (draft.effective_from, proposed))
    impacts: list[dict[Where, Count]] = [{}, {}]
    seen: dict[UUID, UUID] = {}
    running = 0
    async for clock in thresholds.stream_running(tx, pathway, draft.clock):
        running += 1
        fact = fact_of(clock.row, await area.pathways.by_digest(tx, clock.definition))
        for (day, version), found in zip(days, impacts, strict=True):
            what = effect(fact, others, version, day, area.calendar)
            if what is not Effect.NONE:
                mine = _may_know(actor, clock.row)
                shown = clock.episode_id if mine else None
                where = (clock.row.provider_id, clock.stage if mine else clock.partners_stage)
                found.setdefault(where, Count()).add(what, shown)
                if shown:
                    seen[shown] = clock.child_id
    if seen:
        await access_log.log(tx, actor, "dry_run_threshold", set(seen.values()), purpose="planning")
    now, then = (Impact(day, running, found) for (day, _), found in zip(days, impacts, strict=True))
    return DryRun(draft.clock, now, then)


def _may_know(actor: Actor, row: ClockRow) -> bool:
    """The same rule as the row-level security of `clock`: a lead by the provider, an officer where the council runs it."""
    if actor.role is Role.PROVIDER_LEAD:
        return row.provider_id == actor.organisation_id
    return actor.role is Role.SEND_OFFICER and row.council_runs and row.council_id == actor.organisation_id
