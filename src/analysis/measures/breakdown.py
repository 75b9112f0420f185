"""What does one indicator say of every unit, and how likely is a unit that far off its target by chance?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.shortfall import p_worse
from analysis.measures.units import COMPANY, has_unit, narrowed, unit_rows, with_missing_units
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run
from analysis.stats.estimates import COLUMNS
from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import modified_wilson
from analysis.tables.results import LEVEL

COMPLAINT_KIND = "complaint"  # DESIGN: requests of this kind count in response time only
KEPT = (*COLUMNS, "exposure", "dispersion", "std_error", "df")
Keys = list[str]


@dataclass(frozen=True)
class Question:
    """How one indicator is asked of the rows of one table.

    ``counts(rows, keys)`` reduces rows to integer counts per unit; ``estimator(reduced, keys)`` gives the estimates on
    the index of the keys, "not estimable" below the n its interval needs (the registry's ``minimum_n`` is for persons).
    ``within`` names columns that part a unit further. ``zeros``: a service line without rows has a count of 0, where
    the table tells lines apart at all.
    """

    indicator: str
    unit_types: tuple[str, ...]
    counts: Callable[[ir.Table, Keys], ir.Table]
    estimator: Callable[[pd.DataFrame, Keys], pd.DataFrame]
    within: tuple[str, ...] = ()
    zeros: bool = False


def by_unit(run: Run, rows: ir.Table, question: Question) -> pd.DataFrame:
    """Return the figures of ``question`` for every unit of its unit types, with target, p_worse and customers.

    The company and each service line always have a row, unless the question parts them further. ``p_worse`` is the
    p-value of "at least as good as the target" (NaN without target, and for parts of a unit); ``customers`` are the
    n units served.
    """
    types = [one for one in question.unit_types if run.asks(one) and has_unit(rows, one)]
    return gathered(run, [_of_type(run, rows, unit_type, question) for unit_type in types], question)


def _of_type(run: Run, rows: ir.Table, unit_type: str, question: Question) -> pd.DataFrame:
    keys = ["unit", *question.within]
    reduced = run.warehouse.reduce(question.counts(unit_rows(run, rows, unit_type), keys))
    if reduced.empty:
        return reduced
    if question.zeros and unit_type == "service_line":
        lines = sorted({*run.params.site.service_lines, *reduced["unit"]})
        reduced = reduced.set_index("unit").reindex(pd.Index(lines, name="unit"), fill_value=0).reset_index()
    return labelled(question.estimator(reduced, keys).rename_axis(keys), question.indicator, unit_type)


def labelled(found: pd.DataFrame, indicator: str, unit_type: str) -> pd.DataFrame:
    """Return estimates indexed by unit (and parts) as rows that say whose they are; columns other than KEPT go."""
    kept = found[[column for column in KEPT if column in found]].reset_index()
    return kept.assign(indicator=indicator, unit_type=unit_type, unit=kept["unit"].astype("str"))


def gathered(run: Run, parts: list[pd.DataFrame], question: Question) -> pd.DataFrame:
    """Return labelled ``parts`` as one frame as `by_unit` does; each of one unit type of ``question``."""
    frame = pd.concat([part for part in parts if len(part)] or [pd.DataFrame()], ignore_index=True)
    if not question.within:
        frame = with_standing_units(run, frame, question)
    if frame.empty:
        return frame
    target = run.params.target(question.indicator)
    frame = frame.assign(target=np.nan if target is None else target, customers=frame["n"])
    return frame.assign(p_worse=np.nan if question.within else p_worse(run.params, frame))


def with_standing_units(run: Run, frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return ``frame`` with a row "no data" for the company and each service line that has none."""
    standing = {COMPANY: [COMPANY], "service_line": list(run.params.site.service_lines)}
    for unit_type in [one for one in standing if one in question.unit_types]:
        frame = with_missing_units(frame, question.indicator, unit_type, standing[unit_type])
    told = frame.reindex(columns=list(dict.fromkeys([*frame.columns, "level", "method"])))
    return told.assign(level=LEVEL, method=told["method"].astype("str").fillna(""))


def plain_share(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the shares ``count`` / ``n`` with the modified Wilson interval, indexed by ``keys``."""
    table = reduced.set_index(keys)
    return modified_wilson(table["count"], table["n"])


def with_shares(counts: pd.DataFrame, indicator: str, of: int) -> pd.DataFrame:
    """Return the rows of `plain_count` and, below them, the same as shares of ``of`` cases under ``indicator``.

    ``count``: the cases of each row, in both.
    """
    told = counts.assign(count=counts["n"])
    found = modified_wilson(counts["n"].astype(float), of)
    shares = told.assign(indicator=indicator, **{name: found[name] for name in COLUMNS})
    return pd.concat([told, shares], ignore_index=True)


def plain_count(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the counts ``n`` themselves with Garwood's exact Poisson interval; none is too small."""
    table = reduced.set_index(keys)
    return rate(table["n"], 1.0)[list(COLUMNS)].assign(method="count, Garwood")


def share_of(flag: str) -> Callable[[ir.Table, Keys], ir.Table]:
    """Return the reduction that counts rows and those whose column ``flag`` is true."""
    return lambda rows, keys: rows.group_by(keys).agg(
        n=rows.count(), count=rows[flag].fill_null(False).cast("int64").sum())


def number_of(rows: ir.Table, keys: Keys) -> ir.Table:
    """Reduce ``rows`` to their number ``n``."""
    return rows.group_by(keys).agg(n=rows.count())


def told_by(run: Run, rows: ir.Table, table: str, *columns: str) -> ir.Table:
    """Return ``rows``, or none of them where no row of eight quarters of ``table`` has any of ``columns`` filled.

    An event that is never delivered is no data: its absence must not read as "it never happened".
    """
    known = run.warehouse.history(table, HISTORY_QUARTERS).select(*columns)
    filled = run.warehouse.reduce(known.agg(**{column: known[column].count() for column in columns}))
    return rows if filled.to_numpy().any() else rows.filter(ibis.literal(False))


def handled(run: Run, unit_type: str) -> pd.Series:
    """Return the requests of the quarter per unit; complaints filed as requests are left out."""
    rows = narrowed(run.warehouse.table("requests"), (unit_type,), "kind")
    rows = rows.filter(rows.kind != COMPLAINT_KIND)
    if unit_type == "month" or not has_unit(rows, unit_type):
        return pd.Series(dtype="int64")
    return run.warehouse.reduce(number_of(unit_rows(run, rows, unit_type), ["unit"])).set_index("unit")["n"]


def with_customers(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with ``customers`` the requests its unit handled in the quarter; its n where none are told."""
    counts = {unit_type: handled(run, unit_type) for unit_type in frame["unit_type"].unique()}
    found = [counts[unit_type].get(unit) for unit_type, unit in zip(frame["unit_type"], frame["unit"], strict=True)]
    customers = pd.Series(pd.array(found, dtype="Int64"), index=frame.index)
    return frame.assign(customers=customers.fillna(frame["n"].astype("Int64")))
