"""The circuit breaker: opens after failures in a row, lets one try through, closes again; all processes know it."""

from datetime import UTC, datetime, timedelta

import pytest

from pathway.store import destinations
from pathway.store.engine import Database
from pathway.store.scopes import WORKER
from pathway_fhir.client.breaker import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    OPENS_AFTER,
    TRIAL,
    Breaker,
    pause_after,
    state,
)

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def breaker(rolled_back: Database) -> Breaker:
    return Breaker(rolled_back, "partner:1")


async def _state(breaker: Breaker, now: datetime) -> str:
    async with breaker.database.transaction(WORKER) as tx:
        return state(await destinations.health(tx, breaker.destination), now)


async def _opened(breaker: Breaker) -> None:
    for _ in range(OPENS_AFTER):
        assert await breaker.wait(NOW) is None
        await breaker.failed(NOW)


async def test_it_opens_after_failures_in_a_row_and_for_one_destination_only(breaker: Breaker) -> None:
    await _opened(breaker)
    assert await breaker.wait(NOW + SECOND) == NOW + FIRST_PAUSE
    assert await _state(breaker, NOW) == "open"
    assert await Breaker(breaker.database, "partner:2").wait(NOW) is None


async def test_an_answer_in_between_begins_the_count_again(breaker: Breaker) -> None:
    for _ in range(OPENS_AFTER - 1):
        await breaker.failed(NOW)
    await breaker.answered()
    await breaker.failed(NOW)
    assert await _state(breaker, NOW) == "closed"


async def test_half_open_lets_one_through_and_an_answer_closes_it(breaker: Breaker) -> None:
    await _opened(breaker)
    then, another = NOW + FIRST_PAUSE, Breaker(breaker.database, breaker.destination)
    assert await _state(breaker, then) == "half-open"
    assert await breaker.wait(then) is None
    assert await another.wait(then) == then + TRIAL
    await breaker.answered()
    assert await another.wait(then) is None
    assert await _state(breaker, then) == "closed"


async def test_a_failed_trial_opens_it_for_longer(breaker: Breaker) -> None:
    await _opened(breaker)
    then = NOW + FIRST_PAUSE
    assert await breaker.wait(then) is None
    await breaker.failed(then)
    assert await breaker.wait(then + SECOND) == then + 2 * FIRST_PAUSE


async def test_a_trial_whose_process_died_is_made_by_another(breaker: Breaker) -> None:
    await _opened(breaker)
    then = NOW + FIRST_PAUSE
    assert await breaker.wait(then) is None
    assert await breaker.wait(then + TRIAL) is None


def test_the_pause_grows_to_its_longest() -> None:
    pauses = [pause_after(n) for n in range(OPENS_AFTER, OPENS_AFTER + 30)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses[-1] == LONGEST_PAUSE
    assert pause_after(OPENS_AFTER - 1) is None
