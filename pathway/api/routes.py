"""All routes of the JSON API, one module for each thing."""

from typing import Any

handlers: list[Any] = []
