"""Bytes become JSON within limits, or a sentence with a status; never an exception of another kind, never slowly."""

import time
from decimal import Decimal

import pytest

from pathway_fhir.guard import Limits, read
from pathway_fhir.outcome import IssueType, Refused

PATIENT = b'{"resourceType": "Patient", "active": true}'


def refused(body: bytes, limits: Limits | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        read(body, limits=limits or Limits())
    return caught.value


def test_a_resource_is_read() -> None:
    assert read(PATIENT) == {"resourceType": "Patient", "active": True}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + PATIENT)["resourceType"] == "Patient"


def test_a_decimal_keeps_its_zeros_and_its_digits() -> None:
    """1.10 was measured more exactly than 1.1 (FHIR R4, decimal)."""
    found = read(b'{"a": 1.10, "b": 12345678901234567.89, "c": 1e-245}')
    assert [str(found[key]) for key in "abc"] == ["1.10", "12345678901234567.89", "1E-245"]
    assert isinstance(found["a"], Decimal)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", IssueType.REQUIRED),
        (b"  \n ", IssueType.REQUIRED),
        (b"[]", IssueType.STRUCTURE),
        (b'"Patient"', IssueType.STRUCTURE),
        (b"{", IssueType.INVALID),
        (b'{"a": }', IssueType.INVALID),
        (b'{"a": 01}', IssueType.INVALID),
        (b'{"a": 1,}', IssueType.INVALID),
        (b'{"a": 1} {"b": 2}', IssueType.INVALID),
        (b'{"a": "\x01"}', IssueType.INVALID),
        (b'{"a": 1, "a": 1}', IssueType.INVALID),
        (b'{"x": {"a": 1, "b": 2, "a": 3}}', IssueType.INVALID),
        (b'{"a": "x\x00"}', IssueType.INVALID),
        (b'{"a": "\xff"}', IssueType.INVALID),
        ('{"a": 1}'.encode("utf-16"), IssueType.INVALID),
        (b'{"a": NaN}', IssueType.VALUE),
        (b'{"a": -Infinity}', IssueType.VALUE),
        (b'{"a": 1e99999999}', IssueType.VALUE),
        (b'{"a": ' + b"9" * 5_000 + b"}", IssueType.VALUE),
        (b'{"a": 0.' + b"1" * 5_000 + b"}", IssueType.VALUE),
        (b'{"a": "\\ud800"}', IssueType.VALUE),
        (b'{"a\\u0000": [{"b": 1}]}', IssueType.VALUE),
        (b'{"a": [["\\u001f"]]}', IssueType.VALUE),
    ],
)
def test_what_is_not_json_is_a_bad_request(body: bytes, code: IssueType) -> None:
    found = refused(body)
    assert (found.status, [issue.code for issue in found.issues]) == (400, [code])


def test_an_escape_that_is_written_out_and_a_pair_of_halves_are_text() -> None:
    assert read(b'{"a": "\\\\ud800", "b": "\\ud83d\\ude00", "c": "\\u000a"}') == {
        "a": "\\ud800",
        "b": "\U0001f600",
        "c": "\n",
    }


def test_depth_is_limited_and_brackets_in_texts_are_not_depth() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' * depth + b"1" + b"}" * depth

    assert read(nested(64))
    assert refused(nested(65)).issues[0].code is IssueType.TOO_COSTLY
    assert refused(b"[" * 300 + b"]" * 300).status == 400
    assert read(b'{"a": "' + b"[{" * 500 + b'", "b": "\\"[[[["}')


def test_size_values_and_entries_are_limited() -> None:
    small = Limits(size=100, nodes=10, entries=2)
    assert refused(b'{"a": "' + b"x" * 100 + b'"}', small).status == 413
    assert refused(b'{"a": [' + b"1," * 20 + b"1]}", small).status == 413
    assert refused(b'{"entry": [{}, {}, {}]}', small).issues[0].expression == ("Bundle.entry",)
    assert read(b'{"entry": [{}, {}]}', limits=small)


@pytest.mark.parametrize(
    "body",
    [
        b'{"resourceType":"Bundle","entry":[' + b"{}," * 17_000_000 + b"{}]}",
        b"[]" * 2_500_000,
        b'{"a":' * 800_000,
        b'{"a":"' + b'\\"' * 2_000_000,
        b'"' * 5_000_000,
        b"\\" * 5_000_000,
        b'{"a":' + b" " * 5_000_000,
    ],
    ids=["50 MB", "brackets", "open", "quotation marks", "empty texts", "backslashes", "blanks"],
)
def test_a_hostile_body_is_refused_at_once(body: bytes) -> None:
    """Generous: what costs more than the bytes are worth takes minutes, not a second."""
    began = time.process_time()
    assert refused(body).status in (400, 413)
    assert time.process_time() - began < 2
