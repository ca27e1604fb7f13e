"""Reports that are told of, and documents that are sent: whole, of a kind that is taken, and never fetched."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway_fhir.mapping import document_reference, document_sent
from pathway_fhir.mapping.of_facts import Shown, steps_shown_as
from pathway_fhir.outcome import IssueType, Refused
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import DEFINITIONS, episodes, facts, walk

REPORTS = [(d, s) for d in DEFINITIONS.values() for s in steps_shown_as(d, Shown.DOCUMENT_REFERENCE)]
PDF = b"%PDF-1.7 a report"


def document(**changed: Any) -> dict[str, Any]:
    attachment = {"contentType": "application/pdf", "data": base64.b64encode(PDF).decode(), **changed}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": "Patient/1"},
        "content": [{"attachment": attachment}],
    }


def faults(sent: dict[str, Any]) -> dict[str, IssueType]:
    with pytest.raises(Refused) as refused:
        document_sent.parse(sent)
    return {issue.expression[0].rpartition(".")[2]: issue.code for issue in refused.value.issues}


@given(st.data())
def test_every_report_conforms_and_a_restricted_one_names_nobody(data: st.DataObject) -> None:
    definition, step = data.draw(st.sampled_from(REPORTS))
    told, of = data.draw(facts(step)), data.draw(episodes(definition))
    printed = document_reference.resource(told, of)
    assert_conforms(printed)
    pointed = [str(value) for name, value in walk(printed) if name == "reference"]
    allowed = (
        ("Patient/", "ServiceRequest/")
        if of.restricted
        else ("Patient/", "ServiceRequest/", "PractitionerRole/")
    )
    assert all(reference.startswith(allowed) for reference in pointed)


def test_a_document_is_read_whole() -> None:
    digest = base64.b64encode(hashlib.sha1(PDF).digest()).decode()
    sent = document(size=len(PDF), hash=digest, title="Speech report", creation="2026-11-20")
    found = document_sent.parse(sent)
    assert (found.content, found.content_type, found.title) == (PDF, "application/pdf", "Speech report")
    assert "Speech" not in repr(found)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"data": None, "url": "http://169.254.169.254/"}, {"data": IssueType.REQUIRED}),
        ({"data": "not base64!"}, {"data": IssueType.VALUE}),
        ({"data": "A" * (document_sent.LARGEST * 4 // 3 + 8)}, {"data": IssueType.TOO_LONG}),
        ({"contentType": "text/html"}, {"contentType": IssueType.NOT_SUPPORTED}),
        ({"contentType": "image/png"}, {"contentType": IssueType.VALUE}),
        ({"size": 3}, {"size": IssueType.VALUE}),
        ({"hash": "AAAA"}, {"hash": IssueType.VALUE}),
        ({"creation": "2026"}, {"creation": IssueType.VALUE}),
    ],
)
def test_what_is_not_the_document_that_it_says_is_refused(
    changed: dict[str, Any], fault: dict[str, IssueType]
) -> None:
    assert faults(document(**changed)) == fault


def test_an_empty_document_reference_says_all_that_is_missing() -> None:
    assert set(faults({"resourceType": "DocumentReference"})) == {"status", "subject", "content", "data"}
