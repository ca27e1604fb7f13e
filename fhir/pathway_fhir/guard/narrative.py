"""Narrative: the XHTML that a resource carries for people to read, and the shortest way into their browser.

`check` refuses whatever could run or call out; `shown` gives back only what is on the list, for display. Nothing of a
narrative that was received is ever shown but through `shown`.

Source: HL7 FHIR R4, Narrative (txt-1, txt-2): basic formatting, tables, lists, links and images, and no scripts, forms,
frames, or styles and images from elsewhere.
"""

import html
import re
from collections.abc import Mapping
from html.entities import name2codepoint
from xml.parsers import expat

from pathway_fhir.guard.report import Report
from pathway_fhir.outcome import IssueType

XHTML = "http://www.w3.org/1999/xhtml"

_ELEMENTS = frozenset(
    """a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2
    h3 h4 h5 h6 hr i img ins kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt
    u ul var""".split()  # noqa: SIM905  (one word for each element of HTML)
)
_ATTRIBUTES = frozenset(
    """abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff cite class colspan coords dir
    headers height href id lang name nowrap rel rev rowspan rules scope shape span src start style summary tabindex
    title type usemap valign value width xml:lang xml:space xmlns""".split()  # noqa: SIM905
)
_EMPTY = frozenset(["area", "br", "col", "hr", "img"])
_ADDRESSES = frozenset(["href", "src", "cite", "usemap"])
# Allowed and not shown: they would reach into the page around, its styles, its places and its keys.
_NOT_SHOWN = frozenset(["accesskey", "class", "id", "name", "style", "tabindex", "usemap"])
# What can only be there to run, to send or to load something: its content goes with it.
_ACTIVE = frozenset(
    """applet audio base body button embed form frame frameset head html iframe input link math meta noscript object
    script select style svg template textarea video""".split()  # noqa: SIM905
)
_SAFE_LINK = re.compile(
    r"(?:https?://|mailto:|tel:|#|\.{0,2}/(?!/)|[\w.%-]+(?:[/?#]|$))", re.IGNORECASE | re.ASCII
)
_SAFE_IMAGE = re.compile(
    r"#[\w.-]+|data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE | re.ASCII
)
_UNSAFE_STYLE = re.compile(
    r"url|expression|@import|javascript|behavior|binding|\\|position\s*:\s*fixed", re.IGNORECASE
)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_NAMES = frozenset(["amp", "lt", "gt", "quot", "apos"])


class _Unsafe(Exception):
    """The parser met a document type, which could name files or grow without end."""


def check(div: str, path: str, report: Report) -> None:
    """Refuse active content; tell of what FHIR does not allow and cannot harm."""
    reader = _Reader()
    if not reader.read(div):
        report.error(IssueType.INVALID, "The narrative is not well-formed XHTML in one div. Mend it.", path)
    elif reader.active:
        text = (
            "The narrative holds something that could run or load from elsewhere. Send plain formatting only."
        )
        report.error(IssueType.SECURITY, text, path)
    elif reader.strange:
        text = "The narrative uses elements or attributes that FHIR does not allow. They will not be shown (txt-1)."
        report.warning(IssueType.INVARIANT, text, path)
    elif not reader.content:
        report.profile(
            IssueType.INVARIANT, "The narrative has no text. Add some or leave it out (txt-2).", path
        )


def shown(div: str) -> str:
    """The narrative with only what is safe to show; nothing at all where it cannot be read."""
    reader = _Reader()
    return "".join(reader.safe) if reader.read(div) else ""


class _Reader:
    """Reads a div once: notes what is wrong with it and writes what is safe of it."""

    def __init__(self) -> None:
        self.active = self.strange = self.content = False
        self.safe: list[str] = []
        self._open: list[str] = []
        self._inside_active = 0

    def read(self, div: str) -> bool:
        """Whether it is one well-formed div of XHTML."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._no_document_type
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(_NAMED.sub(_numbered, div).encode("utf-8", "surrogatepass"), True)
        except (expat.ExpatError, _Unsafe, UnicodeError):
            return False
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and (name != "div" or attributes.get("xmlns") != XHTML):
            raise _Unsafe
        self._open.append(name)
        tag = name.lower()
        if tag in _ACTIVE or self._inside_active:
            self.active = True
            self._inside_active += 1
            return
        kept = self._kept(tag, attributes)
        if tag not in _ELEMENTS:
            self.strange = True
            return
        self.content = self.content or tag == "img"
        written = "".join(f' {key}="{html.escape(value)}"' for key, value in kept.items())
        self.safe.append(f"<{tag}{written}{'/' if tag in _EMPTY else ''}>")

    def _kept(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        kept = {}
        for key, value in attributes.items():
            name = key.lower()
            if _is_active(tag, name, value):
                self.active = True
            elif name not in _ATTRIBUTES:
                self.strange = True
            elif name not in _NOT_SHOWN:
                kept[name] = value
        return kept

    def _end(self, name: str) -> None:
        self._open.pop()
        tag = name.lower()
        if self._inside_active:
            self._inside_active -= 1
        elif tag in _ELEMENTS and tag not in _EMPTY:
            self.safe.append(f"</{tag}>")

    def _text(self, text: str) -> None:
        if not self._inside_active:
            self.content = self.content or not text.isspace()
            self.safe.append(html.escape(text))

    def _no_document_type(self, *_: object) -> None:
        raise _Unsafe

    def _instruction(self, *_: object) -> None:
        self.active = True


def _is_active(tag: str, name: str, value: str) -> bool:
    """Whether an attribute runs something, or loads from elsewhere. Browsers skip blanks inside an address."""
    if name.startswith("on") or name in ("srcdoc", "formaction", "action", "background", "srcset", "ping"):
        return True
    if name == "style":
        return _UNSAFE_STYLE.search(value) is not None
    if name not in _ADDRESSES and not name.endswith(":href"):
        return False
    address = "".join(character for character in value if character > " ")
    allowed = _SAFE_IMAGE if tag == "img" and name == "src" else _SAFE_LINK
    return address != "" and allowed.match(address) is None


def _numbered(named: re.Match[str]) -> str:
    """HTML's names for characters, which XML does not know, as numbers."""
    name = named[1]
    return f"&#{name2codepoint[name]};" if name in name2codepoint and name not in _XML_NAMES else named[0]
