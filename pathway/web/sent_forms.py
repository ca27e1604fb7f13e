"""What every form that changes a record carries unseen: the request's id and the version that was shown."""

from typing import Final
from uuid import UUID, uuid4

from pathway.domain.errors import NotFound
from pathway.web.page import Pairs

_INTEGER: Final = 2**31 - 1
_BIG_INTEGER: Final = 2**63 - 1


def request_id_of(pairs: Pairs) -> UUID:
    """The id that makes a second press harmless; a new one where the form brought none that can be read."""
    try:
        return UUID(dict(pairs).get("_request", ""))
    except ValueError:
        return uuid4()


def version_of(pairs: Pairs, otherwise: int) -> int:
    """The version of the record that the reader was shown."""
    text = dict(pairs).get("_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def small_number(number: int) -> int:
    """The number of a row, as an address gives it; NotFound for one that no row can have."""
    return _number(number, _INTEGER)


def large_number(number: int) -> int:
    """The same for rows that are counted in billions."""
    return _number(number, _BIG_INTEGER)


def _number(number: int, largest: int) -> int:
    if not 0 < number <= largest:
        raise NotFound("There is no such line. Go back to the list and choose one from there.")
    return number
