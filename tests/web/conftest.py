"""Fixtures for the tests of the web shell."""

from tests.browser import browser, open_page  # noqa: F401
