"""A child of one team, and somebody of another team who breaks the glass."""

from datetime import UTC, datetime
from typing import Final

from pathway.actions.break_glass import Because, Opening, break_glass
from pathway.domain.break_glass import Why
from pathway.domain.identifiers import NhsNumber
from pathway.domain.referral import ChildDetails
from tests.world import World

REASON: Final = "Brought to the emergency department after a seizure."


def of_today(world: World) -> World:
    """The world on the day of the test: what is delayed is compared with the database's own clock."""
    return world.on(max(world.area.today, datetime.now(UTC).date()))


def number_of(child: ChildDetails) -> NhsNumber:
    assert child.nhs_number is not None
    return child.nhs_number


async def opened(
    world: World, child: ChildDetails, who: str = "other_clinician", *, endangers: bool = False
) -> Opening:
    """The record of a child of "provider", opened from outside."""
    because = Because(Why.EMERGENCY, REASON, endangers)
    return await break_glass(world.area, world.asking(who), number_of(child), because)
