"""Provenance: each fact's own: on which day it happened, when it was recorded, by whom, and from which message.

The agent is a member of staff in their role, else their organisation; where the child's location is hidden, the role alone
in words. A fact that was recorded by the family or by this service has its role too.
"""

from typing import Final

from pathway.domain.roles import Door
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.ids import reference
from pathway_fhir.mapping import about, care_plan
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, identifier, instant
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.mapping.of_facts import Shown, shown_as
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import AGENT_TYPE, DATA_OPERATION

DOOR: Final = systems.our_extension("Door")
MESSAGE: Final = f"{systems.OURS}/Id/message"
"""The id of a message as its sender gave it."""

_CREATED: Final = ("CREATE", "create")
_NULLIFIED: Final = ("NULLIFY", "nullify")
_BY_EPISODE: Final = frozenset({Shown.SERVICE_REQUEST})
"""Types whose resource has the episode's key; the others have the fact's own."""


def resource(told: FactTold, of: EpisodeTold, message: str = "") -> Json:
    """Where one fact comes from. `message` is the id of the message that brought it, where one did."""
    event = told.event
    return written(
        "Provenance",
        event.id,
        {
            "extension": [{"url": DOOR, "valueCode": event.door.value}],
            "target": targets(told, of),
            "occurredDateTime": day(event.happened_on),
            "recorded": instant(event.recorded_at or of.changed_at),
            "activity": concept(
                coding(DATA_OPERATION, *(_NULLIFIED if told.struck else _CREATED)),
                coding(systems.STEP, event.kind, told.title),
                text=told.title,
            ),
            "agent": [_agent(told, of)],
            "entity": [{"role": "source", "what": {"identifier": identifier(MESSAGE, message)}}]
            if message
            else [],
        },
        version=1 + told.struck,
        changed_at=of.changed_at if told.struck else event.recorded_at or of.changed_at,
        restricted=of.restricted,
    )


def targets(told: FactTold, of: EpisodeTold) -> list[Json]:
    """The resources that show the fact, and the episode that it changed."""
    kinds = [
        kind
        for kind in shown_as(of.definition, told.event.kind)
        if kind is not Shown.CARE_PLAN or care_plan.applies(told)
    ]
    shown = [reference(kind, told.episode_id if kind in _BY_EPISODE else told.event.id) for kind in kinds]
    return [*shown, about.episode(told.episode_id)]


def _agent(told: FactTold, of: EpisodeTold) -> Json:
    title = about.role_title(told)
    employer = about.organisation(told.by.organisation if told.by else None, restricted=of.restricted)
    person = about.staff(told.by, restricted=of.restricted)
    kind = ("assembler", "Assembler") if told.event.door is Door.WORKER else ("enterer", "Enterer")
    return {
        "type": concept(coding(AGENT_TYPE, *kind)),
        "role": [concept(coding(systems.ROLE, told.event.role.value, title), text=title)],
        "who": person or employer or {"display": title},
        "onBehalfOf": employer if person else {},
    }
