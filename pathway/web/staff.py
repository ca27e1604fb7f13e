"""All pages of clinical, council and commissioning staff."""

from pathway.web import worklist

handlers = [*worklist.handlers]
