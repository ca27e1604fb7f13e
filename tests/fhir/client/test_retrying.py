"""What each answer means for a message, line by line of the table of its interface; and how long is waited."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.client.retrying import (
    LONGEST_ASKED,
    LONGEST_DELAY,
    Judged,
    Next,
    delay_after,
    judge,
    wait_asked,
)
from tests.fhir.client.receiver import Reply, outcome

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CALL = Call("POST", "https://x.example", "int", b"{}", request_id=uuid4(), correlation_id=uuid4())
IDS = {"x-request-id": str(CALL.request_id).upper(), "x-correlation-id": str(CALL.correlation_id)}


def judged(reply: Reply, interface: str = "bars", *, strict: bool = True) -> Judged:
    headers = {**(IDS if reply.mirrored else {}), **{k.lower(): v for k, v in reply.headers.items()}}
    return judge(interface, CALL, Answer(reply.status, headers, reply.body), NOW, strict=strict)


BARS = [
    (Reply(200), Next.ARRIVED),
    (Reply(202), Next.ARRIVED),
    (Reply(200, mirrored=False), Next.AGAIN),
    (Reply(302), Next.AGAIN),
    (outcome(409, "REC_CONFLICT", "duplicate"), Next.ARRIVED),
    (outcome(409, "REC_CONFLICT", "duplicate", mirrored=False), Next.ARRIVED),
    (outcome(409, "REC_CONFLICT", "conflict"), Next.FINAL),
    (outcome(425, "REC_TOO_EARLY", "duplicate"), Next.LATER),
    (outcome(408, "REC_TIMEOUT", "timeout"), Next.AGAIN),
    (outcome(429, "REC_TOO_MANY_REQUESTS", "throttled"), Next.LATER),
    (outcome(503, "REC_UNAVAILABLE", "transient"), Next.AGAIN),
    (outcome(503, "PROXY_UNAVAILABLE", "transient"), Next.AGAIN),
    (outcome(504, "PROXY_GATEWAY_TIMEOUT", "timeout"), Next.AGAIN),
    (outcome(429, "SEND_TOO_MANY_REQUESTS", "throttled"), Next.LATER),
    (outcome(503, "OTHER", "transient"), Next.FINAL),
    (outcome(500, "REC_SERVER_ERROR", "exception"), Next.FINAL),
    (outcome(500, "REC_SERVER_ERROR", "exception", mirrored=False), Next.AGAIN),
    (outcome(400, "REC_BAD_REQUEST", "invariant"), Next.FINAL),
    (outcome(400, "PROXY_BAD_REQUEST", "invalid"), Next.FINAL),
    (outcome(401, "REC_UNAUTHORIZED", "forbidden"), Next.FINAL),
    (outcome(403, "REC_FORBIDDEN", "forbidden"), Next.FINAL),
    (outcome(404, "REC_NOT_FOUND", "not-found"), Next.FINAL),
    (outcome(422, "REC_UNPROCESSABLE_ENTITY", "too-costly"), Next.FINAL),
    (outcome(501, "REC_NOT_IMPLEMENTED", "not-supported"), Next.FINAL),
    (Reply(400, b"<html>"), Next.AGAIN),
    (Reply(502, b""), Next.AGAIN),
    (Reply(503, b'{"resourceType": "OperationOutcome", "issue": []}'), Next.AGAIN),
]


@pytest.mark.parametrize(("reply", "expected"), BARS, ids=lambda one: getattr(one, "status", one))
def test_what_an_answer_of_a_bars_receiver_means(reply: Reply, expected: Next) -> None:
    assert judged(reply).next is expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (outcome(503, "UNABLE_TO_CALL_SERVICE"), Next.AGAIN),
        (outcome(408, "UNABLE_TO_CALL_SERVICE"), Next.AGAIN),
        (outcome(429, "TOO_MANY_REQUESTS"), Next.LATER),
        (outcome(409, "RESOURCE_VERSION_MISMATCH"), Next.FINAL),
        (outcome(412, "PRECONDITION_FAILED"), Next.FINAL),
        (outcome(404, "RESOURCE_NOT_FOUND", "not_found"), Next.FINAL),
        (outcome(200, "TOO_MANY_MATCHES", "multiple-matches"), Next.ARRIVED),
        (Reply(503), Next.AGAIN),
        (Reply(500), Next.AGAIN),
    ],
    ids=lambda one: getattr(one, "status", one),
)
def test_what_an_answer_of_the_demographics_service_means(reply: Reply, expected: Next) -> None:
    assert judged(reply, "pds").next is expected


def test_a_tolerant_partner_need_not_mirror_the_ids() -> None:
    assert judged(Reply(200, mirrored=False), strict=False).next is Next.ARRIVED
    assert judged(Reply(200, b"<html>", mirrored=False), strict=False).next is Next.AGAIN
    bad = outcome(400, "REC_BAD_REQUEST", "invalid", mirrored=False)
    assert judged(bad, strict=False).next is Next.FINAL


def test_the_words_hold_the_codes_and_nothing_that_was_said() -> None:
    words = judged(outcome(400, "REC_BAD_REQUEST", "invariant")).words
    assert words == "The receiver refused it. (400, REC_BAD_REQUEST, invariant)"
    wild = judged(outcome(400, "Amira Brown", "9990000018 <b>")).words
    assert wild == "The receiver refused it. (400)"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta()),
        ("Thu, 26 Nov 2026 12:02:00 GMT", timedelta(seconds=120)),
        ("Thu, 26 Nov 2026 11:00:00 GMT", timedelta()),
        ("99999999999", LONGEST_ASKED),
        ("Thu, 26 Nov 2099 12:02:00 GMT", LONGEST_ASKED),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, expected: timedelta | None) -> None:
    assert wait_asked(Answer(503, {"retry-after": header}, b""), NOW) == expected


def test_the_wait_grows_to_an_hour_and_differs() -> None:
    longest = [delay_after(n, lambda: 1.0) for n in range(40)]
    assert longest == sorted(longest)
    assert longest[0] == timedelta(seconds=5)
    assert longest[-1] == LONGEST_DELAY
    assert delay_after(3, lambda: 0.0) < delay_after(3, lambda: 1.0)
