"""A stranger reads the OpenAPI document, sends what it allows and what it forbids, and holds every answer to it.

Schemathesis makes the requests. It never meets a failure of ours, a status, a header or a body that is not documented, nor
an accepted request that the document forbids. What a document cannot say (a check digit, a version that has passed, a
step of another role) is refused with 403, 404, 409, 412 or 422, and that counts as an answer.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig

from pathway.api.openapi import operations
from pathway.app import create_app
from tests.api.calling import Calls, document_of
from tests.api.test_every_status import permitted_login
from tests.web.signing_in import SETTINGS
from tests.world import World

CONFIG = SchemathesisConfig.from_str("""
[checks]
positive_data_acceptance.expected-statuses = [200, 201, 403, 404, 409, 412, 422]
negative_data_rejection.expected-statuses = [400, 403, 404, 405, 409, 412, 413, 422, 428]
ignored_auth.enabled = false
""")
DOCUMENT = document_of(create_app(SETTINGS, with_worker=False))
# Who may ask at all is proved for every role and route in test_every_status.py; here each request carries a right token.
SCHEMA = schemathesis.openapi.from_dict({**DOCUMENT, "security": []}, config=CONFIG)
EXAMPLES = 40


def forbids_something(operation: dict[str, Any]) -> bool:
    """Whether a request can be wrong by the document; an address that takes any text cannot."""
    limited = [p for p in operation.get("parameters", []) if p["schema"] != {"type": "string"}]
    return bool(limited) or "requestBody" in operation


MODES = [
    pytest.param(named, mode, id=f"{' '.join(named)} {mode.value}")
    for named, operation in operations(DOCUMENT).items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or forbids_something(operation)
]


@pytest.mark.parametrize(("operation", "mode"), MODES)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_every_answer_is_what_the_document_says(
    api: Calls, world: World, operation: tuple[str, str], mode: GenerationMode, data: st.DataObject
) -> None:
    method, path = operation
    case = data.draw(SCHEMA[path][method].as_strategy(mode))
    if mode is GenerationMode.POSITIVE and "episode_id" in path and data.draw(st.booleans()):
        case.path_parameters = {"episode_id": str((await world.refer()).episode_id)}
    request = await request_of(api, permitted_login(path, method), case)
    case.validate_response(await api.client.request(**request))


async def request_of(api: Calls, who: str, case: Case) -> dict[str, Any]:
    """The request as httpx sends it, signed."""
    made = case.as_transport_kwargs(base_url="http://test")
    body = {"content": json.dumps(made["json"])} if "json" in made else {}
    if made.get("data") is not None:
        body = {"content": made["data"]}
    headers = {str(name): str(value) for name, value in made["headers"].items()}
    signed = {**headers, **await api.signed(who)}
    return {"method": made["method"], "url": made["url"], "headers": signed, "params": made["params"], **body}
