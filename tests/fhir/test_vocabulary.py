"""Our codes, and the national ones beside them, as FHIR: complete, unlike each other, and made from the definitions alone."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from pathway.definitions import load_all
from pathway_fhir.mapping.answers import option_coding
from pathway_fhir.vocabulary import care, code_systems, concept_maps, people, referrals, systems
from pathway_fhir.vocabulary.profiles import PROFILED, profile_of

DEFINITIONS = load_all()
SYSTEMS = code_systems.code_systems(DEFINITIONS.values())
SETS = code_systems.value_sets(DEFINITIONS.values())
MAPS = concept_maps.concept_maps(DEFINITIONS.values())
CODES = {system["url"]: {concept["code"] for concept in system.get("concept", [])} for system in SYSTEMS}


def pairs(map_id: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Source code, target system, target code, and the target itself."""
    (found,) = (each for each in MAPS if each["id"] == map_id)
    for group in found["group"]:
        for element in group["element"]:
            for target in element["target"]:
                yield element["code"], group["target"], target["code"], target


@pytest.mark.parametrize("resource", [*SYSTEMS, *SETS, *MAPS], ids=lambda r: f"{r['resourceType']}/{r['id']}")
def test_it_is_read_by_another_library(resource: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind).model_validate(resource)


@pytest.mark.parametrize("resources", [SYSTEMS, SETS, MAPS])
def test_every_id_and_address_is_its_own(resources: list[dict[str, Any]]) -> None:
    for name in ("id", "url"):
        assert len({resource[name] for resource in resources}) == len(resources)


def test_every_code_that_a_step_can_be_answered_with_is_in_its_system() -> None:
    for definition in DEFINITIONS.values():
        for step in definition.steps.values():
            for field in step.fields:
                for option in field.options:
                    coding = option_coding(definition, step, field, option.key)
                    assert coding["code"] in CODES[coding["system"]]


def test_one_key_with_two_titles_keeps_both() -> None:
    (stages,) = (system for system in SYSTEMS if system["url"] == systems.STAGE)
    titles = {(s.key, s.title) for d in DEFINITIONS.values() for s in d.stages.values()}
    said = {
        (concept["code"], words)
        for concept in stages["concept"]
        for words in [concept["display"], *(d["value"] for d in concept.get("designation", []))]
    }
    assert said == titles


def test_the_referral_of_autism_has_its_national_codes() -> None:
    found = {
        (target, code) for source, target, code, _ in pairs("autism-steps") if source == "referral_received"
    }
    assert (systems.SNOMED, "401204006") in found
    assert (care.REFERRAL_REASON, "25") in found
    assert (concept_maps.data_item("csds", "CYP101.PrimaryReferralReason"), "017") in found


def test_a_code_that_depends_on_an_answer_says_on_which() -> None:
    system = concept_maps.data_item("mhsds", "MHS201.ConsMechanismMH")
    by_answer = {
        target["dependsOn"][0]["value"]: code
        for source, to, code, target in pairs("autism-steps")
        if source == "assessment_started" and to == system
    }
    assert by_answer == {"face_to_face": "01", "telephone": "02", "video": "11"}


def test_no_national_code_of_a_definition_is_left_out() -> None:
    for definition in DEFINITIONS.values():
        coded = sum(bool(s.snomed) + len(s.mhsds) + len(s.csds) for s in definition.steps.values())
        if coded:
            assert len(list(pairs(f"{definition.key.replace('_', '-')}-steps"))) == coded


def test_every_source_of_a_map_is_a_code_of_ours() -> None:
    for found in MAPS:
        for group in found["group"]:
            assert {element["code"] for element in group["element"]} <= CODES[group["source"]]


def test_a_code_that_two_pathways_share_names_neither() -> None:
    known = referrals.pathways_by_code(DEFINITIONS.values())
    assert known[systems.SNOMED, "1085671000000109"] == "autism"
    assert known[systems.SNOMED, "1914891000000100"] == "joint_autism_adhd"
    assert {key for (system, _), key in known.items() if system == systems.PATHWAY} == set(DEFINITIONS)


def test_every_way_to_be_told_is_read_back_and_every_code_has_a_word() -> None:
    assert {people.CHANNELS[code] for code, _ in people.CONTACT_METHODS.values()} == set(
        people.CONTACT_METHODS
    )
    assert set(people.RELATIONSHIP_WORDS) == set(people.RELATIONSHIPS.values())


def test_only_types_that_uk_core_has_claim_a_profile() -> None:
    assert profile_of("Patient") == "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"
    assert not profile_of("MeasureReport")
    assert "Measure" not in PROFILED
