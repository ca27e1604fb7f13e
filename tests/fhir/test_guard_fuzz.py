"""Whatever arrives is taken or refused, and nothing else happens: no exception, no growth, no value given back."""

import asyncio
import gc
import json
import sys
from random import Random
from typing import Any

import pytest

from pathway_fhir.guard import check, read
from pathway_fhir.guard.tables import tables
from pathway_fhir.outcome import Refused, operation_outcome, refuses
from tests.fhir.made import Maker, broken

RESOURCES = sorted(tables().resources)


@pytest.mark.parametrize("name", RESOURCES)
async def test_our_tables_and_the_library_agree_on_a_resource_with_every_element(name: str) -> None:
    """Neither knows an element, a type or a number that the other does not."""
    for seed in range(2):
        issues = await check(Maker(seed).resource(name), strict=False)
        assert [(issue.text, issue.expression) for issue in issues if issue.severity.refuses] == []


async def _many(count: int, seed: int, depth: int = 1) -> dict[bool, int]:
    """Break `count` whole resources and check each: how many were refused, and how many not."""
    random = Random(seed)
    answers = {True: 0, False: 0}
    for number in range(count):
        whole = Maker(seed + number, depth).resource(random.choice(RESOURCES))
        issues = await check(broken(whole, random), strict=random.random() < 0.5)
        answers[refuses(issues)] += 1
        json.dumps(operation_outcome(issues), allow_nan=False).encode("utf-8")
    return answers


async def test_a_broken_resource_is_answered_and_never_an_exception() -> None:
    answers = await _many(1_000, seed=7)
    # Some faults are none (a number more, a text instead of another): both answers must occur.
    assert answers[True] > 500
    assert answers[False] > 100


@pytest.mark.slow
async def test_ten_thousand_broken_resources_leave_nothing_behind() -> None:
    await _many(1_000, seed=11, depth=0)  # imports every model and fills every cache
    gc.collect()
    before = sys.getallocatedblocks()
    await _many(9_000, seed=2_000_000, depth=0)
    gc.collect()
    assert sys.getallocatedblocks() - before < 20_000


def _cut_and_flipped(body: bytes, random: Random) -> bytes:
    """Bytes changed without regard to JSON."""
    changed = bytearray(body)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(changed))
        match random.randrange(4):
            case 0:
                changed[at] = random.randrange(256)
            case 1:
                del changed[at : at + random.randint(1, 40)]
            case 2:
                changed[at:at] = random.choice(
                    [b'"', b"{", b"[", b"\\", b"\xff", b"\x00", b"1e9", b"\\ud800", b","]
                )
            case _:
                changed[at:at] = changed[: random.randint(1, 60)]
        changed = changed or bytearray(b" ")
    return bytes(changed)


def test_bytes_in_disorder_are_read_or_refused() -> None:
    random = Random(3)
    read_or_not = {True: 0, False: 0}
    statuses = set()
    for number in range(3_000):
        body = json.dumps(Maker(number, depth=0).resource(random.choice(RESOURCES))).encode()
        try:
            read(_cut_and_flipped(body, random))
        except Refused as refused:
            statuses.add(refused.status)
            read_or_not[False] += 1
        else:
            read_or_not[True] += 1
    assert min(read_or_not.values()) > 50
    assert statuses == {400}


# --- personal data ----------------------------------------------------------------------------

PLANTED = "Zebedee-Quillfeather"


def _planted(node: Any, where: int, counter: list[int]) -> Any:
    """A copy in which the value, or the name, of one element is the planted one."""
    if isinstance(node, list):
        return [_planted(one, where, counter) for one in node]
    counter[0] += 1
    if counter[0] == where:
        return PLANTED
    if isinstance(node, dict):
        made = {}
        for key, value in node.items():
            counter[0] += 1
            made[PLANTED if counter[0] == where else key] = _planted(value, where, counter)
        return made
    return node


@pytest.mark.parametrize(
    "name", ["Patient", "ServiceRequest", "Consent", "QuestionnaireResponse", "Bundle", "Task"]
)
async def test_no_outcome_ever_holds_what_was_sent(name: str) -> None:
    """A name planted in every place in turn, as a value and as the name of an element."""
    whole = Maker(5, depth=1).resource(name)
    counter = [0]
    _planted(whole, -1, counter)
    told = 0
    for where in range(2, counter[0] + 1):
        sent = _planted(whole, where, [0])
        issues = await check(sent, strict=True)
        told += refuses(issues)
        written = json.dumps(operation_outcome(issues))
        assert PLANTED not in written
        assert "Zebedee" not in written
    assert told > counter[0] / 4


@pytest.mark.parametrize(
    "body",
    [
        f'{{"resourceType": "Patient", "{PLANTED}": 1, "{PLANTED}": 2}}',
        f'{{"resourceType": "Patient", "id": "{PLANTED}"',
        f'{{"resourceType": "Patient", "id": "{PLANTED}\\u0000"}}',
        f'["{PLANTED}"]',
        PLANTED,
    ],
)
def test_no_refusal_to_read_holds_what_was_sent(body: str) -> None:
    with pytest.raises(Refused) as caught:
        read(body.encode())
    assert PLANTED not in json.dumps(operation_outcome(caught.value.issues)) + str(caught.value)


async def test_a_large_bundle_lets_other_requests_in_between() -> None:
    """It is checked in a thread: the loop goes on while it takes its time."""
    patient = Maker(1, depth=2).resource("Patient")
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": patient} for number in range(150)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    await asyncio.sleep(0)
    turns = 0
    await check(bundle, strict=True)
    task.cancel()
    assert turns > 10
