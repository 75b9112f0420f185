"""Which figures miss their target by more than chance, when many are looked at?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.stats.estimates import OK, Floats, Numbers, aligned, counts_of

Worse = Literal["above", "below"]
Scale = Literal["identity", "log", "logit"]


def one_sided_share_p(count: Numbers, n: Numbers, target: Numbers, worse: Worse) -> pd.Series:
    """Return the exact binomial p-value of a share against its target.

    P(X ≥ count | n, target) when values above the target are worse, P(X ≤ count | n, target) when those below are.
    NaN where n = 0.

    Args:
        count: answers of the kind counted.
        n: answers in all.
        target: share 0–1.
        worse: the bad side of the target; the alternative that is tested.

    Raises:
        ValueError: a count is not a count or exceeds n, or a target lies outside 0–1.

    R: ``binom.test(count, n, p = target, alternative = "greater")$p.value`` ("less" for ``worse="below"``).
    """
    table = aligned(count=count, n=n, target=target)
    kind, answers = counts_of(table, "count", "n")
    aim = table["target"].to_numpy(float, na_value=np.nan)
    if bool(np.any(kind > answers)) or not bool(np.all((aim >= 0) & (aim <= 1))):
        raise ValueError("count must not exceed n, and a share's target must lie within 0 and 1")
    tail = stats.binom.sf(kind - 1, answers, aim) if _is_above(worse) else stats.binom.cdf(kind, answers, aim)
    return pd.Series(np.where(answers > 0, tail, np.nan), index=table.index, name="p")


def one_sided_p(estimates: pd.DataFrame, target: Numbers, worse: Worse, scale: Scale = "identity") -> pd.Series:
    """Return a normal p-value of each estimate against its target, on the scale of its interval.

    z = (estimate − target) / s, where s is the half of the interval that faces the target over the normal quantile of
    its level; so p < (1 − level)/2 exactly when the whole interval lies on the bad side, as verdicts are given.
    NaN where an estimate's status is not "ok".

    Args:
        estimates: a table of estimates of this package.
        target: in the unit of the estimates.
        worse: the bad side of the target; the alternative that is tested.
        scale: where the estimate is nearly normal: "log" for rates, "logit" for shares. A row with a value at the
            end of that scale (a rate of 0) is compared on the plain scale.

    R: ``pnorm((estimate - target) / s, lower.tail = FALSE)``, for ``worse="above"``.
    """
    table = estimates.assign(target=aligned(n=estimates["n"], target=target)["target"])
    plain = table[["estimate", "low", "high", "target"]].to_numpy(float, na_value=np.nan).T
    inside = {"identity": np.ones(len(table), bool), "log": (plain > 0).all(0)}
    inside["logit"] = inside["log"] & (plain < 1).all(0)
    estimate, low, high, aim = np.where(inside[scale], _transformed(plain, scale), plain)
    quantile = stats.norm.ppf((1 + table["level"].to_numpy(float)) / 2)
    facing = np.where(aim > estimate, high - estimate, estimate - low) / quantile
    usable = table["status"].eq(OK).to_numpy() & np.isfinite(aim) & (facing > 0)
    z = np.where(usable, estimate - aim, np.nan) / np.where(usable, facing, 1.0)
    tail = stats.norm.sf(z) if _is_above(worse) else stats.norm.cdf(z)
    return pd.Series(tail, index=table.index, name="p")


def holm(p: pd.Series) -> pd.Series:
    """Return p-values adjusted by Holm's step-down rule [1]_, on the same index; NaN (no test) stays NaN.

    A family-wise error of α is kept by acting on adjusted p ≤ α. A NaN does not count as a test.

    R: ``p.adjust(p, "holm")``, the same, NA included. Computed by statsmodels ``multipletests``.

    References:
        .. [1] Holm S (1979) Scand J Stat 6:65–70.
    """
    made = p.notna()
    if not made.any():
        return p.astype(float)
    adjusted = pd.Series(np.nan, index=p.index, name=p.name, dtype=float)
    adjusted[made] = multipletests(p[made].to_numpy(float), method="holm")[1]
    return adjusted


def _transformed(values: Floats, scale: Scale) -> Floats:
    if scale == "identity":
        return values
    positive = np.log(np.where(values > 0, values, 1.0))
    return positive if scale == "log" else positive - np.log1p(-np.where(values < 1, values, 0.0))


def _is_above(worse: Worse) -> bool:
    if worse not in ("above", "below"):
        raise ValueError('worse must be "above" or "below"')
    return worse == "above"
