"""The same facts through the actions: each at its own time, by its own actor, under its own request id."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from pathway.actions import correct, hand_over
from pathway.actions.area import Area
from pathway.actions.move_school import move_school
from pathway.actions.name_coordinator import name_coordinator
from pathway.actions.perform import Asking
from pathway.actions.record_step import record_step
from pathway.actions.refer import refer
from pathway.actions.roll_reviews_forward import roll_reviews_forward
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.definition import Slot
from pathway.domain.events import BuiltIn
from pathway.domain.london import LONDON
from pathway.domain.referral import Referral
from pathway.store.loader_clocks import SCAN_AT
from pathway.store.loader_facts import Batch, History, LoadedChild, RecordedFact

SLOTS = frozenset(slot.value for slot in Slot)


class Replay:
    """Replays a batch in the order of recording; looks for breaches every morning, as the worker does."""

    def __init__(self, area: Area, batch: Batch, scan_until: date | None) -> None:
        self.area, self.batch, self.scan_until = area, batch, scan_until
        self.children = {child.id: child for child in batch.children}
        self.episodes: dict[UUID, UUID] = {}
        self.child_ids: dict[UUID, UUID] = {}
        self._morning: date | None = None

    async def run(self) -> None:
        for history, act in self._acts():
            await self._scan_before(act[0].recorded_at)
            await self._do(history, act[0])
        await self._scan_before(None)

    def _acts(self) -> Iterator[tuple[History, list[RecordedFact]]]:
        found: list[tuple[datetime, History, list[RecordedFact]]] = []
        for history in self.batch.histories:
            acts: dict[UUID, list[RecordedFact]] = {}
            for fact in history.facts:
                acts.setdefault(fact.request_id, []).append(fact)
            found += [(act[0].recorded_at, history, act) for act in acts.values()]
        for _, history, act in sorted(found, key=lambda one: one[0]):
            yield history, act

    def _at(self, now: datetime) -> Area:
        return replace(self.area, now=lambda: now)

    async def _scan_before(self, now: datetime | None) -> None:
        if self.scan_until is None:
            return
        day = self._morning or (now.date() if now else self.scan_until)
        while day <= self.scan_until and (
            now is None or datetime.combine(day, SCAN_AT, LONDON).astimezone(now.tzinfo) < now
        ):
            area = self._at(datetime.combine(day, SCAN_AT, LONDON))
            await roll_reviews_forward(area)
            await scan_for_breaches(area)
            day += timedelta(1)
        self._morning = day

    async def _do(self, history: History, fact: RecordedFact) -> None:
        area = self._at(fact.recorded_at)
        asking = Asking(fact.actor, fact.request_id)
        if history.episode_id not in self.episodes:
            await self._refer(area, asking, history, fact)
            return
        episode = self.episodes[history.episode_id]
        match fact.kind:
            case BuiltIn.HAND_OVER_OFFERED:
                await hand_over.offer(area, asking, episode, int(fact.fields["to"]))
            case BuiltIn.HAND_OVER_ACCEPTED:
                await hand_over.accept(area, asking, episode)
            case BuiltIn.HAND_OVER_DECLINED:
                await hand_over.decline(area, asking, episode, fact.texts["reason"])
            case BuiltIn.COORDINATOR_SET:
                await name_coordinator(area, asking, episode, int(fact.fields["account"]))
            case BuiltIn.SCHOOL_CHANGED:
                child = self.child_ids[history.child_id]
                await move_school(area, asking, child, int(fact.fields["to"]), fact.happened_on)
            case BuiltIn.STRUCK_OUT:
                assert fact.target is not None
                await correct.strike_out(area, asking, episode, fact.target, fact.texts["reason"])
            case BuiltIn.RE_DATED:
                assert fact.target is not None
                day = date.fromisoformat(fact.fields["happened_on"])
                await correct.re_date(area, asking, episode, fact.target, day, fact.texts["reason"])
            case _:
                answers = {**fact.fields, **fact.texts}
                await record_step(area, asking, episode, fact.kind, fact.happened_on, answers)

    async def _refer(self, area: Area, asking: Asking, history: History, fact: RecordedFact) -> None:
        child: LoadedChild = self.children[history.child_id]
        answers = {key: value for key, value in {**fact.fields, **fact.texts}.items() if key not in SLOTS}
        referral = Referral(
            history.pathway, child.details, fact.happened_on, tuple(c.details for c in child.carers), answers,
            school_id=_number(fact, Slot.SCHOOL), provider_id=_number(fact, Slot.PROVIDER),
        )  # fmt: skip
        referred = await refer(area, asking, referral)
        self.episodes[history.episode_id] = referred.episode_id
        self.child_ids[history.child_id] = referred.child_id


def _number(fact: RecordedFact, slot: Slot) -> int | None:
    return int(fact.fields[slot.value]) if slot.value in fact.fields else None
