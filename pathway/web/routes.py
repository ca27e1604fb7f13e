"""All pages, one module for each audience."""

from pathway.web import sign_in, staff

handlers = [*sign_in.handlers, *staff.handlers]
