"""What is said to a system that sent FHIR: issues, the OperationOutcome made of them, and the refusal that carries them.

Everything behind the FHIR door that cannot go on raises `Refused`; the door turns it into one HTTP answer in one place.
A sentence says what happened and what to do, and never repeats a value that was sent: outcomes are logged by both
sides, and logs hold no personal data. Where it happened is said by a FHIRPath, which holds element names only.

Source: HL7 FHIR R4, OperationOutcome; code systems issue-severity and issue-type (4.0.1); UK Core OperationOutcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"


class Severity(StrEnum):
    """How bad it is (issue-severity). Fatal and error refuse what was sent; the others are told and let it pass."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def refuses(self) -> bool:
        return self in (Severity.FATAL, Severity.ERROR)


class IssueType(StrEnum):
    """What kind of thing it is (issue-type)."""

    INVALID = "invalid"
    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    SECURITY = "security"
    LOGIN = "login"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    SUPPRESSED = "suppressed"
    PROCESSING = "processing"
    NOT_SUPPORTED = "not-supported"
    DUPLICATE = "duplicate"
    MULTIPLE_MATCHES = "multiple-matches"
    NOT_FOUND = "not-found"
    DELETED = "deleted"
    TOO_LONG = "too-long"
    CODE_INVALID = "code-invalid"
    EXTENSION = "extension"
    TOO_COSTLY = "too-costly"
    BUSINESS_RULE = "business-rule"
    CONFLICT = "conflict"
    TRANSIENT = "transient"
    LOCK_ERROR = "lock-error"
    NO_STORE = "no-store"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"
    THROTTLED = "throttled"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of a published list, such as Spine's or BaRS's error codes, in `issue.details.coding`."""

    system: str
    code: str
    display: str = ""

    def as_fhir(self) -> dict[str, str]:
        shown = {"display": self.display} if self.display else {}
        return {"system": self.system, "code": self.code, **shown}


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to say: `text` for a person, `code` for a machine, `expression` for where (`ServiceRequest.subject`)."""

    severity: Severity
    code: IssueType
    text: str
    expression: tuple[str, ...] = ()
    coding: tuple[Coding, ...] = ()

    def as_fhir(self) -> dict[str, Any]:
        """The issue as `OperationOutcome.issue`; FHIR knows no empty lists, so what is empty is left out."""
        details: dict[str, Any] = (
            {"coding": [coding.as_fhir() for coding in self.coding]} if self.coding else {}
        )
        details["text"] = self.text
        issue: dict[str, Any] = {"severity": self.severity.value, "code": self.code.value, "details": details}
        issue["diagnostics"] = self.text
        if self.expression:
            issue["expression"] = list(self.expression)
        return issue


_ALL_WELL = Issue(
    Severity.INFORMATION, IssueType.INFORMATIONAL, "Nothing to report: what was sent can be used."
)


def operation_outcome(issues: Sequence[Issue]) -> dict[str, Any]:
    """An R4 OperationOutcome, in the UK Core profile. One with no issues is not valid FHIR, so it says that all is well."""
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [PROFILE]},
        "issue": [issue.as_fhir() for issue in issues or (_ALL_WELL,)],
    }


def refuses(issues: Iterable[Issue]) -> bool:
    """Whether any of these keeps what was sent from being used."""
    return any(issue.severity.refuses for issue in issues)


class Refused(Exception):
    """What was sent cannot be used, and why. `status` is the HTTP status that the door answers with."""

    def __init__(self, status: int, issues: Sequence[Issue]) -> None:
        super().__init__("; ".join(issue.text for issue in issues))
        self.status = status
        self.issues = tuple(issues)

    @classmethod
    def because(cls, status: int, code: IssueType, text: str, *expression: str) -> "Refused":
        """A refusal with one reason."""
        return cls(status, (Issue(Severity.ERROR, code, text, expression),))
