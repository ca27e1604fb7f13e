"""The answers to a step's questions as a QuestionnaireResponse, both ways.

Every item that cannot be used is said by itself, with its place, so that a sender mends a form in one go. Whether the
answers are right for the day of the step is judged by the action, as for everybody.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.ids import named_in
from pathway_fhir.mapping import about, received
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.answers import PLACES, option_coding
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.questionnaire import address, asked
from pathway_fhir.mapping.received import Pointed, Reading
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems

_YES_NO: Final = {"yes": True, "no": False}
_VALUE: Final[Mapping[FieldType, str]] = {
    FieldType.CHOICE: "valueCoding",
    FieldType.YES_NO: "valueBoolean",
    FieldType.DATE: "valueDate",
    FieldType.NUMBER: "valueInteger",
    FieldType.TEXT: "valueString",
    FieldType.LONG_TEXT: "valueString",
}


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """Answers to one step of one pathway. They may hold free text, so they are hidden in logs.

    `about` are the references in basedOn: the referral, where the form is not sent inside it.
    """

    pathway: str
    step: str
    happened_on: date | None
    subject: Pointed
    about: tuple[Pointed, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The answers of one fact, with the free text that is theirs to read; of a restricted child no place."""
    step = told.step
    if step is None:
        raise ValueError("This fact answers no questions: it is of a kind that every pathway has.")
    given = about.answers_of(told)
    shown = [f for f in asked(step) if given.get(f.key) and not (of.restricted and f.key in PLACES)]
    return about.of_fact(
        "QuestionnaireResponse",
        told,
        of,
        {
            "extension": [made.extension(systems.HAPPENED_ON, valueDate=made.day(told.event.happened_on))],
            "identifier": made.identifier(systems.FACT, str(told.event.id)),
            "basedOn": [about.referral(told.episode_id)],
            "questionnaire": f"{address(of.definition, step)}|{of.definition.version}",
            "status": "entered-in-error" if told.struck else "completed",
            "subject": about.patient(of),
            "authored": made.instant(told.event.recorded_at),
            "author": about.staff(told.by, restricted=of.restricted),
            "item": [_item(of.definition, step, f, given[f.key]) for f in shown],
        },
    )


def _item(definition: Definition, step: Step, asked_: Field, value: str) -> Json:
    answer: Any = value
    match asked_.type:
        case FieldType.CHOICE:
            answer = option_coding(definition, step, asked_, value)
        case FieldType.YES_NO:
            answer = _YES_NO[value]
        case FieldType.NUMBER:
            answer = int(value)
    return {"linkId": asked_.key, "text": asked_.title, "answer": [{_VALUE[asked_.type]: answer}]}


# --- What comes in ----------------------------------------------------------------------------------------------------


def parse(sent: Any, definitions: Mapping[str, Definition], root: str = "") -> AnswersSent:
    """The answers that are sent. Raises Refused with one issue for every item that cannot be used."""
    reading = received.begin(sent, "QuestionnaireResponse", root)
    found = _step(reading, sent, definitions)
    if received.words(sent.get("status")) not in ("completed", "amended"):
        reading.fault(IssueType.BUSINESS_RULE, "Send the form when it is completed.", "status")
    on = received.whole_day(
        reading,
        received.extension(sent, systems.HAPPENED_ON).get("valueDate") or sent.get("authored"),
        "authored",
        what="when it happened",
    )
    answers = _answers(reading, sent, *found) if found else {}
    reading.end()
    definition, step = found or (None, None)
    based_on = (received.pointed(element) for _, element in received.several(sent.get("basedOn")))
    return AnswersSent(
        definition.key if definition else "",
        step.key if step else "",
        on,
        received.pointed(sent.get("subject")),
        tuple(filter(None, based_on)),
        answers,
    )


