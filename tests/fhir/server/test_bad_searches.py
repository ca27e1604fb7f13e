"""Searches that cannot be answered are refused, and a lenient one says what it left out."""

import json
from collections.abc import Mapping

from tests.fhir.server.calling import calling
from tests.fhir.server.refusals import PLANTED, outcome
from tests.world import World

SEARCHES: Mapping[str, str] = {
    "surname=Quetzalcoatl": "not-supported",
    "family:sounds=Quetzalcoatl": "not-supported",
    "family.exact=Quetzalcoatl": "not-supported",
    "family=": "not-supported",
    "family=%00Quetzalcoatl": "not-supported",
    "birthdate:missing=,": "not-supported",
    "birthdate:missing=Quetzalcoatl": "value",
    "birthdate=Quetzalcoatl": "value",
    "birthdate=9999-99": "value",
    "birthdate=gt9999-12-31T23:59:59-14:00": "value",
    "_count=1000000": "value",
    "_count=-1": "value",
    "_count=%C2%B2": "value",
    "_count:exact=5": "not-supported",
    "_sort=Quetzalcoatl": "not-supported",
    "_sort=family,given": "value",
    "_summary=Quetzalcoatl": "value",
    "_total=Quetzalcoatl": "value",
    "_include=*": "not-supported",
    "_include:iterate=Patient:organization": "not-supported",
    "_revinclude=*": "not-supported",
    "_revinclude=AuditEvent:patient": "not-supported",
    "_cursor=Quetzalcoatl": "expired",
    "_cursor=MQ": "expired",
    "_cursor=bnVsbA": "expired",
    "_cursor=WzEsMiwzLDRd": "expired",
    "_cursor=" + "W1tbW1tb" * 4000: "expired",
    "&".join(f"_elements=x{n}" for n in range(101)): "too-costly",
}


async def test_searches_that_cannot_be_answered(world: World) -> None:
    async with calling(world) as them:
        for query, code in SEARCHES.items():
            outcome(await them.call("GET", f"Patient?{query}"), 400, code)
            form = "application/x-www-form-urlencoded"
            outcome(await them.call("POST", "Patient/_search", query.encode(), Content_Type=form), 400, code)
        many = b"a=1&" * 400_000
        outcome(await them.call("POST", "Patient/_search", many, Content_Type=form), 413, "too-long")
        for name in ("Condition", "Flag", "Task", "EpisodeOfCare", "Appointment"):
            for query in ("patient=x&_lastUpdated=Quetzalcoatl", "patient=x&Quetzalcoatl=1"):
                answer = await them.call("GET", f"{name}?{query}")
                assert answer.status_code == 400, (name, query, answer.text)


async def test_a_lenient_search_says_what_it_left_out(world: World) -> None:
    await world.refer()
    async with calling(world) as them:
        query = f"Patient?surname={PLANTED}&_count=1000000&family=Stone"
        found = (await them.call("GET", query, Prefer="handling=lenient")).json()
    assert [e["search"]["mode"] for e in found["entry"]] == ["match", "outcome"]
    said = [issue["severity"] for issue in found["entry"][1]["resource"]["issue"]]
    assert said == ["warning", "warning"]
    [self_link] = [link["url"] for link in found["link"] if link["relation"] == "self"]
    assert "family=Stone" in self_link
    assert "surname" not in self_link
    assert PLANTED not in json.dumps(found)
