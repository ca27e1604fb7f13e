"""All pages, one module for each audience."""

from pathway.web import sign_in

handlers = [*sign_in.handlers]
