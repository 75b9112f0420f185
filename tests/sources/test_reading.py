"""Is every cell read as the text it is, in its file row, in every format and encoding a company may deliver?"""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from analysis.params.mapping import TableSource
from analysis.refusal import Refused
from analysis.sources.reading import Reading

CHINESE = "編號,時間\n甲,2024-01-01\n乙,\n"


def read(tmp_path: Path, name: str, data: bytes, **source: Any) -> tuple[pd.DataFrame, Reading]:
    path = tmp_path / name
    path.write_bytes(data)
    reading = Reading(path, TableSource(**source), name)
    frames = list(reading.batches())
    return (pd.concat(frames) if frames else pd.DataFrame(columns=reading.header)), reading


def workbook(tmp_path: Path, rows: list[list[Any]], sheet: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "made.xlsx")
    return (tmp_path / "made.xlsx").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
def test_a_declared_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    frame, reading = read(tmp_path, "a.csv", CHINESE.encode(encoding), encoding=encoding)
    assert reading.header == ["編號", "時間"]
    assert frame["編號"].to_dict() == {2: "甲", 3: "乙"}


@pytest.mark.parametrize(("true", "declared"), [
    ("big5", "utf-8"), ("gb18030", "utf-8"), ("utf-16", "utf-8"), ("gb18030", "big5"), ("utf-8", "utf-16"),
])
def test_bytes_of_another_encoding_are_refused_without_showing_them(tmp_path: Path, true: str, declared: str) -> None:
    with pytest.raises(Refused, match=f"^a.csv: the text is not a table in {declared}.*Declare its encoding") as error:
        read(tmp_path, "a.csv", CHINESE.encode(true), encoding=declared)
    assert "甲" not in str(error.value)


def test_big5_declared_as_gb18030_decodes_into_another_header(tmp_path: Path) -> None:
    frame, _ = read(tmp_path, "a.csv", CHINESE.encode("big5"), encoding="gb18030")
    assert "編號" not in frame.columns


@pytest.mark.parametrize("data", [
    "\ufeffa,b\n1,2\n".encode(), b"a,b\r\n1,2\r\n", b" a , b \n 1 ,2 \n", b'"a","b"\n"1","2"\n', b"a,b\n1,2",
], ids=["byte order mark", "CRLF", "blanks", "quotes", "no newline at the end"])
def test_what_surrounds_a_cell_is_not_part_of_it(tmp_path: Path, data: bytes) -> None:
    frame, _ = read(tmp_path, "a.csv", data)
    assert frame.to_dict("index") == {2: {"a": "1", "b": "2"}}


def test_everything_is_text(tmp_path: Path) -> None:
    frame, _ = read(tmp_path, "a.csv", b"a,b,c,d\n007,NA,true,1e5\n")
    assert frame.iloc[0].tolist() == ["007", "NA", "true", "1e5"]


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    frame, reading = read(tmp_path, "a.csv", b'a,b\n1,2\n3\n4,5,6\n\n7,"x\ny"\n,\n8,9\n')
    assert frame["a"].to_dict() == {2: "1", 6: "7", 8: "8"}
    assert reading.short_rows == [3, 4]


def test_many_short_rows_leave_the_others_in_place(tmp_path: Path) -> None:
    frame, reading = read(tmp_path, "a.csv", b"a,b\n" + b"1,2\n3\n" * 1000)
    assert frame.index.tolist() == list(range(2, 2002, 2))
    assert reading.short_rows == list(range(3, 2003, 2))


@pytest.mark.parametrize(("data", "whole"), [
    (b"a,b\n1,2\n", True), (b"a,b\n1,2", False), (b'a,b\n1,"2\n3,4\n', False), (b'a,b\n1,"2\n3"\n', True),
], ids=["whole", "no newline", "quote left open", "quoted newline"])
def test_an_end_in_mid_record_is_noticed(tmp_path: Path, data: bytes, whole: bool) -> None:
    assert read(tmp_path, "a.csv", data)[1].ends_whole is whole


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_a_file_without_header_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refused, match="the file is empty"):
        read(tmp_path, "a.csv", data)


@pytest.mark.parametrize("data", [b"a,b\n", b"a,b", b"a,b\n\n"])
def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, data: bytes) -> None:
    frame, reading = read(tmp_path, "a.csv", data)
    assert frame.empty
    assert reading.header == ["a", "b"]


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^a.csv, row 1, column a: a column name stands twice"):
        read(tmp_path, "a.csv", b"a,b,a\n1,2,3\n")


def test_columns_without_a_name_do_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b"a,,\n1,,\n")[0]["a"].tolist() == ["1"]


def test_another_delimiter_is_declared(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b"a;b\n1,5;2\n", delimiter=";")[0]["a"].tolist() == ["1,5"]


def test_compressed_text_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv.gz", gzip.compress(b"a,b\n1,2\n"))[0]["b"].tolist() == ["2"]


@pytest.mark.parametrize(("name", "data"), [
    ("a.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 50_000)[:-100]), ("a.csv.gz", b"a,b\n1,2\n"),
    ("a.parquet", b"PAR1 and no more"), ("a.xlsx", b"PK\x03\x04 and no more"),
], ids=["truncated", "not compressed", "parquet", "workbook"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Refused, match=f"^{name}: the file cannot be read to its end .*Deliver it again"):
        read(tmp_path, name, data)


def test_a_workbook_says_what_its_cells_show(tmp_path: Path) -> None:
    rows = [["編號", "at", "flag", "n"], [7, datetime(2024, 7, 1, 9, 30), True, 1.5], [None] * 4, ["x", None, False,
                                                                                                   2.0]]
    frame, _ = read(tmp_path, "a.xlsx", workbook(tmp_path, rows))
    assert frame.loc[2].tolist() == ["7", "2024-07-01T09:30:00", "true", "1.5"]
    assert frame.loc[4].tolist() == ["x", "", "false", "2"]
    assert 3 not in frame.index


def test_the_declared_sheet_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    data = workbook(tmp_path, [["a"], [1]], sheet="數據")
    assert read(tmp_path, "a.xlsx", data, sheet="數據")[0]["a"].tolist() == ["1"]
    with pytest.raises(Refused, match="no sheet of the declared name"):
        read(tmp_path, "a.xlsx", data, sheet="other")


def test_parquet_gives_the_same_text(tmp_path: Path) -> None:
    at = pd.to_datetime(["2024-07-01T01:30:00Z", None])
    pd.DataFrame({"id": [1, 2], "flag": [True, None], "at": at}).to_parquet(tmp_path / "made.parquet")
    frame, _ = read(tmp_path, "a.parquet", (tmp_path / "made.parquet").read_bytes())
    assert frame["id"].to_dict() == {2: "1", 3: "2"}
    assert frame["flag"].tolist() == ["true", ""]
    assert pd.Timestamp(frame.loc[2, "at"]) == pd.Timestamp("2024-07-01T01:30:00Z")
