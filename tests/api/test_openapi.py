"""The OpenAPI document is complete: a valid 3.1 document, open to everybody, with examples that are accepted."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pathway.api import schemas_episode, schemas_referral, schemas_thresholds
from pathway.api.openapi import operations
from pathway.api.schemas import Body
from tests.api.calling import Calls

BODIES = (
    schemas_referral.ReferralBody,
    schemas_episode.StepBody,
    schemas_episode.CorrectionBody,
    schemas_thresholds.DraftBody,
)


async def served(api: Calls) -> dict[str, Any]:
    answer = await api.client.get("/api/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


async def test_the_document_is_served_to_everybody_and_is_openapi_3_1(api: Calls) -> None:
    document = await served(api)
    assert document["openapi"].startswith("3.1")
    assert document["security"] == [{"token": []}]
    assert document == api.document


async def test_only_the_json_api_stands_in_it(api: Calls) -> None:
    assert {path.split("/")[1] for path in (await served(api))["paths"]} == {"api"}


async def test_every_operation_says_what_it_does_and_where_it_belongs(api: Calls) -> None:
    for (method, path), operation in operations(await served(api)).items():
        assert operation["summary"], (method, path)
        assert operation["description"].endswith("."), (method, path)
        assert len(operation["tags"]) == 1
    names = [operation["operationId"] for operation in operations(await served(api)).values()]
    assert len(set(names)) == len(names)


async def test_every_refusal_is_a_problem_document_with_an_example(api: Calls) -> None:
    for operation in operations(await served(api)).values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                content = response["content"]["application/problem+json"]
                assert content["schema"]["$ref"].endswith("/Problem")
                assert {e["value"]["status"] for e in content["examples"].values()} == {int(status)}


async def test_every_change_asks_for_a_request_id_and_every_change_of_an_episode_for_a_version(
    api: Calls,
) -> None:
    for (method, path), operation in operations(await served(api)).items():
        needed = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header" and p["required"]}
        changes = method == "POST" and not path.endswith("/dry-run")
        assert ("Idempotency-Key" in needed) == changes, path
        assert ("If-Match" in needed) == (changes and "/episodes/" in path), path


async def test_every_reference_leads_somewhere(api: Calls) -> None:
    document = await served(api)
    names = set(document["components"]["schemas"])
    text = json.dumps(document)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in names


@pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)
async def test_the_example_of_a_body_fits_its_own_schema(api: Calls, model: type[Body]) -> None:
    document = await served(api)
    schema = document["components"]["schemas"][model.__name__]
    example = model.model_config["json_schema_extra"]
    assert isinstance(example, dict)
    Draft202012Validator({**schema, "components": document["components"]}).validate(example["example"])
    assert schema["examples"] == [example["example"]]
    assert schema["additionalProperties"] is False
    model.model_validate(example["example"])
