"""A county cut to size: the same number of open and of closed episodes on whichever day it is made.

The simulation gives a few in a hundred too many, and more in July than in September. Children are left out by lot until
as many episodes are left as the size says, so a lead sees no other figure for having started on another day. Whole
children go, with every episode of theirs; who is left has waited and been seen as in the larger county.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random
from uuid import UUID

from pathway.demo.sizes import Size


def children_left_out(episodes: Iterable[tuple[UUID, bool]], size: Size, random: Random) -> set[UUID]:
    """Who does not stay, of these episodes' children; `episodes` says of each whose it is and whether it is open."""
    still_open: Counter[UUID] = Counter()
    closed: Counter[UUID] = Counter()
    for child, is_open in episodes:
        (still_open if is_open else closed)[child] += 1
    too_many_open = _beyond(still_open.total(), size.open_episodes)
    too_many_closed = _beyond(closed.total(), size.closed_episodes)
    children = sorted(still_open.keys() | closed.keys())
    random.shuffle(children)
    left_out: set[UUID] = set()
    for child in children:
        if still_open[child] <= too_many_open and closed[child] <= too_many_closed:
            too_many_open -= still_open[child]
            too_many_closed -= closed[child]
            left_out.add(child)
    return left_out


def _beyond(count: int, wanted: int | None) -> int:
    return max(0, count - wanted) if wanted is not None else 0
