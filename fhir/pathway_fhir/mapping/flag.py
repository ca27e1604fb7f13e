"""Flag: a wait that is past its limit, with its whole sum; and a safeguarding concern that was noted.

R4's Flag has no note, so the sentences of a breach stand in its code's text and, part by part, in an extension of ours; a
ServiceRequest carries the same sentences as `note` (`breach_note`). A safeguarding flag says that there is a concern and
when, and never what it is.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.explain import Explanation, sentences
from pathway.domain.told import BreachTold, EpisodeTold, FactTold
from pathway_fhir import ids
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import (
    Json,
    coding,
    concept,
    day,
    extension,
    extension_of,
    instant,
    period,
    without_empty,
)
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import BARS_FLAG_CATEGORY, FLAG_CATEGORY

EXPLANATION: Final = systems.our_extension("BreachExplanation")
ABOUT_EPISODE: Final = systems.our_extension("AboutEpisode")

ACTIVE, INACTIVE, IN_ERROR = "active", "inactive", "entered-in-error"

_ADMINISTRATIVE: Final = coding(FLAG_CATEGORY, "admin", "Administrative")
_SAFETY: Final = coding(FLAG_CATEGORY, "safety", "Safety")
_SAFEGUARDING: Final = coding(BARS_FLAG_CATEGORY, "SG", "Safeguarding")


def resource(told: BreachTold, of: EpisodeTold) -> Json:
    """The flag of a breach; inactive once its clock has stopped, and it stays counted (docs/rules.md 1)."""
    return written(
        "Flag",
        ids.numbered(told.id, told.episode_id),
        {
            "extension": [
                extension(ABOUT_EPISODE, valueReference=about.episode(told.episode_id)),
                _explanation(told.explanation),
            ],
            "status": ACTIVE if told.closed_on is None else INACTIVE,
            "category": [concept(_ADMINISTRATIVE)],
            "code": concept(
                coding(systems.GRADE, told.grade.value, GRADE_TITLES[told.grade]),
                text=" ".join(sentences(told.explanation)),
            ),
            "subject": about.patient(of),
            "period": period(told.reached_on, _closed(told)),
            "author": about.organisation(told.provider, restricted=of.restricted),
        },
        version=1 + (told.closed_on is not None),
        changed_at=told.noticed_at if told.closed_on is None else of.changed_at,
        restricted=of.restricted,
    )


def _closed(told: BreachTold) -> date | None:
    """The day it closed: a fact that was dated back may say one before the flag was raised, and a period cannot."""
    return max(told.reached_on, told.closed_on) if told.closed_on is not None else None


def breach_note(told: BreachTold) -> Json:
    """The explanation of a breach as an Annotation: the sentences that the screens print."""
    return without_empty({"time": instant(told.noticed_at), "text": " ".join(sentences(told.explanation))})


def safeguarding(told: FactTold, of: EpisodeTold) -> Json:
    """The flag of a fact that notes a safeguarding concern: no note of it, and no word of what was answered."""
    return about.of_fact(
        "Flag",
        told,
        of,
        {
            "extension": [extension(ABOUT_EPISODE, valueReference=about.episode(told.episode_id))],
            "status": IN_ERROR if told.struck else ACTIVE,
            "category": [concept(_SAFETY, _SAFEGUARDING)],
            "code": about.step_concept(told),
            "subject": about.patient(of),
            "period": period(told.event.happened_on),
        },
    )


def _explanation(e: Explanation) -> Json:
    """The sum, part by part, under the names that the other doors print."""
    values: Mapping[str, tuple[str, Any]] = {
        "clock": ("valueCode", e.clock),
        "title": ("valueString", e.title),
        "limitStatus": ("valueCode", e.status),
        "state": ("valueCode", e.state.value),
        "asOf": ("valueDate", day(e.as_of)),
        "startedBy": ("valueString", e.start.title),
        "startedOn": ("valueDate", day(e.started_on)),
        "finishedBy": ("valueString", e.finish.title if e.finish else ""),
        "finishedOn": ("valueDate", day(e.finished_on)),
        "days": ("valueInteger", e.days),
        "limit": ("valueString", e.limit),
        "dueOn": ("valueDate", day(e.due_on)),
        "daysOver": ("valueInteger", e.days_over),
        "thresholdVersion": ("valueInteger", e.threshold_id),
        "source": ("valueString", e.source),
    }
    parts = [extension(name, **{kind: value}) for name, (kind, value) in values.items()]
    lines = [extension("sentence", valueString=line) for line in sentences(e)]
    return extension_of(EXPLANATION, *parts, *lines)
