"""Organisations, what they offer, and staff; and an organisation as another system names it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.definition import Definition
from pathway.domain.roles import ROLE_TITLES, Role
from pathway.domain.told import OrganisationTold, PersonTold
from pathway_fhir.mapping import healthcare_service, organization, practitioner, practitioner_role
from pathway_fhir.mapping.organization import OrganisationNamed
from pathway_fhir.mapping.received import Pointed, Reading
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import DEFINITIONS, organisations, staff

OURS = "https://pathway.example/fhir/R4"


def named(reference: str = "", system: str = "", value: str = "", server: str = "") -> OrganisationNamed:
    reading = Reading("ServiceRequest")
    found = organization.named(
        reading, Pointed(reference, "Organization", system, value), "requester", server
    )
    reading.end()
    return found


@given(organisations)
def test_every_organisation_conforms_and_its_numbers_come_back(told: OrganisationTold) -> None:
    printed = organization.resource(told)
    assert_conforms(printed)
    found = organization.parse(printed)
    assert (found.ods_code.value if found.ods_code else None) == told.ods_code
    assert (found.urn.value if found.urn else None) == told.urn
    assert (found.name, found.is_numbered) == (told.name, bool(told.ods_code or told.urn))


@given(organisations, st.sampled_from(list(DEFINITIONS.values())))
def test_every_offer_conforms_and_its_id_is_read_back(told: OrganisationTold, definition: Definition) -> None:
    printed = healthcare_service.resource(definition, told)
    assert_conforms(printed)
    assert healthcare_service.keys_in(printed["id"]) == (told.id, definition.key)


@given(staff)
def test_staff_conform_by_name_and_role(told: PersonTold) -> None:
    assert_conforms(practitioner.resource(told))
    printed = practitioner_role.resource(told)
    assert_conforms(printed)
    assert ("organization" in printed) == (told.organisation is not None)


def test_who_is_told_by_role_is_not_a_practitioner() -> None:
    told = PersonTold(7, ROLE_TITLES[Role.CLINICIAN], Role.CLINICIAN)
    printed = practitioner_role.resource(told)
    assert_conforms(printed)
    assert "practitioner" not in printed
    with pytest.raises(ValueError, match="role alone"):
        practitioner.resource(told)


@pytest.mark.parametrize(
    ("pointed", "number"),
    [
        ({"reference": "Organization/5"}, 5),
        ({"reference": f"{OURS}/Organization/5", "server": OURS}, 5),
        ({"reference": "https://there.example/Organization/5", "server": OURS}, None),
        ({"reference": "https://there.example/Organization/5"}, None),
        ({"reference": "Practitioner/5"}, None),
        ({"reference": "urn:uuid:6a0f7a52-1a54-4a0e-9d5e-3b7d5c1e2f10"}, None),
    ],
)
def test_only_our_own_number_is_taken_for_ours(pointed: dict[str, Any], number: int | None) -> None:
    assert named(**pointed).id == number


def test_a_reference_by_a_national_number_is_read_in_either_spelling() -> None:
    for system in systems.ODS_CODE_AS_SENT:
        code = named(system=system, value="rh8").ods_code
        assert code is not None
        assert code.value == "RH8"
    urn = named(system=systems.SCHOOL_URN, value="113000").urn
    assert urn is not None
    assert not named(system=systems.SCHOOL_URN, value=systems.SCHOOL_UNKNOWN).is_numbered


def test_a_number_that_cannot_be_one_is_refused_where_it_stands() -> None:
    with pytest.raises(Refused) as refused:
        named(system=systems.SCHOOL_URN, value="9")
    assert refused.value.issues[0].expression == ("ServiceRequest.requester.identifier.value",)
