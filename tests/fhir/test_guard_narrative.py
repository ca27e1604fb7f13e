"""A narrative can be read by a person and cannot do anything to them."""

import pytest

from pathway_fhir.guard import check, narrative
from pathway_fhir.guard.report import Report
from pathway_fhir.outcome import IssueType, Severity, refuses

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def div(inside: str) -> str:
    return f"<div {XHTML}>{inside}</div>"


def said(text: str) -> list[tuple[Severity, IssueType]]:
    report = Report(strict=True)
    narrative.check(text, "Patient.text.div", report)
    return [(issue.severity, issue.code) for issue in report.issues]


HARMLESS = [
    "Some words",
    "<h1>Seen</h1><p>by <b>the team</b><br/>on <i>Monday</i> &#169; &copy;&nbsp;&amp; &lt;3</p>",
    '<table border="1" class="grid"><tr><td colspan="2" style="color: red">1</td></tr></table>',
    '<a href="https://example.org/a?b=1#c">a</a><a href="#part">b</a><a href="Patient/1">c</a><a name="part"/>',
    '<a href="mailto:team@example.org">mail</a><a href="tel:01234567890">ring</a>',
    '<img src="#picture" alt="A chart"/><img src="data:image/png;base64,QUJD" alt="A chart"/>',
    '<p id="a" lang="cy" xml:lang="cy" dir="ltr" title="t">Bore da</p><ul><li>1</li></ul><blockquote>q</blockquote>',
]
ACTIVE = [
    "<script>alert(1)</script>",
    "<SCRIPT>alert(1)</SCRIPT>",
    '<script xmlns="http://www.w3.org/2000/svg">alert(1)</script>',
    '<p onclick="alert(1)">a</p>',
    '<img src="#a" ONERROR="alert(1)"/>',
    '<a href="javascript:alert(1)">a</a>',
    '<a href=" java&#9;script:alert(1)">a</a>',
    '<a href="&#1051;javascript:alert(1)">a</a>',
    '<a href="vbscript:a">a</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">a</a>',
    '<a href="//example.org/a">a</a>',
    '<img src="https://example.org/seen.png" alt="a"/>',
    '<img src="seen.png" alt="a"/>',
    '<img src="data:image/svg+xml;base64,QUJD" alt="a"/>',
    '<p style="background: url(https://example.org/a)">a</p>',
    '<p style="background: u\\72l(https://example.org/a)">a</p>',
    '<p style="width: expression(alert(1))">a</p>',
    '<p style="position: fixed; top: 0">Sign in again</p>',
    "<style>p { color: red }</style>",
    '<link rel="stylesheet" href="https://example.org/a.css"/>',
    '<iframe src="https://example.org"/>',
    '<object data="a"/>',
    '<form action="https://example.org"><input name="password"/></form>',
    '<base href="https://example.org/"/>',
    '<svg xmlns="http://www.w3.org/2000/svg"><a xlink:href="javascript:a" xmlns:xlink="http://www.w3.org/1999/xlink"/></svg>',
    "<math><mtext>a</mtext></math>",
    "<?php alert ?>",
]
NOT_XHTML = [
    "Some words",
    "<p>no div</p>",
    "<div>no namespace</div>",
    div("<p>open"),
    div("<b><i>crossed</b></i>"),
    div("one") + div("two"),
    div("&unheard;"),
    f'<!DOCTYPE div [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>{div("&b;")}',
    f'<!DOCTYPE div SYSTEM "file:///etc/passwd">{div("a")}',
    div("\x01"),
    "",
]


@pytest.mark.parametrize("inside", HARMLESS)
def test_plain_formatting_is_taken_and_shown(inside: str) -> None:
    assert said(div(inside)) == []
    once = narrative.shown(div(inside))
    assert once.startswith("<div xmlns=")
    assert narrative.shown(once) == once


@pytest.mark.parametrize("inside", ACTIVE)
def test_what_could_run_or_call_out_refuses_and_is_never_shown(inside: str) -> None:
    text = div(f"<p>before</p>{inside}<p>after</p>")
    assert said(text) == [(Severity.ERROR, IssueType.SECURITY)]
    shown = narrative.shown(text)
    assert shown.startswith(f"<div {XHTML}><p>before</p>")
    assert shown.endswith("<p>after</p></div>")
    for part in (
        "script",
        "alert",
        "example.org",
        "onerror",
        "onclick",
        "url(",
        "expression",
        "password",
        "fixed",
    ):
        assert part not in shown.lower()


@pytest.mark.parametrize("text", NOT_XHTML)
def test_what_is_not_one_div_of_xhtml_is_refused_and_shown_as_nothing(text: str) -> None:
    assert said(text) == [(Severity.ERROR, IssueType.INVALID)]
    assert narrative.shown(text) == ""


def test_an_element_that_fhir_does_not_allow_is_told_and_its_words_are_shown() -> None:
    text = div('<section data-row="1"><p data-row="2">words</p></section>')
    assert said(text) == [(Severity.WARNING, IssueType.INVARIANT)]
    assert narrative.shown(text) == div("<p>words</p>")


def test_a_narrative_has_words_or_a_picture() -> None:
    assert said(div(" <p> </p> ")) == [(Severity.ERROR, IssueType.INVARIANT)]
    assert said(div('<img src="#a" alt=""/>')) == []


def test_marks_in_words_and_attributes_stay_marks() -> None:
    text = div('<p title="&lt;b&gt; &quot;x&quot;">1 &lt; 2 &amp; &lt;script&gt;</p>')
    assert narrative.shown(text) == div(
        '<p title="&lt;b&gt; &quot;x&quot;">1 &lt; 2 &amp; &lt;script&gt;</p>'
    )


def test_what_would_reach_into_the_page_around_is_taken_and_not_shown() -> None:
    text = div('<p id="main" class="nhsuk-button" style="color: red" accesskey="s" title="t">words</p>')
    assert said(text) == []
    assert narrative.shown(text) == div('<p title="t">words</p>')


async def test_a_script_in_a_contained_resource_is_found_too() -> None:
    flag = {
        "resourceType": "Flag",
        "id": "a",
        "text": {"status": "generated", "div": div(ACTIVE[0])},
        "status": "active",
        "code": {"text": "Large print"},
        "subject": {"reference": "#"},
    }
    issues = await check({"resourceType": "Patient", "contained": [flag]}, strict=False)
    assert refuses(issues)
    assert issues[0].expression == ("Patient.contained[0].text.div",)


async def test_nor_does_a_script_hide_in_a_resource_that_is_not_read() -> None:
    substance = {
        "resourceType": "Substance",
        "id": "a",
        "text": {"status": "generated", "div": div(ACTIVE[0])},
        "code": {"text": "Salt"},
    }
    issues = await check({"resourceType": "Patient", "contained": [substance]}, strict=False)
    assert [issue.expression for issue in issues if issue.severity.refuses] == [
        ("Patient.contained[0].text.div",)
    ]
