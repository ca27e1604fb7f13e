"""The invariants of questionnaires and their answers (que-1 to que-13, qrs-1)."""

from collections.abc import Callable, Iterator

from pathway_fhir.guard.shapes import Json, Rule, distinct, has, has_choice, objects, text

_WITH_LISTS = (
    "choice",
    "open-choice",
    "decimal",
    "integer",
    "date",
    "dateTime",
    "time",
    "string",
    "quantity",
)
_WITH_LENGTH = ("boolean", "decimal", "integer", "string", "text", "url", "open-choice")


def _link_ids(node: Json) -> Iterator[str]:
    for item in objects(node, "item"):
        if "linkId" in item:
            yield text(item, "linkId")
        yield from _link_ids(item)


def _only_for(kinds: tuple[str, ...], name: str) -> Callable[[Json], bool]:
    return lambda n: not has(n, name) or text(n, "type") in kinds


def _not_for(kinds: tuple[str, ...], *names: str) -> Callable[[Json], bool]:
    return lambda n: text(n, "type") not in kinds or not has(n, *names)


def _nested_as_its_type(node: Json) -> bool:
    nested = {"group": True, "display": False}.get(text(node, "type"), has(node, "item"))
    return has(node, "item") == nested


OF_QUESTIONNAIRES = (
    Rule(
        "Questionnaire",
        "que-2",
        lambda n: distinct(list(_link_ids(n))),
        "Two items have the same linkId. Give each its own.",
    ),
    Rule(
        "Questionnaire.item",
        "que-1",
        _nested_as_its_type,
        "A group has items inside it and a display has none. Mend the type or the items.",
    ),
    Rule(
        "Questionnaire.item",
        "que-3",
        _not_for(("display",), "code"),
        "A text that is only shown has a code. Take it out.",
    ),
    Rule(
        "Questionnaire.item",
        "que-4",
        lambda n: not has(n, "answerOption") or not has(n, "answerValueSet"),
        "A question has two lists of answers. Send one of them.",
    ),
    Rule(
        "Questionnaire.item",
        "que-5",
        lambda n: not has(n, "answerOption", "answerValueSet") or text(n, "type") in _WITH_LISTS,
        "A question of this type cannot have a list of answers. Take it out or send another type.",
    ),
    Rule(
        "Questionnaire.item",
        "que-6",
        _not_for(("display",), "required", "repeats"),
        "A text that is only shown cannot be required or repeat. Take that out.",
    ),
    Rule(
        "Questionnaire.item",
        "que-8",
        _not_for(("group", "display"), "initial"),
        "A group or a text that is only shown has an answer to begin with. Take it out.",
    ),
    Rule(
        "Questionnaire.item",
        "que-9",
        _not_for(("display",), "readOnly"),
        "A text that is only shown cannot be read-only. Take that out.",
    ),
    Rule(
        "Questionnaire.item",
        "que-10",
        _only_for(_WITH_LENGTH, "maxLength"),
        "A question of this type cannot have a greatest length. Take it out.",
    ),
    Rule(
        "Questionnaire.item",
        "que-11",
        lambda n: not has(n, "answerOption") or not has(n, "initial"),
        "A question with a list of answers has another answer to begin with. Mark one of the list instead.",
    ),
    Rule(
        "Questionnaire.item",
        "que-12",
        lambda n: len(objects(n, "enableWhen")) <= 2 or has(n, "enableBehavior"),
        "A question depends on several others and does not say on all or on any. Add enableBehavior.",
    ),
    Rule(
        "Questionnaire.item",
        "que-13",
        lambda n: n.get("repeats") is True or len(objects(n, "initial")) <= 1,
        "A question that does not repeat has several answers to begin with. Send one.",
    ),
    Rule(
        "Questionnaire.item.enableWhen",
        "que-7",
        lambda n: text(n, "operator") != "exists" or "answerBoolean" in n,
        "Whether an answer exists is asked with true or false. Send answerBoolean.",
    ),
    Rule(
        "QuestionnaireResponse.item",
        "qrs-1",
        lambda n: not has(n, "answer") or not has(n, "item"),
        "Items are beneath both a question and its answer. Put them beneath the answer.",
    ),
    Rule(
        "QuestionnaireResponse.item.answer",
        "value",
        lambda n: has_choice(n, "value") or has(n, "item", "extension"),
        "An answer has no value. Send it or leave the answer out.",
    ),
)
