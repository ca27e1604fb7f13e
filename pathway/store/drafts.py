"""Referrals before they are sent: what was typed so far, encrypted with the area's key, for one organisation.

Reading goes through row-level security; writing is for `pathway.actions.save_draft` and `pathway.actions.send_draft`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from pathway.store.engine import Tx
from pathway.store.keys import AreaKey

Typed = tuple[tuple[str, str], ...]
Sections = Mapping[str, Typed]

_COLUMNS = "id, account_id, organisation_id, pathway, version, secret, reference, being_checked, changed_at"
_ONE = f"SELECT {_COLUMNS} FROM referral_draft WHERE id = $1"
_UNSENT = f"""
SELECT {_COLUMNS} FROM referral_draft WHERE organisation_id = $1 AND sent_at IS NULL
 ORDER BY changed_at DESC, id LIMIT $2"""
_BEGIN = """
INSERT INTO referral_draft (id, account_id, organisation_id, pathway, secret) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING"""
_SAVE = """
UPDATE referral_draft SET secret = $2, version = version + 1, changed_at = clock_timestamp()
 WHERE id = $1 AND sent_at IS NULL"""
_SENT = """
UPDATE referral_draft SET secret = NULL, reference = $2, being_checked = $3, sent_at = clock_timestamp(),
       changed_at = clock_timestamp() WHERE id = $1"""


@dataclass(frozen=True, slots=True)
class ReferralDraft:
    """A referral being written. `sections` holds what was typed, by page; once sent it is empty and has a reference."""

    id: UUID
    account_id: int
    organisation_id: int
    pathway: str
    version: int
    sections: Sections
    reference: str
    being_checked: bool
    changed_at: datetime

    @property
    def is_sent(self) -> bool:
        return bool(self.reference)

    def having(self, section: str, typed: Typed) -> "ReferralDraft":
        """The same draft with the answers of one page put in the place of the earlier ones."""
        return replace(self, sections={**self.sections, section: typed})


async def draft_row(tx: Tx, key: AreaKey, draft_id: UUID, *, lock: bool = False) -> ReferralDraft | None:
    """One draft that the reader may see; `lock` holds it until the transaction ends."""
    row = await tx.fetchrow(_ONE + (" FOR UPDATE" if lock else ""), draft_id)
    return None if row is None else _draft(row, key)


async def unsent(tx: Tx, key: AreaKey, organisation_id: int, limit: int = 50) -> list[ReferralDraft]:
    """The drafts of an organisation that have not been sent, newest first."""
    return [_draft(row, key) for row in await tx.fetch(_UNSENT, organisation_id, limit)]


async def begin(
    tx: Tx, key: AreaKey, draft_id: UUID, account_id: int, organisation_id: int, pathway: str
) -> None:
    """An empty draft; beginning the same one again changes nothing."""
    await tx.execute(_BEGIN, draft_id, account_id, organisation_id, pathway, _locked(key, draft_id, {}))


async def save(tx: Tx, key: AreaKey, draft: ReferralDraft) -> None:
    """Keep what was typed."""
    await tx.execute(_SAVE, draft.id, _locked(key, draft.id, draft.sections))


async def mark_sent(tx: Tx, draft_id: UUID, reference: str, being_checked: bool) -> None:
    """Empty a draft that has become a referral; what came of it is kept."""
    await tx.execute(_SENT, draft_id, reference, being_checked)


async def delete(tx: Tx, draft_id: UUID) -> None:
    await tx.execute("DELETE FROM referral_draft WHERE id = $1 AND sent_at IS NULL", draft_id)


def _locked(key: AreaKey, draft_id: UUID, sections: Sections) -> bytes:
    return key.lock(json.dumps(dict(sections)).encode(), f"draft {draft_id}")


def _draft(row: asyncpg.Record, key: AreaKey) -> ReferralDraft:
    sections: dict[str, Typed] = {}
    if row["secret"] is not None:
        plain = json.loads(key.unlock(row["secret"], f"draft {row['id']}"))
        sections = {name: tuple((k, v) for k, v in typed) for name, typed in plain.items()}
    return ReferralDraft(
        row["id"],
        row["account_id"],
        row["organisation_id"],
        row["pathway"],
        row["version"],
        sections,
        row["reference"] or "",
        row["being_checked"],
        row["changed_at"],
    )
