"""QuestionnaireResponse: the answers that a fact was recorded with, as the form that asked for them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pathway.domain.told import EpisodeTold, FactTold
from pathway.reading.told.facts import fact, facts_of_children
from pathway_fhir import ids
from pathway_fhir.mapping import about, questionnaire, questionnaire_response
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Exchange, Json, Offered, OfOneChild


def _has_answers(told: FactTold, of: EpisodeTold) -> bool:
    """Whether the fact's step asked for something that was answered."""
    given = about.answers_of(told)
    return told.step is not None and any(given.get(field.key) for field in questionnaire.asked(told.step))


async def _forms(exchange: Exchange, children: Sequence[UUID]) -> list[Json]:
    told = await facts_of_children(exchange.area, exchange.actor, children, texts=True)
    return [questionnaire_response.resource(one, of) for one, of in told if _has_answers(one, of)]


async def _read(exchange: Exchange, logical_id: str) -> Json | None:
    key = ids.uuid_in(logical_id)
    found = await fact(exchange.area, exchange.actor, key, texts=True) if key else None
    return questionnaire_response.resource(*found) if found and _has_answers(*found) else None


QUESTIONNAIRE_RESPONSE: Final = Offered(
    "QuestionnaireResponse",
    "The answers that a step was recorded with; its free text only for the team's own system.",
    OfOneChild(
        {
            "_id": Looked("token", ("id",), "The logical id."),
            "_lastUpdated": Looked("date", ("meta.lastUpdated",), "When it was last changed."),
            "patient": Looked("reference", ("subject",), "The child: a search needs one."),
            "subject": Looked("reference", ("subject",), "The child: a search needs one."),
            "based-on": Looked("reference", ("basedOn",), "The referral."),
            "authored": Looked("date", ("authored",), "When it was recorded."),
            "questionnaire": Looked("uri", ("questionnaire",), "The form, with its version."),
            "status": Looked("token", ("status",), "The status."),
        },
        _forms,
    ),
    _read,
    includes={"patient": "Patient", "subject": "Patient"},
)
