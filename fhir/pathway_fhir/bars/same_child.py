"""Whether a message about a referral is about the child whose referral it is.

A sender that uses one id for two messages would otherwise have one child's words written into another's record.
"""

from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.domain.names import normalise_name
from pathway.domain.told import ChildTold
from pathway.reading.told.children import read_child
from pathway.reading.told.episodes import read_episode
from pathway_fhir.bars.message import Message
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import numbered, pointed, several, words
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.offered import Exchange
from pathway_fhir.server.reading import NOT_THERE
from pathway_fhir.vocabulary import systems

_ANOTHER = (
    "The identifiers of this message are those of a referral of another child, so nothing was written. Give each referral a "
    "number and a Bundle.id of its own, and send this one again as a new one."
)


async def require_same_child(exchange: Exchange, message: Message, request: Json, episode: UUID) -> None:
    """Refuse (409) where the Patient of a message is not the child of the referral; as not found, what is not theirs."""
    told = await read_episode(exchange.area, exchange.actor, episode)
    child = await read_child(exchange.area, exchange.actor, told.child_id) if told else None
    if child is None:
        raise NotFound(NOT_THERE)
    patient = message.beside.get(pointed(request.get("subject")).reference) or {}
    if patient.get("resourceType") == "Patient" and not _is(child, patient):
        raise Refused.because(409, IssueType.CONFLICT, _ANOTHER, "ServiceRequest.identifier")


def _is(child: ChildTold, patient: Json) -> bool:
    """By NHS number where both have one, else by date of birth and family name, as far as they are sent."""
    sent = [value.replace(" ", "") for _, value in numbered(patient.get("identifier"), systems.NHS_NUMBER)]
    if sent and child.nhs_number:
        return child.nhs_number in sent
    born = words(patient.get("birthDate"))
    if born and born != child.birth_date.isoformat():
        return False
    families = [normalise_name(words(name.get("family"))) for _, name in several(patient.get("name"))]
    return not any(families) or normalise_name(child.family_name) in families
