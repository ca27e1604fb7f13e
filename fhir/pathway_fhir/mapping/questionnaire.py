"""A step's questions as a Questionnaire, made from the definition: what a form of ours asks is what its file says.

Organisations are not asked for: a referral names them as requester and performer, where a system has them anyway.
"""

from collections.abc import Mapping
from typing import Any, Final

from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway_fhir.ids import named
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.answers import option_coding
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.vocabulary import systems

ITEM_TYPE: Final[Mapping[FieldType, str]] = {
    FieldType.CHOICE: "choice",
    FieldType.YES_NO: "boolean",
    FieldType.DATE: "date",
    FieldType.NUMBER: "integer",
    FieldType.TEXT: "string",
    FieldType.LONG_TEXT: "text",
}
_HINT: Final = "hint"


def address(definition: Definition, step: Step) -> str:
    """The canonical address of a step's questions, without the version."""
    return f"{systems.OURS}/Questionnaire/{named(definition.key, step.key)}"


def asked(step: Step) -> tuple[Field, ...]:
    """The fields that are asked for by form."""
    return tuple(field for field in step.fields if field.type in ITEM_TYPE)


def resource(definition: Definition, step: Step) -> Json:
    """The questions of one step. They hold nothing about a child, so anybody may read them."""
    return made.resource(
        "Questionnaire",
        named(definition.key, step.key),
        {
            "url": address(definition, step),
            "version": str(definition.version),
            "name": "".join(part.capitalize() for part in f"{definition.key}_{step.key}".split("_")),
            "title": f"{definition.title}: {step.title}",
            "status": "active",
            "subjectType": ["Patient"],
            "code": [
                made.coding(systems.STEP, step.key, step.title),
                made.coding(systems.SNOMED, step.snomed),
            ],
            "item": [_item(definition, step, field) for field in asked(step)],
        },
        version=definition.version,
    )


def _item(definition: Definition, step: Step, field: Field) -> dict[str, Any]:
    hint = {"linkId": f"{field.key}.{_HINT}", "text": field.hint, "type": "display"}
    return {
        "linkId": field.key,
        "text": field.title,
        "type": ITEM_TYPE[field.type],
        "required": field.required,
        "maxLength": field.max_length if field.type.is_free_text else None,
        "answerOption": [
            {"valueCoding": option_coding(definition, step, field, option.key)} for option in field.options
        ],
        "item": [hint] if field.hint else [],
    }
