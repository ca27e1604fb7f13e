"""Separated parents are told each for themselves: what goes wrong with one address never keeps the other parent from hearing."""

from uuid import uuid4

import pytest

from pathway.domain.errors import NotSent
from pathway.notify.deliver import deliver
from pathway.notify.senders import Letter, Post, Smtp
from tests.notify.test_deliver import NADIA, TARIQ, Recorder, one, only_outbox
from tests.world import World


class Refusing(Recorder):
    """Does not know one address, and takes letters for any other."""

    def __init__(self, unknown: str) -> None:
        super().__init__()
        self.unknown = unknown

    async def send(self, letter: Letter) -> None:
        if letter.to == self.unknown:
            raise NotSent("The mail server does not know the address.", final=True)
        await super().send(letter)


@pytest.mark.parametrize("unknown", [NADIA.email, TARIQ.email])
async def test_a_wrong_address_of_one_parent_does_not_keep_the_other_from_being_told(
    world: World, unknown: str
) -> None:
    await world.refer(carers=(NADIA, TARIQ))
    outbox_id, sender = await only_outbox(world), Refusing(unknown)
    with pytest.raises(NotSent) as refused:
        await deliver(world.area, Post({"email": sender}), outbox_id)
    assert refused.value.final
    assert [letter.to for letter in sender.letters] == [
        carer.email for carer in (NADIA, TARIQ) if carer.email != unknown
    ]
    assert await one(world, "SELECT count(*) FROM message WHERE state = 'failed'") == 1
    assert await one(world, "SELECT family_reached_on FROM episode") == world.area.today


async def test_what_can_be_tried_again_is_tried_again_although_another_address_is_wrong(world: World) -> None:
    class Busy(Refusing):
        async def send(self, letter: Letter) -> None:
            if letter.to != self.unknown and not self.letters:
                self.letters.append(letter)
                raise NotSent("The mail server did not take it.")
            await super().send(letter)

    await world.refer(carers=(NADIA, TARIQ))
    with pytest.raises(NotSent) as refused:
        await deliver(world.area, Post({"email": Busy(NADIA.email)}), await only_outbox(world))
    assert not refused.value.final


async def test_an_address_that_is_none_is_for_a_person_and_is_not_repeated_in_the_reason() -> None:
    letter = Letter(uuid4(), "nadia@example.com\nBcc: all@example.com", "We have your request", "Dear", "en")
    with pytest.raises(NotSent) as refused:
        await Smtp("127.0.0.1", 9, "pathway@example.org").send(letter)
    assert refused.value.final
    assert "nadia" not in refused.value.message
