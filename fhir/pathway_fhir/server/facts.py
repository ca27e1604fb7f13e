"""What happened to a child, as the resource that shows it: appointments, contacts, permissions, plans, reports, flags.

Which resource shows which fact is one table (`mapping/of_facts.py`). Every fact has its Provenance.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from pathway.domain.told import EpisodeTold, FactTold
from pathway.reading.told.facts import fact, facts_of_children
from pathway.reading.told.messages import child_of_message, messages_of_children
from pathway.reading.told.overdue import overdue_of_children, overdue_of_episodes
from pathway.reading.told.readings import readings_of_child
from pathway.reading.told.sources import messages_behind
from pathway_fhir import ids
from pathway_fhir.bars.sources import by_fact
from pathway_fhir.mapping import (
    appointment,
    audit_event,
    care_plan,
    communication,
    consent,
    diagnostic_report,
    document_reference,
    encounter,
    flag,
    provenance,
)
from pathway_fhir.mapping.of_facts import Shown, shown_as
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Exchange, Json, Offered, OfOneChild

Print = Callable[[FactTold, EpisodeTold], Json]
_ID: Final = Looked("token", ("id",), "The logical id.")
_UPDATED: Final = Looked("date", ("meta.lastUpdated",), "When it was last changed.")


def _about(path: str) -> dict[str, Looked]:
    child = Looked("reference", (path,), "The child that it is about: a search needs one.")
    return {"patient": child, "subject": child}


def _shown(shown: Shown, printed: Print) -> tuple[
    Callable[[Exchange, Sequence[UUID]], Awaitable[list[Json]]], Callable[[Exchange, str], Awaitable[Json | None]]
]:  # fmt: skip
    """How the facts of one kind are found, by their children and by id."""

    def is_shown(told: FactTold, of: EpisodeTold) -> bool:
        return shown in shown_as(of.definition, told.event.kind) and (
            shown is not Shown.CARE_PLAN or care_plan.applies(told)
        )

    async def of_children(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
        told = await facts_of_children(exchange.area, exchange.actor, children)
        return [printed(one, of) for one, of in told if is_shown(one, of)]

    async def read(exchange: Exchange, logical_id: str) -> Json | None:
        key = ids.uuid_in(logical_id)
        found = await fact(exchange.area, exchange.actor, key) if key else None
        return printed(*found) if found and is_shown(*found) else None

    return of_children, read


def _of_facts(
    shown: Shown, printed: Print, says: str, path: str, parameters: Mapping[str, Looked]
) -> Offered:  # fmt: skip
    of_children, read = _shown(shown, printed)
    return Offered(
        shown.value,
        says,
        OfOneChild({"_id": _ID, "_lastUpdated": _UPDATED, **_about(path), **parameters}, of_children),
        read,
        includes={"patient": "Patient"} | ({"subject": "Patient"} if path == "subject" else {}),
    )


_STATUS: Final = Looked("token", ("status",), "The status.")

# --- Flag, Provenance, Communication, AuditEvent: not of one fact only -------------------------------------------------

_safeguarding, _read_safeguarding = _shown(Shown.FLAG, flag.safeguarding)


async def _flags(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    overdue = await overdue_of_children(exchange.area, exchange.actor, children)
    return [flag.resource(*one) for one in overdue] + await _safeguarding(exchange, children)


async def _read_flag(exchange: Exchange, logical_id: str) -> Json | None:
    number = ids.numbered_in(logical_id)
    if number is None:
        return await _read_safeguarding(exchange, logical_id)
    overdue = await overdue_of_episodes(exchange.area, exchange.actor, [number[1]])
    return next((flag.resource(*one) for one in overdue if one[0].id == number[0]), None)


async def _provenances(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    found = await facts_of_children(exchange.area, exchange.actor, children)
    sources = by_fact(await messages_behind(exchange.area, children))
    return [provenance.resource(told, of, sources.get(told.event.id, "")) for told, of in found]


async def _read_provenance(exchange: Exchange, logical_id: str) -> Json | None:
    key = ids.uuid_in(logical_id)
    found = await fact(exchange.area, exchange.actor, key) if key else None
    if found is None:
        return None
    told, of = found
    sources = by_fact(await messages_behind(exchange.area, [told.child_id]))
    return provenance.resource(told, of, sources.get(told.event.id, ""))


async def _messages(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    left = await messages_of_children(exchange.area, exchange.actor, children)
    return [communication.resource(told) for told, _ in left]


async def _read_message(exchange: Exchange, logical_id: str) -> Json | None:
    """A message is read through its child: its own id says nothing about whose it is."""
    key = ids.uuid_in(logical_id)
    child = await child_of_message(exchange.area, key) if key else None
    found = await _messages(exchange, [child]) if child else []
    return next((one for one in found if one["id"] == logical_id), None)


async def _readings(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    return [
        audit_event.resource(told)
        for child in children
        for told in await readings_of_child(exchange.area, exchange.actor, child)
    ]


async def _read_reading(exchange: Exchange, logical_id: str) -> Json | None:
    number = ids.numbered_in(logical_id)
    found = await _readings(exchange, [number[1]]) if number else []
    return next((one for one in found if one["id"] == logical_id), None)


FACT_TYPES: Final = (
    _of_facts(
        Shown.APPOINTMENT, appointment.resource, "An appointment that was offered or booked.", "participant.actor",
        {
            "status": _STATUS,
            "date": Looked("date", ("start", "requestedPeriod"), "When it is, or is asked for."),
            "based-on": Looked("reference", ("basedOn",), "The referral."),
        },
    ),
    _of_facts(
        Shown.ENCOUNTER, encounter.resource, "A contact that took place.", "subject",
        {
            "status": _STATUS,
            "date": Looked("date", ("period",), "When it was."),
            "class": Looked("token", ("class",), "How: in person, by video, by telephone."),
            "episode-of-care": Looked("reference", ("episodeOfCare",), "The episode."),
        },
    ),
    _of_facts(
        Shown.CONSENT, consent.resource, "Permission that was given or taken back.", "patient",
        {
            "status": _STATUS,
            "date": Looked("date", ("dateTime",), "When it was given or taken back."),
            "category": Looked("token", ("category",), "What kind of permission."),
        },
    ),
    _of_facts(
        Shown.CARE_PLAN, care_plan.resource, "Support that was planned or agreed.", "subject",
        {"status": _STATUS, "date": Looked("date", ("period",), "When it holds."), "category": Looked("token", ("category",), "Its kind.")},
    ),
    _of_facts(
        Shown.DIAGNOSTIC_REPORT, diagnostic_report.resource, "The report of an assessment.", "subject",
        {"status": _STATUS, "issued": Looked("date", ("issued",), "When it was sent."), "code": Looked("token", ("code",), "Its kind.")},
    ),
    _of_facts(
        Shown.DOCUMENT_REFERENCE, document_reference.resource, "A letter or report, as it stands in the record.", "subject",
        {"status": _STATUS, "date": Looked("date", ("date",), "When it was made."), "type": Looked("token", ("type",), "Its kind.")},
    ),
    Offered(
        "Flag", "A wait that is past a limit, with its sum; a safeguarding concern.",
        OfOneChild(
            {
                "_id": _ID, "_lastUpdated": _UPDATED, **_about("subject"),
                "status": _STATUS,
                "date": Looked("date", ("period",), "Since when."),
                "code": Looked("token", ("code",), "The grade, or the kind of concern."),
                "category": Looked("token", ("category",), "Its kind."),
            },
            _flags,
        ),
        _read_flag,
        includes={"patient": "Patient", "subject": "Patient"},
    ),
    Offered(
        "Provenance", "Where a fact comes from: who recorded it, when, through which door.",
        OfOneChild(
            {
                "_id": _ID,
                "patient": Looked("reference", ("target",), "The child: a search needs one."),
                "target": Looked("reference", ("target",), "What the fact is shown by."),
                "recorded": Looked("date", ("recorded",), "When it was recorded."),
                "agent": Looked("reference", ("agent.who",), "Who recorded it."),
            },
            _provenances,
        ),
        _read_provenance,
    ),
    Offered(
        "Communication", "A message to the family that left: never its text.",
        OfOneChild(
            {
                "_id": _ID, **_about("subject"), "status": _STATUS,
                "sent": Looked("date", ("sent",), "When it left."),
                "medium": Looked("token", ("medium",), "How."),
            },
            _messages,
        ),
        _read_message,
        includes={"patient": "Patient", "subject": "Patient", "recipient": "RelatedPerson"},
    ),
    Offered(
        "AuditEvent", "A reading of a child's record by your own organisation.",
        OfOneChild(
            {
                "_id": _ID, "patient": Looked("reference", ("entity.what",), "The child: a search needs one."),
                "date": Looked("date", ("recorded",), "When."),
                "action": Looked("token", ("action",), "What was done."),
            },
            _readings,
        ),
        _read_reading,
    ),
)  # fmt: skip
