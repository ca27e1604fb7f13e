"""Tell partners' systems of a step: a message for each that wants it, in the transaction of the fact.

Only what partners may know makes a message, and only once: while an episode stands in a stage that is hidden from them nothing
is put down, not even that there would be something; the step that ends it makes one, as any other step does (docs/rules.md 10).
Who is told is whom the episode reaches as it is after the step (docs/rules.md 11, 17); what the message says is read when it is
sent, under that partner's own role.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from pathway.domain.definition import Definition
from pathway.domain.episode import Episode
from pathway.domain.events import CORRECTIONS, BuiltIn
from pathway.domain.roles import Actor
from pathway.domain.share_basis import basis_of
from pathway.domain.visibility import partners_may_see
from pathway.store import partner_messages
from pathway.store.engine import Tx
from pathway.store.facts import Draft, Head, head_of
from pathway.store.partner_messages import CORRECTION, END, STAGE, STEP

_UNTOLD: Final = frozenset({BuiltIn.SEALED.value, BuiltIn.MERGED.value, BuiltIn.UNMERGED.value})
"""Facts that make no message: what leads from one identity to another is nobody's to be told (docs/rules.md 12)."""


async def tell_partners(
    tx: Tx, actor: Actor, head: Head, before: Definition, episode: Episode, drafts: Sequence[Draft]
) -> None:
    """Put a message in the outbox for every partner's system that wants to know of this change, and may.

    `head` is the episode as it was before, `before` its definition then; the projection has been written. Whoever recorded the
    fact knows of it and gets no message.
    """
    fact = drafts[-1]
    if head.silent or head.sealed or fact.kind in _UNTOLD or not partners_may_see(episode):
        return
    kind = kind_of(head, before, episode, drafts)
    wanting = [
        one for one in await partner_messages.wanting(tx, kind) if one.actor.account_id != actor.account_id
    ]
    if not wanting:
        return
    standing = (await head_of(tx, head.id)).standing
    for one in wanting:
        basis = basis_of(one.actor, standing)
        if basis is not None:
            await partner_messages.put(
                tx,
                uuid5(fact.id, f"partner:{one.partner_id}"),
                one.partner_id,
                kind,
                head.id,
                head.child_id,
                fact.id,
                correlation_of(head.id, one.partner_id),
                basis,
            )


def correlation_of(episode_id: UUID, partner_id: int) -> UUID:
    """What joins all messages to one partner's system about one episode; it says nothing to any other."""
    return uuid5(episode_id, f"partner:{partner_id}")


def kind_of(head: Head, before: Definition, episode: Episode, drafts: Sequence[Draft]) -> str:
    """What happened, as partners see it: a stage that they were not shown is none that the child came from."""
    if any(draft.kind in CORRECTIONS for draft in drafts):
        return CORRECTION
    is_new = head.version == 0
    if is_new or before.stages[head.stage].partners_see != episode.stage.key:
        return END if episode.closed_on else STAGE
    return STEP
