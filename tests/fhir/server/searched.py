"""A county in small for searches, and a second reading of what each search parameter means, from HL7's words alone.

What a parameter finds is compared with what the resources themselves say, under the paths of HL7 FHIR R4 (SearchParameter).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.notify.deliver import deliver
from pathway.notify.senders import Mailbox, Post
from pathway.store.outbox import FAMILY_UPDATE
from pathway.store.scopes import WORKER
from pathway_fhir.vocabulary import systems
from tests.rules.test_rule_10_no_outcome_on_pages import assessed, decide
from tests.world import World

Json = Mapping[str, Any]
AT_MOST = 4
"""How many of the values that are there are asked for."""
GIVEN = {"scope": "share_with_school", "given_by": "parental_responsibility"}
STAGE = "extension:valueCoding"

PATHS: Mapping[str, Mapping[str, str]] = {
    "Patient": {
        "identifier": "identifier", "family": "name.family", "given": "name.given", "name": "name", "birthdate": "birthDate",
        "gender": "gender", "death-date": "deceasedDateTime",
    },
    "RelatedPerson": {"patient": "patient", "name": "name"},
    "EpisodeOfCare": {
        "patient": "patient", "subject": "patient", "status": "status", "stage": STAGE, "type": "type", "date": "period.start",
        "organization": "managingOrganization",
    },
    "ServiceRequest": {
        "patient": "subject", "subject": "subject", "status": "status", "stage": STAGE, "code": "code", "authored": "authoredOn",
        "requester": "requester", "performer": "performer",
    },
    "Task": {
        "patient": "for", "subject": "for", "focus": "focus", "status": "status", "code": "code", "owner": "owner",
        "business-status": "businessStatus", "due-date": "restriction.period.end",
    },
    "Condition": {
        "patient": "subject", "subject": "subject", "code": "code", "verification-status": "verificationStatus",
        "clinical-status": "clinicalStatus",
    },
    "Appointment": {
        "patient": "participant.actor", "subject": "participant.actor", "status": "status", "date": "start|requestedPeriod",
        "based-on": "basedOn",
    },
    "Encounter": {
        "patient": "subject", "subject": "subject", "status": "status", "date": "period", "class": "class",
        "episode-of-care": "episodeOfCare",
    },
    "Consent": {"patient": "patient", "subject": "patient", "status": "status", "date": "dateTime", "category": "category"},
    "CarePlan": {"patient": "subject", "subject": "subject", "status": "status", "date": "period", "category": "category"},
    "DiagnosticReport": {"patient": "subject", "subject": "subject", "status": "status", "issued": "issued", "code": "code"},
    "DocumentReference": {"patient": "subject", "subject": "subject", "status": "status", "date": "date", "type": "type"},
    "Flag": {
        "patient": "subject", "subject": "subject", "status": "status", "date": "period", "code": "code", "category": "category",
    },
    "Provenance": {"patient": "", "target": "target", "recorded": "recorded", "agent": "agent.who"},
    "Communication": {
        "patient": "subject", "subject": "subject", "status": "status", "sent": "sent", "medium": "medium",
    },
    "AuditEvent": {"patient": "entity.what", "date": "recorded", "action": "action"},
    "QuestionnaireResponse": {
        "patient": "subject", "subject": "subject", "based-on": "basedOn", "authored": "authored",
        "questionnaire": "questionnaire", "status": "status",
    },
    "Organization": {"name": "name", "identifier": "identifier"},
    "HealthcareService": {"name": "name"},
    "PractitionerRole": {"organization": "organization", "role": "code"},
    "Questionnaire": {"url": "url", "title": "title", "code": "code"},
    "MeasureReport": {"measure": "measure", "reporter": "reporter"},
    "Measure": {"url": "url"},
    "MessageDefinition": {"url": "url", "event": "eventCoding", "context": ""},
    "CodeSystem": {"url": "url", "name": "name", "title": "title"},
    "ValueSet": {"url": "url", "name": "name", "title": "title"},
    "ConceptMap": {
        "url": "url", "name": "name", "title": "title", "source-system": "group.source", "target-system": "group.target",
    },
    "StructureDefinition": {"url": "url", "name": "name", "title": "title"},
}  # fmt: skip
"""Where R4 says each parameter looks. Empty: tested by itself, for the resource does not say it in one place."""
OF_ALL = {"_id": "id", "_lastUpdated": "meta.lastUpdated"}


async def populated(world: World) -> list[str]:
    """Four children at different places of a pathway, one in hiding and one whose referral is paused."""
    after = await assessed(world)
    await decide(world, after.episode_id, "autism")
    await world.step("clinician", after.episode_id, "feedback_given", date(2026, 6, 15), how="face_to_face")
    await world.step("clinician", after.episode_id, "report_issued", date(2026, 6, 17))
    await world.step("coordinator", after.episode_id, "consent_given", date(2026, 6, 18), **GIVEN)
    await world.step("clinician", after.episode_id, "plan_agreed", date(2026, 6, 19))
    new = await world.refer("senco", received_on=date(2026, 11, 2))
    paused = await world.refer("gp", received_on=date(2025, 1, 6))
    why = {"why": "away", "until": "2027-01-05"}
    await world.step("triage", paused.episode_id, "hold_requested", date(2026, 11, 9), **why)
    hidden = await world.refer(
        child=world.child(restricted=True, safe_contact="Ada, 01632 960001"), carers=()
    )
    await scan_for_breaches(world.area)
    async with world.area.database.transaction(WORKER) as tx:
        told = await tx.fetch("SELECT id FROM outbox WHERE topic = $1", FAMILY_UPDATE)
    for row in told:
        await deliver(world.area, Post({"email": Mailbox()}), row["id"])
    return [str(one.child_id) for one in (after, new, paused, hidden)]


def at(resource: Any, path: str) -> Iterator[Any]:
    """The values of an element, wherever lists stand on the way."""
    if "|" in path:
        for one in path.split("|"):
            yield from at(resource, one)
        return
    if path == STAGE:
        for one in resource.get("extension", ()):
            if one.get("valueCoding", {}).get("system") == systems.STAGE:
                yield one["valueCoding"]
        return
    name, _, rest = path.partition(".")
    value = resource.get(name) if isinstance(resource, Mapping) else None
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        if rest:
            yield from at(one, rest)
        else:
            yield one


def tokens(value: Any) -> set[tuple[str, str]]:
    if isinstance(value, str):
        return {("", value)}
    found = value.get("coding", [value])
    return {(one.get("system", ""), one.get("code") or one.get("value", "")) for one in found}


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [*value.get("given", ()), *filter(None, (value.get("family"), value.get("text")))]


@dataclass(frozen=True)
class Asked:
    """One search of one parameter, and which of the resources it should find."""

    name: str
    value: str
    ids: frozenset[str]


def searches(
    kind: str, modifiers: frozenset[str], name: str, path: str, resources: list[Json]
) -> Iterator[Asked]:
    """Every search that is tried for one parameter, with its answer."""
    values = {str(r["id"]): list(at(r, path)) for r in resources}

    def where(test: Any) -> frozenset[str]:
        return frozenset(key for key, there in values.items() if any(test(one) for one in there))

    everything = frozenset(values)
    if "missing" in modifiers:
        none = frozenset(key for key, there in values.items() if not there)
        yield Asked(f"{name}:missing", "true", none)
        yield Asked(f"{name}:missing", "false", everything - none)
    made = {"token": _tokens, "string": _strings, "reference": _references, "uri": _uris, "date": _dates}[
        kind
    ]
    there = [one for found in values.values() for one in found]
    for asked in made(name, modifiers, there, where):
        yield asked
        if "not" in modifiers and asked.name == name:
            yield Asked(f"{name}:not", asked.value, everything - asked.ids)
    yield Asked(
        name, {"date": "1900-01-01", "reference": "Patient/none"}.get(kind, "Quetzalcoatl"), frozenset()
    )


def _tokens(name: str, modifiers: frozenset[str], there: list[Any], where: Any) -> Iterator[Asked]:
    every = sorted({one for value in there for one in tokens(value)})
    for system, code in every[:AT_MOST]:
        yield Asked(name, code, where(lambda v, c=code: c in {x for _, x in tokens(v)}))
        if system:
            yield Asked(name, f"{system}|{code}", where(lambda v, s=(system, code): s in tokens(v)))
            yield Asked(name, f"http://example.org/other|{code}", frozenset())
    if len(every) > 1:
        two = {code for _, code in every[:2]}
        yield Asked(name, ",".join(sorted(two)), where(lambda v: two & {x for _, x in tokens(v)}))


def _strings(name: str, modifiers: frozenset[str], there: list[Any], where: Any) -> Iterator[Asked]:
    for text in sorted({one for value in there for one in strings(value)})[:AT_MOST]:
        start, middle = text.split()[0][:5], text.split()[0][1:4]
        begins = where(lambda v, s=start: any(x.lower().startswith(s.lower()) for x in strings(v)))
        yield Asked(name, start.upper(), begins)
        if "exact" in modifiers:
            escaped = text.replace(",", "\\,")
            yield Asked(f"{name}:exact", escaped, where(lambda v, t=text: t in strings(v)))
            yield Asked(f"{name}:exact", escaped.upper(), frozenset())
        if "contains" in modifiers:
            has = where(lambda v, m=middle: any(m.lower() in x.lower() for x in strings(v)))
            yield Asked(f"{name}:contains", middle, has)


def _references(name: str, modifiers: frozenset[str], there: list[Any], where: Any) -> Iterator[Asked]:
    for ref in sorted({value["reference"] for value in there if "reference" in value})[:AT_MOST]:
        found = where(lambda v, r=ref: v.get("reference") == r)
        kind, _, key = ref.partition("/")
        yield Asked(name, ref, found)
        yield Asked(name, f"http://test/fhir/R4/{ref}", found)
        if kind in modifiers:
            yield Asked(f"{name}:{kind}", key, found)
    if "identifier" in modifiers:
        numbers = {
            (v["identifier"]["system"], v["identifier"]["value"])
            for v in there
            if "value" in v.get("identifier", {})
        }
        for system, value in sorted(numbers)[:AT_MOST]:
            found = where(lambda v, n=value: v.get("identifier", {}).get("value") == n)
            yield Asked(f"{name}:identifier", f"{system}|{value}", found)


def _uris(name: str, modifiers: frozenset[str], there: list[Any], where: Any) -> Iterator[Asked]:
    for uri in sorted(set(there))[:AT_MOST]:
        yield Asked(name, uri, where(lambda v, u=uri: v == u))


# --- Dates (HL7 FHIR R4, 3.1.1.4.5) -----------------------------------------------------------------------------------

FAR = datetime(9998, 1, 1, tzinfo=UTC)
Between = tuple[datetime, datetime]


def _covers(value: Any) -> Between:
    if isinstance(value, Mapping):
        start, end = value.get("start"), value.get("end")
        return (_covers(start)[0] if start else FAR.replace(year=1)), (_covers(end)[1] if end else FAR)
    if len(value) == 10:
        start = datetime.fromisoformat(f"{value}T00:00:00+00:00")
        return start, start + timedelta(1)
    start = datetime.fromisoformat(value).astimezone(UTC)
    return start.replace(microsecond=0), start.replace(microsecond=0) + timedelta(seconds=1)


PREFIXES: Mapping[str, Any] = {
    "": lambda t, a: a[0] <= t[0] and t[1] <= a[1],
    "eq": lambda t, a: a[0] <= t[0] and t[1] <= a[1],
    "ne": lambda t, a: not (a[0] <= t[0] and t[1] <= a[1]),
    "gt": lambda t, a: t[1] > a[1],
    "ge": lambda t, a: t[1] > a[0],
    "lt": lambda t, a: t[0] < a[0],
    "le": lambda t, a: t[0] < a[1],
    "sa": lambda t, a: t[0] >= a[1],
    "eb": lambda t, a: t[1] <= a[0],
}


def _dates(name: str, modifiers: frozenset[str], there: list[Any], where: Any) -> Iterator[Asked]:
    days = sorted({_covers(value)[0].date() for value in there if _covers(value)[0].year > 1})
    for day in {day for one in days[:AT_MOST] for day in (one, one - timedelta(1))}:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for prefix, test in PREFIXES.items():
            asked = (start, start + timedelta(1))
            yield Asked(name, f"{prefix}{day}", where(lambda v, t=test, a=asked: t(_covers(v), a)))
    for day in days[:1]:
        year = (datetime(day.year, 1, 1, tzinfo=UTC), datetime(day.year + 1, 1, 1, tzinfo=UTC))
        yield Asked(name, f"{day.year}", where(lambda v, y=year: PREFIXES["eq"](_covers(v), y)))
