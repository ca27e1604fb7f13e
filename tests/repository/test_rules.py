"""docs/rules.md: every rule has its number and the tests that hold it, and what cites a rule cites one that is there."""

import re

from tests.lints import ROOT

RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
NUMBERED = re.split(r"^(?=\d+\. \*\*)", RULES, flags=re.MULTILINE)[1:]


def test_there_are_22_rules_numbered_in_turn() -> None:
    assert [int(rule.split(".")[0]) for rule in NUMBERED] == list(range(1, 23))


def test_each_rule_names_tests_that_exist() -> None:
    for rule in NUMBERED:
        named = re.findall(r"`(tests/[\w./-]+)`", rule.partition("Tests:")[2])
        assert named, rule.splitlines()[0]
        missing = [path for path in named if "def test_" not in (ROOT / path).read_text(encoding="utf-8")]
        assert missing == []


def test_each_test_that_is_named_after_a_rule_is_listed_under_it() -> None:
    for file in sorted((ROOT / "tests" / "rules").glob("test_rule_*.py")):
        number = int(file.name.split("_")[2])
        assert f"tests/rules/{file.name}" in NUMBERED[number - 1], file.name
        assert re.search(rf"rules\.md {number}\b|[Rr]ule {number}\b", file.read_text(encoding="utf-8")), (
            file.name
        )


def test_every_rule_that_the_code_cites_is_there() -> None:
    cited = {
        int(number)
        for folder in ("pathway", "fhir", "migrations", "tests", "docs")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".toml", ".sql", ".html", ".md"}
        for number in re.findall(r"docs/rules\.md (\d+)", file.read_text(encoding="utf-8"))
    }
    assert cited <= set(range(1, 23))
    assert len(cited) > 10
