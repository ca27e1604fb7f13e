"""What is to be seen of each story, written down by hand and never asked of the engine.

Days count back from today. The only sums here are the ones a person would do on paper: a start, a limit, the day it ends,
the days over. A test holds every line against the engine, on several days; `pathway demo --answers` prints it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pathway.demo.answers_council import COUNCIL_ANSWERS
from pathway.demo.answers_health import HEALTH_ANSWERS
from pathway.demo.answers_people import PEOPLE_ANSWERS
from pathway.demo.expected import Answer, Clock
from pathway.demo.stories import story

ANSWERS: Final = (*HEALTH_ANSWERS, *PEOPLE_ANSWERS, *COUNCIL_ANSWERS)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the stories bring to the county's figures."""

    episodes: int
    still_open: int
    closed: int
    late_to_start: int
    late_by_law: int


def totals(answers: Sequence[Answer] = ANSWERS) -> Totals:
    """Counted from the key alone: `late_to_start` are running NICE clocks past their limit."""
    clocks = [clock for answer in answers for clock in answer.clocks if clock.state == "running"]
    late = [clock for clock in clocks if clock.grade not in ("", "on_time", "due_soon")]
    return Totals(
        len(answers),
        sum(answer.closed is None for answer in answers),
        sum(answer.closed is not None for answer in answers),
        sum(clock.key == "nice_start" for clock in late),
        sum(clock.by_law for clock in late),
    )


def due_on(clock: Clock, today: date) -> date:
    """The last day of the limit, as on paper."""
    if clock.due is not None:
        return today + timedelta(clock.due)
    start = today - timedelta(clock.since)
    number, unit = clock.limit.split(" ", 1)
    if unit == "months":
        return _months_after(start, int(number))
    if unit == "weeks":
        return start + timedelta(7 * int(number))
    return start + timedelta(int(number))


def days_over(clock: Clock, today: date) -> int:
    """Days past the limit, to the day on which the clock finished or to today."""
    until = today - timedelta(clock.finished or 0)
    return max(0, (until - due_on(clock, today)).days)


def _months_after(start: date, months: int) -> date:
    """The corresponding day, or the last of the month where there is none."""
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    for day in range(start.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, start.day)


def printed(today: date) -> str:
    """The key as text, for whoever shows the demonstration."""
    lines = [f"What is to be seen of each story on {today:%-d %B %Y}.", ""]
    for answer in ANSWERS:
        one = story(answer.story)
        lines.append(f"{one.child}: {one.shows}.")
        lines.append(f"  seen by: {', '.join(one.seen_by)}")
        shown = f"family sees {answer.family or answer.stage}, school sees {answer.school or answer.stage}"
        lines.append(f"  stage: {answer.stage} ({shown})")
        if answer.closed is None:
            lines.append(f"  held by: {answer.holder}; next: {answer.next_step}")
        else:
            lines.append(f"  closed on {today - timedelta(answer.closed):%-d %B %Y}")
        lines += [f"  {_clock_line(clock, today)}" for clock in answer.clocks]
        lines.append("")
    sum_of = totals()
    lines.append(
        f"In all: {sum_of.episodes} episodes, {sum_of.still_open} open and {sum_of.closed} closed; "
        f"{sum_of.late_to_start} past NICE’s limit to start, {sum_of.late_by_law} past a statutory limit."
    )
    return "\n".join(lines)


def _clock_line(clock: Clock, today: date) -> str:
    over = days_over(clock, today)
    late = f", {over} days over" if over else ""
    return f"{clock.key}: {clock.state}, due {due_on(clock, today):%-d %B %Y}{late} ({clock.grade or 'by the date'})"
