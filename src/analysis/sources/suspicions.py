"""What looks wrong in the delivery that no rule on a single row can see?

Every finding is a count of rows or units with the sentence that says what it may mean. They are warnings; those named
in ``refuse_on`` of ``site.yml`` stop the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.sources.validated import ValidatedFile
from analysis.tables import Table

FINDING_COLUMNS = ["table", "suspicion", "column", "rows"]
MOJIBAKE = r"\x{FFFD}|Ã[\x{0080}-\x{00BF}]|â€|锟斤拷|ï»¿"
EXCEL_NUMBER = r"^\d(\.\d+)?[eE]\+\d+$"
VOLUME_RATIO = 2.0  # a volume beyond half or double the median of the quarters before is worth a question
MIN_BASELINE_QUARTERS = 4
SMALLEST_SPREAD = 1e-9  # quarters that were all equal have no spread to measure by
MONTHLY = "month"  # opening column of tables with a row per month, which leave most weeks empty
DRIFT_SDS, DRIFT_SHARE = 6.0, 0.25  # a mean that far from the quarters before, in their own spread and relatively


def findings(rows: Iterable[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Return the findings that concern at least one row, as a frame of FINDING_COLUMNS."""
    return pd.DataFrame([row for row in rows if row[3] > 0], columns=FINDING_COLUMNS).astype({"rows": "int64"})


def of_files(files: Iterable[ValidatedFile]) -> pd.DataFrame:
    """Return what the shape of the files themselves makes suspect: short rows, an end in mid-line."""
    files = list(files)
    return findings([(file.table, "short_row", "", file.short_rows) for file in files]
                    + [(file.table, "truncation", "", int(not file.ends_whole)) for file in files])


def of_rows(table: Table, rows: ir.Table, known: dict[str, ir.Table]) -> pd.DataFrame:
    """Return what one aggregate over the quarter's rows makes suspect.

    ``known`` holds the ids that references may point at, per ``table.column``; a reference to a table that was not
    delivered is not looked at.
    """
    counts: dict[tuple[str, str], ir.Scalar] = {}
    for column in table.of_kind("text"):
        counts["mojibake", column] = rows[column].re_search(MOJIBAKE).fill_null(False).sum()
        if column.endswith("_id"):
            counts["mangled_id", column] = rows[column].re_search(EXCEL_NUMBER).fill_null(False).sum()
    for column in table.of_kind("moment"):
        if column != table.opens and table.opens in table.of_kind("moment"):
            counts["order_of_events", column] = (rows[column] < rows[str(table.opens)]).fill_null(False).sum()
    named = {f"c{index}": count.fill_null(0) for index, count in enumerate(counts.values())}
    values = rows.agg(**named).execute().iloc[0] if named else []
    found = [(table.name, suspicion, column, int(value))
             for (suspicion, column), value in zip(counts, values, strict=True)]
    return findings(found + [_unknown(table, rows, column, known[target]) for column, target in
                             table.references.items() if target in known])


def _unknown(table: Table, rows: ir.Table, column: str, ids: ir.Table) -> tuple[str, str, str, int]:
    pointing = rows.filter(rows[column].notnull())
    count = pointing.anti_join(ids, pointing[column] == ids.id).count().execute()
    return (table.name, "unknown_employee" if column == "employee_id" else "unknown_reference", column, int(count))


def empty_weeks(table: Table, days: pd.DatetimeIndex, first: date, last: date) -> pd.DataFrame:
    """Return how many whole weeks (Monday to Sunday) of the window have no opening though all before had one."""
    if table.opens == MONTHLY:
        return findings([])
    start = first + timedelta(days=-first.weekday() % 7)
    weeks = pd.date_range(start, last - timedelta(days=6), freq="7D")
    baseline = pd.Series(1, days[days < pd.Timestamp(first)]).resample("W-SUN").sum().iloc[1:-1]
    if (baseline == 0).any():
        return findings([])
    empty = sum(days[(days >= week) & (days < week + pd.Timedelta(days=7))].empty for week in weeks)
    return findings([(table.name, "empty_week", str(table.opens), empty)])


def volumes(table: Table, rows: ir.Table) -> pd.DataFrame:
    """Return, per quarter, the number of ``rows`` and the mean of each numeric column (NaN: no value)."""
    means = {column: rows[column].cast("float64").mean() for column in table.of_kind("whole", "number")}
    frame = rows.group_by("quarter").agg(rows=rows.count(), **means).execute().set_index("quarter")
    return frame.astype("float64")


def of_history(table: Table, volumes: pd.DataFrame) -> pd.DataFrame:
    """Return what makes the last of ``volumes`` (one row per quarter, in order) suspect beside the quarters before."""
    return pd.concat([of_volumes(table, volumes["rows"].fillna(0)), of_scales(table, volumes.drop(columns="rows"))],
                     ignore_index=True)


def of_volumes(table: Table, counts: pd.Series) -> pd.DataFrame:
    """Return a finding when the last of ``counts`` (rows per quarter, in order) is far from the quarters before."""
    before, now = counts.iloc[:-1], counts.iloc[-1]
    before = before[before > 0]
    if len(before) < MIN_BASELINE_QUARTERS:
        return findings([])
    ratio = now / before.median()
    far = ratio > VOLUME_RATIO or ratio < 1 / VOLUME_RATIO
    return findings([(table.name, "volume", "", int(max(now, 1)) if far else 0)])


def of_scales(table: Table, means: pd.DataFrame) -> pd.DataFrame:
    """Return a finding per numeric column whose mean left the range of the quarters before.

    ``means``: one row per quarter in order, one column per numeric column, the last row being the quarter itself.
    """
    before, now = means.iloc[:-1], means.iloc[-1]
    spread = before.std().clip(lower=SMALLEST_SPREAD)
    far = ((now - before.mean()).abs() > DRIFT_SDS * spread) & (
        (now - before.mean()).abs() > DRIFT_SHARE * before.mean().abs())
    enough = before.notna().sum() >= MIN_BASELINE_QUARTERS
    return findings([(table.name, "scale_drift", column, 1) for column in means.columns[np.asarray(far & enough)]])
