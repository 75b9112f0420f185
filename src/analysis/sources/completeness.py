"""Is the quarter's delivery whole, so that its figures can be computed at all?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from analysis.params import HISTORY_QUARTERS, Params
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources.deliveries import WHOLE, Delivered
from analysis.sources.reconcile import opening_day
from analysis.sources.suspicions import MONTHLY
from analysis.sources.validated import ValidatedFile
from analysis.tables import TABLES, Table

BY_CHANCE = 0.001  # a silence less likely than this is none of a table that opens few cases
HALF_A_DAY = 0.5
MIN_GAPS = 5  # fewer say too little of how long a table is silent


def refuse_missing_tables(params: Params, files: Sequence[Delivered], data: Path) -> None:
    """Refuse when a table the plan expects was not delivered for the quarter."""
    quarter = str(params.quarter)
    delivered = {file.table.name for file in files if file.delivery in (quarter, WHOLE)}
    if not delivered:
        raise Refused(f"there is no data for {quarter}", f"Deliver it as {data.name}/{quarter}/<table>.csv, or say "
                      "DATA=dir on make's command line", file=data.name)
    for name in params.plan.tables:
        if name not in delivered:
            raise Refused(f"the table {name}, which the plan of {quarter} expects, was not delivered",
                          f"Deliver it as {quarter}/{params.sources.of(name).file or f'{name}.csv'}, or take it out of "
                          "the plan's tables", file=data.name)


def refuse_early_as_of(params: Params) -> None:
    """Refuse when the plan's ``as_of`` comes before the end of a window it expects to be covered."""
    as_of = params.plan.as_of.astimezone(params.site.zone).date()
    for name, coverage in params.plan.tables.items():
        last = coverage.window(params.quarter)[1]
        if as_of < last:
            raise Refused(f"as_of lies before {last}, the last day {name} is to cover", "Wait, or correct as_of",
                          file=f"{params.quarter}.yml", column="as_of")


def openings(connection: ibis.BaseBackend, table: Table, files: Sequence[ValidatedFile], before: date
             ) -> pd.DatetimeIndex:
    """Return the distinct days up to ``before`` on which a valid row of ``files`` opens, in order."""
    rows = connection.read_parquet([file.rows for file in files])
    days = rows.select(day=opening_day(table, rows)).filter(lambda t: t.day <= before).distinct()
    return pd.DatetimeIndex(days.execute()["day"].dropna()).sort_values()


def delivered_days(days: pd.DatetimeIndex, first: date, quarters: Collection[Quarter]) -> pd.DatetimeIndex:
    """Return the ``days`` from ``first`` on and, before it, those of ``quarters``: the ones that were delivered.

    Of other quarters a delivery repeats only what is still open: days with gaps that nothing can be held against.
    """
    known = [day >= pd.Timestamp(first) or Quarter.of(day) in quarters for day in days]
    return days[np.asarray(known, dtype=bool)]


def refuse_cut_short(params: Params, table: str, days: pd.DatetimeIndex, newest: ValidatedFile) -> None:
    """Refuse when the last opening lies further from the window's end than the longest gap of the baseline.

    ``days`` are the distinct opening days up to the window's end (see ``delivered_days``). The baseline is the eight
    quarters before the window; where there are none, the days of the window itself. A table that opens a case now and
    then exceeds its longest gap by chance: it is refused only if so long a silence is improbable (`chance_of_silence`).
    """
    first, last = params.plan.tables[table].window(params.quarter)
    inside = days[days >= pd.Timestamp(first)]
    if inside.empty:
        raise Refused(f"no valid row of {table} opens from {first} to {last} ({_broken(newest)})",
                      "Deliver the quarter's rows, or correct their mapping in sources.yml", file=newest.name)
    before = days[(days < pd.Timestamp(first)) & (days >= pd.Timestamp(params.quarter.plus(-HISTORY_QUARTERS).start))]
    baseline = before if len(before) > 1 else inside
    gaps = np.diff(baseline).astype("timedelta64[D]").astype("int64")
    gap = (pd.Timestamp(last) - inside[-1]).days
    if gap > gaps.max(initial=0) and (TABLES[table].opens == MONTHLY or chance_of_silence(gap, gaps) < BY_CHANCE):
        raise Refused(
            f"{table} is cut short: its last row opens on {inside[-1].date()}, {gap} days before {last}, and the "
            f"longest gap seen before is {gaps.max(initial=0)} days", "Deliver the rest of the quarter",
            file=newest.name)


def chance_of_silence(days: float, gaps: np.ndarray) -> float:
    """Return how likely the next gap between openings is at least ``days`` long, given those seen before, in days.

    The gaps' logarithms are taken as normal: P(t with m - 1 df >= (log(days - 1/2) - mean) / (s sqrt(1 + 1/m))), the
    prediction of one more value (Hahn and Meeker 1991, chapter 4), days being whole. 1 where fewer than MIN_GAPS are
    known.
    """
    if len(gaps) < MIN_GAPS:
        return 1.0
    logs = np.log(gaps)
    spread = logs.std(ddof=1) * np.sqrt(1 + 1 / len(logs))
    if spread == 0:
        return float(days <= gaps.max())
    return float(stats.t.sf((np.log(days - HALF_A_DAY) - logs.mean()) / spread, len(logs) - 1))


def _broken(file: ValidatedFile) -> str:
    """Return how many rows of ``file`` break the contract, and the rule most of them break."""
    failures = pd.read_parquet(file.failures)
    if failures.empty:
        return f"of {file.received} delivered"
    column, rule = failures.value_counts(["column", "rule"]).index[0]
    return f"of {file.received} delivered, {file.broken} break the contract, most often {column}: {rule}"
