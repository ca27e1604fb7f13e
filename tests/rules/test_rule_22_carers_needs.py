"""Rule 22: carers have needs too. Asked once, in the referral; kept; and honoured by whoever writes or rings."""

import pytest

from pathway.domain.carer_words import NEEDS
from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from tests.actions.reading import row
from tests.notify.test_deliver import Recorder, only_outbox
from tests.web.signing_in import signed_in, words
from tests.world import World


@pytest.mark.parametrize("need", sorted(NEEDS))
async def test_what_a_carer_needs_is_kept_shown_to_the_team_and_said_in_each_letter(
    world: World, need: str
) -> None:
    carer = CarerDetails("Nadia Stone", "mother", email="nadia@example.com", needs=(need,))
    referred = await world.refer(carers=(carer,))
    assert (await row(world, "SELECT needs FROM carer"))["needs"] == [need]
    sender = Recorder()
    await deliver(world.area, Post({"email": sender}), await only_outbox(world))
    assert f"You told us what you need from us: {NEEDS[need]}." in sender.letters[0].text
    async with signed_in(world, "coordinator") as client:
        people = words(await client.get(f"/children/{referred.child_id}/people"))
    assert NEEDS[need][1:] in people
    assert "_" not in people.split("Needs", 1)[1]


async def test_a_carer_who_asked_for_letters_is_not_sent_an_e_mail_and_a_person_is_told(world: World) -> None:
    carer = CarerDetails("Nadia Stone", "mother", email="nadia@example.com", channel="letter")
    await world.refer(carers=(carer,))
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), await only_outbox(world)) == "nobody_to_tell"
    assert sender.letters == []
    assert "by letter" in (await row(world, "SELECT last_error FROM outbox"))["last_error"]
