"""Addresses of lists: the filters in force and the place in the list, and nothing about any child."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class ListAddress:
    """A list narrowed by filters. Changing a filter always leads back to the first page."""

    path: str
    filters: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        given = {name: value for name, value in self.filters.items() if value}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def having(self, **changes: str) -> "ListAddress":
        """The same list with these filters as well."""
        return ListAddress(self.path, {**self.filters, **changes})

    def without(self, *names: str) -> "ListAddress":
        """The same list without these filters."""
        return ListAddress(self.path, {n: v for n, v in self.filters.items() if n not in names})

    def after(self, place: str | None) -> str:
        """The next page, or nothing where this is the last one."""
        return str(self.having(after=place)) if place else ""
