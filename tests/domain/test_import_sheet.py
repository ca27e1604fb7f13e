"""Reading a list: every habit of a spreadsheet is either read rightly or refused with one sentence."""

from datetime import date

import pytest

from pathway import definitions
from pathway.domain.errors import InvalidInput
from pathway.domain.import_sheet import Listing, understand
from pathway.domain.sheet_file import Sheet, sheet_of
from tests.world import nhs_number

TODAY = date(2026, 11, 24)
HEADINGS = "NHS number,First name,Surname,DOB,Postcode,Date referred"
NUMBER = nhs_number(1).formatted


def read(text: str, encoding: str = "utf-8") -> Sheet:
    return sheet_of(text.encode(encoding))


def listing(text: str, pathway: str = "autism") -> Listing:
    return understand(read(text), definitions.load(pathway), TODAY)


def faults(row: str, headings: str = HEADINGS) -> str:
    found = listing(f"{headings}\n{row}\n")
    assert not found.rows
    return " ".join(found.bad[0].faults)


ROW = f"{NUMBER},Zoë,O’Brien,2018-05-01,EX1 1AA,2026-03-03"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_is_read_however_it_was_saved(encoding: str, delimiter: str, end: str) -> None:
    text = end.join([HEADINGS, ROW, ""]).replace(",", delimiter)
    found = understand(sheet_of(text.encode(encoding)), definitions.load("autism"), TODAY)
    assert [(r.child.first_name, r.child.family_name) for r in found.rows] == [("Zoë", "O’Brien")]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "cp437"])
def test_letters_that_cannot_be_told_for_certain_are_refused(encoding: str) -> None:
    text = f"{HEADINGS}\n{NUMBER},Zoë,José,2018-05-01,EX1 1AA,2026-03-03\n"
    with pytest.raises(InvalidInput, match="CSV UTF-8"):
        read(text, encoding)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x01\x02\x03" * 40, "not a text file|cannot be read|headings"),
        (b"hello\nworld\n", "No row of headings"),
        (HEADINGS.encode(), "no row below"),
        (f'{HEADINGS}\n"{NUMBER},Amira,Stone,2018-05-01,EX1 1AA,2026-03-03\n'.encode(), "Row 2 has a quotation mark"),
        (b"First name,Surname,DOB\nAmira,Stone,2018-05-01\n", "no column for.*Referral received"),
        (f"{HEADINGS},Birth date\n{ROW},2018-05-01\n".encode(), "Two columns"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        understand(sheet_of(data), definitions.load("autism"), TODAY)


def test_instructions_above_the_headings_do_not_change_the_row_numbers() -> None:
    """Given two lines above the headings and an empty row, when a row is wrong, then its number is the sheet's own."""
    text = f"sep=,\nPlease fill in one row for each child,,,,,\n{HEADINGS}\n{ROW}\n\n,Amira,,2018-05-01,,2026-03-03\n"
    found = listing(text)
    assert [row.number for row in found.rows] == [4]
    assert [(bad.number, bad.faults) for bad in found.bad] == [(6, ("“Surname” is empty. Fill it in.",))]


def test_a_cell_of_two_lines_is_one_row_as_the_spreadsheet_shows_it() -> None:
    found = listing(
        f'{HEADINGS}\n{NUMBER},Amira,"Stone\nLee",2018-05-01,EX1 1AA,2026-03-03\n,,Moss,2018-05-01,,2026-03-03\n'
    )
    assert [row.number for row in found.rows] == [2]
    assert found.bad[0].number == 3


def test_every_fault_of_a_row_is_said_at_once_and_none_repeats_a_value() -> None:
    said = faults("1234567890,,Stone,31/02/2018,EX1,tomorrow")
    for part in ("NHS number", "First name", "DOB", "Postcode", "Date referred"):
        assert f"“{part}”" in said
    for value in ("1234567890", "Stone", "31/02/2018", "tomorrow"):
        assert value not in said


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://a.example")', "+1+1", "-2+3", "@SUM(A1)", "=1+1"])
def test_a_formula_is_never_taken(cell: str) -> None:
    quoted = cell.replace('"', '""')
    assert "formula" in faults(f'{NUMBER},"{quoted}",Stone,2018-05-01,EX1 1AA,2026-03-03')


def test_what_only_keeps_a_text_a_text_is_taken_off() -> None:
    number = nhs_number(2).value
    found = listing(f'{HEADINGS}\n"=""{number}""",Amira,Stone,2018-05-01,EX1 1AA,2026-03-03\n')
    assert found.rows[0].child.nhs_number == nhs_number(2)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("#N/A", "error of the spreadsheet"), ("ZoÃ«", "damaged letters"), ("Zo\ufffd", "damaged letters")],
)
def test_damage_from_before_is_noticed(cell: str, sentence: str) -> None:
    assert sentence in faults(f"{NUMBER},{cell},Stone,2018-05-01,EX1 1AA,2026-03-03")


