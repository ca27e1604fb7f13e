"""The named stories: about fifty children, each of whom shows one thing, and who can see it.

They are added to every county, small or large, and are as old on any day as they are today. What is to be seen of each is
written down in answer_key.py, by hand, and held against the engine by a test.
"""

from datetime import date
from functools import cache
from typing import Final

from pathway.demo import stories_assessed, stories_council, stories_people, stories_waiting
from pathway.demo.county import Account, moorshire
from pathway.demo.storytelling import Story, accounts_of, told
from pathway.store.loader_facts import Batch


@cache
def all_stories() -> tuple[Story, ...]:
    """Every story, by subject."""
    return (
        *stories_waiting.STORIES,
        *stories_assessed.STORIES,
        *stories_people.STORIES,
        *stories_council.STORIES,
    )


def story(key: str) -> Story:
    """The story of that key."""
    return next(one for one in all_stories() if one.key == key)


def story_accounts() -> tuple[Account, ...]:
    """The personas of the families."""
    return accounts_of(all_stories(), moorshire())


PROPOSED: Final = (("twin-isaac", "twin-jacob"), ("duplicate", "amira"))
"""Who may be the same child as whom: put before a person, as the referral of the first would have done."""


def as_facts(today: date) -> Batch:
    """All stories as they are on a day."""
    return told(all_stories(), moorshire(), today)
