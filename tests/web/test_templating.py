"""Every macro draws, nothing is written inline, and the content security policy fits the pages."""

import base64
import hashlib
import re
import time
from html.parser import HTMLParser

import pytest
from jinja2 import DictLoader

from pathway.web.components import Cell, Column, DataTable, Link, PageLinks, Shell, SummaryRow
from pathway.web.fields import Choice, FieldSpec, FilledField, Kind
from pathway.web.static_files import static_files
from pathway.web.templating import INLINE_SCRIPT, TEMPLATES, environment, inline_scripts, script_hash
from tests.web.gallery import HERE, SHELL, context, gallery_environment

ENV = gallery_environment()


def draw(source: str, **values: object) -> str:
    return ENV.from_string(source).render(**values)


def gallery(shell: Shell = SHELL, wrong: bool = False) -> str:
    return ENV.get_template("gallery.html").render(context(shell, wrong))


class Outline(HTMLParser):
    """The ids, the attributes and the unclosed tags of a page."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "circle", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("wrong", [False, True], ids=["filled", "with errors"])
def test_a_page_with_every_macro_is_well_formed_and_has_no_inline_style_or_handler(wrong: bool) -> None:
    html = gallery(wrong=wrong)
    outline = Outline(html)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert "style" not in outline.attributes
    assert not [name for name in outline.attributes if name.startswith("on")]
    assert "<style" not in html


def test_every_macro_we_offer_is_drawn_somewhere() -> None:
    """So that the tests of the gallery, in a browser and here, are tests of every macro."""
    sources = {path.name: path.read_text() for folder in (TEMPLATES, HERE) for path in folder.rglob("*.html")}
    everything = "".join(sources.values())
    macros = re.findall(r"{% macro (\w+)\(", everything)
    assert macros
    assert [name for name in macros if not re.search(rf"(?<!macro )\b{name}\(", everything)] == []


def test_the_policy_allows_exactly_the_one_inline_script_that_a_page_holds() -> None:
    (script,) = inline_scripts(gallery())
    assert script == INLINE_SCRIPT
    assert script_hash(ENV) == base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_a_new_inline_script_upstream_stops_the_start() -> None:
    env = environment(static_files())
    env.loader = DictLoader({"nhsuk/template.jinja": "<body><script>other()</script></body>"})
    with pytest.raises(RuntimeError, match="changed the inline script"):
        script_hash(env)


def test_what_a_person_typed_is_never_read_as_html() -> None:
    table = DataTable("<b>Caption", (Column("A"),), ((Cell("<script>alert(1)</script>", note='"><img'),),))
    html = draw('{% from "components/lists.html" import data_table %}{{ data_table(table) }}', table=table)
    assert "<script" not in html
    assert "<img" not in html


def test_the_title_says_error_first_when_there_is_something_to_put_right() -> None:
    assert "<title>Gallery – Autism assessment pathway</title>" in gallery()
    assert "<title>Error: Gallery – Autism assessment pathway</title>" in gallery(wrong=True)


def test_the_shell_names_the_partnership_the_person_and_the_demonstration_and_not_the_nhs() -> None:
    html = gallery()
    for words in (
        "Moorshire SEND local area partnership", "Priya Nair, Assessing clinician", "Sign out",
        "Demonstration: invented children", "Accessibility statement", "Privacy", "Cookies", "Skip to main content",
    ):  # fmt: skip
        assert words in html
    assert 'aria-label="NHS"' not in html


def test_without_account_banner_or_navigation_the_shell_draws_none() -> None:
    html = gallery(Shell())
    for absent in ("Sign out", "app-banner", "nhsuk-header__navigation"):
        assert absent not in html


def test_signing_out_carries_the_token_against_forged_requests() -> None:
    token = '<input type="hidden" name="_csrf_token" value="abc">'
    html = ENV.get_template("gallery.html").render(context() | {"csrf_input": token})
    assert token in html


def test_a_page_carries_its_language_and_direction() -> None:
    assert '<html lang="ur" dir="rtl"' in gallery(Shell(language="ur", direction="rtl"))


def test_an_error_page_says_what_happened_and_what_to_do() -> None:
    html = ENV.get_template("error.html").render(
        error_title="Not found", error_message="There is no such page. Check the address.", reference="ab12"
    )
    assert '<h1 class="nhsuk-heading-l">Not found</h1>' in html
    assert "Check the address." in html
    assert "ab12" in html


def test_a_table_says_so_when_it_is_empty_and_keeps_its_name() -> None:
    table = DataTable("Hand-overs", (Column("Child"),), (), empty="No hand-overs are waiting.")
    html = draw('{% from "components/lists.html" import data_table %}{{ data_table(table) }}', table=table)
    assert "No hand-overs are waiting." in html
    assert "Hand-overs" in html
    assert "<table" not in html


def test_pagination_draws_only_the_ways_there_are() -> None:
    source = '{% from "components/lists.html" import pagination %}{{ pagination(pages) }}'
    assert "Previous" not in draw(source, pages=PageLinks(next="?after=1"))
    assert "Next" not in draw(source, pages=PageLinks(previous="?before=1"))
    assert draw(source, pages=PageLinks()).strip() == ""


def test_a_count_of_nothing_is_shown_and_no_count_is_not() -> None:
    source = '{% from "components/lists.html" import sub_navigation %}{{ sub_navigation(links, "Lists") }}'
    assert ">0</span>" in draw(source, links=(Link("All", "/", count=0),))
    assert "count" not in draw(source, links=(Link("All", "/"),))


def test_a_table_of_a_hundred_rows_is_drawn_in_a_few_milliseconds() -> None:
    columns = tuple(Column(f"Column {n}") for n in range(5))
    row = (Cell("Leo Carter", href="/1", note="999 313 7359"), *(Cell("words") for _ in range(4)))
    table = DataTable("Children", columns, (row,) * 100, cards=True)
    template = ENV.from_string('{% from "components/lists.html" import data_table %}{{ data_table(table) }}')
    template.render(table=table)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        template.render(table=table)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    ("required", "filtering", "empty"),
    [(True, False, "Choose one"), (False, False, "Choose one, or leave it out"), (False, True, "Any")],
)
def test_an_empty_choice_is_any_only_where_a_list_is_narrowed(
    required: bool, filtering: bool, empty: str
) -> None:
    spec = FieldSpec("to", Kind.ORGANISATION, "To", required=required, choices=(Choice("1", "One"),))
    source = '{% from "components/fields.html" import form_field %}{{ form_field(field, filtering) }}'
    assert f'<option value="">{empty}</option>' in draw(source, field=FilledField(spec), filtering=filtering)


def test_paragraphs_that_somebody_typed_are_checked_as_paragraphs() -> None:
    rows = (SummaryRow("What you have noticed", "Loud hall.\n\nHides."),)
    html = draw('{% from "components/record.html" import summary_list %}{{ summary_list(rows) }}', rows=rows)
    assert '<dd class="nhsuk-summary-list__value app-typed">Loud hall.\n\nHides.</dd>' in html
    assert "white-space: pre-line" in (TEMPLATES.parent / "static" / "app.css").read_text()
