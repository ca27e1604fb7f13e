"""Our own extensions: what each is for, where it may stand and what it holds, and the StructureDefinition made from that.

A test holds that every extension that a mapper writes is here, and that whatever the county produces keeps to it.
Source: HL7 FHIR R4, StructureDefinition and Extension; 2.4.0.2, defining extensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pathway_fhir.vocabulary import systems

Json = dict[str, Any]
_ROOT: Final = "http://hl7.org/fhir/StructureDefinition/Extension"
_STRING: Final = "http://hl7.org/fhirpath/System.String"
_DATE: Final = "2026-11-26"
_PUBLISHER: Final = "Autism pathway"
_VALUE: Final = "value[x]"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an extension that is made of parts. `most`: "1" or "*"."""

    name: str
    says: str
    types: tuple[str, ...]
    least: int = 0
    most: str = "1"


@dataclass(frozen=True, slots=True)
class OwnExtension:
    """One extension: a value of one of `types` (from `codes`, where it is coded), or `parts`. `once`: at most one in its place."""

    name: str
    says: str
    places: tuple[str, ...]
    types: tuple[str, ...] = ()
    codes: str = ""
    targets: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    once: bool = True

    @property
    def url(self) -> str:
        return systems.our_extension(self.name)


_ANSWERED: Final = ("CodeableConcept", "Coding", "boolean", "date", "integer", "Reference", "string")

OWN: Final[tuple[OwnExtension, ...]] = (
    OwnExtension(
        "AboutEpisode", "The episode that a flag is about.", ("Flag",), ("Reference",), targets=("EpisodeOfCare",)
    ),
    OwnExtension(
        "Answer",
        "What a step asked for and was answered, where FHIR has no element of its own for it.",
        ("Appointment", "CarePlan", "Consent", "DocumentReference", "Encounter"),
        parts=(
            Part("field", "The field of the step, by its key.", ("code",), 1),
            Part("value", "The answer: a code, a day, a number, an organisation, yes or no, or words.", _ANSWERED, 1),
        ),
        once=False,
    ),
    OwnExtension(
        "BreachExplanation",
        "The sum behind a flag, part by part, as the screens print it. Days are whole days.",
        ("Flag",),
        parts=(
            Part("clock", "The clock, by its key.", ("code",), 1),
            Part("title", "What the clock measures.", ("string",), 1),
            Part("limitStatus", "Whether the limit is the law's, national, or agreed by the partners.", ("code",)),
            Part("state", "Whether the clock runs, and whether it is past its limit.", ("code",), 1),
            Part("asOf", "The day of the sum.", ("date",), 1),
            Part("startedBy", "The fact that started the clock.", ("string",)),
            Part("startedOn", "The day on which it started.", ("date",), 1),
            Part("finishedBy", "The fact that stopped it.", ("string",)),
            Part("finishedOn", "The day on which it stopped.", ("date",)),
            Part("days", "How many days have counted.", ("integer",)),
            Part("limit", "The limit in force, in words.", ("string",)),
            Part("dueOn", "The last day within the limit.", ("date",)),
            Part("daysOver", "How many days past the limit.", ("integer",)),
            Part("thresholdVersion", "The number of the agreed limit, where partners agreed one.", ("integer",)),
            Part("source", "Where the limit comes from.", ("string",)),
            Part("sentence", "The sum in words, one sentence each.", ("string",), 0, "*"),
        ),
    ),
    OwnExtension(
        "CarerNeed", "What a carer needs so as to be reached.", ("RelatedPerson",), ("CodeableConcept",),
        codes="carer-need", once=False,
    ),
    OwnExtension("Closure", "Why an episode was closed.", ("EpisodeOfCare",), ("Coding",), codes="closure"),
    OwnExtension("Door", "Through which door of this service a fact came.", ("Provenance",), ("code",), codes="door"),
    OwnExtension("EndedOn", "The day on which an appointment was cancelled, missed or kept.", ("Appointment",), ("date",)),
    OwnExtension(
        "HappenedOn", "The day on which what a form records happened, where it was written later.",
        ("QuestionnaireResponse",), ("date",),
    ),
    OwnExtension(
        "LookedAfter", "The child is looked after by a council. Taken from a sender; never written, because it tells "
        "more of a child than most need to know.", ("Patient",), ("boolean",),
    ),
    OwnExtension(
        "MayBeTold", "The carer may be told of this child.", ("RelatedPerson",), ("boolean",)
    ),
    OwnExtension(
        "OpenedOn", "The day on which this episode was opened, where the wait began earlier (transfer, re-opening).",
        ("EpisodeOfCare",), ("date",),
    ),
    OwnExtension(
        "ParentalResponsibility", "The carer holds parental responsibility (Children Act 1989, section 3).",
        ("RelatedPerson",), ("boolean",),
    ),
    OwnExtension(
        "ShareBasis", "On which lawful basis a message to a partner is sent (docs/rules.md 11).", ("MessageHeader",),
        ("code",), codes="share-basis",
    ),
    OwnExtension(
        "SideState", "What runs beside the stage, such as a pause that the family asked for.", ("EpisodeOfCare",),
        ("Coding",), codes="side-state", once=False,
    ),
    OwnExtension("Stage", "The stage that partners are told.", ("EpisodeOfCare",), ("Coding",), codes="stage"),
    OwnExtension("WrittenIn", "The language of a message, as a BCP 47 tag.", ("Communication",), ("code",)),
)  # fmt: skip


