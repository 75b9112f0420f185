"""Did a monthly figure change its level or its course when a measure began?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, Floats, checked_level, estimate_table
from analysis.stats.models.autoregression import TimedRegression, averaged_contrasts

#: METHODS: an interrupted time series needs a year before, so that season is not taken for effect, and half a year.
MINIMUM_BEFORE = 12
MINIMUM_AFTER = 6
#: Months of a season.
YEAR = 12
#: With fewer, the t(df) quantile is wide and season, trend and noise cannot be told apart.
MINIMUM_DF = 5
METHOD = "segmented regression, AR(1) errors averaged over the autocorrelation"
COEFFICIENTS = ("level before", "trend before", "level change", "slope change")


@dataclass(frozen=True)
class SegmentedDesign:
    """What is known before the figures are seen.

    Attributes:
        change: the first month with the measure, in the numbering of the series.
        harmonics: pairs of sine and cosine over twelve months; 0 = no season.
        minimum_before: months with a figure needed before the change.
        minimum_after: months with a figure needed from the change on.
    """

    change: int
    harmonics: int = 0
    minimum_before: int = MINIMUM_BEFORE
    minimum_after: int = MINIMUM_AFTER

    def __post_init__(self) -> None:
        """Raise ValueError on a season finer than months can tell."""
        if not 0 <= self.harmonics < YEAR // 2:
            raise ValueError("harmonics must lie within 0 and 5: twelve months tell no more than five waves")


def segmented_regression(series: pd.DataFrame, design: SegmentedDesign, level: float = LEVEL) -> pd.DataFrame:
    """Return level change, slope change and effect of a measure that began in a known month [1]_.

    value = b₀ + b₁ (t − T) + b₂ [t ≥ T] + b₃ [t ≥ T] (t − T) + season, T the first month with the measure; so b₂ is
    the jump in that first month. Effect at the end: b₂ + b₃ (last − T); mean effect: the average of the same over the
    months from T on. Months between (the measure is being introduced) are left out by leaving out their rows.
    Errors as in `analysis.stats.models.autoregression.averaged_contrasts`.

    Args:
        series: columns month (whole numbers that count months, as year · 12 + month), value, and where figures rest on
            unequal numbers n (weights, 0 or more; a month of weight 0 or without value is left out).
        design: month of the change, season and the months needed.
        level: two-sided confidence level.

    Returns:
        A table of estimates indexed by term: `COEFFICIENTS`, then "mean effect" and "effect at the end", in the unit
        of the values (trend and slope: per month), n being months; with before, after, df, p and autocorrelation.

    Raises:
        ValueError: a month occurs twice or is not whole, or n is negative.

    Wagner's time after the intervention starts at 1: her level change is b₂ − b₃ of this table.
    Coverage for 18–48 months, autocorrelation 0–.5: .94–.98. Newey–West (`newey_west_regression`) covers .65–.87.

    R: see `averaged_contrasts`.

    References:
        .. [1] Wagner AK et al. (2002) J Clin Pharm Ther 27:299–309; Lopez Bernal J et al. (2017) Int J Epidemiol
           46:348–355.
    """
    checked_level(level)
    usable = usable_months(series)
    since = usable["month"].to_numpy(float) - design.change
    regression = segmented_columns(usable, design)
    figures = pd.DataFrame(np.nan, index=_terms(), columns=["estimate", "low", "high", "p", "autocorrelation"])
    reason = _reason(regression, since, design)
    if not reason:
        contrasts = _contrasts(since, regression.columns.shape[1])
        figures = averaged_contrasts(regression, contrasts, level).set_index(_terms())
    before = int((since < 0).sum())
    figures = figures.assign(n=len(usable), before=before, after=len(usable) - before, df=max(regression.df, 0))
    return estimate_table(figures, np.full(len(figures), reason), METHOD, level)


def usable_months(series: pd.DataFrame) -> pd.DataFrame:
    """Return month, value, n of the months with a value and a weight, ascending; n is 1 where no column n is given."""
    table = series.assign(n=series.get("n", 1.0))[["month", "value", "n"]].astype(float)
    if bool(table["month"].duplicated().any()):
        raise ValueError("a month occurs twice: was the series split by a further column?")
    if not bool(table["month"].mod(1).eq(0).all()):
        raise ValueError("month must be a whole number that counts months, as year * 12 + month")
    if bool(table["n"].lt(0).any()):
        raise ValueError("n must not be negative: it is the number a month's figure rests on")
    kept = table["n"].gt(0) & np.isfinite(table["value"])
    return table[kept].sort_values("month", ignore_index=True)


def segmented_columns(usable: pd.DataFrame, design: SegmentedDesign) -> TimedRegression:
    """Return the regression whose first four columns are `COEFFICIENTS`, then sine and cosine of each harmonic."""
    month = usable["month"].to_numpy(float)
    since = month - design.change
    after = (since >= 0).astype(float)
    angles = [2 * np.pi * wave * month / YEAR for wave in range(1, design.harmonics + 1)]
    season = [wave for angle in angles for wave in (np.sin(angle), np.cos(angle))]
    columns = np.column_stack([np.ones(len(month)), since, after, after * since, *season])
    weight = usable["n"].to_numpy(float)
    return TimedRegression(columns, usable["value"].to_numpy(float), weight / weight.max(initial=1e-300), month)


def _terms() -> pd.Index:
    return pd.Index([*COEFFICIENTS, "mean effect", "effect at the end"], name="term")


def _contrasts(since: Floats, width: int) -> Floats:
    """Return one row of coefficients per term."""
    mean, last = since[since >= 0].mean(), since[-1]
    rows = np.zeros((len(_terms()), width))
    rows[:4, :4] = np.eye(4)
    rows[4:, 2] = 1.0
    rows[4:, 3] = mean, last
    return rows


def _reason(regression: TimedRegression, since: Floats, design: SegmentedDesign) -> str:
    """Return why nothing can be estimated ("" = it can)."""
    if not len(since):
        return "no months"
    if (since < 0).sum() < design.minimum_before:
        return f"fewer than {design.minimum_before} months before"
    if (since >= 0).sum() < design.minimum_after:
        return f"fewer than {design.minimum_after} months after"
    if regression.df < MINIMUM_DF:
        return f"fewer than {MINIMUM_DF} months more than coefficients"
    if np.linalg.matrix_rank(regression.columns) < regression.columns.shape[1]:
        return "season and change cannot be told apart in these months"
    return "" if regression.has_noise() else "no variation around the course"
