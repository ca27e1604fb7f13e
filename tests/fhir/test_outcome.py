"""What is said to the system that sent FHIR is itself good FHIR."""

from fhir.resources.R4B.operationoutcome import OperationOutcome

from pathway_fhir.outcome import Coding, Issue, IssueType, Refused, Severity, operation_outcome, refuses

REQUIRED = Issue(
    Severity.ERROR,
    IssueType.REQUIRED,
    "A ServiceRequest says whom it is about. Add the subject.",
    ("ServiceRequest.subject",),
    (Coding("https://fhir.nhs.uk/CodeSystem/http-error-codes", "REC_BAD_REQUEST", "400: Bad request"),),
)


def test_an_outcome_is_a_resource_that_another_system_can_read() -> None:
    said = OperationOutcome.model_validate(operation_outcome([REQUIRED]))
    assert said.issue[0].severity == "error"
    assert said.issue[0].expression == ["ServiceRequest.subject"]
    assert said.issue[0].details.coding[0].code == "REC_BAD_REQUEST"


def test_an_outcome_without_issues_says_that_all_is_well() -> None:
    """FHIR R4 asks for at least one issue."""
    said = OperationOutcome.model_validate(operation_outcome([]))
    assert [issue.severity for issue in said.issue] == ["information"]


def test_only_faults_refuse() -> None:
    told = [Issue(severity, IssueType.VALUE, "A sentence.") for severity in Severity]
    assert [issue.severity for issue in told if refuses([issue])] == [Severity.FATAL, Severity.ERROR]


def test_a_refusal_carries_its_status_and_its_reasons() -> None:
    refused = Refused.because(413, IssueType.TOO_LONG, "This is too large. Send less.", "Bundle.entry")
    assert refused.status == 413
    assert [(issue.code, issue.expression) for issue in refused.issues] == [
        (IssueType.TOO_LONG, ("Bundle.entry",))
    ]
