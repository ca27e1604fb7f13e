"""All pages of clinical, council and commissioning staff, and the pages that anybody may read."""

from pathway.web import (
    about,
    accesses,
    breaches,
    child,
    correct,
    figures,
    hand_overs,
    held,
    matches,
    record_step,
    thresholds,
    worklist,
)

handlers = [
    *worklist.handlers,
    *child.handlers,
    *record_step.handlers,
    *correct.handlers,
    *hand_overs.handlers,
    *matches.handlers,
    *breaches.handlers,
    *thresholds.handlers,
    *figures.handlers,
    *accesses.handlers,
    *held.handlers,
    *about.handlers,
]
