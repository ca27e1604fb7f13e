"""All pages, one module for each audience."""

from pathway.web import families, partners, pupils, refer, sign_in, staff

handlers = [
    *sign_in.handlers,
    *staff.handlers,
    *partners.handlers,
    *refer.handlers,
    *pupils.handlers,
    *families.handlers,
]
