"""Is each thing that looks wrong seen when it is there, and only then?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import ibis
import pandas as pd
import pytest

from analysis.sources import suspicions
from analysis.sources.validated import ValidatedFile
from analysis.tables import TABLES
from analysis.warehouse import stored_schema

REQUESTS = TABLES["requests"]
THIRD = (date(2024, 7, 1), date(2024, 9, 30))


@pytest.fixture
def connection() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def rows(connection: Any, table: str = "requests", **columns: list[Any]) -> Any:
    schema = stored_schema(TABLES[table])
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame({name: columns.get(name, [None] * count) for name in schema})
    return connection.create_table(f"t_{table}", frame.astype(object), schema=schema, temp=True, overwrite=True)


def seen(found: pd.DataFrame) -> list[tuple[str, str, int]]:
    return list(found[["suspicion", "column", "rows"]].itertuples(index=False, name=None))


def file(short_rows: int, whole: bool) -> ValidatedFile:
    return ValidatedFile("requests", "2024Q3", "f.csv", "k", "", "", 10, 0, short_rows, whole)


def test_short_rows_and_an_end_in_mid_line() -> None:
    assert seen(suspicions.of_files([file(2, False)])) == [("short_row", "", 2), ("truncation", "", 1)]
    assert seen(suspicions.of_files([file(0, True)])) == []


@pytest.mark.parametrize("text", ["caf\ufffd", "å\u0085¬å\u008f¸Ã¤", "it’s â€œ", "锟斤拷", "ï»¿kind"])
def test_mojibake(connection: Any, text: str) -> None:
    assert seen(suspicions.of_rows(REQUESTS, rows(connection, branch=[text, "ok"]), {})) == [("mojibake", "branch", 1)]


@pytest.mark.parametrize("text", ["café", "公司", "São Paulo", "it’s", "ÃB"])
def test_ordinary_text_is_no_mojibake(connection: Any, text: str) -> None:
    assert seen(suspicions.of_rows(REQUESTS, rows(connection, branch=[text]), {})) == []


def test_an_id_that_a_spreadsheet_made_a_number_of(connection: Any) -> None:
    ids = ["1.23457E+11", "2E+15", "E1", "12E3", "1.5", None]
    assert seen(suspicions.of_rows(REQUESTS, rows(connection, customer_id=ids), {})) == [("mangled_id", "customer_id",
                                                                                          2)]


def test_closed_before_opened(connection: Any) -> None:
    at = [pd.Timestamp("2024-07-02"), pd.Timestamp("2024-07-02")]
    table = rows(connection, opened_at=at, resolved_at=[at[0] - pd.Timedelta(seconds=1), at[0]])
    assert seen(suspicions.of_rows(REQUESTS, table, {})) == [("order_of_events", "resolved_at", 1)]


def test_ids_that_no_delivered_table_knows(connection: Any) -> None:
    table = rows(connection, employee_id=["E1", "E9", None], partner_id=["P9", None, None])
    staff = connection.create_table("ids", pd.DataFrame({"id": ["E1"]}), temp=True)
    known = {"staff.employee_id": staff, "partners.partner_id": staff}
    assert seen(suspicions.of_rows(REQUESTS, table, known)) == [
        ("unknown_employee", "employee_id", 1), ("unknown_reference", "partner_id", 1)]
    assert seen(suspicions.of_rows(REQUESTS, table, {})) == []


def days(*missing: str, start: str = "2024-04-01") -> pd.DatetimeIndex:
    every = pd.date_range(start, THIRD[1])
    return every[~every.isin([day for first in missing for day in pd.date_range(first, periods=7)])]


def test_an_empty_week() -> None:
    found = suspicions.empty_weeks(REQUESTS, days("2024-07-08", "2024-09-23"), *THIRD)  # two whole weeks, from Mondays
    assert seen(found) == [("empty_week", "opened_at", 2)]
    assert seen(suspicions.empty_weeks(REQUESTS, days("2024-07-10"), *THIRD)) == []  # seven days over two weeks


def test_weeks_may_be_empty_where_they_were_before_or_the_table_is_monthly() -> None:
    assert seen(suspicions.empty_weeks(REQUESTS, days("2024-05-06", "2024-07-08"), *THIRD)) == []
    assert seen(suspicions.empty_weeks(TABLES["exposures"], days("2024-07-08"), *THIRD)) == []


def test_weeks_are_judged_without_earlier_quarters_too() -> None:
    assert len(suspicions.empty_weeks(REQUESTS, days("2024-07-08", start="2024-07-01"), *THIRD)) == 1


@pytest.mark.parametrize(("counts", "far"), [
    ([100, 100, 100, 100, 201], True), ([100, 100, 100, 100, 49], True), ([100, 100, 100, 100, 0], True),
    ([100, 100, 100, 100, 200], False), ([100, 100, 100, 100, 50], False), ([0, 100, 100, 100, 300], False),
])
def test_a_volume_beyond_half_or_double_the_median_of_at_least_four_quarters(counts: list[int], far: bool) -> None:
    assert (len(suspicions.of_volumes(REQUESTS, pd.Series(counts))) == 1) is far


@pytest.mark.parametrize(("means", "drifted"), [
    ([4.0, 4.1, 3.9, 4.0, 80.0], True),         # a 1–5 item sent as 0–100
    ([4.0, 4.1, 3.9, 4.0, 4.6], False),         # many of its own spreads away, yet not a quarter of its size
    ([4.0, 1.0, 9.0, 2.0, 12.0], False),        # within its own spread
    ([4.0, 4.0, 4.0, 4.0, 4.0], False),
    ([None, 4.0, 4.0, 4.0, 80.0], False),       # three quarters are no baseline
])
def test_a_mean_that_left_its_scale(means: list[float], drifted: bool) -> None:
    found = suspicions.of_scales(TABLES["surveys"], pd.DataFrame({"satisfaction": means}, dtype="float64"))
    assert seen(found) == ([("scale_drift", "satisfaction", 1)] if drifted else [])


def test_volumes_and_means_are_per_quarter(connection: Any) -> None:
    table = rows(connection, quarter=["2024Q2", "2024Q3", "2024Q3"], contacts=[1, 2, None])
    volumes = suspicions.volumes(REQUESTS, table).sort_index()
    assert volumes[["rows", "contacts"]].to_numpy().tolist() == [[1, 1], [2, 2]]


def test_a_quarter_without_rows_counts_as_none() -> None:
    volumes = pd.DataFrame({"rows": [9.0, 9, 9, 9, None], "contacts": [1.0, 1, 1, 1, None]})
    assert seen(suspicions.of_history(REQUESTS, volumes)) == [("volume", "", 1)]
