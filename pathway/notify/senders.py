"""Ways to send a message: over SMTP, or into the local mailbox of a demonstration.

A sender is given one letter at a time, outside every transaction. It returns when the receiver has taken the letter over,
and raises NotSent with a sentence that holds no address and no text.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Protocol
from uuid import UUID

from pathway.domain.errors import NotSent
from pathway.settings import Settings

_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way to one person. `id` stays the same when it is tried again."""

    id: UUID
    to: str
    subject: str
    text: str
    language: str


class Sender(Protocol):
    """A way to send. `needs_address` says whether the carer must have given an address for it."""

    @property
    def needs_address(self) -> bool: ...

    async def send(self, letter: Letter) -> None:
        """Hand the letter over, or raise NotSent."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The demonstration's own mailbox: the row of the message is the letter, and the family's page shows it."""

    needs_address: bool = False

    async def send(self, letter: Letter) -> None:
        """There is nothing to hand over: the letter lies where it is read."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. The conversation blocks, so it has a thread to itself."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    starttls: bool = True
    needs_address: bool = True

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server. The Message-ID stays the same when it is tried again."""
        try:
            await asyncio.to_thread(self._converse, letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent(
                "The mail server does not know the address. Ask the family for another one.", final=True
            ) from error
        except ValueError as error:
            raise NotSent(
                "The address cannot be read as one. Ask the family for another one.", final=True
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(
                f"The mail server did not take the message ({type(error).__name__}). It is tried again by itself."
            ) from error

    def _converse(self, letter: Letter) -> None:
        mail = self.as_mail(letter)
        with smtplib.SMTP(self.host, self.port, timeout=_SECONDS) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user and self.password:
                server.login(self.user, self.password)
            server.send_message(mail)

    def as_mail(self, letter: Letter) -> EmailMessage:
        """The letter as an e-mail: plain text, no attachment, to be answered."""
        mail = EmailMessage(policy=POLICY)
        mail["From"] = self.sender
        mail["To"] = letter.to
        mail["Reply-To"] = self.sender
        mail["Subject"] = letter.subject
        mail["Message-ID"] = f"<{letter.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        mail["Content-Language"] = letter.language  # setting the content clears such headers
        return mail


@dataclass(frozen=True, slots=True)
class Post:
    """The ways of sending there are, by the channel that a carer chooses, and the address of the family's page."""

    senders: Mapping[str, Sender]
    page: str = ""


def post_from(settings: Settings) -> Post:
    """The senders that the settings allow. Without a mail server a demonstration uses its mailbox; others hold messages."""
    page = f"{settings.base_url}/family"
    if settings.smtp_host is not None:
        mail = Smtp(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_from,
            settings.smtp_user,
            settings.smtp_password(),
            settings.smtp_starttls,
        )
        return Post({"email": mail}, page)
    return Post({"email": Mailbox()} if settings.mode == "demo" else {}, page)
