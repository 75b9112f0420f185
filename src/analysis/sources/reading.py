"""What text does a delivered file hold, row by row, whatever its format?

Every cell is read as text and stripped of surrounding blanks; the contract alone decides what it means. Batches carry
the file row each record stands in (the header being row 1, a cell with line breaks still one row). A row without any
content is no record.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from analysis.params.mapping import TableSource
from analysis.refusal import Refused

BLOCK_BYTES = 1 << 25  # text parsed at once: some 100,000 rows
FIRST_RECORD = 2  # spreadsheet counting: the header is row 1
DAMAGED = (EOFError, OSError, zlib.error, CalamineError, pa.ArrowException)


@dataclass
class Reading:
    """One file being read: its header, and the rows whose number of cells differs from the header's."""

    path: Path
    source: TableSource
    name: str  # as messages call the file
    header: list[str] = field(default_factory=list)
    short_rows: list[int] = field(default_factory=list)
    ends_whole: bool = True
    _skipped: list[int] = field(default_factory=list)
    _open_quote: bool = False

    def batches(self) -> Iterator[pd.DataFrame]:
        """Yield text frames indexed by file row; Refused where the file cannot be read at all."""
        text = self.path.name.endswith((".csv", ".csv.gz"))
        parts = self._csv() if text else self._workbook() if self.path.suffix == ".xlsx" else self._parquet()
        try:
            for frame in parts:
                yield frame[(frame != "").any(axis=1)]
        except (UnicodeError, csv.Error, pa.ArrowInvalid, pa.ArrowKeyError) as error:
            if not text:
                raise self._damaged(error) from None
            raise Refused(f"the text is not a table in {self.source.encoding} parted by '{self.source.delimiter}'",
                          "Declare its encoding and delimiter in sources.yml, or save it as UTF-8", file=self.name,
                          ) from None
        except DAMAGED as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> Refused:
        return Refused(f"the file cannot be read to its end ({type(error).__name__})", "Deliver it again",
                       file=self.name)

    def _csv(self) -> Iterator[pd.DataFrame]:
        compression = "gzip" if self.path.name.endswith(".gz") else None
        self.ends_whole = compression is not None or _ends_with_newline(self.path)
        with pa.input_stream(str(self.path), compression=compression) as stream:
            names, empty = self._csv_header(stream)
        if empty:
            return
        convert = pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        parse = pc.ParseOptions(delimiter=self.source.delimiter, newlines_in_values=True, ignore_empty_lines=False,
                                invalid_row_handler=self._note_skipped_row)
        read = pc.ReadOptions(use_threads=False, encoding=self.source.encoding, block_size=BLOCK_BYTES)
        with pa.input_stream(str(self.path), compression=compression) as stream:
            next_row = FIRST_RECORD
            for batch in pc.open_csv(stream, read, parse, convert):
                rows = self._rows_after(next_row, batch.num_rows)
                next_row = rows[-1] + 1 if rows else next_row
                self._open_quote = _ends_in_quote(batch)
                yield self._frame(batch, rows)
        self.ends_whole &= not self._open_quote

    def _csv_header(self, stream: pa.NativeFile) -> tuple[list[str], bool]:
        """Set the header; return the names under which the parser finds the columns, and whether nothing follows."""
        encoding = "utf-8-sig" if self.source.encoding == "utf-8" else self.source.encoding
        text = io.TextIOWrapper(cast(BinaryIO, stream), encoding=encoding, newline="")
        names = next(csv.reader(text, delimiter=self.source.delimiter), [])
        self._set_header(names)
        empty = not any(line.strip() for line in text)
        text.detach()
        return names, empty

    def _note_skipped_row(self, row: Any) -> str:
        if row.text.strip():
            self.short_rows.append(row.number)
        self._skipped.append(row.number)
        return "skip"

    def _rows_after(self, first: int, count: int) -> list[int]:
        """Return the file rows of the next ``count`` whole records, stepping over the skipped ones."""
        skipped = {row for row in self._skipped if row >= first}
        rows = [row for row in range(first, first + count + len(skipped)) if row not in skipped]
        return rows[:count]

    def _parquet(self) -> Iterator[pd.DataFrame]:
        file = pq.ParquetFile(self.path)
        self._set_header(file.schema_arrow.names)
        first = FIRST_RECORD
        for batch in file.iter_batches():
            text = pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in batch.columns],
                                              batch.schema.names)
            yield self._frame(text, list(range(first, first + batch.num_rows)))
            first += batch.num_rows

    def _workbook(self) -> Iterator[pd.DataFrame]:
        book = CalamineWorkbook.from_path(self.path)
        sheet = self.source.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise Refused("the workbook has no sheet of the declared name", "Correct sheet in sources.yml",
                          file=self.name)
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        self._set_header([_cell_text(cell) for cell in rows[0]] if rows else [])
        frame = pd.DataFrame([[_cell_text(cell) for cell in row] for row in rows[1:]], columns=self.header, dtype=str)
        frame.index = pd.RangeIndex(FIRST_RECORD, FIRST_RECORD + len(frame), name="row")
        yield frame

    def _set_header(self, names: list[str]) -> None:
        self.header = [name.removeprefix("\ufeff").strip() for name in names]
        if not any(self.header):
            raise Refused("the file is empty", "Deliver it again, with its header", file=self.name)
        twice = [name for name in self.header if name and self.header.count(name) > 1]
        if twice:
            raise Refused("a column name stands twice in the header", "Rename one of the two", file=self.name,
                          row=1, column=twice[0])

    def _frame(self, batch: pa.RecordBatch, rows: list[int]) -> pd.DataFrame:
        columns = {name: pd.Series(column.to_pandas().astype("str")).fillna("").str.strip()
                   for name, column in zip(self.header, batch.columns, strict=True)}
        return pd.DataFrame(columns).set_axis(pd.Index(rows, name="row"), axis=0)


def _ends_in_quote(batch: pa.RecordBatch) -> bool:
    """Tell whether a quote opened in the last record was never closed: its cell then holds the file's last newline."""
    last = batch.slice(batch.num_rows - 1).to_pylist() if batch.num_rows else []
    return any(str(cell).endswith("\n") for record in last for cell in record.values())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            return False
        file.seek(-1, 2)
        return file.read(1) in b"\n\r\x00"


def _cell_text(cell: Any) -> str:
    """Return what a spreadsheet cell says: whole numbers without point, dates in ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell).strip()