def structure_definition(own: OwnExtension) -> Json:
    """The extension as it is published, with differential and snapshot, so that a validator needs nothing else."""
    differential, snapshot = list(_changed(own)), list(_whole(own))
    return {
        "resourceType": "StructureDefinition",
        "id": f"Extension-{own.name}",
        "url": own.url,
        "version": "1.0.0",
        "name": f"Extension{own.name}",
        "title": own.name,
        "status": "active",
        "date": _DATE,
        "publisher": _PUBLISHER,
        "description": own.says,
        "fhirVersion": "4.0.1",
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": place} for place in own.places],
        "type": "Extension",
        "baseDefinition": _ROOT,
        "derivation": "constraint",
        "snapshot": {"element": snapshot},
        "differential": {"element": differential},
    }


def _changed(own: OwnExtension) -> Iterator[Json]:
    """The elements that differ from the plain Extension."""
    yield {
        "id": "Extension", "path": "Extension", "short": own.says, "definition": own.says,
        "min": 0, "max": "1" if own.once else "*",
    }  # fmt: skip
    if own.parts:
        yield _parts_slicing()
        for part in own.parts:
            yield from _part(part)
    else:
        yield _element("Extension.extension", 0, "0", [{"code": "Extension"}])
    yield _url("Extension.url", own.url)
    yield _value("Extension", own) if own.types else _no_value("Extension")


def _whole(own: OwnExtension) -> Iterator[Json]:
    """All elements: those that differ, each with what the plain Extension says of it."""
    for element in _changed(own):
        base = {"path": element["path"], "min": 0, "max": "*"}
        if element["path"].endswith(".url"):
            base = {"path": "Extension.url", "min": 1, "max": "1"}
        elif element["path"].endswith(_VALUE):
            base = {"path": "Extension.value[x]", "min": 0, "max": "1"}
        yield {"definition": own.says, "min": 0, "max": "*", "base": base, **element}
        if element["id"] == "Extension":
            yield _element_id()


def _element_id() -> Json:
    return {
        **_element("Extension.id", 0, "1", [_typed_id()]),
        "definition": "An id of the element, for references inside.",
        "base": {"path": "Element.id", "min": 0, "max": "1"},
    }


def _typed_id() -> Json:
    return {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
                "valueUrl": "string",
            }
        ],
        "code": _STRING,
    }


def _parts_slicing() -> Json:
    return {
        **_element("Extension.extension", 0, "*", [{"code": "Extension"}]),
        "slicing": {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"},
    }


def _part(part: Part) -> Iterator[Json]:
    where, place = f"Extension.extension:{part.name}", "Extension.extension"
    yield {
        "id": where, "path": place, "sliceName": part.name, "short": part.says, "definition": part.says,
        "min": part.least, "max": part.most, "type": [{"code": "Extension"}],
    }  # fmt: skip
    yield {**_element(f"{place}.extension", 0, "0", [{"code": "Extension"}]), "id": f"{where}.extension"}
    yield {**_url(f"{place}.url", part.name), "id": f"{where}.url"}
    yield {
        "id": f"{where}.{_VALUE}", "path": f"{place}.{_VALUE}", "definition": part.says, "min": 1, "max": "1",
        "type": [{"code": kind} for kind in part.types],
    }  # fmt: skip


def _value(place: str, own: OwnExtension) -> Json:
    kinds = [_kind(kind, own.targets) for kind in own.types]
    bound = {"strength": "required", "valueSet": systems.our_values(own.codes)} if own.codes else None
    return {**_element(f"{place}.{_VALUE}", 1, "1", kinds), **({"binding": bound} if bound else {})}


def _kind(code: str, targets: tuple[str, ...]) -> Json:
    profiles = [f"http://hl7.org/fhir/StructureDefinition/{target}" for target in targets]
    return {"code": code, "targetProfile": profiles} if profiles else {"code": code}


def _no_value(place: str) -> Json:
    return _element(f"{place}.{_VALUE}", 0, "0", [{"code": "string"}])


def _url(path: str, fixed: str) -> Json:
    kind = {"code": "http://hl7.org/fhirpath/System.String"}
    return {**_element(path, 1, "1", [kind]), "fixedUri": fixed}


def _element(path: str, least: int, most: str, kinds: list[Json]) -> Json:
    return {"id": path, "path": path, "min": least, "max": most, "type": kinds}
