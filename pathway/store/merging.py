"""Two records of one child: what is moved from one to the other when they are joined, and back when they are parted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.store.engine import Tx
from pathway.store.keys import AreaKey, ChildText, child_text

_CHILDREN = """
SELECT id, nhs_number, upn, restricted, safe_contact, looked_after, interpreter, merged_into,
       sealed_at IS NOT NULL AS sealed, died_on IS NOT NULL AS died,
       EXISTS (SELECT FROM child_address a WHERE a.child_id = child.id) AS has_address,
       messages_held_since IS NOT NULL AS held
  FROM child WHERE id = ANY($1) ORDER BY id FOR UPDATE OF child"""
_EPISODES = "SELECT id FROM episode WHERE child_id = ANY($1) ORDER BY id"
_MOVE = """
UPDATE episode SET key_child = coalesce(key_child, child_id), child_id = $2 WHERE id = ANY($1)"""
_MOVE_BACK = """
UPDATE episode SET child_id = $2, key_child = nullif(key_child, $2) WHERE id = ANY($1)"""
# A carer whom both records name alike in everything, and who signs in by the one or not at all, is one person: linked twice,
# they would stand on the record twice and be written to twice.
_LINK = """
INSERT INTO guardian (child_id, carer_id, account_id, relationship, parental_responsibility, may_be_told, delegated,
                      professional, lawful_basis)
SELECT $2, carer_id, account_id, relationship, parental_responsibility, may_be_told, delegated, professional,
       lawful_basis
  FROM guardian g WHERE child_id = $1 AND active AND NOT EXISTS (
       SELECT FROM guardian k JOIN carer ours ON ours.id = k.carer_id JOIN carer theirs ON theirs.id = g.carer_id
        WHERE k.child_id = $2 AND k.active AND g.account_id IS NULL AND NOT g.professional AND NOT k.professional
          AND lower(ours.name) = lower(theirs.name) AND ours.channel = theirs.channel
          AND (ours.email, ours.phone) IS NOT DISTINCT FROM (theirs.email, theirs.phone)
          AND ours.language = theirs.language AND ours.needs = theirs.needs
          AND k.relationship = g.relationship AND k.parental_responsibility = g.parental_responsibility
          AND k.may_be_told = g.may_be_told AND k.delegated IS NOT DISTINCT FROM g.delegated)
