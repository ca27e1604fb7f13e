"""Looking at another day: "as of" a day, and "as known at" the end of a day, from three boxes or from the address."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from litestar.response import Redirect

from pathway.domain.errors import InvalidInput
from pathway.web.fields import Bound, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest
from pathway.web.presenters import LONDON, day


@dataclass(frozen=True, slots=True)
class PastDays:
    """The days a page is shown for; nothing means today, as known now."""

    as_of: date | None
    known_on: date | None

    @property
    def known_at(self) -> datetime | None:
        """The end of the day, in London."""
        if self.known_on is None:
            return None
        midnight = datetime.combine(self.known_on + timedelta(days=1), time(), LONDON)
        return midnight.astimezone(UTC)

    @property
    def is_now(self) -> bool:
        return self.as_of is None and self.known_on is None

    @property
    def words(self) -> str:
        """What the reader must not overlook while another day is shown."""
        parts = [f"as of {day(self.as_of)}"] if self.as_of else []
        parts += [f"as it was known on {day(self.known_on)}"] if self.known_on else []
        return f"You are looking at this record {', '.join(parts)}."

    @property
    def query(self) -> str:
        given = {"as_of": self.as_of, "known": self.known_on}
        pairs = {name: value.isoformat() for name, value in given.items() if value is not None}
        return f"?{urlencode(pairs)}" if pairs else ""


def days_specs(today: date) -> tuple[FieldSpec, FieldSpec]:
    """The two questions of the form."""
    latest = Bound(today, "today")
    return (
        FieldSpec("as_of", Kind.DATE, "Show the record as of", "the day to show", required=False, latest=latest),
        FieldSpec("known", Kind.DATE, "As it was known on", "the day it was known", hint="Leave empty to include what was learned later", required=False, latest=latest),
    )  # fmt: skip


def past_days(request: WebRequest, today: date) -> PastDays:
    """The days that the address names; InvalidInput where they are not days, or lie ahead."""
    return PastDays(_day(request, "as_of", today), _day(request, "known", today))


def _day(request: WebRequest, name: str, today: date) -> date | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found > today:
        raise InvalidInput("The day to show must be a real date, today or in the past.", name)
    return found


def asked_days(request: WebRequest, today: date) -> Redirect | Reading | None:
    """Where the form was sent: the address of those days, or the form to put right. Nothing where it was not sent."""
    pairs = list(request.query_params.multi_items())
    if not any(name.endswith(("-day", "-month", "-year")) for name, _ in pairs):
        return None
    reading = read_form(days_specs(today), pairs)
    if not reading.ok:
        return reading
    days = PastDays(reading.day("as_of"), reading.day("known"))
    return Redirect(request.url.path + days.query)


def days_form(days: PastDays, today: date) -> Reading:
    """The form as it stands."""
    return open_form(days_specs(today), {"as_of": days.as_of, "known": days.known_on})
