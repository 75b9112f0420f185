"""What does a coefficient on the log scale say as a ratio, and how sure are we?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.stats.estimates import OK, checked_level, estimate_table

INTERCEPT = "(Intercept)"
#: Numbers of a coefficient that a row without an estimate must not show.
WITHHELD = ("coefficient", "p")


def ratio_table(figures: pd.DataFrame, reason: npt.NDArray[np.str_], method: str, level: float) -> pd.DataFrame:
    """Return coefficients on the log scale as a table of ratios with Wald limits.

    estimate = exp(b), limits exp(b ± q √scale · se), p = 2 P(T > |b| / (√scale · se)), q and T of Student's t with df
    degrees of freedom.

    Args:
        figures: one row per term, columns n, coefficient (b, NaN = none), std_error (of b), df (infinite = normal),
            scale (factor of the variance, 1 = as it stands) and any further ones.
        reason: why a row cannot be estimated, in words; empty where it can.
        method: estimator and interval, in words.
        level: two-sided confidence level.

    Returns:
        A table of estimates (ratios) on the index of ``figures``, then coefficient, std_error (both on the log
        scale), p and the further columns.
    """
    coefficient, std_error, df, scale = (
        figures[column].to_numpy(float) for column in ("coefficient", "std_error", "df", "scale")
    )
    error = std_error * np.sqrt(scale)
    usable = (reason == "") & np.isfinite(coefficient) & np.isfinite(error) & (error > 0)
    b, se, freedom = np.where(usable, coefficient, 0), np.where(usable, error, 1), np.where(usable, df, 1)
    half = stats.t.ppf((1 + checked_level(level)) / 2, freedom) * se
    with np.errstate(over="ignore"):
        limits = {"estimate": np.exp(b), "low": np.exp(b - half), "high": np.exp(b + half)}
    limits = {name: np.where(usable, value, np.nan) for name, value in limits.items()}
    columns = {**limits, "coefficient": b, "std_error": std_error, "p": 2 * stats.t.sf(np.abs(b) / se, freedom)}
    return withheld(estimate_table(figures.assign(**columns), reason, method, level))


def withheld(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of estimates with `WITHHELD` NaN wherever its status is not "ok"."""
    hidden = [column for column in WITHHELD if column in table]
    return table.assign(**{column: table[column].astype(float).where(table["status"].eq(OK)) for column in hidden})
