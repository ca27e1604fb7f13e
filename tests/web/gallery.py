"""One page with every macro on it, filled with invented children: what the tests of the shell look at."""

from datetime import date
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from litestar import Litestar, get
from litestar.params import FromQuery
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from pathway.domain.breaches import Grade
from pathway.web.components import (
    Account,
    Audience,
    Cell,
    ChosenFilter,
    ClockCard,
    Column,
    DataTable,
    Fact,
    FilterPanel,
    IdentityBar,
    Link,
    PageLinks,
    Shell,
    SummaryRow,
    TimelineEntry,
)  # fmt: skip
from pathway.web.fields import Bound, Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.headers import content_security_policy, security_headers
from pathway.web.presenters import GRADE_TAGS, Tag, nhs_number
from pathway.web.static_files import static_files, static_route
from pathway.web.templating import environment, script_hash

TODAY = date(2026, 11, 24)
HERE = Path(__file__).parent / "templates"

SHELL = Shell(
    account=Account("Priya Nair", "Assessing clinician", (Link("Change role", "/role"),)),
    navigation=(
        Link("Worklist", "/worklist", current=True),
        Link("Children", "/children"),
        Link("Referrals", "/referrals"),
        Link("Dashboard", "/dashboard"),
    ),
    banner="Demonstration: invented children",
)

SPECS = (
    FieldSpec("child-name", Kind.TEXT, "Child's full name", spellcheck=False, longest=100),
    FieldSpec("nhs-number", Kind.NHS_NUMBER, "NHS number", hint="10 numbers, like 485 777 3456", required=False),
    FieldSpec(
        "birth", Kind.DATE, "Date of birth", hint="For example, 31 3 2019", latest=Bound(TODAY, "today")
    ),
    FieldSpec(
        "contact-setting", Kind.CHOICE, "Where did the contact take place?", subject="where it took place",
        choices=(Choice("clinic", "Clinic"), Choice("school", "School", "In or near the classroom"), Choice("home", "Home")),
    ),
    FieldSpec("attended", Kind.YES_NO, "Was the child there?"),
    FieldSpec(
        "needs", Kind.SEVERAL, "What does the family need?", required=False,
        choices=(Choice("interpreter", "Interpreter"), Choice("bsl", "British Sign Language")),
    ),
    FieldSpec("visits", Kind.NUMBER, "Number of visits", smallest=1, largest=20),
    FieldSpec("note", Kind.LONG_TEXT, "What did you see?", longest=2000, required=False),
    FieldSpec(
        "provider", Kind.ORGANISATION, "Provider",
        choices=(Choice("RX1", "Moorshire Community NHS Trust"), Choice("RX2", "Dale Hospitals NHS Trust")),
    ),
)  # fmt: skip

FILTERS = (
    FieldSpec("find", Kind.TEXT, "Name or NHS number", required=False),
    FieldSpec(
        "stage", Kind.SEVERAL, "Stage", required=False,
        choices=(Choice("triage", "Triage"), Choice("waiting", "Waiting for assessment"), Choice("assessing", "Being assessed")),
    ),
    FieldSpec("school", Kind.ORGANISATION, "School", required=False, choices=(Choice("1", "Castle Infants"),)),
)  # fmt: skip


def _worklist() -> DataTable:
    def row(
        name: str, number: str, stage: str, step: str, weeks: int, grade: Grade, owner: str
    ) -> tuple[Cell, ...]:
        over = f"{weeks - 13} weeks over" if weeks > 13 else f"{13 - weeks} weeks left"
        return (
            Cell(name, href="/children/1", note=nhs_number(number)),
            Cell(stage, note=step),
            Cell(str(weeks), note=over),
            Cell(tag=GRADE_TAGS[grade]),
            Cell(owner),
        )

    return DataTable(
        "Children waiting",
        (
            Column("Child", sort="?sort=name"),
            Column("Stage and next step"),
            Column("Weeks waited", numeric=True, sort="?sort=weeks", sorted_as="descending"),
            Column("Limit: 3 months"),
            Column("Owner"),
        ),
        (
            row("Leo Carter", "9993137359", "Waiting for assessment", "Book assessment", 66, Grade.OVER_52_WEEKS, "You"),
            row("Will Begum", "9995169789", "Feedback", "Book feedback", 22, Grade.BREACHED, "Not known"),
            row("Poppy Carter", "9990672431", "Waiting for assessment", "Book assessment", 11, Grade.DUE_SOON, "Tom Hale"),
            row("Jakub Foster", "9996083403", "Triage", "Decide at triage", 2, Grade.ON_TIME, "You"),
        ),
        cards=True,
    )  # fmt: skip


