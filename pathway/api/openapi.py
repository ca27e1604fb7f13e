"""The OpenAPI document at /api/openapi.json."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin


def openapi_config() -> OpenAPIConfig:
    """OpenAPI 3.1; only the JSON API stands in it, pages and health do not."""
    return OpenAPIConfig(
        title="Autism pathway",
        version="1",
        path="/api",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    )
