"""All pages of clinical, council and commissioning staff."""

from pathway.web import breaches, child, record_step, worklist

handlers = [*worklist.handlers, *child.handlers, *record_step.handlers, *breaches.handlers]
