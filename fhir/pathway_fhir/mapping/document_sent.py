"""A document that another system sends: the paper itself, whole and unharmed, and nothing that has to be fetched.

An address is never followed: what lies behind it may change, may be for others, and may be inside our own network.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pathway_fhir.mapping import received
from pathway_fhir.mapping.received import Pointed, Reading
from pathway_fhir.outcome import IssueType

LARGEST: Final = 5 * 1024 * 1024
"""Bytes of one document; the limit of what a message of the exchange may hold is above it."""

KINDS: Final[Mapping[str, bytes]] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "text/plain": b"",
}
"""The kinds of document that are taken, and how each begins: what says it is a PDF and is none is refused."""


@dataclass(frozen=True, slots=True)
class DocumentSent:
    """One document. Its content and its title may say anything about a child, so both are hidden in logs."""

    subject: Pointed
    content_type: str
    content: bytes = field(repr=False)
    title: str = field(default="", repr=False)
    written_on: date | None = None
    about: tuple[Pointed, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


def parse(sent: Any, root: str = "") -> DocumentSent:
    """The document that is sent. Raises Refused with everything that keeps it from being used."""
    reading = received.begin(sent, "DocumentReference", root)
    if sent.get("status") != "current":
        reading.fault(IssueType.BUSINESS_RULE, "Send a document that is current.", "status")
    subject = received.pointed(sent.get("subject"))
    if not subject:
        reading.fault(IssueType.REQUIRED, "Say whom the document is about.", "subject")
    contents = received.several(sent.get("content"))
    if len(contents) != 1:
        reading.fault(IssueType.REQUIRED, "Send one document in one DocumentReference.", "content")
    attachment = received.one(contents[0][1].get("attachment")) if contents else {}
    path = "content[0].attachment"
    content = _content(reading, attachment, path)
    written = received.whole_day(reading, attachment.get("creation"), f"{path}.creation", what="the day")
    title = received.line(reading, attachment.get("title") or sent.get("description"), f"{path}.title")
    reading.end()
    related = received.several(received.one(sent.get("context")).get("related"))
    named = (element for _, element in received.several(sent.get("identifier")))
    pairs = ((received.words(i.get("system")), received.words(i.get("value"))) for i in named)
    return DocumentSent(
        subject,
        _kind(attachment),
        content,
        title,
        written,
        tuple(filter(None, (received.pointed(element) for _, element in related))),
        tuple(pair for pair in pairs if all(pair)),
    )


def _kind(attachment: Mapping[str, Any]) -> str:
    return received.words(attachment.get("contentType")).partition(";")[0].strip().lower()


def _content(reading: Reading, attachment: Mapping[str, Any], path: str) -> bytes:
    data = attachment.get("data")
    if not isinstance(data, str) or not data:
        text = "Send the document itself, as data: an address is not followed."
        reading.fault(IssueType.REQUIRED, text, f"{path}.data")
        return b""
    if len(data) > LARGEST * 4 // 3 + 4:
        reading.fault(IssueType.TOO_LONG, f"A document may have {LARGEST // 1024**2} MB.", f"{path}.data")
        return b""
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        reading.fault(
            IssueType.VALUE, "This is not base64. Encode the document and send it again.", f"{path}.data"
        )
        return b""
    _check_kind(reading, attachment, content, path)
    _check_whole(reading, attachment, content, path)
    return content


def _check_kind(reading: Reading, attachment: Mapping[str, Any], content: bytes, path: str) -> None:
    kind = _kind(attachment)
    if kind not in KINDS:
        text = f"Send one of these kinds of document: {', '.join(KINDS)}."
        reading.fault(IssueType.NOT_SUPPORTED, text, f"{path}.contentType")
    elif not content.startswith(KINDS[kind]):
        reading.fault(IssueType.VALUE, "The document is not of the kind that it says.", f"{path}.contentType")


def _check_whole(reading: Reading, attachment: Mapping[str, Any], content: bytes, path: str) -> None:
    """FHIR's `hash` is SHA-1, in base64; it finds what was cut or changed on the way, and protects from nobody."""
    size, said = attachment.get("size"), attachment.get("hash")
    if size is not None and size != len(content):
        reading.fault(
            IssueType.VALUE, "The document has another size than it says. Send it again.", f"{path}.size"
        )
    digest = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    if said is not None and said != digest:
        reading.fault(
            IssueType.VALUE, "The document is not what its hash says. Send it again.", f"{path}.hash"
        )
