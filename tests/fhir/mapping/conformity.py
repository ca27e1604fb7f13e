"""Whether a resource of ours is what it claims to be: read by fhir.resources as its type, and by our own guard."""

from importlib import import_module
from typing import Any

from pathway_fhir.guard.walk import walk


def assert_conforms(resource: dict[str, Any]) -> None:
    """Both readers take it, and neither has anything to say."""
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    model.model_validate(resource)
    said = [(issue.expression, issue.text) for issue in walk(resource, strict=True)]
    assert said == []
