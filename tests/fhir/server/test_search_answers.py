"""How a search is answered: pages, order, totals, shortened resources, what comes along, and links that tell the truth."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pathway_fhir.guard.models import faults_in
from pathway_fhir.server.offered import Few, OfOneChild, Searched
from pathway_fhir.server.registry import types_of
from tests.fhir.server.calling import FHIR, NHS, Calls, calling, patient
from tests.fhir.server.searched import populated
from tests.world import World

FORM = "application/x-www-form-urlencoded"


def link(body: dict[str, Any], relation: str) -> str:
    return next((one["url"] for one in body["link"] if one["relation"] == relation), "")


def matches(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [e["resource"] for e in body.get("entry", ()) if e["search"]["mode"] == "match"]


def keys(body: dict[str, Any]) -> list[str]:
    return [one["id"] for one in matches(body)]


async def pages(them: Calls, query: str) -> list[list[str]]:
    """The ids on each page, by the links that the server gives."""
    found, url = [], f"http://test/fhir/R4/{query}"
    while url:
        answer = await them.client.get(url, headers={"Authorization": f"Bearer {them.token}"})
        assert answer.status_code == 200, answer.text
        found.append(keys(answer.json()))
        url = link(answer.json(), "next")
        assert len(found) < 100
    return found


async def test_by_post_a_search_finds_the_same(world: World) -> None:
    children = await populated(world)
    async with calling(world) as them:
        number = (await them.get(f"Patient/{children[0]}")).json()["identifier"][0]["value"]
        for query in (
            f"Patient?identifier={NHS}%7C{number}",
            "Patient?family=Sto&_sort=-birthdate&_count=2&_total=accurate",
            f"Task?patient.identifier={NHS}%7C{number}&_include=Task:patient",
            f"Flag?patient:identifier={NHS}%7C{number}",
        ):
            name, _, form = query.partition("?")
            by_get = await them.call("GET", query)
            by_post = await them.call("POST", f"{name}/_search", form.encode(), Content_Type=FORM)
            mixed = await them.call("POST", f"{name}/_search?{form}")
            assert by_get.status_code == 200, by_get.text
            assert by_get.json() == by_post.json() == mixed.json()
            assert matches(by_get.json())


@pytest.mark.parametrize("descending", ["", "-"])
async def test_pages_hold_each_row_once_in_order_also_while_rows_are_added(
    world: World, descending: str
) -> None:
    children = await populated(world)
    async with calling(world) as them:
        types = types_of(world.area)
        for name, offered in types.items():
            within = f"patient={children[0]}&" if isinstance(offered.found_by, OfOneChild) else ""
            if name == "AuditEvent" or (
                isinstance(offered.found_by, Few) and name not in ("Organization", "Questionnaire")
            ):
                continue
            whole = await pages(them, f"{name}?{within}_count=200")
            sorts = (
                list(offered.found_by.sorts)
                if isinstance(offered.found_by, Searched)
                else ["_id", "_lastUpdated"]
            )
            for sort in sorts:
                found = await pages(them, f"{name}?{within}_count=2&_sort={descending}{sort}")
                assert all(len(page) == 2 for page in found[:-1])
                flat = [key for page in found for key in page]
                assert sorted(flat) == sorted(whole[0]), (name, sort)
                other = await pages(
                    them, f"{name}?{within}_count=200&_sort={'' if descending else '-'}{sort}"
                )
                assert flat == other[0][::-1], (name, sort)
        there = set((await pages(them, "Patient?_count=200"))[0])
        seen: list[str] = []
        url = f"http://test/fhir/R4/Patient?_count=1&_sort={descending}_lastUpdated"
        while url and len(seen) < 50:
            body = (await them.client.get(url, headers={"Authorization": f"Bearer {them.token}"})).json()
            seen += keys(body)
            url = link(body, "next")
            if len(seen) < 4:
                await them.post("Patient", patient(world))
        assert len(seen) == len(set(seen))
        assert there <= set(seen)


async def test_totals_are_counted_when_they_are_asked_for(world: World) -> None:
    await populated(world)
    async with calling(world) as them:
        number = len(matches((await them.get("Task", _count=200)).json()))
        assert number > 4
        assert "total" not in (await them.get("Task")).json()
        assert "total" not in (await them.get("Task", _total="none")).json()
        for total in ("accurate", "estimate"):
            body = (await them.get("Task", _total=total, _count=1)).json()
            assert (body["total"], len(matches(body))) == (number, 1)
        for query in ({"_summary": "count"}, {"_count": "0"}, {"_count": "0", "_totalMethod": "count"}):
            body = (await them.get("Task", **query)).json()
            assert (body["total"], body.get("entry", []), link(body, "next")) == (number, [], "")
        for name, query in (("Condition", {"patient": "x"}), ("Organization", {})):
            body = (await them.get(name, _summary="count", **query)).json()
            assert body["total"] == len(matches((await them.get(name, **query)).json()))


async def test_shortened_resources_say_so_and_keep_what_they_must_have(world: World) -> None:
    children = await populated(world)
    async with calling(world) as them:
        for name, offered in types_of(world.area).items():
            within = {"patient": children[0]} if isinstance(offered.found_by, OfOneChild) else {}
            for query in ({"_elements": "id"}, {"_summary": "true"}, {"_summary": "text"}):
                for one in matches((await them.get(name, **within, **query)).json())[:2]:
                    assert "SUBSETTED" in {tag["code"] for tag in one["meta"]["tag"]}, (name, query)
                    assert not faults_in(one), (name, query, faults_in(one))
        [one] = matches((await them.get("Patient", _id=children[0], _elements="birthDate")).json())
        assert set(one) == {"resourceType", "id", "meta", "birthDate"}
        [whole] = matches((await them.get("Patient", _id=children[0], _summary="false")).json())
        assert whole == (await them.get(f"Patient/{children[0]}")).json()


async def test_what_comes_along_is_what_was_asked_for(world: World) -> None:
    children = await populated(world)
    async with calling(world) as them:
        types = types_of(world.area)
        for name, offered in types.items():
            within = {"patient": children[0]} if isinstance(offered.found_by, OfOneChild) else {}
            for include, target in offered.includes.items():
                body = (await them.get(name, **within, _include=f"{name}:{include}")).json()
                along = [
                    e["resource"]["resourceType"]
                    for e in body.get("entry", ())
                    if e["search"]["mode"] == "include"
                ]
                assert set(along) <= {target}
                assert along or not matches(body) or include not in ("patient", "subject"), (name, include)
                same = (await them.get(name, **within, _include=f"{name}:{include}:{target}")).json()
                assert len(same.get("entry", ())) == len(body.get("entry", ()))
                other = await them.get(name, **within, _include=f"{name}:{include}:Basic")
                assert other.status_code == 400
            for source, parameter in offered.reverse:
                body = (await them.get(name, **within, _revinclude=f"{source}:{parameter}")).json()
                along = [e["resource"] for e in body["entry"] if e["search"]["mode"] == "include"]
                assert {one["resourceType"] for one in along} == {source}
                every = matches((await them.get(source, _count=200)).json())
                assert sorted(one["id"] for one in along) == sorted(one["id"] for one in every)
        body = (await them.get("ServiceRequest", _id="x", _include="ServiceRequest:requester")).json()
        assert "entry" not in body
        # Only what the named element points at, and only within the scopes of the token.
        requesters = (await them.get("ServiceRequest", _include="ServiceRequest:requester")).json()
        pointed = {one["requester"]["reference"] for one in matches(requesters) if "requester" in one}
        along = [e["resource"] for e in requesters["entry"] if e["search"]["mode"] == "include"]
        assert {f"Organization/{one['id']}" for one in along} == pointed
    async with calling(world, scopes=("system/Task.s",)) as them:
        body = (await them.get("Task", _include="Task:patient")).json()
        assert {e["search"]["mode"] for e in body["entry"]} == {"match"}


async def test_more_comes_along_than_a_page_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await populated(world)
    monkeypatch.setattr("pathway_fhir.server.including.LARGEST_PAGE", 2)
    async with calling(world) as them:
        body = (await them.get("Patient", _revinclude="Task:patient")).json()
        along = [e["resource"]["id"] for e in body["entry"] if e["search"]["mode"] == "include"]
        assert sorted(along) == sorted(keys((await them.get("Task", _count=200)).json()))
        monkeypatch.setattr("pathway_fhir.server.including.MOST_ALONG", 3)
        assert (await them.get("Patient", _revinclude="Task:patient")).status_code == 400


async def test_a_link_is_of_its_own_search_only(world: World) -> None:
    await populated(world)
    async with calling(world) as them:
        body = (await them.get("Patient", _count=1, family="Sto")).json()
        asked = parse_qsl(urlsplit(link(body, "self")).query)
        assert asked == [("_count", "1"), ("family", "Sto")]
        cursor = dict(parse_qsl(urlsplit(link(body, "next")).query))["_cursor"]
        assert "Sto" not in cursor
        for name, query in (
            ("Patient", {"_count": 1}), ("Patient", {"_count": 1, "family": "Am"}), ("Patient", {"_count": 2, "family": "Sto"}),
            ("Task", {"_count": 1}), ("Organization", {"_count": 1}),
        ):  # fmt: skip
            answer = await them.get(name, **query, _cursor=cursor)
            assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "expired"), (name, query)
        assert (await them.get("Patient", _count=1, family="Sto", _cursor=cursor)).status_code == 200


async def test_what_is_declared_answers_and_nothing_else_does(world: World) -> None:
    child = (await populated(world))[0]
    async with calling(world) as them:
        statement = (await them.client.get("/fhir/R4/metadata")).json()
        assert not faults_in(statement)
        for one in statement["rest"][0]["resource"]:
            declared = {i["code"] for i in one["interaction"]}
            await _answers(them, one, declared, child)
        for name in ("Observation", "Basic", "Subscription", "metadata/x", "Practitioner", "Location"):
            assert (await them.get(name)).status_code == 404, name
            assert (await them.post(name, {"resourceType": name})).status_code in (404, 405), name


async def _answers(them: Calls, declared: dict[str, Any], interactions: set[str], child: str) -> None:
    name = declared["type"]
    found = await them.get(name, _count=1)
    if found.status_code == 400:
        assert "needs patient" in declared["documentation"]
        found = await them.get(name, patient=child)
    assert found.status_code == 200, (name, found.text)
    for parameter in declared["searchParam"]:
        value = {"date": "2026", "uri": "urn:x"}.get(parameter["type"], "x")
        within = {"patient": child} if "needs patient" in declared["documentation"] else {}
        answer = await them.get(name, **{**within, parameter["name"]: value})
        assert answer.status_code in (200, 400), (name, parameter, answer.text)
        assert "not known" not in answer.text
    undeclared = {"_text", "_content", "_has", "_filter", "_list", "_tag", "_profile", "_security", "_query"}
    for parameter in undeclared:
        assert (await them.get(name, patient=child, **{parameter: "x"})).status_code == 400, (name, parameter)
    there = [e["resource"] for e in found.json().get("entry", ())][:1]
    for one in there:
        path = f"{name}/{one['id']}"
        again = await them.get(path)
        assert (again.status_code, again.headers["content-type"]) == (200, FHIR), path
        history = await them.get(f"{path}/_history")
        assert history.status_code == 200, (path, history.text)
        version = again.json().get("meta", {}).get("versionId")
        if version:
            assert (await them.get(f"{path}/_history/{version}")).json() == again.json(), path
            kept = await them.call("GET", path, If_None_Match=again.headers["ETag"])
            assert (kept.status_code, kept.content) == (304, b""), path
        assert (await them.get(f"{path}/_history/999")).status_code == 404
        assert (await them.get(f"{path}/$everything")).status_code == (200 if name == "Patient" else 404)
        for method in ("DELETE", "PUT", "PATCH"):
            answer = await them.call(method, path, {} if method == "PUT" else [])
            taken = {"PUT": "update", "PATCH": "patch", "DELETE": "delete"}[method] in interactions
            assert (answer.status_code != 405) == taken, (method, path, answer.text)
    assert ((await them.post(name, {"resourceType": name})).status_code != 405) == (
        "create" in interactions
    ), name
    validated = await them.post(f"{name}/$validate", {"resourceType": name})
    assert validated.status_code == 200, (name, validated.text)
    assert validated.json()["resourceType"] == "OperationOutcome"
