"""Reading a whole history at once, as it became known: the episode after each act, without folding anew each time.

An action folds the facts so far and one more; a loader has them all before it. What it must write is what the actions
would have written one after the other, so `replay` gives the same episodes in the same order and reads most facts once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pathway.domain.definition import Definition
from pathway.domain.episode import Episode
from pathway.domain.events import CORRECTIONS, Event, in_force
from pathway.domain.fold import Reader
from pathway.domain.working_days import Calendar


def replay(
    definition: Definition, acts: Iterable[Sequence[Event]], calendar: Calendar
) -> Iterator[tuple[Episode, bool]]:
    """After each act (the facts recorded together): what `fold` gives of all facts so far, and whether it was read anew.

    A correction, or a fact from before the last one, makes the facts be read again from the first. The episode is alive:
    look at it before asking for the next one. Raises ImpossibleHistory as `fold` does.
    """
    reader, known, last = Reader(definition, calendar), list[Event](), date.min
    for act in acts:
        known.extend(act)
        anew = any(event.kind in CORRECTIONS or event.happened_on < last for event in act)
        if anew:
            reader = Reader(definition, calendar)
            facts = in_force(known)
        else:
            facts = [(e.happened_on, e.sequence, e) for e in sorted(act, key=_order)]
        for day, _, event in facts:
            reader.read(day, event)
        episode = reader.episode()
        last = episode.last_fact_on
        yield episode, anew


def _order(event: Event) -> tuple[date, int]:
    return event.happened_on, event.sequence
