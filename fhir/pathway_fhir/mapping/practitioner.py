"""A member of staff as a Practitioner, where they may be named (UK Core Practitioner).

Who may not be named is told by role (docs/rules.md 15): then there is no Practitioner, only a PractitionerRole.
"""

from pathway.domain.roles import ROLE_TITLES
from pathway.domain.told import PersonTold
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json


def is_named(told: PersonTold) -> bool:
    """Whether this is somebody's name, and not the title that stands in its place."""
    return bool(told.name) and told.name != ROLE_TITLES[told.role]


def resource(told: PersonTold) -> Json:
    """The name, and nothing else that is kept of staff. ValueError where they are told by role alone."""
    if not is_named(told):
        raise ValueError("This member of staff is told by role alone. Print the PractitionerRole.")
    return made.resource(
        "Practitioner",
        told.account_id,
        {"active": True, "name": [made.whole_name(told.name, use="official")]},
    )
