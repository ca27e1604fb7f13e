"""Where each national service is, by how far it is in earnest; another address may be set for each.

Sources: NHS England API catalogue (Personal Demographics, Multicast Notification, Validated Relationships, Patient Flags,
e-Referral Service); Organisation Data Service, ORD interface.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pathway.domain.errors import SettingsRefused
from pathway.settings import Settings

OFF, STUB, SANDBOX, INT, LIVE = "off", "stub", "sandbox", "int", "live"
_HOSTS: Final = {
    SANDBOX: "https://sandbox.api.service.nhs.uk",
    INT: "https://int.api.service.nhs.uk",
    LIVE: "https://api.service.nhs.uk",
}
_STUB: Final = "https://stub.invalid"
"""Never looked up: a stub answers in this process."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One national service as it is asked.

    `every` is the time between two questions of all our processes together. `fhir` where it answers in FHIR; `open` where it
    wants no token.
    """

    name: str
    title: str
    path: str
    every: timedelta
    fhir: bool = True
    open: bool = False


_FIVE_A_SECOND: Final = timedelta(milliseconds=200)
PDS: Final = Interface(
    "pds", "Personal Demographics Service", "/personal-demographics/FHIR/R4", _FIVE_A_SECOND
)
MNS: Final = Interface(
    "mns", "Multicast Notification Service", "/multicast-notification-service", _FIVE_A_SECOND
)
VRS: Final = Interface(
    "vrs", "Validated Relationships Service", "/validated-relationships/FHIR/R4", _FIVE_A_SECOND
)
FLAGS: Final = Interface("flags", "Patient Flags", "/patient-flags-api", _FIVE_A_SECOND)
ERS: Final = Interface("ers", "e-Referral Service", "/referrals", timedelta(milliseconds=100))
ODS: Final = Interface(
    "ods", "Organisation Data Service", "https://directory.spineservices.nhs.uk/ORD/2-0-0", _FIVE_A_SECOND,
    fhir=False, open=True,
)  # fmt: skip
INTERFACES: Final[Mapping[str, Interface]] = {one.name: one for one in (PDS, MNS, VRS, FLAGS, ERS, ODS)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an interface is asked in this installation, and how far in earnest."""

    mode: str
    base: str

    @property
    def is_on(self) -> bool:
        return self.mode != OFF


def place_of(interface: Interface, settings: Settings) -> Place:
    """The mode and address that the settings give. Raises SettingsRefused where a mode has no address of its own."""
    mode: str = getattr(settings, f"{interface.name}_mode")
    given: str | None = getattr(settings, f"{interface.name}_url")
    if mode in (OFF, STUB):
        return Place(mode, _STUB)
    if given:
        return Place(mode, given.rstrip("/"))
    if not interface.path.startswith("/"):
        if mode != SANDBOX:
            return Place(mode, interface.path)
        raise SettingsRefused(
            f"{interface.title} has no sandbox. Set PATHWAY_{interface.name.upper()}_URL, or use stub or live."
        )
    return Place(mode, f"{_HOSTS[mode]}{interface.path}")
