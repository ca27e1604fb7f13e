"""What the how-to tells partners to send for a token is sent as it stands there, and answered with the status that it says.

The second part of the page is tests/fhir/server/test_guide.py.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from pathway.cli import main
from tests.api.test_how_to import as_sent
from tests.fhir.access.partner_system import EC, register, served
from tests.lints import ROOT
from tests.world import World

PAGE, _, _ = (
    (ROOT / "docs" / "how-to" / "connect-a-partner.md")
    .read_text(encoding="utf-8")
    .partition("\n# Exchange\n")
)
COMMANDS = re.findall(r"```bash\n# Answers (\d{3})\n(curl .+?)\n```", PAGE, re.DOTALL)
PYTHON = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)


async def test_every_command_answers_as_it_says(world: World, tmp_path: Path) -> None:
    world = replace(world, area=replace(world.area, now=lambda: datetime.now(UTC)))
    system = await register(world)
    file = tmp_path / "private.json"
    file.write_text(json.dumps(EC.as_dict(private=True)))
    given: dict[str, Any] = {"KEY_FILE": file, "CLIENT": system.client_id, "BASE": "http://test"}
    exec(_without_leaks(PYTHON[0]), given)
    variables = {"BASE": "http://test", "ASSERTION": given["assertion"]}
    statuses = []
    async with served(world) as client:
        for status, command in COMMANDS:
            sent = as_sent(command, variables)
            answer = await client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
            assert answer.status_code == int(status), (command, answer.text)
            statuses.append(answer.status_code)
    assert statuses == [200, 200, 401]
    assert len(COMMANDS) == PAGE.count("\ncurl ")


def _without_leaks(code: str) -> str:
    """Two lines are shorter to read on the page than here, where a file left open is an error."""
    return code.replace("json.load(open(KEY_FILE))", "json.loads(KEY_FILE.read_text())")


@pytest.mark.parametrize("words", sorted(set(re.findall(r"pathway partner ([a-z]+)", PAGE))))
def test_every_command_of_the_page_is_one(words: str) -> None:
    group = main.commands["partner"]  # type: ignore[attr-defined]
    assert isinstance(group, click.Group)
    assert words in group.commands
