"""A real conversation with a real mail server, and what happens when it says no."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from pathway.domain.errors import NotSent
from pathway.notify.senders import Letter, Mailbox, Smtp, post_from
from pathway.settings import load

LETTER = Letter(
    UUID("018f0000-0000-7000-8000-000000000001"),
    "nadia@example.com",
    "Where things are",
    "Dear Nadia – hello\n",
    "en",
)


class Inbox:
    """Keeps what the server took over; refuses one address for ever and one for now."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("unknown"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if "busy@example.com" in envelope.rcpt_tos:
            return "451 try again later"
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def server(unused_tcp_port: int) -> Iterator[tuple[Controller, Inbox]]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    yield controller, inbox
    controller.stop()


def smtp(controller: Controller) -> Smtp:
    return Smtp("127.0.0.1", controller.port, "pathway@example.org", starttls=False)


async def test_a_letter_arrives_as_plain_text_that_can_be_answered(server: tuple[Controller, Inbox]) -> None:
    controller, inbox = server
    await smtp(controller).send(LETTER)
    [(to, content)] = inbox.taken
    assert to == ["nadia@example.com"]
    mail: Message = message_from_bytes(content)
    assert mail["Subject"] == "Where things are"
    assert mail["Reply-To"] == "pathway@example.org"
    assert mail["Message-ID"] == "<018f0000-0000-7000-8000-000000000001@example.org>"
    assert mail["Content-Language"] == "en"
    assert not mail.is_multipart()
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().splitlines() == ["Dear Nadia – hello"]


async def test_sending_does_not_hold_up_everything_else(server: tuple[Controller, Inbox]) -> None:
    controller, inbox = server
    await asyncio.gather(*(smtp(controller).send(LETTER) for _ in range(5)))
    assert len(inbox.taken) == 5


async def test_an_unknown_address_is_not_tried_again_and_is_not_repeated_in_the_reason(
    server: tuple[Controller, Inbox],
) -> None:
    controller, _ = server
    letter = Letter(LETTER.id, "unknown@example.com", LETTER.subject, LETTER.text, "en")
    with pytest.raises(NotSent) as refusal:
        await smtp(controller).send(letter)
    assert refusal.value.final
    assert "unknown@example.com" not in refusal.value.message


async def test_a_busy_server_is_tried_again(server: tuple[Controller, Inbox]) -> None:
    controller, _ = server
    letter = Letter(LETTER.id, "busy@example.com", LETTER.subject, LETTER.text, "en")
    with pytest.raises(NotSent) as refusal:
        await smtp(controller).send(letter)
    assert not refusal.value.final


async def test_no_server_at_all_is_tried_again(unused_tcp_port: int) -> None:
    with pytest.raises(NotSent, match="tried again") as refusal:
        await Smtp("127.0.0.1", unused_tcp_port, "pathway@example.org", starttls=False).send(LETTER)
    assert not refusal.value.final


async def test_a_server_without_encryption_is_refused_where_it_is_asked_for(
    server: tuple[Controller, Inbox],
) -> None:
    controller, inbox = server
    port = smtp(controller).port
    with pytest.raises(NotSent):
        await Smtp("127.0.0.1", port, "pathway@example.org", starttls=True).send(LETTER)
    assert inbox.taken == []


def test_a_demonstration_without_a_mail_server_uses_its_mailbox() -> None:
    assert isinstance(post_from(load(mode="demo")).senders["email"], Mailbox)
    assert isinstance(post_from(load(mode="demo", smtp_host="mail.example.org")).senders["email"], Smtp)
    assert post_from(load(mode="demo")).page == "http://127.0.0.1:8000/family"
