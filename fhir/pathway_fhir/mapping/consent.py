"""Permission to share, given or withdrawn, as a Consent, both ways (UK Core Consent).

Which steps these are, and whether they give or take, is read from the definition: a step that hides the child from somebody
takes. A Consent that comes with a referral is read only for whether somebody agreed (BaRS sends at least one).
"""

from collections.abc import Mapping
from typing import Any, Final

from pathway.domain.definition import Definition, Slot, Step, holds
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about, received
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.answers import extensions_for, option_coding, read_extensions, title_of
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.of_facts import Shown, steps_shown_as
from pathway_fhir.mapping.sent_step import StepSent, episode_pointed_at, step_said
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems

SCOPE, GIVEN_BY = "scope", "given_by"
_SHARES_WITH: Final = "share_with_"
_DATA: Final = "provision.data"
_CONSENT_SCOPES: Final = (systems.CONSENT_SCOPE, "https://terminology.hl7.org/CodeSystem/consentscope")
_ACT_CODES: Final = (systems.ACT_CODE, "https://terminology.hl7.org/CodeSystem/v3-ActCode")
_RECIPIENT: Final = made.coding(systems.PARTICIPATION, "IRCP", "information recipient")
_POLICY: Final[Mapping[bool, Json]] = {
    True: made.coding(systems.ACT_CODE, "OPTIN", "opt-in"),
    False: made.coding(systems.ACT_CODE, "OPTOUT", "opt-out"),
}


def permits(step: Step) -> bool:
    """Whether such a fact gives permission or takes it."""
    return not step.hides_from and step.refuses_messages is None


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """One permission, or its end: for what, by whom, since when, and who may or may not have it."""
    step = told.step
    if step is None:
        raise ValueError("This fact is no permission: it is of a kind that every pathway has.")
    given = about.answers_of(told)
    permit = permits(step)
    return about.of_fact(
        "Consent",
        told,
        of,
        {
            "extension": extensions_for(of.definition, step, given, restricted=of.restricted),
            "status": "entered-in-error" if told.struck else "active",
            "scope": made.concept(made.coding(systems.CONSENT_SCOPE, "patient-privacy", "Privacy Consent")),
            "category": _categories(of.definition, step, given),
            "patient": about.patient(of),
            "dateTime": made.day(told.event.happened_on),
            "performer": [_performer(step, given)],
            "organization": [
                about.organisation(told.by.organisation if told.by else None, restricted=of.restricted)
            ],
            "policyRule": made.concept(_POLICY[permit]),
            "provision": {
                "type": "permit" if permit else "deny",
                "actor": [_actor(of, slot) for slot in _slots(step, given)],
                "data": [{"meaning": "related", "reference": about.referral(told.episode_id)}],
            },
        },
    )


def _categories(definition: Definition, step: Step, given: Mapping[str, str]) -> list[Json]:
    scope = step.field_named(SCOPE)
    coded = [made.coding(systems.STEP, step.key, step.title)]
    if scope is not None and given.get(SCOPE):
        coded.append(option_coding(definition, step, scope, given[SCOPE]))
    return [
        made.concept(made.coding(systems.ACT_CODE, "INFA", "information access")),
        made.concept(*coded, text=step.title),
    ]


def _performer(step: Step, given: Mapping[str, str]) -> Json:
    """Who gave it, by what makes them able to; their name is not for here."""
    asked = step.field_named(GIVEN_BY)
    return {"display": title_of(asked, given.get(GIVEN_BY, "")) if asked else ""}


def _slots(step: Step, given: Mapping[str, str]) -> list[Slot]:
    """Whom the information is for: whom the step hides the child from, or with whom its scope shares."""
    hidden = [rule.slot for rule in step.hides_from if holds(rule.when, given)]
    shared = given.get(SCOPE, "").removeprefix(_SHARES_WITH)
    return hidden or ([Slot(shared)] if shared in set(Slot) else [])


def _actor(of: EpisodeTold, slot: Slot) -> Json:
    told = {
        Slot.SCHOOL: of.school,
        Slot.COUNCIL: of.council,
        Slot.PROVIDER: of.provider,
        Slot.REFERRER: of.referrer,
    }
    title = next((party.title for party in of.definition.parties.values() if party.slot is slot), slot.value)
    known = about.organisation(told.get(slot), restricted=of.restricted)
    return {"role": made.concept(_RECIPIENT), "reference": known or {"display": title}}


# --- What comes in ----------------------------------------------------------------------------------------------------


def parse(sent: Any, definition: Definition, root: str = "") -> StepSent:
    """The permission, or its end, as the step to record. Raises Refused with everything that keeps it from being used."""
    reading = received.begin(sent, "Consent", root)
    steps = steps_shown_as(definition, Shown.CONSENT)
    step = step_said(reading, definition, sent.get("category"), "category", steps)
    provision = received.one(sent.get("provision"))
    links = [element.get("reference") for _, element in received.several(provision.get("data"))]
    episode = episode_pointed_at(reading, {_DATA: links}, (_DATA,))
    on = received.whole_day(
        reading, sent.get("dateTime"), "dateTime", what="when it was given or withdrawn", required=True
    )
    if sent.get("status") != "active":
        text = "Send what holds now, as active. To take a permission back, send its end as a Consent that denies."
        reading.fault(IssueType.BUSINESS_RULE, text, "status")
    answers = read_extensions(reading, sent, definition, step) if step else {}
    if step is not None:
        _check_direction(reading, provision, step)
        answers = {**_scope_in(sent, definition, step), **answers}
    reading.end()
    if step is None or episode is None or on is None:
        raise ValueError("What is missing was refused above.")
    return StepSent(episode, step.key, on, answers)


def _check_direction(reading: received.Reading, provision: Json, step: Step) -> None:
    """A Consent that says “deny” and means “permit” would share what the family forbade."""
    said = provision.get("type", "permit" if permits(step) else "")
    if said != ("permit" if permits(step) else "deny"):
        text = f"“{step.title}” and provision.type contradict each other. Send the one that is meant."
        reading.fault(IssueType.INVARIANT, text, "provision.type")


def _scope_in(sent: Mapping[str, Any], definition: Definition, step: Step) -> dict[str, str]:
    system = systems.answer_options(definition.key, step.key, SCOPE)
    found = (received.code(concept, system) for _, concept in received.several(sent.get("category")))
    code = next(filter(None, found), "")
    return {SCOPE: code} if code else {}


def agreed(sent: Any) -> bool | None:
    """Whether the Consent in a referral's message says that somebody agrees; None where it says neither yes nor no.

    Only an explicit permit, or an opt-in, is agreement: direct care that is implied (BaRS, IMPLIED) is nobody's answer.
    """
    reading = received.begin(sent, "Consent")
    if not received.code(sent.get("scope"), *_CONSENT_SCOPES):
        reading.fault(IssueType.REQUIRED, "Say the scope of the consent.", "scope")
    reading.end()
    rule = received.code(sent.get("policyRule"), *_ACT_CODES)
    said = received.one(sent.get("provision")).get("type")
    if sent.get("status") in ("rejected", "inactive") or said == "deny" or rule == "OPTOUT":
        return False
    return True if sent.get("status") == "active" and (said == "permit" or rule == "OPTIN") else None
