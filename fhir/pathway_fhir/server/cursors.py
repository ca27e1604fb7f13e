"""The place where a page ended, in the link to the next one: opaque, and of no use with another search.

It holds the sort value and the key of the last row, never what was searched for.
"""

import base64
import binascii
import json
from hashlib import blake2s

from pathway_fhir.outcome import IssueType, Refused

After = tuple[object, str]


def written(after: After, question: str) -> str:
    """The cursor of a place in the answer to a question."""
    text = json.dumps([_marked(after[0]), after[1], _mark(question)], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, question: str) -> After | None:
    """The place; None for the first page. Raises Refused (400) where it is no cursor of this search."""
    if not cursor:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(found, list) or len(found) != len(("value", "key", "mark")):
            raise ValueError
        value, key, mark = found
        if mark != _mark(question) or not isinstance(key, str) or not isinstance(value, str | None):
            raise ValueError
    except (ValueError, binascii.Error, RecursionError) as fault:
        raise Refused.because(
            400, IssueType.EXPIRED, "This link belongs to another search. Begin again with the first page."
        ) from fault
    return value, key


def _marked(value: object) -> str | None:
    return None if value is None else str(value)


def _mark(question: str) -> str:
    return blake2s(question.encode(), digest_size=8).hexdigest()
