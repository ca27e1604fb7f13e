"""The guard in front of everything FHIR that arrives: nothing behind it meets a resource that it has not let through.

`read` turns bytes into JSON within limits; `check` says what is wrong with a resource; `admit` refuses what cannot be
used; `prepare` does what only the first request would wait for. All of it is pure: no database, no network, no clock.
"""

from pathway_fhir.guard.check import admit, check
from pathway_fhir.guard.models import prepare
from pathway_fhir.guard.reading import Limits, read

__all__ = ["Limits", "admit", "check", "prepare", "read"]
