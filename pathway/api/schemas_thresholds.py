"""Limits as other systems see and propose them: every version, who signed it, and what a draft would do."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict

from pathway.actions.dry_run_threshold import DryRun, Impact
from pathway.api.schemas import Answer, Body, Day, Key, Line
from pathway.domain.agreement import ThresholdDraft
from pathway.domain.small_numbers import HIDDEN, shown
from pathway.domain.thresholds import Applies
from pathway.store.threshold_rows import ThresholdVersion


class SignatureGiven(Answer):
    """Which organisation signed, for its kind, and when."""

    kind: str
    organisation: str
    signed_at: datetime


class Threshold(Answer):
    """One version of a limit. It holds from `effective_from`, once it is agreed: one of each kind in `needs` has signed."""

    id: int
    pathway: str
    clock: str
    limit: str
    due_soon: str | None
    applies: Applies
    effective_from: date
    source: str
    needs: list[str]
    drafted_for: str
    drafted_at: datetime
    agreed_at: datetime | None
    withdrawn_at: datetime | None
    signatures: list[SignatureGiven]


class Thresholds(Answer):
    """Every version that was drafted, the newest first. The definitions' own limits are under /api/pathways."""

    rows: list[Threshold]


class DraftBody(Body):
    """A limit as it is proposed; periods as people write them ("10 working days", "3 months")."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "pathway": "autism",
                "clock": "community_wait",
                "limit": "26 weeks",
                "effective_from": "2027-04-01",
                "source": "Partnership board, 3 March 2027, paper 5",
            }
        },
    )

    pathway: Key
    clock: Key
    limit: Line
    effective_from: Day
    source: Line
    applies: Applies = Applies.RUNNING
    due_soon: Line | None = None


class Drafted(Answer):
    """A draft that waits for the signatures of these kinds of organisation."""

    id: int
    needs: list[str]


class Signed(Answer):
    """A draft after a signature; agreed once nobody is missing."""

    id: int
    missing: list[str]
    agreed: bool


class Effect(Answer):
    """What a limit would do on a day.

    Counts are null for commissioners where they are under 5, and rounded to the nearest 5 otherwise. The episodes are named
    only to those who answer for them.
    """

    as_of: date
    running: int | None
    breached: int | None
    no_longer: int | None
    breached_episodes: list[UUID]
    no_longer_episodes: list[UUID]


class DryRunAnswer(Answer):
    """A draft's effect as if it held from tomorrow, and on its own day if nothing else happened until then."""

    clock: str
    now: Effect
    then: Effect


def draft_of(body: DraftBody) -> ThresholdDraft:
    return ThresholdDraft(
        body.pathway, body.clock, body.limit, body.effective_from, body.source, body.applies, body.due_soon or ""
    )  # fmt: skip


def threshold_answer(version: ThresholdVersion) -> Threshold:
    return Threshold(
        id=version.id,
        pathway=version.pathway,
        clock=version.clock,
        limit=version.limit,
        due_soon=version.due_soon,
        applies=Applies(version.applies),
        effective_from=version.effective_from,
        source=version.source,
        needs=list(version.needs),
        drafted_for=version.drafted_for,
        drafted_at=version.drafted_at,
        agreed_at=version.agreed_at,
        withdrawn_at=version.withdrawn_at,
        signatures=[
            SignatureGiven(kind=s.kind, organisation=s.organisation, signed_at=s.signed_at)
            for s in version.signatures
        ],
    )


def dry_run_answer(tried: DryRun, *, suppressed: bool) -> DryRunAnswer:
    return DryRunAnswer(
        clock=tried.clock, now=_effect(tried.now, suppressed), then=_effect(tried.then, suppressed)
    )


def _effect(impact: Impact, suppressed: bool) -> Effect:
    counts = impact.by_place.values()
    return Effect(
        as_of=impact.as_of,
        running=_count(impact.running, suppressed),
        breached=_count(impact.breached, suppressed),
        no_longer=_count(impact.no_longer, suppressed),
        breached_episodes=[episode for count in counts for episode in count.breached_episodes],
        no_longer_episodes=[episode for count in counts for episode in count.no_longer_episodes],
    )


def _count(true: int, suppressed: bool) -> int | None:
    if not suppressed:
        return true
    said = shown(true)
    return None if said == HIDDEN else int(said.replace(",", ""))
