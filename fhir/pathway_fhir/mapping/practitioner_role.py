"""The part that a member of staff plays, as a PractitionerRole (UK Core PractitionerRole): by role, and by name where allowed."""

from pathway.domain.roles import ROLE_TITLES
from pathway.domain.told import PersonTold
from pathway_fhir.ids import reference
from pathway_fhir.mapping import about
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.practitioner import is_named
from pathway_fhir.vocabulary import systems


def resource(told: PersonTold) -> Json:
    """The role for one organisation; the organisation is there as far as it was told."""
    title = ROLE_TITLES[told.role]
    return made.resource(
        "PractitionerRole",
        told.account_id,
        {
            "active": True,
            "practitioner": reference("Practitioner", told.account_id, told.name) if is_named(told) else {},
            "organization": about.organisation(told.organisation),
            "code": [made.concept(made.coding(systems.ROLE, told.role, title), text=title)],
        },
    )
