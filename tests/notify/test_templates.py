"""Every message that a pathway can send has its words, and every one of them says what a family needs."""

import pytest

from pathway import definitions
from pathway.domain.errors import DefinitionError
from pathway.notify import templates
from pathway.notify.messages import NEXT, NOW, SUBJECT, WHERE
from pathway.store.openings import TOLD
from pathway.store.outbox import CORRECTION

NEEDED = sorted(
    {
        step.tell_family
        for d in definitions.load_all().values()
        for step in d.steps.values()
        if step.tell_family
    }
    | {CORRECTION, TOLD}
)
VALUES = {"name", "carer", "stage", "next", "day", "by", "last", "team", "safe", "link", "needs"}


def test_there_is_a_text_for_each_step_that_tells_the_family_and_no_other() -> None:
    assert sorted(templates.keys()) == NEEDED


@pytest.mark.parametrize("key", NEEDED)
def test_each_text_says_where_things_are_what_is_next_and_what_to_do(key: str) -> None:
    found = templates.template(key)
    assert [section.heading for section in found.sections] == [SUBJECT, WHERE, NEXT, NOW]
    assert all(section.paragraphs for section in found.sections)
    assert found.version
    assert found.languages[0] == "en"


@pytest.mark.parametrize("key", [*NEEDED, templates.FRAME])
def test_each_place_in_a_text_is_one_that_is_filled(key: str) -> None:
    every = {value: f"<{value}>" for value in VALUES}
    for section in templates.template(key).sections:
        filled = section.filled(every)
        assert len(filled) == len(section.paragraphs), "a place that nothing fills would drop its paragraph"
        assert not any("{" in text or text.startswith("[") for text in filled)


@pytest.mark.parametrize("key", NEEDED)
def test_each_language_that_a_text_names_is_there(key: str) -> None:
    for language in templates.template(key).languages:
        assert templates.template(key, language).language == language


def test_a_language_nobody_has_checked_yet_is_english() -> None:
    assert templates.template("accepted", "ur").language == "en"


def test_a_paragraph_whose_value_is_missing_is_left_out() -> None:
    text = "---\nversion: 2\nlanguages: en cy\n---\n# Subject\n\n[day] On {day}.\n\nAlways.\n"
    found = templates.read_template("x", "en", text, "x.md")
    assert (found.version, found.languages) == ("2", ("en", "cy"))
    assert found.section("Subject").filled({"day": "3 March 2026"}) == ("On 3 March 2026.", "Always.")
    assert found.section("Subject").filled({"day": ""}) == ("Always.",)


@pytest.mark.parametrize("text", ["# Subject\n\nA\n", "---\nversion: 1\n---\n# Subject\n\nA\n"])
def test_a_text_without_its_front_matter_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(DefinitionError, match="Begin with ---"):
        templates.read_template("x", "en", text, "x.md")


def test_a_message_that_is_not_there_is_refused() -> None:
    with pytest.raises(DefinitionError):
        templates.template("no_such_message")
