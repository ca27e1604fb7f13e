"""What a provider offers on one pathway as a HealthcareService (UK Core HealthcareService): where a referral is sent."""

from pathway.domain.definition import Definition
from pathway.domain.told import OrganisationTold
from pathway_fhir.ids import named, named_in, number_in, reference
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.vocabulary import referrals, systems


def logical_id(provider_id: int, pathway: str) -> str:
    return named(str(provider_id), pathway)


def keys_in(logical_id: str) -> tuple[int, str] | None:
    """The provider and the pathway; None where it is no such id."""
    found = named_in(logical_id)
    provider = number_in(found[0]) if found else None
    return (provider, found[1]) if found and provider is not None else None


def resource(definition: Definition, provider: OrganisationTold) -> Json:
    """The provider's assessment on this pathway, by the codes with which it is asked for."""
    return made.resource(
        "HealthcareService",
        logical_id(provider.id, definition.key),
        {
            "active": True,
            "providedBy": reference("Organization", provider.id, provider.name),
            "type": [
                made.concept(
                    made.coding(systems.SNOMED, referrals.asked_for(definition)),
                    made.coding(systems.PATHWAY, definition.key, definition.title),
                    text=definition.title,
                )
            ],
            "name": f"{definition.title}, {provider.name}",
        },
    )
