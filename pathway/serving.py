"""The application as a server process of several makes it for itself."""

from litestar import Litestar

from pathway.app import create_app
from pathway.settings import load


def application() -> Litestar:
    """The application with the settings of the environment."""
    return create_app(load())
