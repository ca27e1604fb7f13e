"""Who may send, to whom, with which ids; and that every error is one of the guide's table, without a word about the child."""

import json

import pytest

from pathway_fhir.bars.errors import TABLE, already, as_bars, other_bytes, under_way
from pathway_fhir.outcome import Issue, IssueType, Severity
from tests.fhir.bars.made import DOS, Referral, encoded, headers, said, sending
from tests.world import World

# The kinds of issue of each status, as the guide lists them; 401, 406, 425, 429, 501 and 503 as its examples have them.
GUIDE = {
    400: {"invalid", "invariant", "not-supported", "required", "value"},
    401: {"forbidden"},
    403: {"forbidden", "security"},
    404: {"not-found"},
    408: {"timeout"},
    409: {"conflict", "duplicate"},
    422: {"not-supported", "too-costly"},
    500: {"exception", "no-store", "transient", "too-costly"},
}


def test_the_table_is_the_guides() -> None:
    assert {status: set(TABLE[status].kinds) for status in GUIDE} == GUIDE
    assert TABLE[409].code == "REC_CONFLICT"
    assert all(said.otherwise in said.kinds and said.code.startswith("REC_") for said in TABLE.values())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 429, 500, 503])
@pytest.mark.parametrize("kind", list(IssueType))
def test_every_error_is_said_in_the_words_of_the_table(status: int, kind: IssueType) -> None:
    moved, [issue] = as_bars(status, [Issue(Severity.ERROR, kind, "Why.")])
    assert issue.code in TABLE[moved].kinds
    assert [coding.code for coding in issue.coding] == [TABLE[moved].code]
    assert (moved, issue.code) != (409, IssueType.DUPLICATE), (
        "that is said of a message that came again, and of nothing else"
    )


def test_a_warning_beside_it_keeps_its_kind_and_a_status_of_another_world_its_own() -> None:
    warning = Issue(Severity.WARNING, IssueType.BUSINESS_RULE, "By the way.")
    assert as_bars(400, [warning])[1] == (warning,)
    assert as_bars(405, [Issue(Severity.ERROR, IssueType.NOT_SUPPORTED, "No.")])[0] == 405


def test_what_is_said_of_a_message_that_came_again() -> None:
    found = [
        (r.status, r.issues[0].code.value, r.issues[0].coding[0].code)
        for r in (already(), other_bytes(), under_way())
    ]
    assert found == [
        (409, "duplicate", "REC_CONFLICT"),
        (409, "conflict", "REC_CONFLICT"),
        (425, "duplicate", "REC_TOO_EARLY"),
    ]
    assert all(as_bars(r.status, r.issues)[1] == r.issues for r in (already(), other_bytes(), under_way()))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"X-Request-Id": None}, (400, "REC_BAD_REQUEST", "required")),
        ({"X-Correlation-Id": None}, (400, "REC_BAD_REQUEST", "required")),
        ({"X-Request-Id": "17"}, (400, "REC_BAD_REQUEST", "value")),
        ({"NHSD-Target-Identifier": None}, (400, "REC_BAD_REQUEST", "required")),
        ({"NHSD-Target-Identifier": "%%%"}, (400, "REC_BAD_REQUEST", "value")),
        ({"NHSD-Target-Identifier": encoded({"value": "1"})}, (400, "REC_BAD_REQUEST", "value")),
        ({"NHSD-Target-Identifier": encoded({**DOS, "value": "1"})}, (404, "REC_NOT_FOUND", "not-found")),
        ({"NHSD-End-User-Organisation": None}, (401, "REC_UNAUTHORIZED", "forbidden")),
        ({"NHSD-Requesting-Software": None}, (401, "REC_UNAUTHORIZED", "forbidden")),
        ({"NHSD-Requesting-Practitioner": "e30="}, (400, "REC_BAD_REQUEST", "value")),
        ({"NHSD-Requesting-Practitioner": None, "use-context": None}, (200, "", "")),
        ({"Accept": "application/fhir+json; version=2.0.0"}, (406, "REC_NOT_ACCEPTABLE", "processing")),
        ({"Accept": "application/xml"}, (406, "REC_NOT_ACCEPTABLE", "processing")),
    ],
)
async def test_the_headers_of_a_strict_sender(
    world: World, changes: dict[str, str | None], wanted: tuple[int, str, str]
) -> None:
    given = headers()
    for name, value in changes.items():
        given.pop(name)
        if value is not None:
            given[name] = value
    async with sending(world) as surgery:
        answer = await surgery.send(Referral(world).new(), given)
    if wanted[0] == 200:
        assert answer.status_code == 200, answer.text
    else:
        assert said(answer) == wanted, answer.text
        assert (
            answer.json()["issue"][0]["details"]["coding"][0]["system"]
            == "https://fhir.nhs.uk/CodeSystem/http-error-codes"
        )


