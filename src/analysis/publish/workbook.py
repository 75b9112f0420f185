"""How does the appraisal file look to the people who fill it in: one workbook, the same bytes each time?

A spreadsheet writes when it was saved, in its properties and beside each part; both are fixed here. Its parts are not
compressed: two machines' compressors need not give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

NEVER = datetime(1980, 1, 1)  # the first day a ZIP archive can name
TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
TO_FILL = PatternFill("solid", start_color="FFF8E1")
HEAD = PatternFill("solid", start_color="E4EDF6")
WIDTHS = (10, 40)  # characters
NUMBER_FORMAT = "0.000"


def workbook(table: pd.DataFrame, to_fill: Sequence[str], note: str) -> bytes:
    """Return ``table`` as an XLSX file whose columns ``to_fill`` alone can be written in.

    The header and whoever a row is about are frozen; every cell to fill in shows ``note``, which has a sheet of its own
    as well. Texts are texts: one that begins with "=" is no formula. Same table, same bytes.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "appraisal"
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False, name=None):
        sheet.append([None] * len(row))
        for cell, value in zip(sheet[sheet.max_row], row, strict=True):
            _fill(cell, value)
    _dress(sheet, table, to_fill, note)
    about = book.create_sheet("note")
    about["A1"], about["A1"].alignment = note, Alignment(wrap_text=True, vertical="top")
    about.column_dimensions["A"].width = 100
    book.properties.creator = "analysis"
    buffer = BytesIO()
    book.save(buffer)
    return _timeless(buffer.getvalue())


def _fill(cell: Cell, value: object) -> None:
    if pd.isna(value):  # type: ignore[call-overload]  # a cell is no array
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, float):
        cell.number_format = NUMBER_FORMAT


def _dress(sheet: Worksheet, table: pd.DataFrame, to_fill: Sequence[str], note: str) -> None:
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
    named = table.columns.get_indexer(pd.Index(["unit"]))[0] + 1  # 0 where nobody is named
    sheet.freeze_panes, sheet.auto_filter.ref = sheet.cell(2, named + 1), sheet.dimensions
    for number, name in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        widest = max([len(name), *(len(str(value)) for value in table[name])])
        sheet.column_dimensions[letter].width = min(max(widest, WIDTHS[0]), WIDTHS[1])
        if name in to_fill and len(table):
            asked = DataValidation(showInputMessage=True, promptTitle=name, prompt=note[:255])  # all that Excel takes
            sheet.add_data_validation(asked)
            asked.add(f"{letter}2:{letter}{len(table) + 1}")
            for (cell,) in sheet[f"{letter}2:{letter}{len(table) + 1}"]:
                cell.fill, cell.protection = TO_FILL, Protection(locked=False)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.autoFilter = sheet.protection.sort = False  # False: allowed


def _timeless(book: bytes) -> bytes:
    """Return the same archive with every time in it set to NEVER."""
    buffer = BytesIO()
    with ZipFile(BytesIO(book)) as source, ZipFile(buffer, "w", ZIP_STORED) as target:
        for name in source.namelist():
            content = TIMES.sub(rb"\g<1>%b\g<3>" % NEVER.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), source.read(name))
            target.writestr(ZipInfo(name, NEVER.timetuple()[:6]), content, ZIP_STORED)
    return buffer.getvalue()
