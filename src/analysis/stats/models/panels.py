"""What do figures of units before and after a measure say, once units and periods have had their share?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import Booleans, Floats, Integers

Pattern = Literal["after", "time", "each"]
#: Part of a regressor that is rounding once units and periods are taken out.
ROUNDING = 1e-10


@dataclass(frozen=True)
class TwoWay:
    """A panel of unit × period figures, with the unit and period effects taken out by weighted least squares.

    Attributes:
        unit: number of each row's unit, 0 … units − 1, in the order of the labels.
        weight: positive, one per row.
        basis: orthonormal columns (of weighted rows) that span the unit and period effects.
        value: what is left of the figures, unweighted scale; 0 where it is no more than their rounding.
        exposure: one column per pattern value, 0 outside of it, the same for every unit as if all were treated.
        treated: whether each unit got the measure.
        labels: what each exposure column stands for.
    """

    unit: Integers
    weight: Floats
    basis: Floats
    value: Floats
    exposure: Floats
    treated: Booleans
    labels: pd.Index

    @property
    def units(self) -> int:
        """Return the number of units with a figure."""
        return len(self.treated)

    def left_of(self, columns: Floats) -> Floats:
        """Return ``columns`` without their unit and period effects."""
        root = np.sqrt(self.weight)[:, None]
        weighted = columns * root
        return (weighted - self.basis @ (self.basis.T @ weighted)) / root

    def of_treated(self) -> Floats:
        """Return the exposure of the units that got the measure."""
        return self.exposure * self.treated[self.unit, None]


def two_way(panel: pd.DataFrame, pattern: Pattern = "after") -> TwoWay:
    """Return the panel ready for regressions on treated × pattern with unit and period effects.

    Args:
        panel: columns unit, period (sortable; numbers for "time"), value, treated (true for every row of a unit that
            got the measure, before it too), after (true for every row of a period with the measure) and, where
            figures rest on unequal numbers, n (weights, 0 or more). Rows of weight 0 or without value are left out.
        pattern: "after" = the measure's time; "time" = the period's number; "each" = every period except the last one
            before the measure (the first, where none is before).

    Raises:
        ValueError: unit, period, treated or after is missing in a row; a unit is treated in some rows only, a period
            is both before and after, a pair of unit and period occurs twice, n is negative, or a period is no number
            where the pattern is "time".
    """
    rows = _checked_rows(panel)
    unit, treated = pd.factorize(rows["unit"], sort=True)[0], rows.groupby("unit")["treated"].first().to_numpy(bool)
    weight = rows["n"].to_numpy(float) / rows["n"].max() if len(rows) else np.empty(0)
    effects = np.column_stack([_dummies(rows["unit"]), _dummies(rows["period"])]) * np.sqrt(weight)[:, None]
    exposure = _exposure(rows, pattern)
    plain = TwoWay(
        unit=unit.astype(np.int64),
        weight=weight,
        basis=_orthonormal(effects),
        value=rows["value"].to_numpy(float),
        exposure=exposure.to_numpy(float),
        treated=treated,
        labels=exposure.columns,
    )
    left, largest = plain.left_of(plain.value[:, None])[:, 0], np.abs(plain.value).max(initial=0.0)
    return replace(plain, value=np.where(np.abs(left).max(initial=0.0) > ROUNDING * largest, left, 0.0))


def seen_both_times(panel: pd.DataFrame) -> tuple[int, int]:
    """Return how many treated and how many comparison units have a figure both before and after."""
    rows = _checked_rows(panel)
    both = rows.groupby("unit").agg(treated=("treated", "first"), times=("after", "nunique")).query("times == 2")
    return int(both["treated"].sum()), int((~both["treated"].astype(bool)).sum())


def _checked_rows(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the usable rows in a fixed order."""
    table = panel.assign(n=panel.get("n", 1.0))
    if bool(table[["unit", "period", "treated", "after"]].isna().any(axis=None)):
        raise ValueError("unit, period, treated and after must stand in every row: one is missing")
    if bool(table["n"].lt(0).any()):
        raise ValueError("n must not be negative: it is the number a figure rests on")
    if bool(table.duplicated(["unit", "period"]).any()):
        raise ValueError("a unit has two figures in one period: was the panel split by a further column?")
    if bool(table.groupby("unit")["treated"].nunique().gt(1).any()):
        raise ValueError("a unit is treated in some rows only: treated names the unit, after the period")
    if bool(table.groupby("period")["after"].nunique().gt(1).any()):
        raise ValueError("a period is both before and after: after names the period, treated the unit")
    kept = table["n"].gt(0) & np.isfinite(table["value"].astype(float))
    return table[kept].astype({"treated": bool, "after": bool}).sort_values(["unit", "period"], ignore_index=True)


def _exposure(rows: pd.DataFrame, pattern: Pattern) -> pd.DataFrame:
    if pattern == "after":
        return pd.DataFrame({"effect": rows["after"].astype(float)})
    if pattern == "time":
        if len(rows) and not pd.api.types.is_numeric_dtype(rows["period"]):
            raise ValueError("period must be a number to tell a trend, as year * 12 + month")
        period = rows["period"].astype(float)
        return pd.DataFrame({"trend": period - period.min()})
    before = rows.loc[~rows["after"], "period"]
    reference = before.max() if len(before) else rows["period"].min()
    each = pd.get_dummies(rows["period"], dtype=float)
    return each.drop(columns=[reference], errors="ignore")


def _dummies(column: pd.Series) -> Floats:
    return pd.get_dummies(column, dtype=float).to_numpy(float)


def _orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of the columns' span."""
    if not columns.size:
        return columns
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, size > ROUNDING * size.max()]
