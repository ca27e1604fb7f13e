"""An error in the words of BaRS: the receiver's code beside each issue, and only the kinds of issue that go with it.

A sender's system decides by status, code and kind whether it sends again, so nothing outside the guide's table is ever said
with a BaRS code. What FHIR calls unprocessable (422) and BaRS does not is its bad request.

Source: NHS England, BaRS implementation guide, Core, "Error codes" and "Transactional integrity".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pathway_fhir.outcome import Coding, Issue, IssueType, Refused, Severity
from pathway_fhir.vocabulary import bars

_T = IssueType


@dataclass(frozen=True, slots=True)
class Said:
    """How one HTTP status is said: its code, the kinds of issue that may go with it, and the one for any other kind."""

    code: str
    kinds: frozenset[IssueType]
    otherwise: IssueType


def _said(code: str, otherwise: IssueType, *more: IssueType) -> Said:
    return Said(f"REC_{code}", frozenset({otherwise, *more}), otherwise)


TABLE: Final[Mapping[int, Said]] = {
    400: _said("BAD_REQUEST", _T.INVALID, _T.INVARIANT, _T.NOT_SUPPORTED, _T.REQUIRED, _T.VALUE),
    401: _said("UNAUTHORIZED", _T.FORBIDDEN),
    403: _said("FORBIDDEN", _T.FORBIDDEN, _T.SECURITY),
    404: _said("NOT_FOUND", _T.NOT_FOUND),
    406: _said("NOT_ACCEPTABLE", _T.PROCESSING),
    408: _said("TIMEOUT", _T.TIMEOUT),
    409: _said("CONFLICT", _T.CONFLICT, _T.DUPLICATE),
    422: _said("UNPROCESSABLE_ENTITY", _T.TOO_COSTLY, _T.NOT_SUPPORTED),
    425: _said("TOO_EARLY", _T.DUPLICATE),
    429: _said("TOO_MANY_REQUESTS", _T.THROTTLED),
    500: _said("SERVER_ERROR", _T.EXCEPTION, _T.NO_STORE, _T.TRANSIENT, _T.TOO_COSTLY),
    501: _said("NOT_IMPLEMENTED", _T.NOT_SUPPORTED),
    503: _said("SERVICE_UNAVAILABLE", _T.TRANSIENT),
}  # fmt: skip
"""The receiver's errors."""

_NEAREST: Final[Mapping[IssueType, IssueType]] = {
    _T.STRUCTURE: _T.INVALID,
    _T.CODE_INVALID: _T.VALUE,
    _T.EXTENSION: _T.VALUE,
    _T.BUSINESS_RULE: _T.INVARIANT,
    _T.INCOMPLETE: _T.REQUIRED,
    _T.TOO_LONG: _T.TOO_COSTLY,
    _T.LOGIN: _T.FORBIDDEN,
    _T.NOT_FOUND: _T.VALUE,
    _T.MULTIPLE_MATCHES: _T.VALUE,
}
"""The kinds that FHIR has and BaRS has not."""
_STATUSES: Final[Mapping[int, int]] = {412: 409, 413: 422, 415: 400, 422: 400, 428: 400}
"""Statuses that BaRS has not, or has for fewer things."""

_ONLY_HERE: Final[Mapping[tuple[int, IssueType], IssueType]] = {(409, _T.DUPLICATE): _T.CONFLICT}
"""409 with duplicate tells a sender that its message has arrived, so it is said of nothing else (guide, receiver
responsibilities); a child who has been referred by somebody else is a conflict."""


def already() -> Refused:
    """The message was done before: the sender takes it for success."""
    text = "This message has been received and processed before. It was not processed again."
    return _coded(409, IssueType.DUPLICATE, text)


def other_bytes() -> Refused:
    """The ids were used for another message."""
    text = "A message with these ids came before and was another one. Send what has changed under a new X-Request-Id."
    return _coded(409, IssueType.CONFLICT, text)


def under_way() -> Refused:
    """The same message is being processed at this moment, here or in another process."""
    text = "This message is still being processed. Send it again in a few seconds, with the same ids."
    return _coded(425, IssueType.DUPLICATE, text)


def _coded(status: int, kind: IssueType, text: str) -> Refused:
    coding = (Coding(bars.ERRORS, TABLE[status].code),)
    return Refused(status, [Issue(Severity.ERROR, kind, text, (), coding)])


def as_bars(status: int, issues: Sequence[Issue]) -> tuple[int, tuple[Issue, ...]]:
    """The status and the issues as BaRS says them; a status that it does not know keeps its own, without a code."""
    kept = status == 422 and _said_by(422, issues)
    moved = status if kept else _STATUSES.get(status, status)
    if moved not in TABLE:
        return status, tuple(issues)
    return moved, tuple(_one(issue, moved) for issue in issues)


def _one(issue: Issue, status: int) -> Issue:
    if issue.coding or not issue.severity.refuses:
        return issue
    said = TABLE[status]
    kind = _ONLY_HERE.get((status, issue.code), issue.code)
    if kind not in said.kinds:
        kind = _NEAREST.get(kind, said.otherwise)
    coding = (Coding(bars.ERRORS, said.code),)
    return replace(issue, code=kind if kind in said.kinds else said.otherwise, coding=coding)


def _said_by(status: int, issues: Sequence[Issue]) -> bool:
    """Whether every fault is of a kind that goes with this status."""
    kinds = TABLE[status].kinds
    return all(issue.code in kinds for issue in issues if issue.severity.refuses)
