"""Which points leave the band of three standard errors around their baseline?

A chart is for looking: its limits are no interval of the point, and season or bursts widen what is normal. Each
function takes one series, a row per ``period`` (anything that sorts), in any row order, and returns
`analysis.stats.charts.series.limits_table`: ordered by period, NaN limits and a status where the baseline does not do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.stats.charts.series import (
    LIMIT_Z,
    baseline_rows,
    in_order,
    limits_table,
    mean_moving_range,
)
from analysis.stats.estimates import Booleans, Floats, counts_of, ratio

#: Wheeler's 3/d2: limits of single values in mean moving ranges.
INDIVIDUALS_FACTOR = 2.66
#: Wheeler's D4 for ranges of two: upper limit of a moving range in mean moving ranges.
RANGE_FACTOR = 3.268
NO_ANSWERS, NO_EXPOSURE, NO_VALUE, NO_NEIGHBOUR = "no answers", "no exposure", "no value", "no point before it"


def individuals_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the X chart of single values: mean ± 2.66 mean moving ranges [1]_.

    Args:
        points: columns period, value (a number; NaN = none that period, and neighbours are taken across it).
        baseline: the limits rest on the first so many points; None = on all.

    Returns:
        `limits_table`; n is 1 per point, z = (value − mean) / (2.66/3 · mean moving range).

    Raises:
        ValueError: a period is repeated or missing, or a value infinite.

    R: ``m <- mean(abs(diff(x))); mean(x) + c(-1, 1) * 2.66 * m``; qcc ``type = "xbar.one"`` has 3/1.128379 = 2.65868.

    References:
        .. [1] Wheeler DJ (2000) Understanding Variation, 2nd ed.; Montgomery DC (2013) Introduction to Statistical
           Quality Control, 7th ed., section 6.4.
    """
    table, values, valued = _valued(points)
    rows, short = baseline_rows(valued, baseline)
    kept = values[rows]
    sigma = INDIVIDUALS_FACTOR / LIMIT_Z * mean_moving_range(kept)
    centre = kept.mean() if len(kept) else np.nan
    figures = pd.DataFrame({"period": table["period"], "n": valued.astype(int), "estimate": values})
    figures = figures.assign(centre=centre, sigma=sigma, method="individuals, 2.66 moving ranges")
    return limits_table(figures, (-np.inf, np.inf), _reasons(valued, NO_VALUE, short))


