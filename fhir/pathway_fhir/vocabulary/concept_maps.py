"""Our codes and the national ones side by side, as ConceptMaps: made from the definitions' own tables and never kept twice.

MHSDS and CSDS publish no addresses for their code lists, so ours are used, named after the data item. A code that holds only
for some answers of a step says which (`dependsOn`). What the definition calls unverified is unverified here too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pathway.domain.definition import Definition
from pathway_fhir.vocabulary import care, people, referrals, systems

Json = dict[str, Any]
_ITEM: Final = re.compile(r"(?P<item>[A-Za-z0-9.]+)(\[(?P<field>[a-z_]+)=(?P<value>[a-z0-9_]+)\])?")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMED_ELSEWHERE: Final = {
    ("mhsds", "AttendStatus"): care.ATTEND_STATUS,
    ("mhsds", "PrimReasonReferralMH"): care.REFERRAL_REASON,
}
REJECTION_REASON: Final = systems.our_codes("referral-rejection-reason")
"""NHS Data Dictionary, REFERRAL REJECTION REASON, for which no address is published."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One of our codes with its national one, and the answer on which it depends."""

    source: str
    display: str
    target_system: str
    target: str
    equivalence: str = "relatedto"
    field: str = ""
    answer: str = ""


def data_item(data_set: str, item: str) -> str:
    """The code system of one data item, as `data_item("mhsds", "MHS201.AttendStatus")`."""
    name = item.rpartition(".")[2]
    return _NAMED_ELSEWHERE.get((data_set, name)) or systems.our_codes(
        f"{data_set}-{_CAPITAL.sub('-', name).lower()}"
    )


def concept_maps(definitions: Iterable[Definition]) -> list[Json]:
    """Every map: of each pathway its steps, outcomes and reasons of closing; and who first asked, for all."""
    found = [concept_map for definition in definitions for concept_map in _of_pathway(definition)]
    return [concept_map for concept_map in [*found, _sources(), _priorities(), _channels()] if concept_map]


def _of_pathway(definition: Definition) -> list[Json]:
    key, title = definition.key.replace("_", "-"), definition.title
    return [
        _map(f"{key}-steps", f"{title}: steps", systems.STEP, list(_steps(definition)), definition),
        _map(
            f"{key}-outcomes", f"{title}: outcomes", systems.OUTCOME, list(_outcomes(definition)), definition
        ),
        _map(
            f"{key}-closures",
            f"{title}: reasons of closing",
            systems.CLOSURE,
            list(_closures(definition)),
            definition,
        ),
    ]


def _steps(definition: Definition) -> Iterator[Pair]:
    for step in definition.steps.values():
        if step.snomed:
            yield Pair(step.key, step.title, systems.SNOMED, step.snomed)
        for data_set, table in (("mhsds", step.mhsds), ("csds", step.csds)):
            for name, code in table.items():
                parts = _ITEM.fullmatch(name)
                if parts is None:
                    raise ValueError(
                        f"The {data_set} item “{name}” of “{step.key}” cannot be read. Write TABLE.Item[field=answer]."
                    )
                yield Pair(
                    step.key, step.title, data_item(data_set, parts["item"]), code,
                    field=parts["field"] or "", answer=parts["value"] or "",
                )  # fmt: skip


def _outcomes(definition: Definition) -> Iterator[Pair]:
    status = data_item("mhsds", "AutismStatus")
    for outcome in definition.outcomes.values():
        if outcome.snomed:
            yield Pair(outcome.key, outcome.title, systems.SNOMED, outcome.snomed, "equivalent")
        if outcome.mhsds_autism_status:
            yield Pair(outcome.key, outcome.title, status, outcome.mhsds_autism_status, "equivalent")


def _closures(definition: Definition) -> Iterator[Pair]:
    reason = data_item("mhsds", "ReferClosReason")
    for closure in definition.closures.values():
        if closure.mhsds:
            yield Pair(closure.key, closure.title, reason, closure.mhsds, "wider")
        if closure.rejection:
            yield Pair(closure.key, closure.title, REJECTION_REASON, closure.rejection, "equivalent")


def _sources() -> Json:
    pairs = [Pair(s, "", systems.SNOMED, code, "equivalent") for s, code in referrals.SOURCES.items()]
    return _map("sources", "Who first asked", systems.SOURCE, pairs)


def _priorities() -> Json:
    target = "http://hl7.org/fhir/request-priority"
    pairs = [Pair(ours, "", target, theirs) for ours, theirs in referrals.PRIORITIES.items()]
    return _map("priorities", "Priorities", systems.PRIORITY, pairs)


def _channels() -> Json:
    pairs = [
        Pair(channel, "", systems.CONTACT_METHOD, code, "equivalent")
        for channel, (code, _) in people.CONTACT_METHODS.items()
    ]
    return _map("channels", "Ways to be told", systems.CHANNEL, pairs)


# --- As FHIR ----------------------------------------------------------------------------------------------------------


def _map(name: str, title: str, source: str, pairs: list[Pair], definition: Definition | None = None) -> Json:
    """The map, or nothing where there is nothing to map."""
    if not pairs:
        return {}
    return {
        "resourceType": "ConceptMap",
        "id": name,
        "url": f"{systems.OURS}/ConceptMap/{name}",
        **({"version": str(definition.version)} if definition else {}),
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": title,
        "status": "active",
        "group": [
            _group(source, target, pairs, definition)
            for target in dict.fromkeys(p.target_system for p in pairs)
        ],
    }


def _group(source: str, target: str, pairs: list[Pair], definition: Definition | None) -> Json:
    of_target = [pair for pair in pairs if pair.target_system == target]
    by_source: dict[str, list[Pair]] = {}
    for pair in of_target:
        by_source.setdefault(pair.source, []).append(pair)
    elements = [_element(code, found, definition) for code, found in by_source.items()]
    return {"source": source, "target": target, "element": elements}


def _element(code: str, pairs: list[Pair], definition: Definition | None) -> Json:
    display = {"display": pairs[0].display} if pairs[0].display else {}
    return {"code": code, **display, "target": [_target(pair, definition) for pair in pairs]}


def _target(pair: Pair, definition: Definition | None) -> Mapping[str, Any]:
    target: Json = {"code": pair.target, "equivalence": pair.equivalence}
    if pair.field and definition is not None:
        system = systems.answer_options(definition.key, pair.source, pair.field)
        target["dependsOn"] = [
            {"property": f"{care.FIELD}#{pair.field}", "system": system, "value": pair.answer}
        ]
    return target
