"""What does one indicator say of every unit, and how likely is a unit that far off its target by chance?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.units import COMPANY, has_unit, unit_rows, with_missing_units
from analysis.run import Run
from analysis.stats.estimates import COLUMNS, OK
from analysis.stats.intervals import wilson
from analysis.stats.rates import rate
from analysis.stats.testing import Scale, one_sided_p, one_sided_share_p
from analysis.tables.results import LEVEL

COMPLAINT_KIND = "complaint"  # DESIGN: requests of this kind count in response time only
EXACT = ("share, Wilson", "share, Clopper-Pearson")  # their estimate is count / n, so the binomial test is exact
SCALES: Mapping[str, Scale] = MappingProxyType({"share": "logit", "rate": "log"})  # where an estimate is nearly normal
KEPT = (*COLUMNS, "exposure", "dispersion")
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
    types = [one for one in question.unit_types if has_unit(rows, one)]
    parts = [_of_type(run, rows, unit_type, question) for unit_type in types]
    frame = pd.concat([part for part in parts if len(part)] or [pd.DataFrame()], ignore_index=True)
    if not question.within:
        frame = with_standing_units(run, frame, question.indicator, types)
    return tested(run, frame, question) if len(frame) else frame


def _of_type(run: Run, rows: ir.Table, unit_type: str, question: Question) -> pd.DataFrame:
    keys = ["unit", *question.within]
    reduced = run.warehouse.reduce(question.counts(unit_rows(run, rows, unit_type), keys))
    if reduced.empty:
        return reduced
    if question.zeros and unit_type == "service_line":
        lines = pd.Index(run.params.site.service_lines, name="unit")
        reduced = reduced.set_index("unit").reindex(lines.union(reduced["unit"]), fill_value=0).reset_index()
    found = question.estimator(reduced, keys).rename_axis(keys)
    kept = found[[column for column in KEPT if column in found]].reset_index()
    return kept.assign(indicator=question.indicator, unit_type=unit_type, unit=kept["unit"].astype("str"))


def with_standing_units(run: Run, frame: pd.DataFrame, indicator: str, unit_types: list[str]) -> pd.DataFrame:
    """Return ``frame`` with a row "no data" for the company and each service line that has none."""
    standing = {COMPANY: [COMPANY], "service_line": list(run.params.site.service_lines)}
    for unit_type in [one for one in standing if one in unit_types]:
        frame = with_missing_units(frame, indicator, unit_type, standing[unit_type])
    return frame.assign(**{name: frame[name].fillna(value) if name in frame else value
                           for name, value in {"level": LEVEL, "method": ""}.items()})


def tested(run: Run, frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return ``frame`` with its indicator's ``target``, ``p_worse`` and ``customers``.

    The test is the exact binomial for plain shares, else normal on the scale of the interval (logit, log or plain).
    """
    indicator = run.params.registry[question.indicator]
    target = run.params.target(indicator.id)
    frame = frame.assign(target=np.nan if target is None else target, p_worse=np.nan, customers=frame["n"])
    if target is None or indicator.direction == "none" or question.within:
        return frame
    worse = "below" if indicator.direction == "higher" else "above"
    ok = frame["status"] == OK
    plain = frame[ok & frame["method"].isin(EXACT)]
    other = frame[ok & ~frame["method"].isin(EXACT)]
    count = (plain["estimate"] * plain["n"].astype(float)).round()
    p = [one_sided_share_p(count, plain["n"].astype(float), target, worse) if len(plain) else None,
         one_sided_p(other, target, worse, SCALES.get(indicator.unit, "identity")) if len(other) else None]
    found = [one for one in p if one is not None]
    return frame.assign(p_worse=pd.concat(found).reindex(frame.index)) if found else frame


def plain_share(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the shares ``count`` / ``n`` with Wilson's interval, indexed by ``keys``."""
    table = reduced.set_index(keys)
    return wilson(table["count"], table["n"])


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


def handled(run: Run, unit_type: str) -> pd.Series:
    """Return the requests of the quarter per unit; complaints filed as requests are left out."""
    rows = run.warehouse.table("requests")
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
