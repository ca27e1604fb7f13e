"""Taking signals in from the mailbox: each is noted and committed, and only then acknowledged; one that comes twice is one."""

import logging

from pathway.actions.area import Area
from pathway.actions.note_signal import note_signal
from pathway_fhir.national.mailbox import LARGEST, Letter, Mailbox
from pathway_fhir.national.mns import READS_AGAIN, WORKFLOW, Unreadable, read_signal

_log = logging.getLogger(__name__)


async def take_in(area: Area, mailbox: Mailbox) -> int:
    """Take in what lies in the mailbox; how many signals were new. Raises NotNow: what was not acknowledged comes again."""
    new = 0
    for message_id in await mailbox.waiting():
        letter = await mailbox.read(message_id)
        if letter.workflow not in ("", WORKFLOW):
            continue  # somebody else's work in the same mailbox: it stays for them
        new += await _note(area, letter)
        await mailbox.acknowledge(message_id)
    return new


async def _note(area: Area, letter: Letter) -> bool:
    """What cannot be read is noted by MESH's own id, so that its sender can be asked; nothing of it is kept or logged."""
    try:
        if len(letter.body) > LARGEST:
            raise Unreadable("The message is larger than any signal.")
        signal = read_signal(letter.body)
    except Unreadable as error:
        _log.error("MESH message %s is no signal: %s", letter.id, error)
        return await note_signal(area, f"mesh:{letter.id}", "unreadable", None, None, None)
    return await note_signal(
        area,
        signal.id,
        signal.event_type,
        signal.nhs_number,
        signal.happened_at,
        READS_AGAIN.get(signal.event_type),
    )
