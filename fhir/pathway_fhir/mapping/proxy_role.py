"""A proxy role of the Validated Relationships Service: an adult who may act for a child, and on what legal basis.

Source: NHS England, Validated Relationships Service API (Consent, RelatedPerson). It is read and never written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pathway.domain.identifiers import NhsNumber
from pathway_fhir.mapping import received
from pathway_fhir.mapping.received import Reading
from pathway_fhir.mapping.related_person import relationship_of
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems

PARENTAL_RESPONSIBILITY: Final = "parental-responsibility"


@dataclass(frozen=True, slots=True)
class ProxyRole:
    """Who may act for whom. `relationship` is empty where no RelatedPerson came with it.

    `active` is what the service says; a period that has ended, or has not begun, is for the reader to look at.
    """

    child: NhsNumber
    carer: NhsNumber
    legal_basis: str
    active: bool
    relationship: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def parental_responsibility(self) -> bool:
        return self.legal_basis == PARENTAL_RESPONSIBILITY

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        begun = self.start is None or self.start <= day
        return self.active and begun and (self.end is None or day <= self.end)


def parse(sent: Any, related: Any = None, root: str = "") -> ProxyRole:
    """The proxy role that a Consent grants, with the relationship of the RelatedPerson beside it, where there is one."""
    reading = received.begin(sent, "Consent", root)
    child = _number(reading, sent.get("patient"), "patient")
    performers = received.several(sent.get("performer"))
    carer = _number(reading, performers[0][1] if performers else None, "performer")
    basis = received.code(sent.get("policyRule"), systems.PROXY_LEGAL_BASIS)
    if not basis:
        reading.fault(IssueType.REQUIRED, "Say the legal basis of the proxy role.", "policyRule")
    provision = received.one(sent.get("provision"))
    if provision.get("type") != "permit":
        reading.fault(IssueType.VALUE, "A proxy role permits. This Consent does not.", "provision.type")
    start, end = _period(reading, provision)
    relationship = relationship_of(Reading("RelatedPerson"), related) if isinstance(related, dict) else ""
    reading.end()
    if child is None or carer is None:
        raise ValueError("What is missing was refused above.")
    return ProxyRole(child, carer, basis, sent.get("status") == "active", relationship, start, end)


def _number(reading: Reading, reference: Any, path: str) -> NhsNumber | None:
    found = received.pointed(reference)
    if found.system != systems.NHS_NUMBER:
        reading.fault(IssueType.REQUIRED, "Name this person by NHS number.", path)
        return None
    return received.parsed(reading, NhsNumber, found.value, f"{path}.identifier.value")


def _period(reading: Reading, provision: Mapping[str, Any]) -> tuple[date | None, date | None]:
    given = received.one(provision.get("period"))
    start = received.whole_day(reading, given.get("start"), "provision.period.start", what="since when")
    end = received.whole_day(reading, given.get("end"), "provision.period.end", what="until when")
    return start, end
