"""Small numbers are never shown where nobody is named: the national rule, in one place.

NHS England's autism waiting times statistics: fewer than 5 (zero included) is shown as `*`, anything else is rounded to the
nearest 5. A total is rounded from the true total and never the sum of rounded parts, so parts may not add up to it.
"""

from typing import Final

SMALLEST_SHOWN: Final = 5
HIDDEN: Final = "*"
RULE: Final = (
    "Counts under 5, and zero, are shown as *. All other counts are rounded to the nearest 5, "
    "so that no child can be picked out; parts may not add up to a total."
)


def shown(count: int) -> str:
    """A count as it may be shown: `*`, or the nearest multiple of 5."""
    if count < SMALLEST_SHOWN:
        return HIDDEN
    return f"{(count + 2) // 5 * 5:,}"