def _step(
    reading: Reading, sent: Mapping[str, Any], definitions: Mapping[str, Definition]
) -> tuple[Definition, Step] | None:
    """Whose questions are answered, by the Questionnaire's address; an older version of them is read as the newest."""
    canonical = received.words(sent.get("questionnaire")).partition("|")[0]
    start, _, logical_id = canonical.rpartition("/")
    named = named_in(logical_id) if start.endswith("Questionnaire") else None
    definition = definitions.get(named[0]) if named else None
    step = definition.steps.get(named[1]) if named and definition else None
    if definition is None or step is None:
        text = "These are no questions of ours. Search Questionnaire for those there are, and send its url."
        reading.fault(IssueType.NOT_FOUND, text, "questionnaire")
        return None
    return definition, step


def _answers(reading: Reading, sent: Mapping[str, Any], definition: Definition, step: Step) -> dict[str, str]:
    questions = {f.key: f for f in asked(step)}
    answers: dict[str, str] = {}
    named: set[str] = set()
    for path, item in _items(sent):
        key = received.words(item.get("linkId"))
        question = questions.get(key)
        if question is None:
            _pass_over(reading, path, item)
        elif key in named:
            reading.fault(IssueType.DUPLICATE, f"“{question.title}” is answered twice. Send it once.", path)
        else:
            named.add(key)
            value = _answer(reading, path, item, definition, step, question)
            answers.update({key: value} if value else {})
    for question in questions.values():
        if question.required and question.key not in named:
            reading.fault(IssueType.REQUIRED, f"Answer “{question.title}” ({question.key}).", "item")
    return answers


def _items(sent: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """All items with their places, those in groups too, without recursion: how deep they are is the sender's choice."""
    waiting = deque((f"item[{n}]", item) for n, item in received.several(sent.get("item")))
    while waiting:
        path, item = waiting.popleft()
        yield path, item
        waiting += [(f"{path}.item[{n}]", inner) for n, inner in received.several(item.get("item"))]


def _pass_over(reading: Reading, path: str, item: Json) -> None:
    """A group, or words that are only shown, may be there; an answer that nobody asked for may not be lost unsaid."""
    if item.get("answer"):
        text = "This step does not ask for this. Leave it out, or see its Questionnaire for what it asks."
        reading.fault(IssueType.NOT_SUPPORTED, text, path)


def _answer(
    reading: Reading, path: str, item: Json, definition: Definition, step: Step, question: Field
) -> str:
    given = received.several(item.get("answer"))
    if len(given) != 1:
        text = f"Give “{question.title}” one answer." if question.required or given else ""
        if text:
            reading.fault(IssueType.REQUIRED if not given else IssueType.VALUE, text, path)
        return ""
    name = _VALUE[question.type]
    value = _read(given[0][1].get(name), definition, step, question)
    if not value:
        reading.fault(IssueType.VALUE, _wanted(question, name), f"{path}.answer[0]")
    elif len(value) > question.max_length and question.type.is_free_text:
        text = f"“{question.title}” may have {question.max_length:,} characters. Shorten it."
        reading.fault(IssueType.TOO_LONG, text, f"{path}.answer[0]")
    return value


def _wanted(question: Field, name: str) -> str:
    options = ", ".join(option.key for option in question.options)
    among = f", one of: {options}" if options else ""
    return f"“{question.title}” cannot be read. Send it as {name}{among}."


def _read(value: Any, definition: Definition, step: Step, question: Field) -> str:
    """The answer as text, as the action takes it, or nothing where it is no such answer."""
    match question.type:
        case FieldType.CHOICE:
            system = systems.answer_options(definition.key, step.key, question.key)
            code, said = received.words(received.one(value).get("code")), received.one(value).get("system")
            known = code in {option.key for option in question.options}
            return code if known and said in (system, None) else ""
        case FieldType.YES_NO:
            return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ""
        case FieldType.NUMBER:
            return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else ""
        case FieldType.DATE:
            aside = Reading("")
            day = received.whole_day(aside, value, "", what="the day")
            return day.isoformat() if day else ""
    return received.words(value).replace("\x00", "")
