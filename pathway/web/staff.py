"""All pages of clinical, council and commissioning staff, and the pages that anybody may read."""

from pathway.web import (
    about,
    accesses,
    breaches,
    break_glass,
    change_school,
    child,
    correct,
    figures,
    hand_overs,
    held,
    matches,
    openings,
    record_step,
    stated_details,
    thresholds,
    worklist,
)

handlers = [
    *worklist.handlers,
    *child.handlers,
    *change_school.handlers,
    *stated_details.handlers,
    *record_step.handlers,
    *correct.handlers,
    *hand_overs.handlers,
    *matches.handlers,
    *breaches.handlers,
    *thresholds.handlers,
    *figures.handlers,
    *accesses.handlers,
    *break_glass.handlers,
    *openings.handlers,
    *held.handlers,
    *about.handlers,
]
