"""Fixtures for journeys: a real browser over the whole application."""

from tests.browser import browser, open_page  # noqa: F401
