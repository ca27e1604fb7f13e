"""Is the county like the ones we know? The targets, where each comes from, and what a simulated county gives.

The figures are public ones of a comparable area, or of England. They are wide on purpose: no two areas count alike.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean
from typing import Final

from pathway.store.loader_facts import History

_YEAR = timedelta(365)
_WEEKS = 7


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that the county should show, and between which values."""

    key: str
    title: str
    least: float
    most: float
    source: str
    measure: Callable[["_County"], float]


class _County:
    """The histories by pathway, with the days that the measures look at."""

    def __init__(self, histories: Iterable[History], today: date) -> None:
        self.today = today
        self.histories = tuple(histories)
        self.autism = [h for h in self.histories if h.pathway == "autism"]
        self.ehc = [h for h in self.histories if h.pathway == "ehc_needs_assessment"]

    def first(self, history: History, *kinds: str) -> date | None:
        return next((f.happened_on for f in history.facts if f.kind in kinds), None)

    def waits_of_starters(self) -> list[int]:
        """Weeks from referral to the start of the assessment, for those who started in the last year."""
        return [
            (started - h.facts[0].happened_on).days // _WEEKS
            for h in self.autism
            if (started := self.first(h, "assessment_started")) and started > self.today - _YEAR
        ]

    def waits_now(self) -> list[int]:
        """Weeks so far, for those who were accepted and have not been seen."""
        return [
            (self.today - h.facts[0].happened_on).days // _WEEKS
            for h in self.autism
            if self.first(h, "referral_accepted") and not self.first(h, "assessment_started", *ENDED)
        ]

    def of_year(self, kind: str) -> list[History]:
        """Autism histories with this fact in the last year."""
        since = self.today - _YEAR
        return [h for h in self.autism if any(f.kind == kind and f.happened_on > since for f in h.facts)]

    def outcomes(self) -> Counter[str]:
        return Counter(
            fact.fields["outcome"] for h in self.autism for fact in h.facts if fact.kind == "outcome_recorded"
        )


ENDED: Final = (
    "closing_notified", "episode_closed", "entered_in_error", "death_recorded", "outside_diagnosis_accepted",
)  # fmt: skip


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def _diagnosed(county: _County) -> float:
    outcomes = county.outcomes()
    return _share(outcomes["autism"], outcomes.total())


def _on_time(county: _County) -> float:
    days = [
        (done - h.facts[0].happened_on).days
        for h in county.ehc
        if (done := county.first(h, "final_plan_issued"))
    ]
    return _share(sum(d <= 140 for d in days), len(days))


def _open_of(county: _County, kinds: tuple[str, ...], pathway: str) -> int:
    return sum(not county.first(h, *kinds) for h in county.histories if h.pathway == pathway)


def _count(kinds: tuple[str, ...], among: tuple[str, ...]) -> Callable[[_County], float]:
    def measure(county: _County) -> float:
        facts = Counter(f.kind for h in county.autism for f in h.facts)
        return _share(sum(facts[k] for k in kinds), sum(facts[k] for k in among))

    return measure


_BOOKED = (
    "assessment_started", "appointment_missed", "appointment_cancelled_by_family", "appointment_cancelled_by_team",
)  # fmt: skip

TARGETS: Final = (
    Target(
        "mean_wait", "Weeks from referral to start, mean of the last year's starters", 60, 84,
        "Devon: mean about 67 weeks (August 2019), about 80 (May 2021); HSJ 7025703, 7031280",
        lambda c: mean(c.waits_of_starters()),
    ),
    Target(
        "longest_wait", "Weeks that the child who waits longest has waited", 122, 230,
        "Devon: longest 122 weeks (August 2019), HSJ 7025703; England: 15% of diagnoses took over 4 years",
        lambda c: max(c.waits_now()),
    ),
    Target(
        "over_13_weeks", "Of a hundred who wait, those beyond 13 weeks", 78, 95,
        "England: 83% (June 2023) to 89% (September 2024), NHS England autism waiting times",
        lambda c: _share(sum(w >= 13 for w in c.waits_now()), len(c.waits_now())),
    ),
    Target(
        "over_52_weeks", "Of a hundred who wait, those beyond 52 weeks", 20, 62,
        "Devon 2024: none over 52 weeks was the aim, and was not met",
        lambda c: _share(sum(w > 52 for w in c.waits_now()), len(c.waits_now())),
    ),
    Target(
        "diagnosed", "Of a hundred outcomes, autism", 70, 90,
        "Devon: 30% are not diagnosed (pathway page), around 90% are (board paper); Swindon 94%",
        _diagnosed,
    ),
    Target(
        "incomplete", "Of a hundred referrals, those for which more information was asked", 15, 35,
        "Devon: missing information is chased; no figure is published",
        lambda c: _share(sum(c.first(h, "information_requested") is not None for h in c.autism), len(c.autism)),
    ),
    Target(
        "not_brought", "Of a hundred first appointments, those to which the child was not brought", 4, 11,
        "NHS outpatients: 6 to 8 in a hundred",
        _count(("appointment_missed",), _BOOKED),
    ),
    Target(
        "right_to_choose", "Of a hundred accepted, those who choose another provider", 2, 12,
        "NHS England: rising; no figure for children by area",
        _count(("right_to_choose_chosen",), ("referral_accepted",)),
    ),
    Target(
        "ehc_on_time", "Of a hundred final EHC plans, those within 20 weeks", 35, 60,
        "England: 49 to 50% (SEN2, 2022 and 2023); a county of this kind: mean 37 to 44 weeks",
        _on_time,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A target and what this county gives."""

    target: Target
    value: float

    @property
    def is_within(self) -> bool:
        return self.target.least <= self.value <= self.target.most


def measure(histories: Iterable[History], today: date) -> tuple[Measured, ...]:
    """Every target, measured."""
    county = _County(histories, today)
    return tuple(Measured(target, round(target.measure(county), 1)) for target in TARGETS)
