"""Write docs/reference from the code, or check that it is up to date.

    make docs                                   write
    python -m scripts.generate_docs --check     print what differs, and fail if anything does

A page is one row of `PAGES`: a file name, a title, one sentence, and the function that returns the rest.
To add a page, write that function in a module of `scripts/pages` and add the row.
"""

import argparse
import difflib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pathway import definitions
from scripts.pages import api, commands, errors, fhir, pathways, permissions, settings

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
GENERATED = "<!-- Written from the code by `make docs`. Change the code, not this file. -->"


@dataclass(frozen=True)
class Page:
    """One file of docs/reference."""

    file: str
    title: str
    about: str
    body: Callable[[], str]

    def text(self) -> str:
        return f"{GENERATED}\n\n# {self.title}\n\n{self.about}\n\n{self.body().rstrip()}\n"


PAGES = (
    Page(
        "settings.md", "Settings", "Each is an environment variable; none is needed to try it.", settings.page
    ),
    Page("commands.md", "Commands", "What the command `pathway` does.", commands.page),
    Page("errors.md", "Errors", "What can be refused, in the words that people read.", errors.page),
    Page("api.md", "JSON API", "For the systems of a council and its NHS partners.", api.page),
    Page(
        "fhir.md",
        "FHIR server",
        "For patient systems, GP systems, case systems and data platforms.",
        fhir.page,
    ),
    Page(
        "permissions.md",
        "Permissions",
        "What each role may do at all; the action still checks the child.",
        permissions.page,
    ),
    *(
        Page(
            f"pathways/{key}.md",
            pathway.title,
            "The pathway as its definition has it: stages, clocks, roles and codes.",
            partial(pathways.page, key),
        )
        for key, pathway in definitions.load_all().items()
    ),
)


def _contents() -> str:
    return "\n".join(f"- [{page.title}]({page.file}): {page.about}" for page in PAGES)


INDEX = Page("README.md", "Reference", "Every page here is written from the code.", _contents)


def pages() -> dict[Path, str]:
    """What docs/reference should hold: file and text."""
    return {FOLDER / page.file: page.text() for page in (INDEX, *PAGES)}


def differences(expected: dict[Path, str]) -> list[str]:
    """The lines that differ between what the code says and what the files say."""
    found: list[str] = []
    for file, text in expected.items():
        present = file.read_text(encoding="utf-8") if file.exists() else ""
        found += difflib.unified_diff(
            present.splitlines(), text.splitlines(), file.name, "the code", lineterm=""
        )
    left_over = {file for file in FOLDER.rglob("*.md") if file not in expected}
    return found + [f"{file.name}: no page of that name is written any more" for file in sorted(left_over)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="only compare; exit with 1 if anything differs")
    expected = pages()
    if parser.parse_args(arguments).check:
        if found := differences(expected):
            print("\n".join(found))
            print(
                "docs/reference is not what the code says. Run `make docs` and commit the result.",
                file=sys.stderr,
            )
            return 1
        return 0
    for file, text in expected.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