def test_a_shortened_nhs_number_is_not_filled_up() -> None:
    assert "shortened" in faults("9.99E+09,Amira,Stone,2018-05-01,EX1 1AA,2026-03-03")


def test_mixed_forms_of_dates_are_one_day() -> None:
    forms = ["03/03/2026", "3 Mar 2026", "2026-03-03", "46084", "03.03.2026"]
    rows = [f"{nhs_number(n).value},Amira,Stone,2018-05-01,,{form}" for n, form in enumerate(forms)]
    found = listing("\n".join([HEADINGS, *rows]))
    assert {row.received_on for row in found.rows} == {date(2026, 3, 3)}
    assert len(found.rows) == len(forms)


def test_a_date_in_the_future_or_before_the_birth_is_refused() -> None:
    assert "after today" in faults(f"{NUMBER},Amira,Stone,2018-05-01,EX1 1AA,2027-03-03")
    assert "before the child was born" in faults(f"{NUMBER},Amira,Stone,2018-05-01,EX1 1AA,2017-03-03")


def test_the_same_child_twice_in_one_list_is_said_with_both_rows() -> None:
    found = listing(f"{HEADINGS}\n{ROW}\n{ROW}\n")
    assert len(found.rows) == 1
    assert found.bad[0].faults == ("This row is the same child as row 2. Keep one of the two.",)


def test_twins_are_two_children() -> None:
    found = listing(
        f"{HEADINGS}\n,Amira,Stone,2018-05-01,EX1 1AA,2026-03-03\n,Adam,Stone,2018-05-01,EX1 1AA,2026-03-03\n"
    )
    assert len(found.rows) == 2


def test_more_cells_than_headings_is_a_fault_of_the_row() -> None:
    assert "more cells than there are headings" in faults(f"{ROW},surplus")


def test_a_restricted_child_needs_a_safe_contact() -> None:
    assert "safe contact" in faults(f"{ROW},yes", f"{HEADINGS},Restricted")


def test_an_answer_on_which_a_limit_depends_cannot_be_left_out() -> None:
    """Given a start of the assessment without saying how, then the row is refused: a telephone call counts otherwise."""
    headings = f"{HEADINGS},Accepted,Assessment started"
    assert "assessment_started.mechanism" in faults(f"{ROW},2026-04-01,2026-05-01", headings)
    found = listing(f"{headings},Assessment type\n{ROW},2026-04-01,2026-05-01,F2F\n")
    assert [(f.step, dict(f.fields)) for f in found.rows[0].facts] == [
        ("referral_received", {}),
        ("referral_accepted", {}),
        ("assessment_started", {"mechanism": "face_to_face"}),
    ]


@pytest.mark.parametrize("pathway", definitions.keys())
def test_every_pathway_can_be_loaded_by_its_own_words(pathway: str) -> None:
    definition = definitions.load(pathway)
    first = definition.steps[definition.first_step]
    found = listing(
        f"First name,Surname,DOB,{first.title.replace(',', ' ')}\nAmira,Stone,2018-05-01,2026-03-03\n",
        pathway,
    )
    assert [fact.step for fact in found.rows[0].facts] == [first.key]


def test_a_column_that_nobody_reads_is_named() -> None:
    assert listing(f"{HEADINGS},Shoe size\n{ROW},3\n").unread == ("Shoe size",)


def test_dates_written_month_first_are_said_to_be_so() -> None:
    found = listing(
        f"{HEADINGS}\n{ROW}\n,Amira,Lee,2018-05-01,,03/28/2026\n,Adam,Lee,2018-05-01,,04/03/2026\n"
    )
    assert [row.received_on for row in found.rows][1:] == [date(2026, 3, 28), date(2026, 4, 3)]
    assert "month first" in found.notes[0]
