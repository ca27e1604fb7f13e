"""Our own codes as CodeSystems and ValueSets, made from the definitions and from the words of the domain.

Two pathways may give one key different words; the first pathway's words are then the display, and the others stand beside
them as designations.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pathway.domain import share_basis
from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.definition import Definition, Slot, Step
from pathway.domain.events import BUILT_IN_TITLES
from pathway.domain.roles import ROLE_TITLES, Door
from pathway.domain.told import NEVER_TOLD
from pathway_fhir.vocabulary import care, organisations, people, systems

Json = dict[str, Any]
Words = Mapping[str, str]

_PUBLISHER: Final = "Autism pathway"
_BUILT_IN: Final = tuple(one for one in BUILT_IN_TITLES.items() if one[0] not in NEVER_TOLD)
"""Facts that every pathway has beside its steps."""
_CHANNELS: Final[Words] = {channel: title for channel, (_, title) in people.CONTACT_METHODS.items()}
_CONTACT_ROLES: Final[Words] = {people.SAFE_CONTACT: "Safe contact of a child whose location is restricted"}
_DOORS: Final[Mapping[Door, str]] = {
    Door.WEB: "The pages",
    Door.API: "The JSON API",
    Door.FHIR: "The exchange over FHIR",
    Door.IMPORT: "A list that was taken over",
    Door.WORKER: "This service itself",
    Door.COMMAND: "The command line",
}
_PRIORITIES: Final[Words] = {"routine": "Routine", "soon": "Soon", "urgent": "Urgent"}


def code_systems(definitions: Iterable[Definition]) -> list[Json]:
    """Every code system of ours: those that are complete, then the lists that are open."""
    closed = [_code_system(url, title, codes) for url, title, codes in _systems(list(definitions))]
    return closed + [_open_system(url, title, says) for url, title, says in _OPEN]


def value_sets(definitions: Iterable[Definition]) -> list[Json]:
    """A value set of all codes of each of our systems, for bindings."""
    return [_value_set(url, title) for url, title, _ in _systems(list(definitions))]


Codes = Mapping[str, tuple[str, ...]]
"""Each code with its words: the display first, then the designations."""


def _systems(definitions: list[Definition]) -> Iterator[tuple[str, str, Codes]]:
    """Address, title and codes of each system."""
    yield systems.PATHWAY, "Pathways", _words((d.key, d.title) for d in definitions)
    yield (
        systems.USE_CASE,
        "Use cases of referrals",
        _words((d.key.replace("_", "-"), d.title) for d in definitions),
    )
    yield systems.STAGE, "Stages", _words((s.key, s.title) for d in definitions for s in d.stages.values())
    steps = [(s.key, s.title) for d in definitions for s in d.steps.values()]
    yield systems.STEP, "Steps", _words([*steps, *_BUILT_IN])
    yield (
        systems.SIDE_STATE,
        "What runs beside the stage",
        _words((s.key, s.title) for d in definitions for s in d.side_states.values()),
    )
    yield (
        systems.OUTCOME,
        "Outcomes",
        _words((o.key, o.title) for d in definitions for o in d.outcomes.values()),
    )
    yield (
        systems.CLOSURE,
        "Reasons of closing",
        _words((c.key, c.title) for d in definitions for c in d.closures.values()),
    )
    yield care.TASK, "Tasks", _words((t.key, t.title) for d in definitions for t in d.tasks.values())
    yield (
        systems.SOURCE,
        "Who first asked",
        _words(
            (option.key, option.title)
            for d in definitions
            for option in _options(d.steps[d.first_step], "source")
        ),
    )
    yield (
        care.FIELD,
        "What steps ask for",
        _words((f.key, f.title) for d in definitions for s in d.steps.values() for f in s.fields),
    )
    for url, title, words in _FIXED:
        yield url, title, _words(words.items())
    for definition in definitions:
        for step in definition.steps.values():
            for field in step.fields:
                if field.options:
                    url = systems.answer_options(definition.key, step.key, field.key)
                    yield url, f"{step.title}: {field.title}", _words((o.key, o.title) for o in field.options)


_FIXED: Final[tuple[tuple[str, str, Words], ...]] = (
    (systems.GRADE, "Grades of a wait", {str(grade): title for grade, title in GRADE_TITLES.items()}),
    (systems.ROLE, "Roles", {str(role): title for role, title in ROLE_TITLES.items()}),
    (systems.ORGANISATION_KIND, "Kinds of organisation", organisations.KIND_TITLES),
    (
        systems.SLOT,
        "Places of an organisation on an episode",
        {slot.value: slot.value.capitalize() for slot in Slot},
    ),
    (systems.PRIORITY, "Priorities", _PRIORITIES),
    (systems.CARER_NEED, "What carers need", people.NEEDS),
    (systems.CHANNEL, "Ways to be told", _CHANNELS),
    (systems.CONTACT_ROLE, "Contacts", _CONTACT_ROLES),
    (systems.DOOR, "Doors through which facts come", {door.value: title for door, title in _DOORS.items()}),
    (
        systems.SHARE_BASIS,
        "Lawful bases of messages to partners",
        {str(b): t for b, t in share_basis.TITLES.items()},
    ),
    (care.MESSAGE_STATE, "Why a message did not leave", care.MESSAGE_REASONS),
)


_OPEN: Final = (
    (
        care.READING,
        "What was read",
        "What the access log says of a reading: the page, or the step that was recorded.",
    ),
    (
        care.MESSAGE_KIND,
        "Kinds of message",
        "The words that a message to a family was made from, by their key.",
    ),
    (
        care.WAIT_GROUP,
        "Groups of waits",
        "open; wait- and the length of a wait; breach- and the clock that is past its limit.",
    ),
)
"""Lists that grow with what is recorded, agreed or written: their codes are not listed."""


def _options(step: Step, field: str) -> Iterable[Any]:
    asked = step.field_named(field)
    return asked.options if asked else ()


def _words(pairs: Iterable[tuple[str, str]]) -> Codes:
    found: dict[str, tuple[str, ...]] = {}
    for code, title in pairs:
        known = found.get(code, ())
        found[code] = known if title in known else (*known, title)
    return found


def _name(url: str) -> str:
    return "".join(part.capitalize() for part in url.rpartition("/")[2].split("-"))


def _id(url: str) -> str:
    """At most 64 characters; a long field's system is cut and stays unlike any other by its end."""
    whole = url.rpartition("/")[2]
    return whole if len(whole) <= 64 else f"{whole[:31]}.{whole[-32:]}"