def _reading(wrong: bool) -> Reading:
    if not wrong:
        return open_form(
            SPECS, {"birth": date(2019, 3, 15), "attended": True, "needs": ("bsl",), "visits": 3}
        )
    return read_form(
        SPECS, [("birth-day", "3"), ("birth-year", "2019"), ("visits", "many"), ("nhs-number", "12")]
    )


def context(shell: Shell = SHELL, wrong: bool = False) -> dict[str, object]:
    """Everything the gallery page needs."""
    reading = _reading(wrong)
    return {
        "shell": shell,
        "reading": reading,
        "errors": reading.errors,
        "filters": read_form(FILTERS, [("stage", "waiting")]),
        "panel": FilterPanel(
            "/worklist", "Find children", (ChosenFilter("Stage", "Waiting for assessment", "/worklist"),),
            clear="/worklist", keep=(("sort", "weeks"),),
        ),
        "tags": list(GRADE_TAGS.values()),
        "bar": IdentityBar(
            "Kayla Okafor",
            (
                Fact("Date of birth", "3 April 2012 (14 years)"),
                Fact("NHS number", nhs_number("9999754325"), nowrap=True),
                Fact("School", "Castle Infants"),
            ),
            (Tag("Waiting for assessment", "blue"),),
            ("Interpreter needed: Polish. Send texts, do not ring.",),
        ),
        "sections": (
            Link("Pathway", "/1", current=True), Link("Details and contacts", "/2"),
            Link("Documents", "/3", count=4), Link("Who has looked", "/4", count=0),
        ),
        "clocks": (
            ClockCard("Referral to start of assessment", "30 weeks", "17 weeks past the limit of 3 months", GRADE_TAGS[Grade.BREACHED], "/e/1"),
            ClockCard("EHC needs assessment", "Week 18", "Limit 20 weeks: decide by 8 February 2027", GRADE_TAGS[Grade.DUE_SOON], "/e/2"),
            ClockCard("Since the family was last told", "60 weeks", "48 weeks past the limit of 12 weeks", GRADE_TAGS[Grade.OVER_52_WEEKS], "/e/3"),
            ClockCard("Triage", "9 days", "Met on 19 August 2026", Tag("Met", "green"), "/e/4"),
        ),
        "worklist": _worklist(),
        "sums": DataTable(
            "Children by month", (Column("Month"), Column("Referred", numeric=True), Column("Seen", numeric=True)),
            ((Cell("September 2026"), Cell("1,204"), Cell("61")), (Cell("October 2026"), Cell("98"), Cell("75"))),
        ),
        "nothing": DataTable("Hand-overs", (Column("Child"),), (), empty="No hand-overs are waiting."),
        "pages": PageLinks("/worklist?before=b", "/worklist?after=a", "Pages of the worklist"),
        "entries": (
            TimelineEntry("Note added", "20 November 2026", "Priya Nair, clinician", "Finds assembly hard. Will observe in class."),
            TimelineEntry("Waited longer than 3 months", "12 November 2026", "This service", flag=True, href="/e/1", link_text="How this is worked out"),
            TimelineEntry("School form received", "18 September 2026", "J. Reed, SENCO", struck="Recorded for the wrong child."),
            TimelineEntry("Referral received", "10 August 2026", "Oak Hill Primary"),
        ),
        "rows": (
            SummaryRow("Name", "Kayla Okafor", "/change/name"),
            SummaryRow("Date of birth", "3 April 2012", "/change/birth"),
            SummaryRow("NHS number", nhs_number("9999754325"), nowrap=True),
            SummaryRow("Main language", "Not provided", "/change/language"),
        ),
    }  # fmt: skip


def gallery_environment() -> Environment:
    """The product's environment, with the gallery's own page added."""
    env = environment(static_files())
    assert env.loader is not None
    env.loader = ChoiceLoader([FileSystemLoader(HERE), env.loader])
    return env


def gallery_app() -> Litestar:
    """A tiny application: the gallery, the static files and the security headers."""
    env = gallery_environment()

    @get("/")
    async def gallery(wrong: FromQuery[bool] = False, rtl: FromQuery[bool] = False) -> Template:
        shell = Shell(audience=Audience.FAMILY, language="ur", direction="rtl") if rtl else SHELL
        return Template("gallery.html", context=context(shell, wrong), status_code=422 if wrong else 200)

    return Litestar(
        [gallery, static_route(static_files())],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(env)),
        before_send=[security_headers(content_security_policy(script_hash(env)))],
        openapi_config=None,
    )
