"""What every form that changes a record carries unseen: the request's id and the version that was shown."""

from uuid import UUID, uuid4

from pathway.web.page import Pairs


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
