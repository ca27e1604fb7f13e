"""Which fact came with which message: the ids of facts are made from the request's, so they are made again and compared."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from pathway.domain.ids import event_id
from pathway_fhir.inbound.referral import MOST_PIECES, added_under

_MOST_FACTS: Final = 3
"""A referral is up to three facts: the referral, its link to an earlier one, what was stated of the child."""


def by_fact(messages: Mapping[UUID, str]) -> dict[UUID, str]:
    """The sender's id of the message behind each fact; `messages` are by the id under which they were received."""
    return {
        event_id(request, n): message_id
        for received_id, message_id in messages.items()
        for request in (received_id, *(added_under(received_id, n) for n in range(MOST_PIECES)))
        for n in range(_MOST_FACTS)
    }
