"""The second part of the how-to for partners: every command is sent as it stands there, one after the other, by one system."""

import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pathway.domain.roles import Role
from pathway_fhir.outcome import IssueType
from tests.api.test_how_to import Curl, as_sent
from tests.fhir.server.calling import Calls, calling
from tests.lints import ROOT
from tests.world import World

WHOLE = (ROOT / "docs" / "how-to" / "connect-a-partner.md").read_text(encoding="utf-8")
PAGE = WHOLE.partition("\n# Exchange\n")[2]
COMMANDS = re.findall(r"```bash\n# Answers (\d{3})\n(curl .+?)\n```", PAGE, re.DOTALL)
ACCEPTED = "The team reads the referral and accepts it."


def sent_by(command: str, variables: dict[str, str]) -> Curl:
    """What the shell and curl would make of it; the body may stand behind, up to END."""
    line, _, rest = command.partition(" \\\n  -d @- <<END\n")
    found = as_sent(line, variables)
    body = (
        re.sub(r"\$([A-Z]+)", lambda m: variables[m[1]], rest.removesuffix("\nEND")) if rest else found.body
    )
    return replace(found, url=found.url.replace("\\$", "$"), body=body)


async def test_every_command_answers_as_it_says(world: World) -> None:
    before_acceptance = PAGE.partition(ACCEPTED)[0].count("\ncurl ")
    async with calling(world, "gp", Role.PARTNER) as surgery, calling(world) as team:
        variables = {"BASE": "http://test", "SURGERY": surgery.token, "TEAM": team.token}
        for number, (status, command) in enumerate(COMMANDS):
            if number == before_acceptance:
                await _accept(world, variables["REFERRAL"])
            sent = sent_by(command, variables)
            answer = await team.client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
            assert answer.status_code == int(status), f"{command}\n{answer.text}"
            _remember(variables, answer.json(), answer.headers.get("etag", ""))
        await _what_was_said_is_so(team, variables)
    assert len(COMMANDS) == PAGE.count("\ncurl ") == 23


def _remember(variables: dict[str, str], given: dict[str, Any], etag: str) -> None:
    """What the page says that a reader keeps of an answer."""
    kept = {"Patient": "CHILD", "ServiceRequest": "REFERRAL"}
    if (name := kept.get(given["resourceType"])) and name not in variables:
        variables[name] = given["id"]
        if name == "CHILD":
            variables["ETAG"] = etag
    links = {link["relation"]: link["url"] for link in given.get("link", ())}
    variables["NEXT"] = links.get("next", variables.get("NEXT", ""))


async def _accept(world: World, referral: str) -> None:
    await world.step("triage", UUID(referral), "triage_started", date(2026, 11, 3))
    await world.step("triage", UUID(referral), "referral_accepted", date(2026, 11, 4), priority="routine")


async def _what_was_said_is_so(them: Calls, variables: dict[str, str]) -> None:
    """Not only the statuses: the child is where the steps have brought them."""
    episode = (await them.get(f"EpisodeOfCare/{variables['REFERRAL']}")).json()
    stages = [e["valueCoding"]["code"] for e in episode["extension"] if e["url"].endswith("Stage")]
    assert stages == ["assessing"]
    child = (await them.get(f"Patient/{variables['CHILD']}")).json()
    assert (child["birthDate"], child["gender"]) == ("2019-03-03", "female")


async def test_a_refusal_names_what_is_possible(world: World) -> None:
    """Beside the status 409 that the page shows."""
    [command] = [
        command for status, command in COMMANDS if status == "409" and "appointment_missed" in command
    ]
    referred = await world.refer()
    async with calling(world) as them:
        sent = sent_by(
            command, {"BASE": "http://test", "TEAM": them.token, "REFERRAL": str(referred.episode_id)}
        )
        answer = await them.client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
    assert answer.status_code == 409
    assert any("possible now" in issue["diagnostics"] for issue in answer.json()["issue"]), answer.text


def test_every_refusal_of_the_table_is_an_issue_type() -> None:
    rows = re.findall(r"^\| [\d, ]+ \| (`.+`) \|", PAGE, re.MULTILINE)
    named = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert len(rows) >= 15
    assert named <= {one.value for one in IssueType}
