"""What an answer means for the message that was sent: it has arrived, it is tried again as it was, or a person must look.

Each interface has a table, read from the top; what stands in none of its lines is final. A try again is byte for byte the same,
under the same ids. Nothing of an answer but its codes is repeated, for `diagnostics` may hold what must not be logged.

Sources: NHS England, BaRS implementation guide, Core, "Transactional integrity" and "Error handling"; Personal Demographics
Service - FHIR API, "Status codes"; RFC 9110 section 10.2.3 (Retry-After).
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from pathway_fhir.client.calling import Answer, Call

FIRST_DELAY: Final = timedelta(seconds=5)
LONGEST_DELAY: Final = timedelta(hours=1)
LONGEST_ASKED: Final = timedelta(hours=24)
"""A Retry-After beyond this is cut: a partner's wrong clock must not keep a message for a year."""
_CODE: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
_KIND: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


class Next(StrEnum):
    """What becomes of a message. `AGAIN` says that the other side is in trouble, `LATER` that it is well and busy."""

    ARRIVED = "arrived"
    AGAIN = "again"
    LATER = "later"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, read: its status, its error codes and issue types, whether the receiver itself wrote it."""

    status: int
    codes: frozenset[str]
    kinds: frozenset[str]
    by_receiver: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table. An empty part fits everything; `code` is how one of the error codes begins."""

    next: Next
    statuses: Sequence[int] = ()
    code: str = ""
    kind: str = ""
    by_receiver: bool | None = None
    words: str = ""

    def fits(self, said: Said) -> bool:
        return (
            (not self.statuses or said.status in self.statuses)
            and (not self.code or any(code.startswith(self.code) for code in said.codes))
            and (not self.kind or self.kind in said.kinds)
            and self.by_receiver in (None, said.by_receiver)
        )


_OK: Final = range(200, 300)
_BOX: Final = "Something on the way answered, and not the receiver."
_FULL: Final = "The receiver is busy or out of order."
_DUPLICATE: Final = "The receiver had it already."

BARS: Final = (
    Rule(Next.ARRIVED, (409,), kind="duplicate", words=_DUPLICATE),
    Rule(Next.ARRIVED, _OK, by_receiver=True),
    Rule(Next.LATER, (425,), words="The receiver is still working on it."),
    Rule(Next.AGAIN, (408, 503), code="REC_", words=_FULL),
    Rule(Next.LATER, (429,), code="REC_", words="The receiver asks for fewer messages."),
    Rule(Next.AGAIN, (503, 504), code="PROXY_", words="The national proxy does not reach the receiver."),
    Rule(Next.LATER, (429,), code="SEND_", words="The national proxy asks for fewer messages."),
    Rule(Next.AGAIN, by_receiver=False, words=_BOX),
)
"""A receiver of BaRS messages."""

FHIR: Final = (
    Rule(Next.ARRIVED, _OK, by_receiver=True),
    Rule(Next.AGAIN, (408, 502, 503, 504), words=_FULL),
    Rule(Next.LATER, (425, 429), words="The other side asks us to wait."),
    Rule(Next.AGAIN, by_receiver=False, words=_BOX),
)
"""Any other FHIR server, NHS England's Personal Demographics Service among them: 408, 429 and 503 under the same X-Request-ID."""

INTERFACES: Final[Mapping[str, Sequence[Rule]]] = {"bars": BARS, "fhir": FHIR, "pds": FHIR, "mns": FHIR}


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a message, in words for those who look, and how long the other side asked us to wait."""

    next: Next
    words: str
    wait: timedelta | None = None


def judge(interface: str, call: Call, answer: Answer, now: datetime, *, strict: bool = True) -> Judged:
    """Read an answer by the table of an interface.

    `strict` wants the ids of the message in every answer, as BaRS does; else a FHIR resource is proof enough of who answered.
    """
    said = _said(call, answer, strict=strict)
    for rule in INTERFACES[interface]:
        if rule.fits(said):
            return Judged(rule.next, f"{rule.words}{_codes(said)}".strip(), wait_asked(answer, now))
    return Judged(Next.FINAL, f"The receiver refused it.{_codes(said)}")


def delay_after(attempts: int, jitter: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after so many failed tries: twice as long each time, at most an hour, and never all at once."""
    longest = min(FIRST_DELAY * float(2 ** min(attempts, 20)), LONGEST_DELAY)
    return longest * (0.75 + jitter() / 4)


def wait_asked(answer: Answer, now: datetime) -> timedelta | None:
    """`Retry-After` in either form, seconds or a date; None where there is none that can be read."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta()), LONGEST_ASKED)


def _said(call: Call, answer: Answer, *, strict: bool) -> Said:
    outcome = answer.outcome
    issues = [one for one in outcome["issue"] if isinstance(one, dict)] if outcome else []
    kinds = {str(issue.get("code", "")) for issue in issues}
    return Said(
        answer.status,
        frozenset(code for issue in issues for code in _codes_of(issue)),
        frozenset(kind for kind in kinds if _KIND.fullmatch(kind) and len(kind) <= 40),
        _by_receiver(call, answer, strict=strict),
    )


def _by_receiver(call: Call, answer: Answer, *, strict: bool) -> bool:
    """A box on the way mirrors no ids, and what it says of a failure is no OperationOutcome."""
    if answer.status in _OK:
        return answer.mirrors(call) or (not strict and (answer.resource is not None or not answer.body))
    return answer.outcome is not None and (answer.mirrors(call) or not strict)


def _codes_of(issue: Mapping[str, object]) -> list[str]:
    details = issue.get("details")
    codings = details.get("coding") if isinstance(details, dict) else None
    found = [str(one.get("code", "")) for one in codings or () if isinstance(one, dict)]
    return [code for code in found if _CODE.fullmatch(code) and len(code) <= 60]


def _codes(said: Said) -> str:
    parts = [str(said.status), *sorted(said.codes)[:3], *sorted(said.kinds)[:3]]
    return f" ({', '.join(parts)})"
