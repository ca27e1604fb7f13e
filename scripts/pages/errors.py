"""docs/reference/errors.md: everything that can be refused, from the one tree in `pathway.domain.errors`."""

import inspect

from pathway.domain import errors
from pathway.domain.errors import PathwayError
from scripts.pages.markdown import code, table


def page() -> str:
    rows = [(kind.title, code(kind.code), str(kind.status), code(_parent(kind))) for kind in classes()]
    return table(("What people read", "Code in problem+json", "Status", "A kind of"), rows)


def classes() -> list[type[PathwayError]]:
    """Every error class, in the order in which the module tells them."""
    return [
        kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, PathwayError)
    ]


def _parent(kind: type[PathwayError]) -> str:
    parent = kind.__mro__[1]
    return parent.code if issubclass(parent, PathwayError) else ""
