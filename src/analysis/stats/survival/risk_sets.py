"""How many cases are still at risk, and how many leave, at each time?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, Booleans, Floats, Integers, counts_of, group_ids, ratio

# Columns beside those of `by`, named so that they cannot meet one of them.
GROUP, LEAVING, CASES = "group number", "cases leaving", "cases of the group"
EVENTS = ("events",)
#: Decimals to which a number of cases that comes from a division is trusted.
ROUNDING = 9


def risk_sets(counts: pd.DataFrame, by: Sequence[str] = (), events: Sequence[str] = EVENTS) -> pd.DataFrame:
    """Return who is at risk and who leaves, per group and time, from counts per time.

    at_risk is the number of cases of the group whose time is not earlier: a case censored at t is at risk at t.

    Args:
        counts: columns time (whole, 0 or more), the columns of ``events``, censored (still open at that age), with
            the columns of ``by``; rows of the same time are added up.
        by: columns that name the groups; none = one group.
        events: columns that count the cases leaving by an event, one per kind of event.

    Returns:
        The columns of ``by``, then time, at_risk, the columns of ``events``, censored, and `GROUP`, `LEAVING` and
        `CASES`; one row per group and time, ascending. A time at which nobody leaves has no row, unless the group
        has no case at all.

    Raises:
        ValueError: time, a kind of event or censored is negative or not whole.

    R: ``summary(survfit(Surv(time, event) ~ by), censored = TRUE)``, columns n.risk, n.event, n.censor.
    """
    leaving = [*events, "censored"]
    counts_of(counts, "time", *leaving)
    steps = counts.groupby([*by, "time"], dropna=False, observed=True)[leaving].sum().reset_index()
    ids = group_ids(steps, by)[0]
    gone = steps[leaving].to_numpy(float).sum(axis=1)
    cases = np.bincount(ids, weights=gone)[ids] if len(ids) else gone
    kept = (gone > 0) | (cases == 0)
    steps, ids, gone, cases = steps[kept].reset_index(drop=True), ids[kept], gone[kept], cases[kept]
    whole = steps.astype(dict.fromkeys(leaving, int))
    at_risk = (cases - running_sum(gone, ids) + gone).astype(int)
    told = whole.assign(at_risk=at_risk, **{GROUP: ids, LEAVING: gone.astype(int), CASES: cases.astype(int)})
    return told[[*by, "time", "at_risk", *leaving, GROUP, LEAVING, CASES]]


def running_sum(values: Floats, ids: Integers) -> Floats:
    """Return the sum of ``values`` up to and including each row, within the rows of the same id."""
    return np.asarray(pd.Series(values).groupby(ids).cumsum(), dtype=np.float64)


def running_product(values: Floats, ids: Integers) -> Floats:
    """Return the product of ``values`` up to and including each row, within the rows of the same id."""
    return np.asarray(pd.Series(values).groupby(ids).cumprod(), dtype=np.float64)


def previous(values: Floats, ids: Integers, start: float) -> Floats:
    """Return the value of the row before with the same id, ``start`` in each first row; ids must be ascending."""
    first = np.append(True, ids[1:] != ids[:-1])[: len(ids)]
    return np.where(first, start, np.append(start, values)[: len(values)])


def ordered(curve: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Integers, pd.Index]:
    """Return a curve's rows by group and time, the number of each row's group, and the groups' index."""
    ids, groups = group_ids(curve, by)
    order = np.lexsort((curve["time"].to_numpy(float), ids))
    return curve.iloc[order].reset_index(drop=True), ids[order], groups


def first_row(wanted: Booleans, ids: Integers, groups: int) -> Integers:
    """Return the position of the first wanted row of each group; −1 where there is none."""
    rows = np.flatnonzero(wanted)[::-1]
    first = np.full(groups, -1, dtype=np.int64)
    first[ids[rows]] = rows
    return first


def last_row(wanted: Booleans, ids: Integers, groups: int) -> Integers:
    """Return the position of the last wanted row of each group; −1 where there is none."""
    rows = np.flatnonzero(wanted)
    last = np.full(groups, -1, dtype=np.int64)
    last[ids[rows]] = rows
    return last


def value_at(rows: Integers, values: Floats, otherwise: float = np.nan) -> Floats:
    """Return the values of the rows at these positions, ``otherwise`` for −1."""
    return np.append(values, otherwise)[rows]


def followed_cases(rows: pd.DataFrame, time: float, ids: Integers, groups: int) -> Floats:
    """Return n times the share not censored before ``time``: the cases whose follow-up was long enough to tell.

    at_risk/S(t −) at the first time from ``time`` on; where all are done earlier, at the last time. Rows as `ordered`.
    """
    cases = ratio(rows["at_risk"].to_numpy(float), previous(rows["survival"].to_numpy(float), ids, 1.0)).round(ROUNDING)
    later = first_row(rows["time"].ge(time).to_numpy(), ids, groups)
    return value_at(np.where(later < 0, last_row(ids >= 0, ids, groups), later), cases)


def level_of(curve: pd.DataFrame) -> float:
    """Return the confidence level a curve was made with; the usual one for a curve without rows."""
    return float(curve["level"].iloc[0]) if len(curve) else LEVEL