def moving_range_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the mR chart: moving ranges of two under 3.268 times their mean; no lower limit but 0 [1]_.

    Arguments and errors as in `individuals_chart`, whose companion it is. The first point has no range. z is
    3 (range − mean) / (2.268 mean), so that it is 3 at the limit.

    R: ``3.268 * mean(abs(diff(x)))``.

    References:
        .. [1] Wheeler DJ (2000) Understanding Variation, 2nd ed. (3.267 in Montgomery's Appendix VI).
    """
    table, values, valued = _valued(points)
    rows, short = baseline_rows(valued, baseline)
    mean = mean_moving_range(values[rows])
    ranges = np.full(len(values), np.nan)
    ranges[np.flatnonzero(valued)[1:]] = np.abs(np.diff(values[valued]))
    ranged = ~np.isnan(ranges)
    figures = pd.DataFrame({"period": table["period"], "n": ranged.astype(int), "estimate": ranges})
    sigma = (RANGE_FACTOR - 1) * mean / LIMIT_Z
    figures = figures.assign(centre=mean, sigma=sigma, method="moving range of two, 3.268 mean ranges")
    reason = np.where(valued & ~ranged, NO_NEIGHBOUR, _reasons(valued, NO_VALUE, ""))
    return limits_table(figures, (0.0, np.inf), np.where((reason == "") & (short != ""), short, reason))


def share_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the p chart: p̄ ± 3 √(p̄(1−p̄)/n_i), cut at 0 and 1 [1]_; p̄ = Σ count / Σ n of the baseline.

    Args:
        points: columns period, count, n; points with n = 0 have no limits and do not count as baseline.
        baseline: the limits rest on the first so many points; None = on all.

    Returns:
        `limits_table` of shares 0–1.

    Raises:
        ValueError: a count is negative, not whole, or above its n; a period is repeated or missing.

    R: ``qcc(count, sizes = n, type = "p")``, the same.

    References:
        .. [1] Montgomery DC (2013) Introduction to Statistical Quality Control, 7th ed., section 7.2.
    """
    figures, reason = share_figures(points, baseline)
    return limits_table(figures.assign(method="p chart, three sigma"), (0.0, 1.0), reason)


def rate_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the u chart: ū ± 3 √(ū/e_i), cut at 0 [1]_; ū = Σ count / Σ exposure of the baseline.

    Args:
        points: columns period, count, exposure; points without exposure have no limits and are no baseline.
        baseline: the limits rest on the first so many points; None = on all.

    Returns:
        `limits_table` of rates per unit of exposure; n is the count, exposure stands beside it.

    Raises:
        ValueError: a count is negative or not whole, an exposure negative; a period is repeated or missing.

    R: ``qcc(count, sizes = exposure, type = "u")``, the same. The limits take counts for Poisson: where events come
    in bursts use `analysis.stats.charts.bursts.burst_chart`.

    References:
        .. [1] Montgomery DC (2013) Introduction to Statistical Quality Control, 7th ed., section 7.3.
    """
    figures, reason = rate_figures(points, baseline)
    return limits_table(figures.assign(method="u chart, three sigma"), (0.0, np.inf), reason)


def count_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the c chart: c̄ ± 3 √c̄, cut at 0; the `rate_chart` of counts that all arose from the same exposure.

    Args:
        points: columns period, count.
        baseline: the limits rest on the first so many points; None = on all.

    R: ``qcc(count, type = "c")``, the same.
    """
    figures, reason = rate_figures(points.assign(exposure=1.0), baseline)
    figures = figures.drop(columns="exposure").assign(method="c chart, three sigma")
    return limits_table(figures, (0.0, np.inf), reason)


def share_figures(points: pd.DataFrame, baseline: int | None) -> tuple[pd.DataFrame, npt.NDArray[np.str_]]:
    """Return period, n, estimate, centre, sigma of a p chart, and per point why it has no limits."""
    table = in_order(points)
    kind, answers = counts_of(table, "count", "n")
    if bool(np.any(kind > answers)):
        raise ValueError("count exceeds n in some period: a share counts each answer once at most")
    rows, short = baseline_rows(answers > 0, baseline)
    centre = float(ratio(kind[rows].sum(), answers[rows].sum()))
    sigma = np.sqrt(ratio(centre * (1 - centre), answers))
    figures = pd.DataFrame({"period": table["period"], "n": answers.astype(int), "estimate": ratio(kind, answers)})
    return figures.assign(centre=centre, sigma=sigma), _reasons(answers > 0, NO_ANSWERS, short)


def rate_figures(points: pd.DataFrame, baseline: int | None) -> tuple[pd.DataFrame, npt.NDArray[np.str_]]:
    """Return period, n, estimate, centre, sigma, exposure of a u chart, and per point why it has no limits."""
    table = in_order(points)
    (events,) = counts_of(table, "count")
    units = table["exposure"].to_numpy(float, na_value=np.nan)
    if bool(np.any(units < 0)):
        raise ValueError("exposure must not be negative: was a cancellation booked as one?")
    exposed = np.isfinite(units) & (units > 0)
    rows, short = baseline_rows(exposed, baseline)
    centre = float(ratio(events[rows].sum(), units[rows].sum()))
    known = np.where(exposed, units, 0.0)
    figures = pd.DataFrame({"period": table["period"], "n": events.astype(int), "estimate": ratio(events, known)})
    figures = figures.assign(centre=centre, sigma=np.sqrt(ratio(centre, known)), exposure=units)
    return figures, _reasons(exposed, NO_EXPOSURE, short)


def _valued(points: pd.DataFrame) -> tuple[pd.DataFrame, Floats, Booleans]:
    table = in_order(points)
    values = table["value"].to_numpy(float, na_value=np.nan)
    if bool(np.isinf(values).any()):
        raise ValueError("value must be finite: was something divided by zero?")
    return table, values, ~np.isnan(values)


def _reasons(usable: Booleans, without: str, short: str) -> npt.NDArray[np.str_]:
    return np.where(usable, short, without)
