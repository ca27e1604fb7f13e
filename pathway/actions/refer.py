"""Refer a child to a pathway: find out whether we know them, open the episode, and say nothing about other referrals.

An equal NHS number is the same child; three of four details propose a match to a person and link nothing; two different
numbers are two children (docs/rules.md 18). A re-referral is a new episode, linked to the earlier one and keeping its start
date where the child came back within a year or the closure was an error (docs/rules.md 2).
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import Opened, change, tell_family
from pathway.actions.perform import Asking, perform
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.decide import Answers, check_day, check_fields, check_role
from pathway.domain.definition import Definition, Slot
from pathway.domain.errors import AlreadyReferred, InvalidInput, NotAllowed, NotFound
from pathway.domain.events import BuiltIn
from pathway.domain.fold import fold
from pathway.domain.ids import event_id
from pathway.domain.matching import Identity, Match, likely, match
from pathway.domain.periods import Period, Unit, add
from pathway.domain.projection import project
from pathway.domain.reach import Standing
from pathway.domain.referral import RESTORE_WITHIN_MONTHS, Referral
from pathway.domain.stated import NOTHING, Details, news, stated
from pathway.store import access_log, child_partners, outbox, people
from pathway.store.engine import Tx
from pathway.store.facts import Draft, Head
from pathway.store.keys import ChildText, child_text, give_key
from pathway.store.match_proposals import NewProposal, insert_proposals
from pathway.store.organisations import Route, check_organisations, route_of
from pathway.store.projections import insert_episode
from pathway.store.scopes import writing
from pathway.store.stated_rows import details_known

_OPEN: Final = (
    "A referral for this child is already open on this pathway, so nothing was added and no place is lost. "
    "Ask the triage team if you have something to tell them."
)
_OPEN_AND_HIDDEN: Final = (
    "A referral for this child is already open on this pathway, so no place is lost. We have noted that nobody may learn "
    "where the child is; nothing else was added. Ask the triage team if you have something to tell them."
)
_WHO_MAY_BE_TOLD = (
    "The child's location has just been restricted. Look who may still be told, then send it or close it."
)


@dataclass(frozen=True, slots=True)
class Referred:
    """What a referrer is told: the episode and its reference; whether a person will first check who the child is."""

    episode_id: UUID
    child_id: UUID
    version: int
    reference: str
    being_checked: bool


@dataclass(frozen=True, slots=True)
class _Who:
    """The child the episode is for: known or new, with what a person must look at, and the episode it follows."""

    child_id: UUID
    text: ChildText
    being_checked: bool
    follows: people.Earlier | None
    just_restricted: bool = False
    news: Details = NOTHING


async def refer(area: Area, asking: Asking, referral: Referral) -> Referred:
    """Open an episode for a child, with everything that follows from it, in one transaction.

    Raises AlreadyReferred (an open episode exists: what protects the child is kept, and nothing more is said), NotAllowed,
    InvalidInput, DuplicateRequest.
    """
    try:
        return await open_referral(area, asking, referral)
    except AlreadyReferred as fault:
        await keep_protections(area, asking, referral)
        fault.keep_protections = lambda: keep_protections(area, asking, referral)
        raise


async def keep_protections(area: Area, asking: Asking, referral: Referral) -> None:
    """Restrict the location of a child who was referred already where a second referral says so (docs/rules.md 12, 19).

    A transaction of its own: the referral itself was refused, and everything else in it was undone.
    """
    number = referral.child.nhs_number
    async with area.database.transaction(writing(asking.actor)) as tx:
        known = await people.by_nhs_number(tx, number) if number else None
        if known is None or not is_that_child(referral, known[1]):
            return
        await _protect(tx, known[0], referral)
        await access_log.log(tx, asking.actor, "refer", [known[0]], request_id=asking.request_id)


async def open_referral(area: Area, asking: Asking, referral: Referral) -> Referred:
    """The referral itself: all of it or, where it is refused, nothing. Raises as `refer` does."""
    definition = area.pathways.newest(referral.pathway)

    async def work(tx: Tx) -> Referred:
        step = definition.steps[definition.first_step]
        check_role(step, asking.actor.role, [step])
        check_day(referral.received_on, area.today, referral.child.birth_date)
        route = await route_of(tx, referral.pathway)
        answers = check_fields(
            step, _with_organisations(definition, referral, asking, route), referral.received_on
        )
        await check_organisations(tx, step, answers.fields)
        who = await _who(tx, area, asking, referral)
        return await _open(tx, area, asking, definition, referral, who, answers)

    body = {"referral": asdict(referral)}
    return await perform(area, asking, "refer", body, Referred, work)


def _with_organisations(
    definition: Definition, referral: Referral, asking: Asking, route: Route
) -> dict[str, str]:
    """The answers, with the organisations of the episode where the first step asks for them."""
    if referral.referrer_id not in (None, asking.actor.organisation_id) and not asking.actor.is_staff:
        raise NotAllowed("You can refer for your own organisation only. Leave the referrer out.")
    slots = {
        Slot.REFERRER: referral.referrer_id or asking.actor.organisation_id,
        Slot.SCHOOL: referral.school_id,
        Slot.PROVIDER: referral.provider_id or route.provider_id,
        Slot.COUNCIL: route.council_id,
    }
    asked = {f.key for f in definition.steps[definition.first_step].fields}
    return {**referral.answers, **{s.value: str(v) for s, v in slots.items() if v and s.value in asked}}


async def _who(tx: Tx, area: Area, asking: Asking, referral: Referral) -> _Who:
    details = referral.child
    if details.restricted and not details.safe_contact:
        raise InvalidInput("Name a safe contact for a child whose location is restricted.", "safe_contact")
    if referral.known_child is not None:
        await _check_knows(tx, asking, referral.known_child)
        return await _known(tx, area, referral.known_child, referral)
    known = await people.by_nhs_number(tx, details.nhs_number) if details.nhs_number else None
    if known is not None and is_that_child(referral, known[1]):
        return await _known(tx, area, known[0], referral)
    child_id = people.new_id(area.now())
    await people.insert_child(tx, child_id, details, with_number=known is None)
    text = await give_key(tx, area.key, child_id)
    for carer in referral.carers:
        await people.insert_carer(tx, child_id, people.new_id(area.now()), carer)
    others = await people.alike(tx, details.identity) + ([known] if known else [])
    found = [pair for pair in likely(details.identity, others) if pair[0] != child_id]
    await _propose(tx, area, child_id, found)
    return _Who(child_id, text, bool(found), None)


async def _check_knows(tx: Tx, asking: Asking, child_id: UUID) -> None:
    """Refuse, as not found, a record that this organisation did not make known and has nothing to do with; hold it still."""
    if not await people.hold_child(tx, child_id) or not await child_partners.knows(
        tx, child_id, asking.actor.organisation_id
    ):
        raise NotFound("There is no such child, or it is not one that you may see.")


def is_that_child(referral: Referral, known: Identity) -> bool:
    """Whether the record that holds the NHS number is the child's: with two details that differ it may be a sibling's."""
    return len(match(referral.child.identity, known).conflicting) < 2


async def _protect(tx: Tx, child_id: UUID, referral: Referral) -> bool:
    """Take over what protects the child; whether the location is restricted only now, and every message stopped."""
    restricted = await people.protect(tx, child_id, referral.child)
    if restricted:
        await outbox.stop_all(tx, child_id, "the child's location was restricted")
    return restricted


async def _known(tx: Tx, area: Area, child_id: UUID, referral: Referral) -> _Who:
    before = await people.earlier_episodes(tx, child_id, referral.pathway)
    if any(e.closed_on is None for e in before):
        raise AlreadyReferred(_OPEN_AND_HIDDEN if referral.child.restricted else _OPEN)
    known = await details_known(tx, child_id)
    restricted = await _protect(tx, child_id, referral)
    text = await child_text(tx, area.key, child_id)
    new = news(stated(referral.child, referral.carers), known)
    if restricted and not known.safe_contact:
        new = replace(new, safe_contact="")  # it has just been taken over
    return _Who(child_id, text, False, before[0] if before else None, restricted, new)


async def _propose(tx: Tx, area: Area, child_id: UUID, found: list[tuple[UUID, Match]]) -> None:
    now = area.now()
    await insert_proposals(
        tx, [NewProposal(people.new_id(now), child_id, other, how) for other, how in found]
    )


async def _open(
    tx: Tx,
    area: Area,
    asking: Asking,
    definition: Definition,
    referral: Referral,
    who: _Who,
    answers: Answers,
) -> Referred:
    step = definition.steps[definition.first_step]
    secret = who.text.lock(answers.free_text)
    drafts = [Draft(event_id(asking.request_id, 0), step.key, referral.received_on, answers.fields, secret)]
    if who.follows is not None:
        fields = link_fields(who.follows, referral.received_on, area)
        drafts.append(Draft(event_id(asking.request_id, 1), BuiltIn.LINKED, referral.received_on, fields))
    if who.news:
        said = who.text.lock(who.news.as_text())
        drafts.append(
            Draft(event_id(asking.request_id, 2), BuiltIn.DETAILS_STATED, referral.received_on, {}, said)
        )
    facts = [draft.as_event(asking.actor, n) for n, draft in enumerate(drafts, 1)]
    episode = fold(definition, facts, area.calendar)
    episode_id = people.new_id(area.now())
    first = project(episode, {}, area.calendar, area.today)
    await insert_episode(tx, episode_id, who.child_id, definition.key, definition.digest, first)
    head = Head(
        episode_id, who.child_id, definition.key, definition.digest, 0, episode.stage.key, Standing(),
        None, False, False, referral.child.birth_date, False,
    )  # fmt: skip
    opened = Opened(head, definition, [])
    changed = await change(tx, area, asking, opened, drafts, episode, "refer")
    if who.just_restricted and step.tell_family:
        await _hold(tx, asking, head, step.tell_family, drafts[0].id)
    else:
        await tell_family(tx, asking, head, step, drafts[0].id, False)
    return Referred(episode_id, who.child_id, changed.version, reference(episode_id), who.being_checked)


async def _hold(tx: Tx, asking: Asking, head: Head, template: str, event: UUID) -> None:
    """The carers we know may be those from whom the child is now kept, so a person looks first (docs/rules.md 19)."""
    held = event_id(asking.request_id, 1000)
    await outbox.hold(
        tx, held, outbox.FAMILY_UPDATE, template, head.id, head.child_id, event, _WHO_MAY_BE_TOLD
    )


def link_fields(earlier: people.Earlier, received_on: date, area: Area) -> dict[str, str]:
    """What a link to an earlier episode says: which, and the start date where it is kept."""
    fields = {"episode": str(earlier.id)}
    closed = earlier.closed_on or received_on
    until = add(closed, Period(RESTORE_WITHIN_MONTHS, Unit.MONTHS), area.calendar)
    if received_on <= until or earlier.closure == "entered_in_error":
        fields[ORIGINAL_START] = earlier.started_on.isoformat()
    return fields


def reference(episode_id: UUID) -> str:
    """A short reference that people can read to each other; it says nothing about the child."""
    text = episode_id.hex[-8:].upper()
    return f"{text[:4]}-{text[4:]}"
