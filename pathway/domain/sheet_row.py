"""One row of a list while it is read: its cells by column, and everything found wrong with it.

Every reading of a cell goes through here, so that each fault names its column by the list's own heading and repeats no
value, and all faults of a row are said at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from pathway.domain.definition import Definition, FieldType
from pathway.domain.errors import InvalidInput
from pathway.domain.identifiers import Identifier
from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.sheet_cells import cleaned, fault_in, word_in, yes_or_no
from pathway.domain.sheet_columns import Columns, Detail, StepColumn
from pathway.domain.sheet_dates import DateFault, Order, order_of, read_date
from pathway.domain.sheet_file import Sheet, SheetRow

LONGEST_TEXT: Final = 200
_Kind = TypeVar("_Kind", bound=Identifier)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows of one list share: its columns, its headings, and the order of day and month in each column of dates."""

    columns: Columns
    headings: tuple[str, ...]
    orders: Mapping[int, Order]
    today: date

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever confirms the list should know of how it was read."""
        return tuple(
            f"Dates under “{self.headings[place].strip()}” were read month first, as some of them can only be read."
            for place, order in self.orders.items()
            if order is Order.MONTH_FIRST
        )


def layout_of(sheet: Sheet, columns: Columns, definition: Definition, today: date) -> Layout:
    """Look at whole columns of dates before any row is read."""
    dated = {place for column, place in columns.steps.items() if _is_date(definition, column)}
    dated.add(columns.details[Detail.BIRTH_DATE])
    orders = {
        place: order_of(row.cells[place] for row in sheet.rows if place < len(row.cells))
        for place in sorted(dated)
    }
    return Layout(columns, sheet.heading.cells, orders, today)


@dataclass(slots=True)
class RowReading:
    """The cells of one row that can be taken, by place, and the faults found so far."""

    layout: Layout
    texts: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def heading(self, place: int) -> str:
        return self.layout.headings[place].strip()

    def blame(self, place: int, sentence: str) -> None:
        """Note a fault of one column."""
        self.faults.append(f"“{self.heading(place)}” {sentence}")

    def said(self, detail: Detail) -> str:
        """What the row says under a column; nothing where the list has no such column."""
        place = self.layout.columns.details.get(detail)
        return "" if place is None else self.texts.get(place, "")

    def needed(self, detail: Detail) -> str:
        place = self.layout.columns.details[detail]
        if place in self.texts and not self.texts[place]:
            self.blame(place, "is empty. Fill it in.")
        return self.texts.get(place, "")

    def one_of(self, detail: Detail, words: Mapping[str, str], otherwise: str, expected: str) -> str:
        """The value that a word stands for; `otherwise` where nothing is said."""
        said = self.said(detail)
        if not said:
            return otherwise
        found = word_in(words, said)
        if found is None:
            self.blame(self.layout.columns.details[detail], f"must be {expected}.")
        return found or otherwise

    def flag(self, detail: Detail) -> bool:
        said = self.said(detail)
        flag = yes_or_no(said) if said else False
        if flag is None:
            self.blame(self.layout.columns.details[detail], "must be yes, no or empty.")
        return bool(flag)

    def identifier(self, detail: Detail, kind: type[_Kind]) -> _Kind | None:
        """An NHS number, UPN or postcode. Excel adds “.0” to a number that it was not told to be text."""
        text = self.said(detail)
        if not text:
            return None
        try:
            return kind.parse(text.removesuffix(".0"))
        except InvalidInput as fault:
            self.faults.append(f"“{self.heading(self.layout.columns.details[detail])}”: {fault.message}")
            return None

    def phone(self, detail: Detail) -> str:
        """A telephone number; the 0 that Excel takes off its front is put back."""
        text = self.said(detail)
        if not text:
            return ""
        try:
            return PhoneNumber.parse(text if text[0] in "0+(" else f"0{text}").value
        except InvalidInput as fault:
            self.faults.append(f"“{self.heading(self.layout.columns.details[detail])}”: {fault.message}")
            return ""

    def day(self, place: int, born: date | None = None, *, future: bool = False) -> date | None:
        """The date in a cell that is not empty."""
        day = read_date(self.texts[place], self.layout.orders[place], self.layout.today)
        if isinstance(day, DateFault):
            self.blame(place, day.sentence)
            return None
        if day > self.layout.today and not future:
            self.blame(place, "is after today. Correct the date.")
            return None
        if born is not None and day < born:
            self.blame(place, "is before the child was born. Correct one of the two dates.")
            return None
        return day


def reading_of(row: SheetRow, layout: Layout) -> RowReading:
    """Take the cells of the columns that are read; a cell that cannot be taken is a fault of its row."""
    reading = RowReading(layout)
    if any(cell.strip() for cell in row.cells[len(layout.headings) :]):
        reading.faults.append(
            "The row has more cells than there are headings, so its values may be in wrong columns."
        )
    for place in (*layout.columns.details.values(), *layout.columns.steps.values()):
        text = cleaned(_cell(row.cells, place))
        fault = fault_in(text)
        if len(text) > LONGEST_TEXT:
            fault = f"is longer than {LONGEST_TEXT} characters. Shorten it."
        if fault:
            reading.blame(place, fault)
        else:
            reading.texts[place] = text
    return reading


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _is_date(definition: Definition, column: StepColumn) -> bool:
    if not column.field:
        return True
    item = definition.steps[column.step].field_named(column.field)
    return item is not None and item.type is FieldType.DATE
