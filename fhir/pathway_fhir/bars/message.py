"""A BaRS message as it was sent: a Bundle that begins with its MessageHeader, with every reference inside it resolved.

NHS's own examples point at an entry by its `urn:uuid:`, by its bare id or as type and id; all three are followed, and
rewritten to the entry's address, so that whoever reads a resource of the message finds the others beside it.

Source: NHS England, BaRS implementation guide, Core, "Message"; HL7 FHIR R4, Messaging and Bundle (resolving references).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pathway_fhir.bars.headers import Address
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import code, one, pointed, several, words
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity
from pathway_fhir.vocabulary import bars

_HEADER: Final = "Bundle.entry[0].resource"
_ELSEWHERE: Final = frozenset({"episodeOfCare"})
"""Elements that name something outside the message: the journey that sender and receiver share."""
_EVENTS: Final = (bars.REQUEST, bars.RESPONSE)


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message. `beside` holds every resource but the header by its address in the Bundle; never shown in a log."""

    id: str
    event: str
    reason: str
    definition: str
    answers: str
    source: str
    destinations: tuple[Address, ...]
    focus: tuple[str, ...]
    beside: Mapping[str, Json]
    warnings: tuple[Issue, ...]

    def of_type(self, resource_type: str) -> list[Json]:
        return [one for one in self.beside.values() if one.get("resourceType") == resource_type]

    def __repr__(self) -> str:
        return "Message(hidden)"


def read_message(bundle: Json, *, strict: bool) -> Message:
    """The message in a Bundle that the guard has let pass. Raises Refused (400) with everything that is wrong with it."""
    entries = [entry for _, entry in several(bundle.get("entry"))]
    _require_message(bundle, entries)
    header = entries[0]["resource"]
    issues: list[Issue] = []
    event = _code(header.get("eventCoding"), bars.MESSAGE_EVENTS, "eventCoding", issues, strict=strict)
    coded = [c for _, c in several(one(header.get("reason")).get("coding"))]
    reason = _code(coded[0] if coded else {}, bars.MESSAGE_REASONS, "reason", issues, strict=strict)
    beside, unresolved = _linked(entries[1:])
    focus = _focus(header, _addresses(entries[1:]), beside, issues)
    _check_identity(bundle, header, issues, strict=strict)
    if unresolved:
        _say(issues, IssueType.INVARIANT, "A reference points at an entry that is not in the message. Send it along.",
             "Bundle.entry", strict=strict)  # fmt: skip
    if event and event not in _EVENTS:
        text = f"This event is not taken here. Send {' or '.join(_EVENTS)}."
        issues.insert(0, Issue(Severity.ERROR, IssueType.NOT_SUPPORTED, text, (f"{_HEADER}.eventCoding",)))
    if any(issue.severity.refuses for issue in issues):
        raise Refused(400, issues)
    return Message(
        words(bundle.get("id")),
        event,
        reason,
        words(header.get("definition")),
        words(one(header.get("response")).get("identifier")),
        words(one(header.get("source")).get("endpoint")),
        tuple(_address(words(found.get("endpoint"))) for _, found in several(header.get("destination"))),
        focus,
        beside,
        tuple(issues),
    )


def _require_message(bundle: Json, entries: list[Json]) -> None:
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message":
        raise Refused.because(
            400, IssueType.INVALID, "Send a Bundle of type message to this address.", "Bundle.type"
        )
    first = one(entries[0].get("resource")) if entries else {}
    if first.get("resourceType") != "MessageHeader":
        text = "A message begins with its MessageHeader. Put it first."
        raise Refused.because(400, IssueType.INVARIANT, text, "Bundle.entry")


def _check_identity(bundle: Json, header: Json, issues: list[Issue], *, strict: bool) -> None:
    """What a message is known by, and where it comes from and goes to."""
    needed = (
        (bundle.get("id"), "Say the id of the message: later messages and answers name it.", "Bundle.id"),
        (
            one(header.get("source")).get("endpoint"),
            "Say from which endpoint it comes.",
            f"{_HEADER}.source",
        ),
    )
    for value, text, where in needed:
        if not words(value):
            issues.append(Issue(Severity.ERROR, IssueType.REQUIRED, text, (where,)))
    if not words(bundle.get("timestamp")):
        text = "Say when the message was made."
        _say(issues, IssueType.REQUIRED, text, "Bundle.timestamp", strict=strict)
    if not header.get("destination"):
        text = "Say to which endpoint it goes."
        _say(issues, IssueType.REQUIRED, text, f"{_HEADER}.destination", strict=strict)