async def test_a_tolerant_sender_need_not_say_who_it_is_or_where_to(world: World) -> None:
    plain = {name: value for name, value in headers().items() if not name.startswith("NHSD")}
    async with sending(world, strict=False) as surgery:
        answer = await surgery.send(Referral(world).new(), plain)
        assert answer.status_code == 200, answer.text
        elsewhere = Referral(world).new()
        elsewhere["entry"][0]["resource"]["destination"][0]["endpoint"] = (
            "https://fhir.nhs.uk/Id/dos-service-id|1"
        )
        plain["X-Request-Id"] = headers()["X-Request-Id"]
        assert said(await surgery.send(elsewhere, plain)) == (404, "REC_NOT_FOUND", "not-found")


async def test_an_organisations_code_is_an_address_too(world: World) -> None:
    target = encoded({"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Z99002"})
    async with sending(world) as surgery:
        given = {**headers(), "NHSD-Target-Identifier": target}
        assert (await surgery.send(Referral(world).new(), given)).status_code == 200


async def test_without_a_token_or_its_scope_nothing_is_taken(world: World) -> None:
    async with sending(world) as surgery:
        surgery.calls.token = "no-such-token"
        assert said(await surgery.send(Referral(world).new())) == (401, "REC_UNAUTHORIZED", "forbidden")
    async with sending(world, scopes=("system/*.rs",)) as reader:
        assert said(await reader.send(Referral(world).new())) == (403, "REC_FORBIDDEN", "forbidden")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", 400), (b"{", 400), (b"[]", 400), (b'{"resourceType": "Bundle", "type": "message"}', 400), (b"\x00", 400),
        (b'{"resourceType": "Patient"}', 400), (b"[" * 400, 400),
        (json.dumps({"resourceType": "Bundle", "type": "message", "entry": [{}] * 1001}).encode(), 422),
        (b" " * (5 * 1024 * 1024 + 1), 422),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_in_the_same_words(
    world: World, body: bytes, wanted: int
) -> None:
    async with sending(world) as surgery:
        answer = await surgery.send(body)
    status, code, kind = said(answer)
    assert (status, code) == (wanted, TABLE[wanted].code), answer.text
    assert kind in {one.value for one in TABLE[status].kinds}


async def test_ids_come_back_on_every_answer_of_the_door(world: World) -> None:
    async with sending(world) as surgery:
        sent = headers()
        for path in (
            "metadata",
            "Patient/unknown",
            "NoSuchType",
            "$process-message",
            "no/such/address/at/all",
        ):
            answer = await surgery.calls.client.get(f"/fhir/R4/{path}", headers=sent)
            assert answer.headers["X-Request-Id"] == sent["X-Request-Id"], path
            assert answer.headers["X-Correlation-Id"] == sent["X-Correlation-Id"], path
        for path in ("/fhir/R4/$process-message/", "/fhir/R4/$process-message"):
            answer = await surgery.calls.client.post(path, headers=headers())
            assert answer.status_code == 401, path
