"""What a family reads: where things are, what happens next, what to do now, what to do if things are worse, whom to ask.

Pure. The subject never has a name, "autism" or an outcome in it, and the text never has an outcome (docs/rules.md 10, 20):
a stage that would imply one is not told in a message but looked up on the family's page. Pronouns are avoided.
"""

from dataclasses import dataclass
from datetime import date

from pathway.domain.carer_words import needs_in_words
from pathway.domain.definition import Group, Stage
from pathway.notify.templates import Template

SUBJECT, WHERE, NEXT, NOW = "Subject", "Where things are", "What happens next", "What to do now"
GREETING, WORSE, ASK, AGAIN = "Greeting", "If things are worse now", "Who to ask", "When we will write again"

ON_THE_PAGE = "Where things are stands on your page. Sign in to read it."
NEXT_ON_THE_PAGE = "What happens next stands there too."


@dataclass(frozen=True, slots=True)
class Told:
    """What one message is made of. `team` is left empty where the place is hidden: then the safe contact is named."""

    name: str
    carer: str
    stage: Stage
    by: date | None
    day: date | None = None
    team: str = ""
    link: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A subject that may be seen by anyone, and a text for one carer."""

    subject: str
    text: str


def compose(template: Template, frame: Template, told: Told) -> Message:
    """One message to one carer."""
    values = _values(told)
    subject = " ".join(template.section(SUBJECT).paragraphs)
    blocks = ["\n".join(frame.section(GREETING).filled(values))]
    for source, heading in (
        (template, WHERE),
        (template, NEXT),
        (template, NOW),
        (frame, WORSE),
        (frame, ASK),
        (frame, AGAIN),
    ):
        paragraphs = source.section(heading).filled(values)
        if paragraphs:
            blocks.append(f"{heading}\n\n" + "\n\n".join(paragraphs))
    return Message(subject, "\n\n\n".join(blocks) + "\n")


def may_be_said(stage: Stage) -> bool:
    """Whether a message may say this stage: not where it would tell an outcome to whoever opens the post."""
    return stage.group is not Group.SUPPORT and stage.partners_see == stage.key


def _values(told: Told) -> dict[str, str]:
    said = may_be_said(told.stage)
    return {
        "name": told.name,
        "carer": told.carer,
        "stage": told.stage.family.replace("{name}", told.name) if said else ON_THE_PAGE,
        "next": told.stage.family_next.replace("{name}", told.name) if said else NEXT_ON_THE_PAGE,
        "day": _day(told.day),
        "by": _day(told.by),
        "last": "" if told.by else "yes",
        "team": told.team,
        "safe": "" if told.team else "yes",
        "link": told.link,
        "needs": needs_in_words(told.needs),
    }


def _day(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else ""
