"""The invariants of Bundles (bdl-1 to bdl-12)."""

from pathway_fhir.guard.shapes import Json, Rule, distinct, has, objects, text

_WITH_REQUEST = ("batch", "transaction", "history")
_WITH_RESPONSE = ("batch-response", "transaction-response", "history")


def _every_entry_has(name: str, kinds: tuple[str, ...], node: Json) -> bool:
    wanted = text(node, "type") in kinds
    return all(has(entry, name) == wanted for entry in objects(node, "entry"))


def _full_urls_differ(node: Json) -> bool:
    if text(node, "type") == "history":
        return True
    named = [
        (
            entry["fullUrl"],
            [text(meta, "versionId") for r in objects(entry, "resource") for meta in objects(r, "meta")],
        )
        for entry in objects(node, "entry")
        if "fullUrl" in entry
    ]
    return distinct(named)


def _begins_with(node: Json, kind: str, first: str) -> bool:
    if text(node, "type") != kind:
        return True
    resources = [resource for entry in objects(node, "entry")[:1] for resource in objects(entry, "resource")]
    return any(text(resource, "resourceType") == first for resource in resources)


def _identified(node: Json) -> bool:
    named = any(has(one, "system") and has(one, "value") for one in objects(node, "identifier"))
    return text(node, "type") != "document" or named


OF_BUNDLES = (
    Rule(
        "Bundle",
        "bdl-1",
        lambda n: not has(n, "total") or text(n, "type") in ("searchset", "history"),
        "Only the answer to a search or a history may have a total. Take it out.",
    ),
    Rule(
        "Bundle",
        "bdl-2",
        lambda n: text(n, "type") == "searchset" or not any(has(e, "search") for e in objects(n, "entry")),
        "Only the answer to a search may say how an entry was found. Take search out.",
    ),
    Rule(
        "Bundle",
        "bdl-3",
        lambda n: _every_entry_has("request", _WITH_REQUEST, n),
        "Each entry of a batch, transaction or history has a request, and no other has. Mend the entries.",
    ),
    Rule(
        "Bundle",
        "bdl-4",
        lambda n: _every_entry_has("response", _WITH_RESPONSE, n),
        "Each entry of an answer to a batch or transaction has a response, and no other has. Mend the entries.",
    ),
    Rule(
        "Bundle",
        "bdl-7",
        _full_urls_differ,
        "Two entries have the same address. Give each its own.",
    ),
    Rule(
        "Bundle",
        "bdl-9",
        _identified,
        "A document has no identifier with a system and a value. Add one.",
    ),
    Rule(
        "Bundle",
        "bdl-10",
        lambda n: text(n, "type") != "document" or has(n, "timestamp"),
        "A document does not say when it was made. Add timestamp.",
    ),
    Rule(
        "Bundle",
        "bdl-11",
        lambda n: _begins_with(n, "document", "Composition"),
        "A document begins with its Composition. Put it first.",
    ),
    Rule(
        "Bundle",
        "bdl-12",
        lambda n: _begins_with(n, "message", "MessageHeader"),
        "A message begins with its MessageHeader. Put it first.",
    ),
    Rule(
        "Bundle.entry",
        "bdl-5",
        lambda n: has(n, "resource", "request", "response"),
        "An entry has no resource, request or response. Add one or leave the entry out.",
    ),
    Rule(
        "Bundle.entry",
        "bdl-8",
        lambda n: "/_history/" not in text(n, "fullUrl"),
        "The address of an entry names a version. Send it without.",
    ),
)
