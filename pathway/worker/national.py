"""What the worker does with the NHS's national services: traces, signals, and reading again what they say has changed.

Nothing runs for a service that is switched off. A question that cannot be answered now is tried again as it was; one that is not
answered at all is held where people can see it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.look_up_organisations import look_up_proposed
from pathway.settings import Settings
from pathway.store import adjustments, traces
from pathway.store.jobs import ADJUSTMENTS, PROXY_ROLES, TRACE
from pathway.store.scopes import WRITER
from pathway.worker.queue import Handler, TryLater
from pathway.worker.rounds import Round
from pathway_fhir.national.addresses import ERS, FLAGS, MNS, ODS, PDS, VRS, Interface
from pathway_fhir.national.asking import National, NotAnswered, NotNow, Stub, national_from
from pathway_fhir.national.flags import exchange_adjustments
from pathway_fhir.national.mailbox import Mailbox, mailbox_from
from pathway_fhir.national.ods import look_up
from pathway_fhir.national.pds import trace_child
from pathway_fhir.national.signals import take_in
from pathway_fhir.national.stub_people import StubPeople
from pathway_fhir.national.stubs import empty_worklist, no_such_organisation, nobody
from pathway_fhir.national.vrs import read_proxies

_log = logging.getLogger(__name__)

MINUTE: Final = timedelta(minutes=1)
ANEW: Final = timedelta(days=1)
"""After so long a child with an open episode is asked about again, whether or not a signal came."""
AT_ONCE: Final = 250
"""Children enqueued in one round: what may be asked in a minute, with room for those whom a signal names."""

STUBS: Final[Mapping[str, Stub]] = {
    PDS.name: StubPeople(),
    VRS.name: nobody,
    MNS.name: nobody,
    FLAGS.name: nobody,
    ODS.name: no_such_organisation,
    ERS.name: empty_worklist,
}
"""What plays each service in this process where its mode is stub."""

Ask = Callable[[Area, National, UUID], Awaitable[object]]
_JOBS: Final[dict[str, tuple[Interface, Ask]]] = {
    TRACE: (PDS, trace_child),
    PROXY_ROLES: (VRS, read_proxies),
    ADJUSTMENTS: (FLAGS, exchange_adjustments),
}
"""What is asked because of each kind of job, and where."""


@dataclass(slots=True)
class NationalWork:
    """The handlers and rounds of one worker process, with the connections that they use."""

    area: Area
    national: National
    mailbox: Mailbox | None

    def handlers(self) -> dict[str, Handler]:
        """The handler of each kind of job. One for a service that has been switched off since has nothing to do."""
        return {job: self._handler(*what) for job, what in _JOBS.items()}

    def rounds(self) -> tuple[Round, ...]:
        """What is done again and again, for the services that are switched on."""
        found = []
        if self.national.is_on(PDS):
            found.append(Round("traces begun", MINUTE, self._begin_traces))
        if self.national.is_on(FLAGS):
            found.append(Round("adjustments exchanged", MINUTE, self._exchange_adjustments))
        if self.national.is_on(ODS):
            found.append(Round("organisations looked up", 5 * MINUTE, self._look_up))
        if self.mailbox is not None:
            found.append(Round("signals taken in", MINUTE, self._take_in))
        return tuple(found)

    async def close(self) -> None:
        await self.national.close()
        if self.mailbox is not None:
            await self.mailbox.close()

    def _handler(self, interface: Interface, ask: Ask) -> Handler:
        async def handle(about: str) -> None:
            if not self.national.is_on(interface):
                return
            try:
                await ask(self.area, self.national, UUID(about))
            except NotNow as later:
                raise TryLater(later.wait) from None

        return handle

    async def _begin_traces(self) -> int:
        async with self.area.database.transaction(WRITER) as tx:
            return await traces.enqueue_due(tx, self.area.now() - ANEW, AT_ONCE)

    async def _exchange_adjustments(self) -> int:
        async with self.area.database.transaction(WRITER) as tx:
            return await adjustments.enqueue_wanted(tx)

    async def _look_up(self) -> int:
        """A list that does not answer is asked in the next round."""
        try:
            return await look_up_proposed(self.area, partial(look_up, self.national))
        except (NotNow, NotAnswered) as error:
            _log.warning("Organisations could not be looked up: %s", error)
            return 0

    async def _take_in(self) -> int:
        """MESH that does not answer is asked in the next round; what lies there waits."""
        if self.mailbox is None:
            return 0
        try:
            return await take_in(self.area, self.mailbox)
        except NotNow as later:
            _log.warning("Signals could not be read: %s", later.sentence)
            return 0


def national_work(area: Area, settings: Settings) -> NationalWork:
    """As the settings say. Raises SettingsRefused where they cannot work."""
    return NationalWork(area, national_from(settings, area.database, STUBS), mailbox_from(settings))
