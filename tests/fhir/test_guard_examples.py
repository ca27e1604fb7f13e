"""What the guard says of the resources that NHS services publish, and of thirteen that were broken on purpose."""

from collections.abc import Sequence

import pytest

from pathway_fhir.guard import check, read
from pathway_fhir.outcome import Issue, Refused, refuses
from tests.fhir.outside import EXAMPLES, body_of, files, name_of, needs_examples, read_json

pytestmark = needs_examples

BROKEN = "own/ukcore-broken.json"

# What NHS services publish and FHIR R4 does not allow, by their own origin: elements that are not lists or objects where
# FHIR has them, parts of a resource for PATCH, an id with a colon, an empty resource.
NOT_FHIR = {
    "bars/spec/examples1.4.0/Endpoint/post_Endpoint_template.json": "Endpoint.managingOrganization",
    "bars/spec/examples1.4.0/Endpoint/success_Endpoint_template.json": "Endpoint.managingOrganization",
    "bars/spec/examples1.4.0/Endpoint/success_bundle_template.json": "Bundle.entry[0].resource.managingOrganization",
    "bars/spec/examples1.4.0/HealthcareService/success_HealthcareService_Atomic.json": "HealthcareService.providedBy",
    "bars/spec/examples1.4.0/document_reference/POST-body.json": "DocumentReference.status",
    "bars/spec/examples1.4.0/document_reference/id/PUT-body.json": "DocumentReference.id",
    "bars/spec/examples1.4.0/metadata/BaRS_API_Capability_Statement.json": "CapabilityStatement.rest[0].security",
    "bars/spec/examples1.4.0/service_request/PATCH-body.json": "ServiceRequest.subject",
    "bars/spec/examples1.4.0/service_request/id/GET-success.json": "ServiceRequest.basedOn",
    "ers/r4/retrieveOboUsers/responses/PractitionerBundle.json": "Bundle.entry[0].resource.identifier",
    "mns/examples/gpreg-change-gp-req-1/hydrated-signal.json": "Bundle.entry[1].resource",
}
# Test patients of NHS England whose NHS number has the wrong check digit, and the language in a system of the past.
ONLY_STRICTLY = {
    "pds/karate-stubs/searchResponses/john_paul_smith_searchset.json",
    "pds/sandbox-mocks/PatientCompoundName.json",
}
# UK Core's own example with two values where one may be; not in every copy of the set.
NOT_VALID_BY_ITS_ORIGIN = ("Extension-UKCore-ConditionEpisode-Example.json",)


def places(issues: Sequence[Issue]) -> list[str]:
    return [place for issue in issues if issue.severity.refuses for place in issue.expression]


def broken() -> list[tuple[str, dict[str, object]]]:
    if not EXAMPLES.is_dir():
        return []
    return [(case["name"], case["resource"]) for case in read_json(BROKEN)]


@pytest.mark.parametrize(("name", "resource"), broken())
async def test_each_broken_resource_is_refused_and_the_control_is_not(
    name: str, resource: dict[str, object]
) -> None:
    issues = await check(resource, strict=True)
    assert refuses(issues) is not name.startswith("00 control"), issues


async def test_no_uk_core_example_is_refused() -> None:
    found = {}
    for file in files("ukcore/examples/*.json"):
        issues = await check(read(body_of(file)), strict=True)
        if refuses(issues) and file.name not in NOT_VALID_BY_ITS_ORIGIN:
            found[file.name] = places(issues)
    assert found == {}


async def test_every_answer_of_the_demographics_service_is_read() -> None:
    found, strictly = {}, set()
    for file in files("pds/**/*.json"):
        resource = read(body_of(file))
        if refuses(issues := await check(resource, strict=False)):
            found[name_of(file)] = places(issues)
        if refuses(await check(resource, strict=True)):
            strictly.add(name_of(file))
    assert found == {}
    assert strictly == ONLY_STRICTLY


async def test_every_example_is_taken_or_refused_as_its_origin_says() -> None:
    """Never an exception, and where it is refused, at the element that is at fault."""
    refused = {}
    for file in files("bars/**/*.json", "ers/**/*.json", "mns/examples/**/*.json"):
        issues = await check(read(body_of(file)), strict=False)
        if refuses(issues):
            refused[name_of(file)] = places(issues)
    assert refused.keys() == NOT_FHIR.keys()
    assert {name: place for name, place in NOT_FHIR.items() if place not in refused[name]} == {}


async def test_relationships_are_read_as_the_national_service_sends_them() -> None:
    """It leaves out a role that FHIR requires, always: told, and let through."""
    refused = []
    for file in files("vrs/**/*.yaml"):
        try:
            issues = await check(read(body_of(file)), strict=False)
        except Refused:
            issues = []
            assert "PATCH" in name_of(file), "a list of changes is no resource"
        if refuses(issues):
            refused.append((name_of(file), *places(issues)))
    # One birthday in these examples is written 1991-1-13.
    assert refused == [
        (
            "vrs/responses/GET_Consent/multiple-relationships-include-performer-patient.yaml",
            "Bundle.entry[8].resource.birthDate",
        )
    ]
