"""Help, accessibility, privacy, cookies: what anybody may read, signed in or not."""

from litestar import get
from litestar.response import Template

from pathway.domain.roles import Permission
from pathway.web.page import WebRequest, page

_PUBLIC = {"permission": Permission.PUBLIC}


@get("/help", opt=_PUBLIC)
async def show_help(request: WebRequest) -> Template:
    """Whom to ask, and what to do if things are worse now."""
    return page(request, "about/help.html")


@get("/accessibility", opt=_PUBLIC)
async def show_accessibility(request: WebRequest) -> Template:
    """The accessibility statement."""
    return page(request, "about/accessibility.html")


@get("/privacy", opt=_PUBLIC)
async def show_privacy(request: WebRequest) -> Template:
    """What is kept about a child, who sees it, and what a family may ask for."""
    return page(request, "about/privacy.html")


@get("/cookies", opt=_PUBLIC)
async def show_cookies(request: WebRequest) -> Template:
    """The one cookie."""
    return page(request, "about/cookies.html", cookie=request.app.state["cookie"].name)


handlers = [show_help, show_accessibility, show_privacy, show_cookies]
