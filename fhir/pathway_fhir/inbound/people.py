"""Patient and RelatedPerson as they are sent: a child made known or changed, a carer added."""

from typing import Any
from uuid import UUID

from pathway.actions.add_carer import add_carer
from pathway.actions.change_details import change_details
from pathway.actions.register_child import register_child
from pathway_fhir import ids
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.mapping import patient, related_person
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.values import reference_key

_KNOWN = (
    "A child with this NHS number is known already, so none was made. Send If-None-Exist with the identifier, or PUT the "
    "record that a search finds."
)


async def create_patient(sent: Sent) -> Written:
    """Make a child known. Raises Refused (409) where the NHS number is known: whoever expects that says If-None-Exist."""
    found = await registered(sent)
    if not found.made:
        raise Refused.because(409, IssueType.DUPLICATE, _KNOWN, "Patient.identifier")
    return found


async def registered(sent: Sent) -> Written:
    """The child of this Patient, made or found."""
    child = patient.parse(sent.resource, sent.exchange.area.today).child
    done = await register_child(sent.exchange.area, sent.asking, child)
    return Written("Patient", str(done.child_id), done.child_id, done.made)


async def update_patient(sent: Sent, logical_id: str) -> Written:
    key = ids.uuid_in(logical_id)
    if key is None:
        raise Refused.because(
            404, IssueType.NOT_FOUND, "There is no such Patient. Ids are given by this server."
        )
    child = patient.parse(sent.resource, sent.exchange.area.today).child
    done = await change_details(sent.exchange.area, sent.asking, key, child)
    return Written("Patient", str(done.child_id), done.child_id, made=False)


async def create_carer(sent: Sent) -> Written:
    found = related_person.parse(sent.resource, sent.exchange.area.today)
    child = child_pointed_at(found.child.reference, "RelatedPerson.patient")
    done = await add_carer(sent.exchange.area, sent.asking, child, found.carer)
    return Written(
        "RelatedPerson", ids.related_person(done.child_id, done.carer_id), done.child_id, done.made
    )


def child_pointed_at(reference: Any, path: str) -> UUID:
    """The child that a reference names by our id. Raises Refused (422)."""
    key = reference_key(str(reference), "Patient")
    if key is None:
        raise Refused.because(
            422, IssueType.REQUIRED, "Name the child as Patient/ and the id that this server gave.", path
        )
    return key
