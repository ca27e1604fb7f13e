"""What a step's fields hold, both ways: as extensions of ours on a resource, and as the input or output of a Task.

FHIR has no place for most of what a step asks for. Each answer carries its field's key, so that nothing is lost on the way
there and back; where FHIR has an element of its own for it, the mapper fills that too. Nothing here judges an answer: the
action does, in the same words for every door.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway_fhir.ids import number_in, reference
from pathway_fhir.mapping.datatypes import Json, coding, concept, extension_of
from pathway_fhir.mapping.received import Reading, codes, extensions, one, pointed, several, words
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import FIELD

ANSWER: Final = systems.our_extension("Answer")

PLACES: Final = frozenset({"setting"})
"""Fields that say where a child is seen. Restricted means location, so they stay here (docs/rules.md 12)."""

_YES_NO: Final = {"yes": True, "no": False}

_PRINTED: Final[Mapping[FieldType, str]] = {
    FieldType.CHOICE: "valueCoding",
    FieldType.YES_NO: "valueBoolean",
    FieldType.DATE: "valueDate",
    FieldType.NUMBER: "valueInteger",
    FieldType.ORGANISATION: "valueReference",
    FieldType.TEXT: "valueString",
    FieldType.LONG_TEXT: "valueString",
}


def extensions_for(
    definition: Definition, step: Step, given: Mapping[str, str], *, restricted: bool = False
) -> list[Json]:
    """The answers of a step as extensions, in the order in which the step asks; of a restricted child no place."""
    return [
        extension_of(
            ANSWER,
            {"url": "field", "valueCode": asked.key},
            {"url": "value", **_printed(definition, step, asked, value)},
        )
        for asked, value in _told(step, given, restricted)
    ]


def outputs_for(
    definition: Definition, step: Step, given: Mapping[str, str], *, restricted: bool = False
) -> list[Json]:
    """The same answers as `Task.output`."""
    return [
        {
            "type": concept(coding(FIELD, asked.key, asked.title)),
            **_printed(definition, step, asked, value),
        }
        for asked, value in _told(step, given, restricted)
    ]


def _told(step: Step, given: Mapping[str, str], restricted: bool) -> Iterator[tuple[Field, str]]:
    for asked in step.fields:
        hidden = restricted and (asked.key in PLACES or asked.type is FieldType.ORGANISATION)
        if given.get(asked.key) and not hidden:
            yield asked, given[asked.key]


def _printed(definition: Definition, step: Step, asked: Field, value: str) -> Json:
    return {_PRINTED[asked.type]: _as_fhir(definition, step, asked, value)}


def _as_fhir(definition: Definition, step: Step, asked: Field, value: str) -> Any:
    match asked.type:
        case FieldType.CHOICE:
            return option_coding(definition, step, asked, value)
        case FieldType.YES_NO:
            return _YES_NO[value]
        case FieldType.NUMBER:
            return int(value)
        case FieldType.ORGANISATION:
            return reference("Organization", value)
    return value


def option_coding(definition: Definition, step: Step, asked: Field, value: str) -> Json:
    """One answer of a choice, in the code system of the field that asks."""
    system = systems.answer_options(definition.key, step.key, asked.key)
    return coding(system, value, title_of(asked, value))


def title_of(asked: Field, value: str) -> str:
    """The words a person reads for an option, or nothing where there is no such option."""
    return next((option.title for option in asked.options if option.key == value), "")


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_extensions(reading: Reading, element: Any, definition: Definition, step: Step) -> dict[str, str]:
    """The answers in an element's extensions; what the step does not ask for is a fault that names what it does."""
    found: dict[str, str] = {}
    for said in extensions(element, ANSWER):
        parts = {part.get("url"): part for _, part in several(said.get("extension"))}
        key = words(one(parts.get("field")).get("valueCode"))
        _take(reading, definition, step, key, one(parts.get("value")), "extension", found)
    return found


def read_parameters(reading: Reading, task: Json, definition: Definition, step: Step) -> dict[str, str]:
    """The answers in a Task's inputs and outputs; other types of parameter are the sender's own and are left out."""
    found: dict[str, str] = {}
    for name in ("input", "output"):
        for n, said in several(task.get(name)):
            for key in codes(said.get("type"), FIELD):
                _take(reading, definition, step, key, said, f"{name}[{n}]", found)
    return found


def _take(
    reading: Reading,
    definition: Definition,
    step: Step,
    key: str,
    said: Json,
    path: str,
    found: dict[str, str],
) -> None:
    asked = step.field_named(key)
    if asked is None:
        known = ", ".join(field.key for field in step.fields) or "none"
        reading.fault(
            IssueType.CODE_INVALID, f"“{step.title}” does not ask for this. Its fields are: {known}.", path
        )
        return
    value = _read(definition, step, asked, said)
    if value:
        found[key] = value
    else:
        kind = _PRINTED[asked.type]
        reading.fault(IssueType.VALUE, f"“{asked.title}” cannot be read. Send it as {kind}.", path)


def _read(definition: Definition, step: Step, asked: Field, said: Json) -> str:
    """The answer as text, as the action takes it, or nothing."""
    name = _PRINTED[asked.type]
    if asked.type is FieldType.CHOICE:
        return _option_in(said, systems.answer_options(definition.key, step.key, asked.key))
    return _READ.get(name, words)(said.get(name))


def _option_in(said: Json, system: str) -> str:
    """The option that is sent: as our code, or as a code alone. Another system's code may mean something else."""
    concepts = several(one(said.get("valueCodeableConcept")).get("coding"))
    codings = [one(said.get("valueCoding")), *(found for _, found in concepts)]
    sent = [words(found.get("code")) for found in codings if found.get("system", system) == system]
    return next(filter(None, [*sent, words(said.get("valueCode"))]), "")


def _boolean(value: Any) -> str:
    return next((word for word, held in _YES_NO.items() if held is value), "")


def _whole_number(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else ""


def _organisation(value: Any) -> str:
    kind, _, logical_id = pointed(value).reference.rpartition("/")
    number = number_in(logical_id)
    return str(number) if number is not None and kind.endswith("Organization") else ""


_READ: Final[Mapping[str, Callable[[Any], str]]] = {
    "valueBoolean": _boolean,
    "valueInteger": _whole_number,
    "valueReference": _organisation,
}
