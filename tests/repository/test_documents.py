"""What the documents point to exists, and each decision is told in the same form."""

import re
from itertools import chain
from pathlib import Path

import pytest

from tests.lints import ROOT

ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
DOCUMENTS = sorted(chain(ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md")))
CODE = [
    file
    for folder in ("pathway", "fhir", "migrations", "scripts", "tests", "bench")
    for file in sorted((ROOT / folder).rglob("*"))
    if file.suffix in {".py", ".toml", ".sql", ".html", ".css"} and "vendor" not in file.parts
]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [link for link in links if link and "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_every_file_that_the_readme_tells_people_to_read_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:pathway|fhir|docs|tests)/[\w./-]+)`", text)
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_document_that_the_code_names_is_in_the_repository() -> None:
    """A comment that cites a page nobody else can open explains nothing."""
    names = {document.name for document in DOCUMENTS}
    missing = [
        f"{relative(file)}: {cited}"
        for file in CODE
        for cited in re.findall(r"[\w./-]*\w\.md\b", file.read_text(encoding="utf-8"))
        if Path(cited).name not in names and relative(file) not in WRITES_MARKDOWN
    ]
    assert missing == []


# These name pages of the reference that they write, the texts of messages, or examples.
WRITES_MARKDOWN = {
    "scripts/generate_docs.py",
    "tests/repository/test_docs.py",
    "pathway/notify/templates/__init__.py",
    "tests/notify/test_templates.py",
}


@pytest.mark.parametrize("adr", ADRS, ids=relative)
def test_each_decision_has_its_date_status_and_three_parts(adr: Path) -> None:
    text = adr.read_text(encoding="utf-8")
    assert re.match(
        rf"# {adr.name[:4]}: .+\n\nDate: 20\d\d-\d\d-\d\d\nStatus: (accepted|proposed|replaced)", text
    )
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 40, "a decision is told on one page"


def test_every_decision_is_in_the_index_and_numbered_in_turn() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == [adr.name for adr in ADRS]
    assert [adr.name[:4] for adr in ADRS] == [f"{n:04}" for n in range(1, len(ADRS) + 1)]
