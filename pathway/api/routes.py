"""All routes of the JSON API, one module for each thing."""

from typing import Any, Final

from litestar import Router

from pathway.api import breaches, episodes, pathways, referrals, thresholds, worklists

LARGEST_BODY: Final = 256 * 1024
"""Bytes: a referral with every answer at its longest is a quarter of this."""

handlers: list[Any] = [
    Router(
        "/api",
        route_handlers=[
            *referrals.handlers,
            *episodes.handlers,
            *worklists.handlers,
            *breaches.handlers,
            *thresholds.handlers,
            *pathways.handlers,
        ],
        include_in_schema=True,
        request_max_body_size=LARGEST_BODY,
    )
]
