"""Signing in and out. The demonstration offers its personas; a real area brings its identity providers."""

from litestar import get, post
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
    token = await begin_session(state["database"], login)
    answer = Redirect("/", status_code=303)
    cookie = state["cookie"]
    answer.set_cookie(
        key=cookie.name, value=token, httponly=True, secure=cookie.secure, samesite="lax", path="/"
    )
    return answer


@post("/sign-out", opt={"permission": Permission.PUBLIC}, status_code=303)
async def finish(request: WebRequest) -> Redirect:
    """End the session here and in the database."""
    await posted(request)
    cookie = request.app.state["cookie"]
    token = request.cookies.get(cookie.name)
    if token:
        await end_session(request.app.state["database"], token)
    answer = Redirect("/sign-in", status_code=303)
    answer.delete_cookie(cookie.name)
    return answer


handlers = [home, sign_in, sign_in_as, begin, finish]