ON CONFLICT DO NOTHING RETURNING carer_id"""
_UNLINK = "UPDATE guardian SET active = false WHERE child_id = $1 AND active RETURNING carer_id"
_LINK_AGAIN = "UPDATE guardian SET active = true WHERE child_id = $1 AND carer_id = ANY($2)"
_LINK_GONE = "DELETE FROM guardian WHERE child_id = $1 AND carer_id = ANY($2)"
_KEEP = """
INSERT INTO merge (id, from_child, into_child, episodes, carers_linked, carers_unlinked, took, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
_MERGE = """
SELECT id, from_child, into_child, episodes, carers_linked, carers_unlinked, took, undone_at IS NOT NULL AS undone
  FROM merge WHERE id = $1 FOR UPDATE"""
_UNDO = "UPDATE merge SET undone_at = clock_timestamp(), undone_by = $2 WHERE id = $1"
_OUTBOX = "UPDATE outbox SET child_id = $2 WHERE episode_id = ANY($1)"
_MESSAGES = "SELECT id, secret FROM message WHERE episode_id = ANY($1) AND child_id = $2"
_MESSAGE = "UPDATE message SET child_id = $2, secret = $3 WHERE id = $1"
_DECIDE = """
UPDATE match_proposal SET decision = $3, decided_by = $4, decided_at = clock_timestamp()
 WHERE (child_id, candidate_id) IN (($1, $2), ($2, $1))"""
_PROPOSAL = """
SELECT id, child_id, candidate_id, decision FROM match_proposal WHERE id = $1 FOR UPDATE"""

_LOSE_NUMBER = "UPDATE child SET nhs_number = NULL WHERE id = $1"
_TAKE = """
UPDATE child SET nhs_number = $2, upn = $3, restricted = $4, safe_contact = $5, looked_after = $6, interpreter = $7
 WHERE id = $1"""
# Before the rest: a restriction without a safe contact stands only beside this.
_HOLD = "UPDATE child SET messages_held_since = clock_timestamp() WHERE id = $1"
_DOUBTS = """
UPDATE doubt d SET child_id = $2 WHERE d.child_id = $1 AND d.decided_at IS NULL
   AND NOT EXISTS (SELECT FROM doubt x WHERE x.child_id = $2 AND x.kind = d.kind AND x.about = d.about AND x.decided_at IS NULL)"""
_TAKE_ADDRESS = """
INSERT INTO child_address (child_id, lines, postcode) SELECT $1, lines, postcode FROM child_address WHERE child_id = $2"""
_GIVE_BACK = """
UPDATE child SET upn = CASE WHEN 'upn' = ANY($2) THEN NULL ELSE upn END,
       safe_contact = CASE WHEN 'safe_contact' = ANY($2) THEN NULL ELSE safe_contact END,
       restricted = restricted AND 'restricted' <> ALL($2),
       messages_held_since = CASE WHEN 'messages_held' = ANY($2) THEN NULL ELSE messages_held_since END,
       looked_after = looked_after AND 'looked_after' <> ALL($2),
       interpreter = interpreter AND 'interpreter' <> ALL($2)
 WHERE id = $1"""
_TAKE_CARE = """
INSERT INTO looked_after (child_id, legal_status, since, social_worker_id, virtual_school_id, placing_council_id, placing_icb_id)
SELECT $1, legal_status, since, social_worker_id, virtual_school_id, placing_council_id, placing_icb_id
  FROM looked_after WHERE child_id = $2 ON CONFLICT DO NOTHING RETURNING 1"""
_LOSE_CARE = "DELETE FROM looked_after WHERE child_id = $1"
_SET_NUMBER = "UPDATE child SET nhs_number = $2 WHERE id = $1"
_LOSE_ADDRESS = "DELETE FROM child_address WHERE child_id = $1"
_POINT = "UPDATE child SET merged_into = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Record:
    """One child's record, locked: what decides whether it may be joined with another, and what is taken over."""

    id: UUID
    nhs_number: str | None
    upn: str | None
    restricted: bool
    safe_contact: str | None
    looked_after: bool
    interpreter: bool
    merged_into: UUID | None
    sealed: bool
    died: bool
    has_address: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that a person joined, and what parting them again must give back."""

    id: UUID
    from_child: UUID
    into_child: UUID
    episodes: tuple[UUID, ...]
    carers_linked: tuple[UUID, ...]
    carers_unlinked: tuple[UUID, ...]
    took: tuple[str, ...]
    undone: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records that may be one child's; `decision` is empty until a person has decided."""

    id: UUID
    child_id: UUID
    candidate_id: UUID
    decision: str


async def lock_records(tx: Tx, one: UUID, other: UUID) -> tuple[Record, Record]:
    """Both records, locked in one order so that two people joining them do not block each other for ever."""
    found = {row["id"]: Record(*row.values()) for row in await tx.fetch(_CHILDREN, [one, other])}
    if one not in found or other not in found:
        raise NotFound("There is no such record, or it is not one that you may see.")
    return found[one], found[other]


async def episodes_of_children(tx: Tx, *children: UUID) -> list[UUID]:
    """All episodes of these children, in the order in which they are locked."""
    return [row["id"] for row in await tx.fetch(_EPISODES, list(children))]


async def take_over(tx: Tx, into: Record, source: Record) -> tuple[str, ...]:
    """Give the record that stays what it lacks; a protection of either holds for both. Returns what it took."""
    takes = {
        "nhs_number": into.nhs_number is None and source.nhs_number is not None,
        "upn": into.upn is None and source.upn is not None,
        "restricted": source.restricted and not into.restricted,
        "safe_contact": source.restricted and into.safe_contact is None and source.safe_contact is not None,
        "looked_after": source.looked_after and not into.looked_after,
        "interpreter": source.interpreter and not into.interpreter,
    }
    if takes["nhs_number"]:  # unique, so it leaves the one record before it comes to the other
        await tx.execute(_LOSE_NUMBER, source.id)
    kept = [getattr(source if taken else into, name) for name, taken in takes.items()]
    takes["messages_held"] = source.held and not into.held
    if takes["messages_held"]:
        await tx.execute(_HOLD, into.id)
    await tx.execute(_TAKE, into.id, *kept)
    await tx.execute(_DOUBTS, source.id, into.id)
    takes["address"] = source.has_address and not into.has_address
    if takes["address"]:
        await tx.execute(_TAKE_ADDRESS, into.id, source.id)
    takes["care"] = await tx.fetchval(_TAKE_CARE, into.id, source.id) is not None
    return tuple(name for name, taken in takes.items() if taken)


async def give_back(tx: Tx, merge: Merge) -> None:
    """Undo `take_over`."""
    await tx.execute(_GIVE_BACK, merge.into_child, list(merge.took))
    if "nhs_number" in merge.took:
        number = await tx.fetchval("SELECT nhs_number FROM child WHERE id = $1", merge.into_child)
        await tx.execute(_LOSE_NUMBER, merge.into_child)
        await tx.execute(_SET_NUMBER, merge.from_child, number)
    if "address" in merge.took:
        await tx.execute(_LOSE_ADDRESS, merge.into_child)
    if "care" in merge.took:
        await tx.execute(_LOSE_CARE, merge.into_child)


async def move_carers(tx: Tx, source: UUID, into: UUID) -> tuple[list[UUID], list[UUID]]:
    """Link the carers of the one to the other; returns those newly linked, and those unlinked from the first."""
    linked = [row["carer_id"] for row in await tx.fetch(_LINK, source, into)]
    unlinked = [row["carer_id"] for row in await tx.fetch(_UNLINK, source)]
    return linked, unlinked


async def move_carers_back(tx: Tx, merge: Merge) -> None:
    """Undo `move_carers`."""
    await tx.execute(_LINK_GONE, merge.into_child, list(merge.carers_linked))
    await tx.execute(_LINK_AGAIN, merge.from_child, list(merge.carers_unlinked))


async def move_episodes(tx: Tx, key: AreaKey, episodes: Sequence[UUID], source: UUID, into: UUID) -> None:
    """Episodes go to the other record, with what leaves because of them; their free text stays under its own key."""
    await _move(tx, key, _MOVE, episodes, source, into)


async def move_episodes_back(tx: Tx, key: AreaKey, merge: Merge) -> None:
    """Undo `move_episodes`."""
    await _move(tx, key, _MOVE_BACK, merge.episodes, merge.into_child, merge.from_child)


async def _move(
    tx: Tx, key: AreaKey, statement: str, episodes: Sequence[UUID], source: UUID, into: UUID
) -> None:
    await tx.execute(statement, episodes, into)
    await tx.execute(_OUTBOX, episodes, into)
    before, after = await child_text(tx, key, source), await child_text(tx, key, into)
    for row in await tx.fetch(_MESSAGES, episodes, source):
        await tx.execute(_MESSAGE, row["id"], into, _locked_again(row["secret"], before, after))


def _locked_again(secret: bytes, before: ChildText, after: ChildText) -> bytes:
    """A message under the key of the record it now belongs to; one that was closed for good stays closed."""
    return after.lock(before.unlock(secret)) or secret


async def point_to(tx: Tx, source: UUID, into: UUID | None) -> None:
    """Say of a record that it has been joined into another, or no longer is."""
    await tx.execute(_POINT, source, into)


async def keep_merge(tx: Tx, merge: Merge, account: int) -> None:
    """Keep what was done, so that it can be undone."""
    await tx.execute(
        _KEEP,
        merge.id,
        merge.from_child,
        merge.into_child,
        list(merge.episodes),
        list(merge.carers_linked),
        list(merge.carers_unlinked),
        list(merge.took),
        account,
    )


async def lock_merge(tx: Tx, merge_id: UUID) -> Merge:
    """What was done when two records were joined; NotFound where there is no such joining."""
    row = await tx.fetchrow(_MERGE, merge_id)
    if row is None:
        raise NotFound("There is no such joining of two records. Look at the record again.")
    return Merge(
        row["id"],
        row["from_child"],
        row["into_child"],
        tuple(row["episodes"]),
        tuple(row["carers_linked"]),
        tuple(row["carers_unlinked"]),
        tuple(row["took"]),
        row["undone"],
    )


async def mark_undone(tx: Tx, merge_id: UUID, account: int) -> None:
    """The records have been parted again."""
    await tx.execute(_UNDO, merge_id, account)


async def decide_pair(tx: Tx, one: UUID, other: UUID, decision: str, account: int) -> None:
    """Note the decision on any proposal about this pair, whichever of them was proposed to which."""
    await tx.execute(_DECIDE, one, other, decision, account)


async def lock_proposal(tx: Tx, proposal_id: UUID) -> Proposal:
    """A proposal, locked; NotFound where there is none."""
    row = await tx.fetchrow(_PROPOSAL, proposal_id)
    if row is None:
        raise NotFound("There is no such proposal, or it is not one that you may see.")
    return Proposal(row["id"], row["child_id"], row["candidate_id"], row["decision"] or "")
