"""The form in which an answer is written down."""

from dataclasses import dataclass

from pathway.demo.county import COUNTY_TEAM

PROVIDER = f"provider {COUNTY_TEAM}"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: where it stands, how many days ago it counts from, its limit, its grade; when it finished, in days ago.

    `due` is the due day itself, in days from today, where a date and no start gives it. An empty grade is not asserted:
    it depends on the season.
    """

    key: str
    state: str
    since: int
    limit: str
    grade: str
    finished: int | None = None
    due: int | None = None
    instance: int = 1
    by_law: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One episode: its stage, what family and school see (the same, where empty), who holds it, what comes next."""

    story: str
    stage: str
    next_step: str = ""
    clocks: tuple[Clock, ...] = ()
    family: str = ""
    school: str = ""
    holder: str = PROVIDER
    closed: int | None = None
    started: int | None = None
    episode: int = 0
    open_tasks: tuple[str, ...] = ()
    side_states: tuple[str, ...] = ()
    hidden_from_school: bool = False
    excused: tuple[str, ...] = ()


def nice(since: int, grade: str, finished: int | None = None, state: str = "running") -> Clock:
    """NICE's limit: three months from referral to the start of the assessment."""
    return Clock("nice_start", state, since, "3 months", grade, finished)


def waiting(story: str, *clocks: Clock, **more: object) -> Answer:
    """A child who has been accepted and waits for an appointment."""
    return Answer(story, "waiting", "assessment_booked", clocks, **more)  # type: ignore[arg-type]
