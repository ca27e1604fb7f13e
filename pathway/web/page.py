"""Drawing a page: the shell for whoever is signed in, and the token their forms carry."""

import hmac
from typing import Any, Final

from litestar import Request
from litestar.response import Template
from markupsafe import Markup, escape

from pathway.domain.errors import NotAllowed
from pathway.domain.roles import ROLE_TITLES, Actor, Permission, Role
from pathway.web.components import Account, Audience, Link, Shell

WebRequest = Request[Any, Any, Any]
Pairs = list[tuple[str, str]]

NAVIGATION: Final[tuple[tuple[Permission, str, str], ...]] = (
    (Permission.READ_WORKLIST, "Worklist", "/worklist"),
    (Permission.READ_OWN_PUPILS, "My pupils", "/pupils"),
    (Permission.REFER, "Refer a child", "/refer"),
    (Permission.READ_BREACHES, "Waits past threshold", "/breaches"),
    (Permission.READ_FIGURES, "Figures", "/figures"),
    (Permission.SIGN_THRESHOLD, "Thresholds", "/thresholds"),
    (Permission.READ_OWN_CHILD, "My child", "/family"),
    (Permission.READ_ACCESS_LOG, "Who looked", "/access-log"),
    (Permission.REVIEW_BREAK_GLASS, "Opened records", "/openings"),
    (Permission.HELD_JOBS, "Held messages", "/held"),
    (Permission.HELD_JOBS, "Partners’ systems", "/partners"),
)
"""Which pages stand in whose navigation: those whose permission the role holds."""

OWN_CHILDREN: Final[dict[Role, str]] = {Role.SENCO: "My pupils", Role.REFERRER: "Children we referred"}
"""What a reader calls the list of their own organisation's children: a surgery has no pupils."""

_FAMILY = frozenset({Role.FAMILY, Role.YOUNG_PERSON})


class _Page(Template):
    """Litestar puts a token of its own under `csrf_input`; ours, which belongs to the session, is the one that counts."""

    def create_template_context(self, request: WebRequest) -> dict[str, Any]:
        return {**super().create_template_context(request), "csrf_input": self.context["csrf_input"]}


def page(request: WebRequest, template: str, status: int = 200, **context: object) -> Template:
    """Draw a template inside the shell. Give `errors=reading.errors` and 422 where a form is shown again."""
    token = request.scope.get("auth") or ""
    csrf = (
        Markup('<input type="hidden" name="csrf" value="{}">').format(escape(token)) if token else Markup("")
    )
    return _Page(
        template,
        context={"shell": shell(request), "csrf_input": csrf, "errors": (), **context},
        status_code=status,
        media_type="text/html",
    )


def shell(request: WebRequest) -> Shell:
    """The header, navigation and banner for this reader on this page."""
    state = request.app.state
    actor = request.scope.get("user")
    banner = "Demonstration: every child here is invented" if state.get("demo") else ""
    partnership = state.get("partnership", Shell.__dataclass_fields__["partnership"].default)
    if not isinstance(actor, Actor):
        return Shell(banner=banner, partnership=partnership)
    path = request.url.path
    links = tuple(
        Link(
            OWN_CHILDREN.get(actor.role, words) if permission is Permission.READ_OWN_PUPILS else words,
            href,
            current=path == href or path.startswith(href + "/"),
        )
        for permission, words, href in NAVIGATION
        if actor.may(permission)
    )
    audience = Audience.FAMILY if actor.role in _FAMILY else Audience.STAFF
    account = Account(actor.name, ROLE_TITLES[actor.role])
    return Shell(account=account, navigation=links, banner=banner, audience=audience, partnership=partnership)


async def posted(request: WebRequest) -> Pairs:
    """The pairs of a posted form, once its token is that of the session; NotAllowed otherwise."""
    form = await request.form()
    expected = request.scope.get("auth") or ""
    given = str(form.get("csrf", ""))
    if expected and not hmac.compare_digest(str(expected).encode(), given.encode()):
        raise NotAllowed(
            "This form is from an earlier sign-in, so nothing was changed. Open the page again and repeat it."
        )
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrf"]
