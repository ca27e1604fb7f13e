"""Dates of a list: whatever way a day is written, it is that day or a refusal, and never another day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.sheet_dates import DateFault, Order, order_of, read_date

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2001, 1, 1), TODAY)

CERTAIN = (
    "%Y-%m-%d",
    "%d %b %Y",
    "%d %B %Y",
    "%-d-%b-%Y",
    "%a %d %B %Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d-%b-%y",
    "%Y-%m-%d 00:00:00",
)
IN_FIGURES = ("%d/%m/%Y", "%-d/%-m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d/%m/%Y 09:30")


@given(DAYS, st.sampled_from(CERTAIN), st.sampled_from(Order))
def test_a_date_that_can_be_read_in_one_way_is_read_in_any_column(day: date, form: str, order: Order) -> None:
    assert read_date(day.strftime(form), order, TODAY) == day


@given(DAYS, st.sampled_from(IN_FIGURES))
def test_in_a_column_that_writes_the_day_first_every_date_in_figures_is_read(day: date, form: str) -> None:
    assert read_date(day.strftime(form), Order.DAY_FIRST, TODAY) == day


@given(DAYS)
def test_excels_own_number_is_the_day_that_excel_shows(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert read_date(str(serial), Order.NOT_TOLD, TODAY) == day


@given(DAYS)
def test_a_two_figure_year_is_never_guessed(day: date) -> None:
    """Given a date such as 03/04/26 alone in its column, then it is refused unless it can mean one day only."""
    found = read_date(day.strftime("%d/%m/%y"), Order.NOT_TOLD, TODAY)
    certain = day.day > 12 or day.day == day.month
    assert found == day if certain else isinstance(found, DateFault)


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_column_of_both_orders_yields_no_wrong_day(day: date, form: str) -> None:
    found = read_date(day.strftime(form), Order.MIXED, TODAY)
    assert found == day or isinstance(found, DateFault)


@given(st.text(max_size=20))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    found = read_date(text, Order.NOT_TOLD, TODAY)
    assert isinstance(found, (date, DateFault))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/26", "2026-03-03", ""], Order.NOT_TOLD),
        (["03/04/26", "28/04/26"], Order.DAY_FIRST),
        (["03/04/26", "04/28/26"], Order.MONTH_FIRST),
        (["28/04/26", "04/28/26"], Order.MIXED),
    ],
)
def test_the_unmistakable_dates_of_a_column_settle_the_others(cells: list[str], order: Order) -> None:
    assert order_of(cells) is order


@pytest.mark.parametrize(
    "text", ["31/02/2026", "2026-13-01", "soon", "3 Foo 2026", "########", "03032026", "12", "1/2"]
)
def test_what_is_not_a_date_is_refused_without_repeating_it(text: str) -> None:
    found = read_date(text, Order.DAY_FIRST, TODAY)
    assert isinstance(found, DateFault)
    assert text not in found.sentence or text == "########"


def test_a_four_figure_year_is_read_as_the_united_kingdom_writes_it() -> None:
    assert read_date("03/04/2026", Order.NOT_TOLD, TODAY) == date(2026, 4, 3)
