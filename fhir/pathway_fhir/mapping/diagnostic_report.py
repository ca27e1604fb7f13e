"""DiagnosticReport: that the report of an assessment was sent and, where it may be known, what it concludes.

A report that is told without its outcome has no conclusion; its text is a DocumentReference of its own.
"""

from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about
from pathway_fhir.mapping.condition import outcome_told
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, identifier, instant
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.vocabulary import systems


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The report that one fact says was sent. Its version is the episode's: the conclusion may come to be known later."""
    found = outcome_told(of)
    return written(
        "DiagnosticReport",
        told.event.id,
        {
            "identifier": [identifier(systems.FACT, str(told.event.id))],
            "basedOn": [about.referral(told.episode_id)],
            "status": "entered-in-error" if told.struck else "final",
            "code": about.step_concept(told),
            "subject": about.patient(of),
            "effectiveDateTime": day(told.event.happened_on),
            "issued": instant(told.event.recorded_at),
            "performer": [about.organisation(of.provider, restricted=of.restricted)],
            "conclusion": found.title if found else "",
            "conclusionCode": [
                concept(
                    coding(systems.SNOMED, found.snomed),
                    coding(systems.OUTCOME, found.key, found.title),
                    text=found.title,
                )
            ]
            if found
            else [],
        },
        version=of.version,
        changed_at=of.changed_at,
        restricted=of.restricted,
    )
