"""docs/rules.md 7: the treatment clock is off unless an area switches it on; community waits count 18 and 52 weeks."""

from pathway import definitions
from pathway.domain.breaches import Grade, grade
from pathway.domain.compiler import compile_definition
from tests.domain.stories import accepted, after


def test_no_treatment_clock_runs() -> None:
    assert "rtt" not in {fact.definition.key for fact in accepted().episode.clocks}


def test_switching_it_on_is_one_word_in_the_table() -> None:
    source = definitions.source("autism")
    assert source.count("enabled = false") == 1
    on = compile_definition(source.replace("enabled = false", "enabled = true"), "autism.toml")
    assert "rtt" in {clock.key for clock, _ in on.moves["referral_received"].starts}


def test_a_community_wait_is_graded_past_18_and_past_52_weeks() -> None:
    reading = accepted().reading("community_wait")
    days = {Grade.BREACHED: 18 * 7 + 1, Grade.OVER_52_WEEKS: 52 * 7 + 1}
    for reached, day in days.items():
        assert grade(reading, after(day)) is reached
        assert grade(reading, after(day - 1)) is not reached
