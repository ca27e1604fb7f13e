"""One word for each thing: the glossary covers the nouns of the code, and security promises name tests that exist."""

import ast
import re

from tests.lints import ROOT, python_files

# Classes whose name is ordinary English and means here what it means everywhere.
ORDINARY = {
    "Field",
    "FieldType",
    "Group",
    "Holder",
    "NotBefore",
    "Option",
    "Party",
    "Slot",
    "SlotRule",
    "Span",
    "Trigger",
}
NOUN_MODULES = ("pathway/domain/definition.py", "pathway/domain/episode.py", "pathway/domain/roles.py")
AGREED = {
    *(
        "child",
        "carer",
        "setting",
        "referral",
        "episode",
        "stage",
        "step",
        "event",
        "clock",
        "threshold",
        "breach",
    ),
    *("baton", "hand-over", "outcome", "closure", "caseload", "worklist"),
    *("grade", "ledger", "seal", "outbox", "projection"),
}
BANNED = ("case file", "ticket", "workflow instance", "helper", "utils")


def glossary() -> dict[str, str]:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    return {
        word.lower(): meaning for word, meaning in re.findall(r"^- \*\*(.+?)\*\*: (.+)$", text, re.MULTILINE)
    }


def nouns() -> dict[str, str]:
    """The classes of the domain's main modules, each as English: `SideState` is "side state"."""
    trees = [source.tree for source in python_files("pathway/domain") if source.path in NOUN_MODULES]
    names = {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    return {name: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in names if name.isalpha()}


def test_every_noun_of_the_domain_is_in_the_glossary() -> None:
    """A class may add a word of its own to one that is explained: a task state is about a task."""
    explained = [rf"\b{word.replace('-', ' ')}\b" for word in glossary()]
    unexplained = {
        name for name, english in nouns().items() if not any(re.search(word, english) for word in explained)
    }
    assert unexplained - ORDINARY == set()
    assert nouns(), "the modules named above define nothing"


def test_every_word_that_was_agreed_is_in_the_glossary() -> None:
    assert set(glossary()) >= AGREED


def test_every_meaning_is_one_sentence() -> None:
    assert [word for word, meaning in glossary().items() if not re.fullmatch(r"[^.]+\.", meaning)] == []


def test_the_glossary_has_no_word_that_we_do_not_use() -> None:
    assert [word for word in BANNED if word in glossary()] == []
