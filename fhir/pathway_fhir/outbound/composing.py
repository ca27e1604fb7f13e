"""Making a message: what the partner may read of an episode now, read as the partner reads it, within its scopes, and logged.

So a message says nothing that the partner could not ask for, and nothing else than it would be answered (docs/rules.md 10, 11).
"""

from collections.abc import Sequence
from typing import Final

from pathway.actions.area import Area
from pathway.domain.roles import Actor, Door
from pathway.reading.told.facts import fact
from pathway.reading.told.tasks import tasks_of_episodes
from pathway.store.partner_messages import Outgoing
from pathway.store.partners import Partner
from pathway_fhir.access import scopes
from pathway_fhir.access.caller import Caller
from pathway_fhir.mapping import provenance, task
from pathway_fhir.outbound.bundle import Envelope, message
from pathway_fhir.outbound.outward import Outward, receiver_of
from pathway_fhir.server.including import references_in
from pathway_fhir.server.offered import Exchange, Json
from pathway_fhir.server.registry import types_of

NEEDED: Final = ("ServiceRequest", "Patient")
"""What every message holds: a partner whose scopes do not reach so far gets none."""
_BROUGHT: Final = "Organization"


def actor_of(partner: Partner) -> Actor:
    """As whom a partner's system reads."""
    return Actor(partner.account_id, partner.role, partner.organisation_id, Door.FHIR, partner.name)


async def compose(
    area: Area, outward: Outward, partner: Partner, about: Outgoing, *, is_first: bool, answers: str = ""
) -> Json | None:
    """The message; None where this partner may not read what it would hold: the child is not theirs, or its scopes end before."""
    caller = Caller(
        partner.id, actor_of(partner), scopes.parse(" ".join(partner.scopes)), partner.strict, partner.name
    )
    exchange = Exchange(area, caller, outward.base)
    if not all(caller.scopes.allows(one, "r") for one in NEEDED):
        return None
    referral = await _read(exchange, "ServiceRequest", str(about.episode_id))
    child = await _read(exchange, "Patient", str(about.child_id))
    if referral is None or child is None:
        return None
    others = [child, *await _others(exchange, about)]
    others += await _organisations(exchange, [referral, *others])
    envelope = Envelope(
        about.id,
        area.now(),
        outward.base,
        outward.sender,
        receiver_of(partner),
        is_first,
        about.basis,
        answers,
    )
    return message(envelope, referral, others)


async def _others(exchange: Exchange, about: Outgoing) -> list[Json]:
    """The episode, its tasks, and where the fact comes from, as far as scopes and rules let this partner know."""
    found: list[Json] = []
    care = await _read(exchange, "EpisodeOfCare", str(about.episode_id))
    if care is not None:
        found.append(care)
    allows = exchange.caller.scopes.allows
    if allows("Task", "r"):
        work = await tasks_of_episodes(exchange.area, exchange.actor, [about.episode_id])
        found += [task.resource(told, of) for told, of in work]
    if allows("Provenance", "r"):
        recorded = await fact(exchange.area, exchange.actor, about.event_id)
        found += [provenance.resource(*recorded)] if recorded else []
    return found


async def _organisations(exchange: Exchange, resources: Sequence[Json]) -> list[Json]:
    wanted = dict.fromkeys(
        ref for one in resources for ref in references_in(one) if ref.startswith(f"{_BROUGHT}/")
    )
    found = [await _read(exchange, _BROUGHT, ref.partition("/")[2]) for ref in wanted]
    return [one for one in found if one is not None]


async def _read(exchange: Exchange, name: str, logical_id: str) -> Json | None:
    if not exchange.caller.scopes.allows(name, "r"):
        return None
    return await types_of(exchange.area)[name].read(exchange, logical_id)
