"""Each promise in SECURITY.md is held by a test that exists."""

import re

from tests.lints import ROOT

ROW = re.compile(
    r"^\| (?P<promise>[A-Z].+?\.) \| (?P<kept_by>.+?) \| (?P<held_by>`tests/.+) \|$", re.MULTILINE
)


def rows() -> list[re.Match[str]]:
    return list(ROW.finditer((ROOT / "SECURITY.md").read_text(encoding="utf-8")))


def test_the_table_of_promises_can_be_read() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows()) == len(lines) - 1, "each row: a sentence, what keeps it, and its tests"


def test_every_promise_is_held_by_a_test_that_exists() -> None:
    missing = [
        f"{row['promise']} {path}"
        for row in rows()
        for path in re.findall(r"`(tests/[^`]+)`", row["held_by"])
        if "def test_" not in _text(path)
    ]
    assert missing == []


def _text(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""
