"""A receiver in this process, for trying out: it answers as a BaRS receiver does, and nothing leaves.

It forgets everything when the process ends, and whatever it takes is marked as given to a stub.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

from pathway_fhir.client.calling import CORRELATION_ID, REQUEST_ID, Answer, Call
from pathway_fhir.outcome import Coding, Issue, IssueType, Severity, operation_outcome
from pathway_fhir.vocabulary import bars

REMEMBERED: Final = 10_000
_TAKEN: Final = Issue(
    Severity.INFORMATION, IssueType.INFORMATIONAL, "Taken by the stub of this process; nothing left it."
)
_REFUSED: Final = Issue(
    Severity.ERROR, IssueType.INVALID, "The stub takes a Bundle of type message.", (),
    (Coding(bars.ERRORS, "REC_BAD_REQUEST"),),
)  # fmt: skip
_DUPLICATE: Final = Issue(
    Severity.ERROR,
    IssueType.DUPLICATE,
    "The stub has had this message.",
    (),
    (Coding(bars.ERRORS, "REC_CONFLICT"),),
)
_OTHER: Final = Issue(
    Severity.ERROR, IssueType.CONFLICT, "The stub has had another message under these ids.", (),
    (Coding(bars.ERRORS, "REC_CONFLICT"),),
)  # fmt: skip


@dataclass(slots=True)
class StubReceiver:
    """What it has taken: the digest of each message by its ids."""

    taken: OrderedDict[tuple[UUID | None, UUID | None], bytes] = field(default_factory=OrderedDict)

    def take(self, call: Call) -> Answer:
        key, body = (call.request_id, call.correlation_id), call.body or b""
        known, digest = self.taken.get(key), sha256(body).digest()
        if known is not None:
            return _answer(call, 409, _DUPLICATE if known == digest else _OTHER)
        if not _is_message(body):
            return _answer(call, 400, _REFUSED)
        self.taken[key] = digest
        if len(self.taken) > REMEMBERED:
            self.taken.popitem(last=False)
        return _answer(call, 200, _TAKEN)


def _is_message(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except ValueError:
        return False
    return isinstance(found, dict) and (found.get("resourceType"), found.get("type")) == ("Bundle", "message")


def _answer(call: Call, status: int, issue: Issue) -> Answer:
    ids = {REQUEST_ID.lower(): str(call.request_id), CORRELATION_ID.lower(): str(call.correlation_id)}
    return Answer(status, ids, json.dumps(operation_outcome([issue])).encode())
