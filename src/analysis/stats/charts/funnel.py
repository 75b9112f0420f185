"""Which units lie outside what chance allows for their size?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.stats.charts.limits import LIMIT_COLUMNS, FunnelLaw, Kind, funnel_limits
from analysis.stats.charts.outliers import FunnelDesign, judged, null_law, objection
from analysis.stats.estimates import OK, Floats, Numbers, checked_level, counts_of, estimate_table
from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import clopper_pearson

#: For decisions about rates: family-wise false alarms hold up to dispersion 3, beyond it from some 10 events a unit.
GAMMA_POISSON = FunnelDesign("gamma-Poisson")
#: Spiegelhalter's plain funnel.
EXACT = FunnelDesign("exact")
#: What a unit without a funnel must not show.
TESTS = ("centre", "expected", *LIMIT_COLUMNS, "z", "p", "p_holm", "dispersion", "between")


def rate_funnel(units: pd.DataFrame, design: FunnelDesign = GAMMA_POISSON) -> pd.DataFrame:
    """Return the funnel of rates: each unit, its limits, and whether it stands out from the others [1]_.

    p: "gamma-Poisson" `analysis.stats.charts.predictive.predictive_p`, learnt from the units not flagged; "exact"
    twice the smaller Poisson tail at the centre; "multiplicative" and "additive" normal, z = (y − c)/√(φ v) and
    (y − c)/√(v + τ²), v = c/e. flagged: Holm's p ≤ family error. Only "gamma-Poisson" keeps that error where units
    differ innocently or events come in bursts: in simulation at dispersion 1 to 3 (5 to 100 units, 1 to 200 events a
    unit); at dispersion 5 with 2 events a unit of very uneven size it reached .065. Several bad units hide each other.

    Args:
        units: columns count, exposure, one row per unit; its index names them.
        design: see `FunnelDesign`.

    Returns:
        A table of estimates (rates with exact intervals, widened by the dispersion under "gamma-Poisson") on the index
        of ``units``. n is the count; then exposure, centre, expected (count), limit_low_95, limit_high_95,
        limit_low_998, limit_high_998 (`analysis.stats.charts.limits.funnel_limits`), z (where p is not normal: the
        signed normal quantile of p; "exact": the naive score), p, p_holm, flagged, dispersion (φ; of "gamma-Poisson"
        Pearson's over the units not flagged, at least 1) and between (τ²). Where the status is not "ok", all these
        but exposure are NaN, and flagged is False.

    Raises:
        ValueError: a count is negative or not whole, an exposure negative, or the target not positive.

    R: ``ppois`` for "exact"; FunnelPlotR for "additive", on transformed scales. None for "gamma-Poisson".

    References:
        .. [1] Spiegelhalter DJ (2005) Funnel plots for comparing institutional performance. Stat Med 24:1185–1202.
    """
    (count,) = counts_of(units, "count")
    exposure = units["exposure"].to_numpy(float, na_value=np.nan)
    if bool(np.any(exposure < 0)):
        raise ValueError("exposure must not be negative: was a cancellation booked as one?")
    told, dispersion, reason = _judged("rate", (count, exposure), design)
    interval = rate(count, exposure, dispersion, design.level)[["n", "estimate", "low", "high"]]
    figures = pd.concat([interval.assign(exposure=exposure), told], axis=1).set_axis(units.index)
    return estimate_table(figures, reason, f"rate, funnel with {design.limits} limits, Holm", design.level)


def share_funnel(units: pd.DataFrame, design: FunnelDesign = EXACT) -> pd.DataFrame:
    """Return the funnel of shares: each unit, its limits, and whether it stands out [1]_.

    As `rate_funnel`, with binomial tails and v = c(1−c)/n; intervals are Clopper–Pearson's.

    Args:
        units: columns count, n (answers), one row per unit; its index names them.
        design: see `FunnelDesign`; "gamma-Poisson" is for rates only.

    Returns:
        As `rate_funnel`; n is the denominator, and count stands in the place of exposure.

    Raises:
        ValueError: a count is negative, not whole or above its n; limits are "gamma-Poisson"; the target does not lie
            within 0 and 1.

    R: ``2 * min(pbinom(x, n, c), pbinom(x - 1, n, c, lower.tail = FALSE))``; ``binom.test`` adds the outcomes less
    likely than x instead.

    References:
        .. [1] Spiegelhalter DJ (2005) Stat Med 24:1185–1202.
    """
    count, n = counts_of(units, "count", "n")
    if bool(np.any(count > n)):
        raise ValueError("count exceeds n in some unit: were the two columns exchanged?")
    told, _, reason = _judged("share", (count, n), design)
    interval = clopper_pearson(count, n, design.level, minimum_n=1)[["n", "estimate", "low", "high"]]
    figures = pd.concat([interval.assign(count=count.astype(int)), told], axis=1).set_axis(units.index)
    return estimate_table(figures, reason, f"share, funnel with {design.limits} limits, Holm", design.level)


def funnel_curve(funnel: pd.DataFrame, sizes: Numbers, design: FunnelDesign) -> pd.DataFrame:
    """Return the limits of a funnel over a grid of sizes, for drawing.

    Args:
        funnel: result of `rate_funnel` or `share_funnel`.
        sizes: exposures or denominators, positive; whole ones for shares.
        design: what the funnel was made with.

    Returns:
        size, centre and the four limits, one row per size in the order given; empty if no unit is estimable.

    Raises:
        ValueError: a size is not positive.

    R: see `analysis.stats.charts.limits.funnel_limits`.
    """
    grid = np.atleast_1d(np.asarray(sizes, dtype=float))
    if not bool(np.all(grid > 0)):
        raise ValueError("sizes must be positive: start the curve at the smallest unit")
    known = funnel.loc[funnel["status"].eq(OK), ["centre", "dispersion", "between"]]
    if known.empty:
        return pd.DataFrame(columns=["size", "centre", *LIMIT_COLUMNS], dtype=float)
    kind: Kind = "rate" if "exposure" in funnel else "share"
    law = FunnelLaw(kind, design.limits, *known.iloc[0].astype(float))
    return pd.concat([pd.DataFrame({"size": grid, "centre": law.centre}), funnel_limits(grid, law)], axis=1)


def _judged(
    kind: Kind, units: tuple[Floats, Floats], design: FunnelDesign
) -> tuple[pd.DataFrame, float, npt.NDArray[np.str_]]:
    """Return limits and tests per unit, the dispersion of a unit's interval, and why a unit has no funnel."""
    _check(kind, design)
    count, size = units
    sized = np.flatnonzero(np.isfinite(size) & (size > 0))
    # In one order whatever that of the rows: sums of floats depend on it.
    sized = sized[np.lexsort((count[sized], size[sized]))]
    law = null_law(kind, count[sized], size[sized], design)
    against = objection(count[sized], size[sized], law, design)
    reason = np.full(len(count), "no exposure" if kind == "rate" else "no answers", dtype=object)
    reason[sized] = against
    told = pd.DataFrame(np.nan, index=range(len(count)), columns=list(TESTS))
    told.insert(len(TESTS) - 2, "flagged", False)
    if against or not len(sized):
        return told, 1.0, reason.astype(str)
    flags, law = judged(count[sized], size[sized], law, design)
    rows = pd.concat([funnel_limits(size[sized], law), flags], axis=1).assign(centre=law.centre)
    rows = rows.assign(expected=law.centre * size[sized], dispersion=law.dispersion, between=law.between)
    told.loc[sized, rows.columns] = rows.set_axis(told.index[sized])
    return told, law.dispersion if law.limits == "gamma-Poisson" else 1.0, reason.astype(str)


def _check(kind: Kind, design: FunnelDesign) -> None:
    checked_level(design.level)
    checked_level(design.family_error)
    if design.limits == "gamma-Poisson" and kind == "share":
        raise ValueError("a funnel of shares has no gamma-Poisson limits: count per exposure instead, or choose others")
    highest = 1.0 if kind == "share" else np.inf
    if design.target is not None and not 0 < design.target < highest:
        raise ValueError("target must be a share within 0 and 1, or a positive rate per unit of exposure")
