"""Every command of the how-to is run as it stands there, and answers with the status that it says."""

import re
import shlex
from dataclasses import dataclass
from uuid import uuid4

from tests.api.calling import Calls
from tests.lints import ROOT

PAGE = ROOT / "docs" / "how-to" / "use-the-api.md"
ACCOUNTS = ("senco", "triage", "lead", "commissioner")


@dataclass(frozen=True)
class Curl:
    """One command, as curl would send it."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


def commands() -> list[tuple[int, str]]:
    """Each command of the page with the status that it answers."""
    blocks = re.findall(
        r"```bash\n# Answers (\d{3})\n(curl .+?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    return [(int(status), command) for status, command in blocks]


def as_sent(command: str, variables: dict[str, str]) -> Curl:
    """What the shell would make of a command, and curl of that."""
    command = re.sub(r"\$\(uuidgen\)", lambda _: str(uuid4()), command)
    command = re.sub(r"\$([A-Z]+)", lambda m: variables[m[1]].replace('"', r"\""), command)
    words = shlex.split(command.replace("\\\n", " "))[1:]
    method, url, headers, body = "GET", "", {}, None
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif word != "-i":
            url = word
    return Curl(method, url, headers, body)


async def test_every_command_of_the_how_to_answers_as_it_says(api: Calls) -> None:
    variables = {"BASE": "http://test"}
    for who in ACCOUNTS:
        variables[who.upper()] = (await api.signed(who))["Authorization"].removeprefix("Bearer ")
    for status, command in commands():
        sent = as_sent(command, variables)
        answer = await api.client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
        assert answer.status_code == status, (command, answer.text)
        given = answer.json()
        if status < 300:
            found = {
                "EPISODE": given.get("episode"),
                "EVENT": given.get("event"),
                "THRESHOLD": given.get("id"),
            }
            variables |= {name: str(value) for name, value in found.items() if value}
            variables["ETAG"] = answer.headers.get("etag", variables.get("ETAG", ""))


def test_the_page_has_an_example_of_every_part_of_the_api() -> None:
    told = PAGE.read_text(encoding="utf-8")
    for part in ("referrals", "episodes", "steps", "corrections", "events", "worklist", "breaches", "thresholds", "pathways", "organisations"):  # fmt: skip
        assert f"/{part}" in told
    assert len(commands()) == told.count("\ncurl ")
