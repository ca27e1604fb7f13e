"""The template environment: NHS.UK frontend's macros, our own, and the words that presenters print.

Undefined values chain and print as nothing, because the NHS.UK macros rely on it; that is why our own macros take
frozen dataclasses, where a misspelt part fails instead.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from pathway.web import presenters
from pathway.web.components import Shell
from pathway.web.static_files import StaticFiles, static_files

TEMPLATES = Path(__file__).parent / "templates"
INLINE_SCRIPT = (
    "document.body.className += ' js-enabled' + "
    "('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');"
)
_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)

_FILTERS = (
    presenters.age,
    presenters.clock_tag,
    presenters.day,
    presenters.day_and_time,
    presenters.days_in_words,
    presenters.grade_tag,
    presenters.known,
    presenters.long_day,
    presenters.nhs_number,
    presenters.phone_number,
    presenters.plural,
    presenters.sentence,
    presenters.time_left,
    presenters.weeks,
)


def inline_scripts(html: str) -> list[str]:
    """The text of every script that is written into a page."""
    return _SCRIPT.findall(html)


def environment(files: StaticFiles) -> Environment:
    """A fresh environment over these static files."""
    made = Environment(
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
    )
    made.filters.update({function.__name__: function for function in _FILTERS})
    made.globals.update(static=files.url, assetPath=f"/static/{files.build}/vendor", shell=Shell())
    return made


def script_hash(env: Environment) -> str:
    """The CSP hash of the one inline script, after proving that the template still has exactly that one.

    Start-up calls this, so an upgrade of nhsuk-frontend-jinja that changes the script stops the service with a
    sentence instead of silently switching JavaScript off for everyone.
    """
    found = inline_scripts(env.get_template("nhsuk/template.jinja").render())
    if found != [INLINE_SCRIPT]:
        raise RuntimeError(
            "nhsuk-frontend-jinja changed the inline script of its page template. "
            "Read the new script, then update INLINE_SCRIPT in pathway/web/templating.py."
        )
    return base64.b64encode(hashlib.sha256(INLINE_SCRIPT.encode()).digest()).decode()


@cache
def page_environment() -> Environment:
    """The environment of the running service, made once."""
    return environment(static_files())


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """What `Litestar(template_config=...)` takes."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(page_environment()))
