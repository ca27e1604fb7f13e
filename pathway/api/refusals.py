"""Which refusals a route documents: each a class of `domain.errors`, by the status that the door answers with."""

from collections.abc import Iterable
from typing import Final

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from pathway.api.problems import MEDIA_TYPE
from pathway.api.schemas import Problem
from pathway.domain.errors import (
    DatabaseUnavailable,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    PathwayError,
    TooLarge,
    TooManyTries,
    UnreadableRequest,
)

ALWAYS: Final = (NotSignedIn, NotAllowed, TooManyTries, DatabaseUnavailable)
"""What any route that needs a token may answer."""
EVERYBODY: Final = (NotSignedIn, TooManyTries, DatabaseUnavailable)
"""The same for a route that is open to every role."""


BODY: Final = (UnreadableRequest, InvalidInput, TooLarge)
"""What any route with a body may answer besides."""


def refusals(*kinds: type[PathwayError]) -> dict[int, ResponseSpec]:
    """The documented refusals of a route, one for each status, with an example of each kind."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            generate_examples=False,
            description=". ".join(kind.title for kind in of_status) + ".",
            media_type=MEDIA_TYPE,
            examples=[_example(kind) for kind in of_status],
        )
        for status, of_status in _by_status(kinds).items()
    }


def _by_status(kinds: Iterable[type[PathwayError]]) -> dict[int, list[type[PathwayError]]]:
    found: dict[int, list[type[PathwayError]]] = {}
    for kind in sorted(set(kinds), key=lambda kind: (kind.status, kind.code)):
        found.setdefault(kind.status, []).append(kind)
    return found


def _example(kind: type[PathwayError]) -> Example:
    value = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": "What happened, and what to do.",
    }
    return Example(summary=kind.title, value=value)
