"""MeasureReport and its Measure: how many children wait, by band and by grade; no child is in either.

A count that is held back because it is small is absent, and says so with HL7's reason "masked": it is never 0. UK Core has
no profile for either.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.told import WaitsTold
from pathway_fhir import ids
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, period
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import DATA_ABSENT_REASON, MEASURE_POPULATION, MEASURE_SCORING, WAIT_GROUP

OPEN: Final = "open"
_POPULATION: Final = concept(coding(MEASURE_POPULATION, "initial-population", "Initial Population"))
_KEY: Final = re.compile(r"([1-9][0-9]{0,8})_([0-9]{8})")


def resource(told: WaitsTold, titles: Mapping[str, str] | None = None) -> Json:
    """The waits of one provider on one pathway, as they stood on one day. `titles` are the words for the clocks."""
    return written(
        "MeasureReport",
        logical_id(told.pathway, told.provider.id, told.as_of),
        {
            "status": "complete",
            "type": "summary",
            "measure": measure_address(told.pathway),
            "date": day(told.as_of),
            "reporter": about.organisation(told.provider),
            "period": period(told.as_of, told.as_of),
            "group": [
                {"code": _group(key, title), "population": [{"code": _POPULATION, **_count(n)}]}
                for key, title, n in _groups(told, titles or {})
            ],
        },
    )


def measure(told: WaitsTold, titles: Mapping[str, str] | None = None) -> Json:
    """What is counted: the Measure that the reports of this pathway follow."""
    return written(
        "Measure",
        measure_id(told.pathway),
        {
            "url": measure_address(told.pathway),
            "name": "Waits" + "".join(part.capitalize() for part in told.pathway.split("_")),
            "title": f"Children waiting: {told.title}",
            "status": "active",
            "description": "Children with an open episode on the pathway, by how long they have waited since the first "
            "referral and by how far the wait is past its limit. No day is subtracted. Small counts are held back.",
            "scoring": concept(coding(MEASURE_SCORING, "cohort", "Cohort")),
            "group": [
                {
                    "code": _group(key, title),
                    "population": [
                        {"code": _POPULATION, "criteria": {"language": "text/plain", "expression": title}}
                    ],
                }
                for key, title, _ in _groups(told, titles or {})
            ],
        },
    )


def logical_id(pathway: str, provider_id: int, as_of: date) -> str:
    """One report for each pathway, provider and day."""
    return ids.named(pathway, f"{provider_id}_{as_of:%Y%m%d}")


def key_in(report_id: str) -> tuple[str, int, date] | None:
    """The pathway, the provider's number and the day in a report's id."""
    found = ids.named_in(report_id)
    parts = _KEY.fullmatch(found[1]) if found else None
    if found is None or parts is None:
        return None
    try:
        return found[0], int(parts[1]), date.fromisoformat(parts[2])
    except ValueError:
        return None


def measure_id(pathway: str) -> str:
    return ids.named("waits", pathway)


def measure_address(pathway: str) -> str:
    return f"{systems.OURS}/Measure/{measure_id(pathway)}"


def _groups(told: WaitsTold, titles: Mapping[str, str]) -> Iterator[tuple[str, str, int | None]]:
    """Each group's code, words and count: all that wait, then the bands, then those past the limit of each clock."""
    yield OPEN, "All who wait", told.open
    for key, n in told.bands:
        yield f"wait-{_code(key)}", f"Waiting: {_title(key, titles)}", n
    for key, n in told.breaches:
        yield f"breach-{_code(key)}", f"Past the limit: {_title(key, titles)}", n


def _code(key: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")


def _title(key: str, titles: Mapping[str, str]) -> str:
    """The words for a band or a clock; its key, made readable, where none are given."""
    known = {**{grade.value: title for grade, title in GRADE_TITLES.items()}, **titles}
    return known.get(key) or key.replace("_", " ").capitalize()


def _group(key: str, title: str) -> Json:
    return concept(coding(WAIT_GROUP, key, title), text=title)


def _count(n: int | None) -> Json:
    """The count, or why there is none (HL7 FHIR R4, 2.6.2: an element without a value has its extensions under `_`)."""
    if n is not None:
        return {"count": n}
    return {"_count": {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": "masked"}]}}
