"""What a client says about the answer in its headers: the format, strict or lenient, how much of a change to send back."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

from pathway_fhir.outcome import IssueType, Refused

Http = Request[Any, Any, Any]
_JSON: Final = frozenset(
    {"application/fhir+json", "application/json", "text/json", "json", "*/*", "application/*"}
)
_SENT: Final = frozenset({"application/fhir+json", "application/json", "application/json-patch+json"})
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_FORM: Final = 64 * 1024
_VERSION: Final = re.compile(r"(?:fhirVersion|version)\s*=\s*\"?(\d+)")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`lenient`: what is not known is left out and said. `returns`: representation, minimal or OperationOutcome."""

    lenient: bool = False
    returns: str = "representation"


def preferences(request: Http) -> Preferences:
    wanted = ",".join(request.headers.getall("prefer", []))
    returns = re.search(r"return=(minimal|representation|OperationOutcome)", wanted)
    return Preferences("handling=lenient" in wanted, returns[1] if returns else "representation")


def check_accept(request: Http) -> None:
    """Refuse (406) a client that takes no JSON of FHIR R4."""
    # A plus that was not written as %2B reads as a space, and many clients do not write it so.
    named = request.query_params.get("_format", "") if b"_format" in request.scope["query_string"] else ""
    asked = named.replace(" ", "+") or request.headers.get("accept") or "*/*"
    if asked in _JSON:
        return
    kinds = [part.split(";")[0].strip().lower() for part in asked.split(",")]
    if not any(kind in _JSON for kind in kinds):
        raise Refused.because(
            406, IssueType.NOT_SUPPORTED, "This server answers in JSON only: ask for application/fhir+json."
        )
    version = _VERSION.search(asked)
    if version is not None and version[1] not in ("1", "4"):
        raise Refused.because(
            406, IssueType.NOT_SUPPORTED, "This server speaks FHIR 4.0 and BaRS 1: ask for one of them."
        )


def form_of(request: Http, body: bytes) -> list[tuple[str, str]]:
    """The parameters of a search by POST. Raises Refused where the body is no form (415), or longer than any search (413)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if body and kind != _FORM:
        raise Refused.because(415, IssueType.NOT_SUPPORTED, f"Send the parameters of a search as {_FORM}.")
    if len(body) > _LONGEST_FORM:
        text = f"A search may be {_LONGEST_FORM // 1024} kB long. Ask for less at once."
        raise Refused.because(413, IssueType.TOO_LONG, text)
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def check_content(request: Http) -> None:
    """Refuse (415) a body that is no JSON."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in _SENT:
        raise Refused.because(
            415,
            IssueType.NOT_SUPPORTED,
            "Send the resource in JSON, with Content-Type: application/fhir+json.",
        )