def _say(issues: list[Issue], kind: IssueType, text: str, where: str, *, strict: bool) -> None:
    """A breach that refuses a strict sender, and is told to any other."""
    issues.append(Issue(Severity.ERROR if strict else Severity.WARNING, kind, text, (where,)))


def _code(coding: Any, system: str, name: str, issues: list[Issue], *, strict: bool) -> str:
    """The code of the standard's own list; a tolerant sender may write an older address of it, as the examples do."""
    found = code({"coding": [coding]}, system) or ("" if strict else words(one(coding).get("code")))
    if not found:
        text = f"Say the {name} of the message, as a code of {system}."
        kind = IssueType.VALUE if coding else IssueType.REQUIRED
        issues.append(Issue(Severity.ERROR, kind, text, (f"{_HEADER}.{name}",)))
    return found


def _address(endpoint: str) -> Address:
    system, _, value = endpoint.rpartition("|")
    return Address(system, value)


# --- References -------------------------------------------------------------------------------------------------------


def _addresses(entries: list[Json]) -> dict[str, str]:
    """Every way in which an entry may be pointed at, and its address in the Bundle."""
    found: dict[str, str] = {}
    for n, entry in enumerate(entries):
        resource = one(entry.get("resource"))
        own = words(resource.get("id"))
        address = words(entry.get("fullUrl")) or f"urn:entry:{n + 1}"
        ways = [own, f"{resource.get('resourceType')}/{own}", f"urn:uuid:{own}"] if own else []
        for way in [address, address.removeprefix("urn:uuid:"), *ways]:
            found.setdefault(way, address)
    return found


def _linked(entries: list[Json]) -> tuple[dict[str, Json], bool]:
    """The resources by address, with what they point at by address; whether something points at no entry."""
    addresses = _addresses(entries)
    lost: list[str] = []
    beside = {}
    for n, entry in enumerate(entries):
        resource = one(entry.get("resource"))
        if resource:
            address = words(entry.get("fullUrl")) or f"urn:entry:{n + 1}"
            beside[address] = _rewritten(resource, addresses, lost)
    return beside, bool(lost)


def _rewritten(value: Any, addresses: Mapping[str, str], lost: list[str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {
            key: _reference(inner, addresses, lost, name)
            if key == "reference" and isinstance(inner, str)
            else _rewritten(inner, addresses, lost, key)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_rewritten(inner, addresses, lost, name) for inner in value]
    return value


def _reference(reference: str, addresses: Mapping[str, str], lost: list[str], element: str) -> str:
    found = addresses.get(reference)
    if found is None and reference.startswith("urn:") and element not in _ELSEWHERE:
        lost.append(element)
    return found or reference


def _focus(
    header: Json, addresses: Mapping[str, str], beside: Mapping[str, Json], issues: list[Issue]
) -> tuple[str, ...]:
    """The entries that the message is about. One that is not there leaves nothing to act on."""
    sent = [pointed(element).reference for _, element in several(header.get("focus"))]
    found = tuple(addresses[reference] for reference in sent if addresses.get(reference) in beside)
    if not sent or len(found) < len(sent):
        code_ = IssueType.INVARIANT if sent else IssueType.REQUIRED
        text = "What the message is about must be one of its entries. Name it in focus and send it along."
        issues.append(Issue(Severity.ERROR, code_, text, (f"{_HEADER}.focus",)))
    return found


def journeys(message: Message) -> Iterator[str]:
    """The ids of the journey (EpisodeOfCare) that sender and receiver share, as every Encounter names it."""
    for encounter in message.of_type("Encounter"):
        for _, element in several(encounter.get("episodeOfCare")):
            reference = pointed(element).reference
            if reference:
                yield reference.removeprefix("urn:uuid:").rpartition("/")[2]
