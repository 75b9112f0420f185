"""Can people fill in the appraisal workbook, and nothing but what is theirs to fill in?"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from analysis.publish.workbook import workbook

TABLE = pd.DataFrame({"unit": ["E1", "=1+1"], "n": [3, 4], "estimate": [0.25, None], "decision": ["", ""]})
NOTE = "A human being decides."


def opened(table: pd.DataFrame = TABLE) -> Worksheet:
    return openpyxl.load_workbook(BytesIO(workbook(table, ["decision"], NOTE))).worksheets[0]


def test_the_same_table_gives_the_same_bytes() -> None:
    assert workbook(TABLE, ["decision"], NOTE) == workbook(TABLE.copy(), ["decision"], NOTE)


def test_no_time_of_saving_is_kept() -> None:
    with ZipFile(BytesIO(workbook(TABLE, ["decision"], NOTE))) as book:
        assert {part.date_time for part in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


def test_a_text_that_begins_with_an_equals_sign_is_no_formula() -> None:
    assert opened()["A3"].data_type == "s"
    assert opened()["A3"].value == "=1+1"


def test_cells_hold_what_the_table_holds() -> None:
    assert [[cell.value for cell in row] for row in opened().iter_rows()] == [
        ["unit", "n", "estimate", "decision"], ["E1", 3, 0.25, None], ["=1+1", 4, None, None]]


def test_only_the_fields_to_fill_in_are_unlocked() -> None:
    sheet = opened()
    assert sheet.protection.sheet
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked} == {"D2", "D3"}


def test_the_header_is_frozen_and_the_note_is_shown_at_each_field() -> None:
    sheet = opened()
    assert sheet.freeze_panes == "B2"
    assert [(str(one.sqref), one.prompt) for one in sheet.data_validations.dataValidation] == [("D2:D3", NOTE)]
    assert sheet.parent["note"]["A1"].value == NOTE


def test_an_insurer_without_people_has_a_workbook_with_its_header() -> None:
    assert [cell.value for cell in opened(TABLE.iloc[:0])[1]] == list(TABLE.columns)