def _code_system(url: str, title: str, codes: Codes) -> Json:
    return {
        "resourceType": "CodeSystem",
        "id": _id(url),
        "url": url,
        "name": _name(url),
        "title": title,
        "status": "active",
        "publisher": _PUBLISHER,
        "caseSensitive": True,
        "valueSet": _value_set_url(url),
        "content": "complete",
        "count": len(codes),
        "concept": [_concept(code, words) for code, words in codes.items()],
    }


def _open_system(url: str, title: str, says: str) -> Json:
    return {
        "resourceType": "CodeSystem",
        "id": _id(url),
        "url": url,
        "name": _name(url),
        "title": title,
        "status": "active",
        "publisher": _PUBLISHER,
        "description": says,
        "caseSensitive": True,
        "content": "not-present",
    }


def _concept(code: str, words: tuple[str, ...]) -> Json:
    display, *others = words
    others_said = {"designation": [{"value": other} for other in others]} if others else {}
    return {"code": code, "display": display, **others_said}


def _value_set_url(url: str) -> str:
    return systems.our_values(url.rpartition("/")[2])


def _value_set(url: str, title: str) -> Json:
    return {
        "resourceType": "ValueSet",
        "id": _id(url),
        "url": _value_set_url(url),
        "name": _name(url),
        "title": title,
        "status": "active",
        "publisher": _PUBLISHER,
        "compose": {"include": [{"system": url}]},
    }
