"""For which of our services a message is: by its number in the national directory, by whose service it is, or by our address.

A message for a service that is not here is refused as not found: somebody else is waiting for it.
"""

from collections.abc import Sequence
from typing import Final

from pathway.store.outside_identifiers import Listed, services
from pathway.store.scopes import WRITER
from pathway_fhir.bars.headers import Address
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.offered import Exchange
from pathway_fhir.vocabulary import bars, systems

_DOS: Final = frozenset(
    {systems.DOS_SERVICE, "http://fhir.nhs.uk/Id/dos-service-id", "https://fhir.nhs.uk/id/dos-service-id"}
)
"""As it is published, and as BaRS's own examples write it."""
_NOT_OURS: Final = "This message is for a service that is not here. Look its identifier up again, and send the message to where it is."


async def addressed_to(exchange: Exchange, target: Address | None, destinations: Sequence[Address]) -> str:
    """The pathway of the service that the message is for, or nothing where its address names an organisation only.

    The header counts, and where there is none the destination in the message. Raises Refused (404).
    """
    named = [target] if target else list(destinations)
    if not named:
        return ""
    async with exchange.area.database.transaction(WRITER, read_only=True) as tx:
        there = await services(tx)
    found = [pathway for address in named for pathway in _pathways(exchange, address, there)]
    if not found:
        raise Refused.because(404, IssueType.NOT_FOUND, _NOT_OURS, bars.TARGET)
    return found[0]


def _pathways(exchange: Exchange, address: Address, there: Sequence[Listed]) -> list[str]:
    """The pathways that an address stands for: one for a service, and "" for the organisation or the server as a whole."""
    if address.system in _DOS:
        return [one.pathway for one in there if one.dos_service_id == address.value]
    if address.system in (*systems.ODS_CODE_AS_SENT, systems.ODS_SITE):
        codes = {code.upper() for one in there for code in (one.provider_ods, one.council_ods) if code}
        return [""] if address.value.upper() in codes else []
    whole = not address.system and address.value.startswith(exchange.base)
    return [""] if whole else []
