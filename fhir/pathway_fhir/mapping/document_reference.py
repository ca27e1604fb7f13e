"""A report as a DocumentReference: that there is one, of which day, from whom (UK Core DocumentReference).

The paper itself is not kept here, so the attachment has a title and a day and no content.
"""

from pathway.domain.roles import ROLE_TITLES
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.answers import extensions_for
from pathway_fhir.mapping.datatypes import Json


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The report that one fact tells of."""
    answers = about.answers_of(told)
    extensions = (
        extensions_for(of.definition, told.step, answers, restricted=of.restricted) if told.step else []
    )
    return about.of_fact(
        "DocumentReference",
        told,
        of,
        {
            "extension": extensions,
            "status": "entered-in-error" if told.struck else "current",
            "type": about.step_concept(told),
            "subject": about.patient(of),
            "date": made.instant(told.event.recorded_at),
            "author": [
                about.staff(told.by, restricted=of.restricted) or {"display": ROLE_TITLES[told.event.role]}
            ],
            "description": told.title,
            "content": [{"attachment": {"title": told.title, "creation": made.day(told.event.happened_on)}}],
            "context": {"related": [about.referral(told.episode_id)]},
        },
    )
