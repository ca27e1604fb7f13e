"""What a person sees while a county is made: one line for each step, and a bar where it takes a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Silent:
    """Shows nothing; for tests, and for a caller who shows something of its own."""

    def step(self, what: str) -> None:
        """A new step has begun."""

    def bar(self, what: str, done: int, total: int) -> None:
        """So much of a step is done."""


class Shown(Silent):
    """Shows steps and bars on the error stream, away from any answer."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._step: TaskID | None = None

    def step(self, what: str) -> None:
        self._finish_step()
        self._step = self._progress.add_task(what, total=None)

    def bar(self, what: str, done: int, total: int) -> None:
        self._finish_step()
        if what not in self._bars:
            self._bars[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._bars[what], completed=done, total=total)

    def _finish_step(self) -> None:
        if self._step is not None:
            self._progress.update(self._step, total=1, completed=1)
            self._step = None


@contextmanager
def shown() -> Iterator[Shown]:
    """Show what is going on until the block ends."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Shown(progress)
