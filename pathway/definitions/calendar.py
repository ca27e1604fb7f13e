"""The area's calendar: English bank holidays and its school terms, read once from `calendar.toml`."""

from functools import cache
from importlib.resources import files

from pathway.domain.calendar_definition import calendar_from_toml
from pathway.domain.working_days import Calendar


@cache
def england() -> Calendar:
    """Bank holidays of England and the school terms of this area."""
    file = files("pathway.definitions") / "calendar.toml"
    return calendar_from_toml(file.read_text(encoding="utf-8"), "calendar.toml")
