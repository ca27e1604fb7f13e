"""Messages to the family, as the team's own system is told of them: that they left and whether they arrived, never the text."""

from collections.abc import Sequence
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.domain.told import EpisodeTold, MessageTold
from pathway.reading.told.episodes import episodes_told
from pathway.store import access_log
from pathway.store.exchange_late import LeftRow, child_of, messages_of_episodes
from pathway.store.exchange_rows import episodes_of_children, told_episodes
from pathway.store.scopes import WRITER, reading

Left = tuple[MessageTold, EpisodeTold]
"""A message with the episode that it is about."""


async def messages_of_children(area: Area, actor: Actor, children: Sequence[UUID]) -> list[Left]:
    """The messages about these children's episodes with the partner's own team, oldest first; logged."""
    async with area.database.transaction(reading(actor)) as tx:
        rows = await told_episodes(tx, await episodes_of_children(tx, children))
        own = [row.id for row in rows.values() if row.provider_id == actor.organisation_id]
        told = {one.id: one for one in await episodes_told(tx, area, actor, own)}
        async with area.database.transaction(WRITER) as inner:
            left = await messages_of_episodes(inner, own)
        if left:
            await access_log.log(tx, actor, "messages to the family", {one.child_id for one in left})
    return [(_message(row), told[row.episode_id]) for row in left]


def _message(row: LeftRow) -> MessageTold:
    return MessageTold(
        row.id,
        row.episode_id,
        row.child_id,
        row.carer_id,
        row.template,
        row.channel,
        row.language,
        row.state,
        row.made_at,
        row.delivered_at,
    )


async def child_of_message(area: Area, message_id: UUID) -> UUID | None:
    """Whose message this is, to be read as that child's: whether it may be is asked there."""
    async with area.database.transaction(WRITER, read_only=True) as tx:
        return await child_of(tx, message_id)
