"""Signing in and out. The demonstration offers its personas; a real area brings its identity providers."""

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.domain.errors import InvalidInput, NotAllowed, NotFound
from pathway.domain.roles import ROLE_TITLES, Actor, Permission, Role
from pathway.store.accounts import begin_session, end_session, personas
from pathway.web.page import WebRequest, page, posted

HOME: dict[Role, str] = {
    Role.SENCO: "/pupils",
    Role.REFERRER: "/pupils",
    Role.TRIAGE: "/worklist",
    Role.CLINICIAN: "/worklist",
    Role.COORDINATOR: "/worklist",
    Role.PROVIDER_LEAD: "/breaches",
    Role.SEND_OFFICER: "/worklist",
    Role.COMMISSIONER: "/breaches",
    Role.PRIVACY: "/access-log",
    Role.FAMILY: "/family",
    Role.YOUNG_PERSON: "/family",
    Role.PARTNER: "/sign-in",
    Role.PROVIDER_SYSTEM: "/sign-in",
    Role.SYSTEM: "/sign-in",
}


@get("/", opt={"permission": Permission.PUBLIC})
async def home(request: WebRequest) -> Redirect:
    """Everyone begins on the page their role comes to."""
    actor = request.scope.get("user")
    return Redirect(HOME[actor.role] if isinstance(actor, Actor) else "/sign-in")


@get("/sign-in", opt={"permission": Permission.PUBLIC})
async def sign_in(request: WebRequest) -> Template:
    """The demonstration's personas, each with what they come to do."""
    found = await personas(request.app.state["database"]) if request.app.state["demo"] else []
    return page(request, "sign_in.html", personas=found, titles=ROLE_TITLES)


@get("/sign-in/{login:str}", opt={"permission": Permission.PUBLIC})
async def sign_in_as(request: WebRequest, login: FromPath[str]) -> Template:
    """One persona's own page, as the command prints its address: a button, for an address alone must change nothing."""
    found = await personas(request.app.state["database"]) if request.app.state["demo"] else []
    chosen = [person for person in found if person.login == login]
    if not chosen:
        raise NotFound("There is no such person in this demonstration. Choose one from the sign-in page.")
    return page(request, "sign_in.html", personas=chosen, titles=ROLE_TITLES)


@post("/sign-in", opt={"permission": Permission.PUBLIC}, status_code=303)
async def begin(request: WebRequest) -> Redirect:
    """Begin a session as a persona; only in a demonstration."""
    state = request.app.state
    if not state["demo"]:
        raise NotAllowed("Signing in without a password is for the demonstration only.")
    login = dict(await posted(request)).get("login", "")
    if login not in {p.login for p in await personas(state["database"])}:
        raise InvalidInput("Choose one of the people on the sign-in page.", "login")
    await _end_session_of(request)
    answer = Redirect("/", status_code=303)
    answer.set_cookie(_cookie(request, await begin_session(state["database"], login)))
    return answer


@post("/sign-out", opt={"permission": Permission.PUBLIC}, status_code=303)
async def finish(request: WebRequest) -> Redirect:
    """End the session here and in the database."""
    await posted(request)
    await _end_session_of(request)
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(_cookie(request, "", max_age=0))
    return answer


async def _end_session_of(request: WebRequest) -> None:
    """The session that this browser has, if any: whoever signs in as somebody else leaves none behind."""
    token = request.cookies.get(request.app.state["cookie"].name)
    if token:
        await end_session(request.app.state["database"], token)


def _cookie(request: WebRequest, value: str, max_age: int | None = None) -> Cookie:
    """The session cookie. It is ended as it was set, for a browser takes a `__Host-` cookie only where it is Secure."""
    kind = request.app.state["cookie"]
    return Cookie(kind.name, "/", value, max_age, secure=kind.secure, httponly=True, samesite="lax")


handlers = [home, sign_in, sign_in_as, begin, finish]
