"""Task: what is to be done on each episode, found by what a Task is printed with."""

from collections.abc import Mapping, Sequence
from typing import Final

from pathway.domain.definition import Definition
from pathway.reading.told.found import Found
from pathway.reading.told.tasks import search_tasks, tasks_of_episodes
from pathway.store.exchange_search import AllOf, AnyOf, Condition, Criterion, NoneOf, Page, Test
from pathway_fhir import ids
from pathway_fhir.mapping import task
from pathway_fhir.server import conditions as by
from pathway_fhir.server.offered import Exchange, Json, Offered, Searched
from pathway_fhir.server.values import token
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import TASK

_CHANGED: Final = by.moment("changed", "When partners were last told of a change.")
_TASK_STATES: Final[Mapping[str, str]] = {"requested": "open", "completed": "done", "cancelled": "fell_away"}


async def _search_tasks(exchange: Exchange, asked: AllOf, page: Page, total: bool) -> Found[Json]:
    found = await search_tasks(exchange.area, exchange.actor, asked, page, total=total)
    return Found([task.resource(told, of) for told, of in found.page], found.after, found.total)


async def _read_task(exchange: Exchange, logical_id: str) -> Json | None:
    key = ids.keyed_in(logical_id)
    if key is None:
        return None
    told = await tasks_of_episodes(exchange.area, exchange.actor, [key[0]])
    return next((task.resource(one, of) for one, of in told if one.key == key[1]), None)


def _code_of_work(definitions: Sequence[Definition]) -> by.Build:
    """By the codes that a Task is printed with: the step that is to be done, its SNOMED code, the key of a task beside."""

    def build(modifier: str, value: str) -> Condition:
        asked = token(value)
        steps = {
            step.key
            for d in definitions
            for step in d.steps.values()
            if (asked.system in (None, systems.STEP) and step.key == asked.code)
            or (asked.system in (None, systems.SNOMED) and step.snomed == asked.code)
        }
        beside = {t.key for d in definitions for t in d.tasks.values() if t.done_by[0] in steps}
        keys = beside | ({asked.code} if asked.system in (None, TASK) and asked.code else set())
        headline = AllOf((Criterion("key", Test.IS, [""]), Criterion("step", Test.IS, sorted(steps))))
        either = (headline, Criterion("key", Test.IS, sorted(keys)))
        return NoneOf(either) if modifier == "not" else AnyOf(either)

    return build


def _states(code: str) -> list[str]:
    return [_TASK_STATES[code]] if code in _TASK_STATES else []


def of_work(definitions: Sequence[Definition]) -> Offered:
    """Task, for the pathways of an area."""
    return Offered(
        "Task",
        "What is to be done: the one headline step of an episode, and the tasks beside it.",
        Searched(
            {
                **by.SUBJECT,
                "_lastUpdated": _CHANGED,
                "focus": by.reference("ServiceRequest", "episode", says="The referral that it belongs to."),
                "status": by.code("state", "requested, completed or cancelled.", _states),
                "code": by.Parameter(
                    "token",
                    "The step that is to be done, or the task by our own key.",
                    _code_of_work(definitions),
                    by.NOT,
                ),
                "business-status": by.codes(
                    {systems.STAGE: "stage", TASK: "key"},
                    "Where the child is; of a task beside, its own key.",
                ),
                "owner": by.organisation("owner", "Who is to do it."),
                "due-date": by.day("due", "The date that is planned."),
            },
            {"_lastUpdated": "changed", "due-date": "due"},
            "_lastUpdated",
            _search_tasks,
        ),
        _read_task,
        includes={
            "patient": "Patient",
            "subject": "Patient",
            "focus": "ServiceRequest",
            "owner": "Organization",
        },
    )
