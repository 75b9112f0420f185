"""What does every estimate look like, and when is there none?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Numbers = float | Sequence[float] | npt.NDArray[np.generic] | pd.Series

#: Two-sided confidence level of every interval unless asked otherwise.
LEVEL = 0.95
#: A share of fewer answers is not printed: its interval would span half of the scale.
MINIMUM_N_SHARE = 10
#: A t interval for the mean of an item covers .80-.92 at n = 10 on top-heavy items.
MINIMUM_N_MEAN = 30
OK = "ok"
#: Columns of every estimate table, in this order; what a function adds stands behind them.
COLUMNS = ("n", "estimate", "low", "high", "level", "method", "status")
#: Numbers that a row without an estimate must not show.
WITHHELD = ("estimate", "low", "high", "std_error")


def estimate_table(figures: pd.DataFrame, reason: npt.NDArray[np.str_], method: str, level: float) -> pd.DataFrame:
    """Return ``figures`` as a tidy table of estimates.

    Args:
        figures: columns n, estimate, low, high and any further ones, one row per estimate.
        reason: why a row cannot be estimated, in words; empty where it can.
        method: estimator and interval, in words.
        level: two-sided confidence level, strictly between 0 and 1.

    Returns:
        `COLUMNS`, then the further columns; same index. Where ``status`` is not "ok", `WITHHELD` are NaN. A row
        that is not finite although no reason was given is refused too, so that "ok" always means a usable number.
    """
    finite = np.isfinite(figures[["estimate", "low", "high"]].to_numpy(float)).all(axis=1)
    reason = np.where((reason == "") & ~finite, "the method gives no finite interval", reason)
    status = pd.Series([f"not estimable: {why}" if why else OK for why in reason], index=figures.index, dtype="str")
    told = figures.assign(level=level, method=method, status=status)
    withheld = [column for column in WITHHELD if column in told]
    told[withheld] = told[withheld].astype(float).where(told["status"].eq(OK), np.nan)
    return told[[*COLUMNS, *figures.columns.difference(list(COLUMNS), sort=False)]]


def first_reason(
    n: Numbers, minimum_n: int, *others: tuple[Booleans, str], of: str = "answers"
) -> npt.NDArray[np.str_]:
    """Return, per row, the first reason against an estimate ("" = none): none counted, too few, then ``others``."""
    answers = np.asarray(n, dtype=float)
    conditions = [answers == 0, answers < minimum_n, *(condition for condition, _ in others)]
    words = [f"no {of}", f"fewer than {minimum_n} {of}", *(why for _, why in others)]
    return np.select(conditions, words, default="")


def aligned(**columns: Numbers) -> pd.DataFrame:
    """Return the columns side by side on the index of the first Series among them; scalars are repeated."""
    length = max(np.size(column) for column in columns.values()) if min(map(np.size, columns.values())) else 0
    index = next((column.index for column in columns.values() if isinstance(column, pd.Series)), None)
    spread = {
        name: column if isinstance(column, pd.Series) else np.broadcast_to(np.asarray(column), (length,))
        for name, column in columns.items()
    }
    return pd.DataFrame(spread, index=pd.RangeIndex(length) if index is None else index)


def counts_of(table: pd.DataFrame, *columns: str) -> list[Floats]:
    """Return the named columns as float arrays; raise ValueError unless all are whole numbers, 0 or more."""
    arrays = [table[column].to_numpy(dtype=float, na_value=np.nan) for column in columns]
    for name, array in zip(columns, arrays, strict=True):
        if not bool(np.all((array >= 0) & (array == np.floor(array)) & np.isfinite(array))):
            raise ValueError(f"{name} must hold counts (whole numbers, 0 or more); was a share or a gap passed?")
    return arrays


def group_ids(table: pd.DataFrame, by: Sequence[str]) -> tuple[Integers, pd.Index]:
    """Return each row's group number and the groups' index; without ``by`` the whole table is the group 0."""
    if not by:
        return np.zeros(len(table), dtype=np.int64), pd.RangeIndex(1)
    grouped = table.groupby(list(by), dropna=False, observed=True, sort=True)
    return np.asarray(grouped.ngroup(), dtype=np.int64), grouped.size().index


def ratio(numerator: Numbers, denominator: Numbers) -> Floats:
    """Return numerator / denominator on a broadcast shape, NaN where the denominator is not positive."""
    above, below = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    return np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)


def sums_by(group: npt.NDArray[np.generic], values: Numbers, groups: int) -> Floats:
    """Return the sum of ``values`` per group number 0 … ``groups`` − 1, in row order."""
    weights = np.asarray(values, dtype=float)
    return np.bincount(group.astype(np.intp), weights=weights, minlength=groups).astype(float)


def checked_level(level: float) -> float:
    """Return ``level``; raise ValueError unless it lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError("level must lie strictly between 0 and 1, as in .95")
    return level
