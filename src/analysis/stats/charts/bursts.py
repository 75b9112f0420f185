"""Which counts leave their exact limits when events come in bursts?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.charts.series import LIMIT_Z, LIMITS, NO_VARIATION, baseline_rows
from analysis.stats.charts.shewhart import rate_figures
from analysis.stats.estimates import OK, Floats, ratio
from analysis.stats.intervals.rates import NEGLIGIBLE_EXCESS, pearson_dispersion

#: Chance of leaving limits of three standard errors on either side, .00135, as for a normal figure.
LIMIT_TAIL = float(stats.norm.sf(LIMIT_Z))


def burst_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return the chart of counts per exposure with exact gamma-Poisson (negative binomial) limits [1]_.

    The count of a point is negative binomial with mean μ_i = ū e_i and variance φ μ_i (size μ_i/(φ−1), probability
    1/φ; Poisson at φ ≤ 1). ū and φ (Pearson, m−1 degrees of freedom) come from the m baseline points and are taken
    as known. low_i, high_i are the quantiles of order .00135 and .99865: P(X < low) < .00135, P(X > high) ≤ .00135.

    Args:
        points: columns period, count, exposure; points without exposure have no limits and are no baseline.
        baseline: the limits rest on the first so many points; None = on all.

    Returns:
        period, n (the count), estimate, centre, limit_low, limit_high (rates per unit of exposure), z, beyond,
        exposure, dispersion (as used), p (two-sided, exact), method, status; ordered by period. z is the signed
        normal quantile of p.

    Raises:
        ValueError: a count is negative or not whole, an exposure negative; a period is repeated or missing.

    R: ``qnbinom(c(pnorm(-3), pnorm(3)), size = mu/(phi-1), prob = 1/phi) / e``; ``qpois`` at φ = 1. qcc and
    qicharts2 have no such chart.

    References:
        .. [1] Hilbe JM (2011) Negative Binomial Regression, 2nd ed., section 8.1 (linear variance, NB1).
    """
    figures, reason = rate_figures(points, baseline)
    count, exposure = figures["n"].to_numpy(float), figures["exposure"].to_numpy(float)
    rows, _ = baseline_rows(exposure > 0, baseline)
    centre = figures["centre"].to_numpy(float)
    reason = np.where((reason == "") & ~(centre > 0), NO_VARIATION, reason)
    usable = reason == ""
    mean = np.where(usable, centre * exposure, 1.0)
    phi = max(1.0, pearson_dispersion(count[rows], mean[rows], rows.sum() - 1)) if usable.any() else np.nan
    low, high, p = gamma_poisson_limits(count, mean, phi if usable.any() else 1.0)
    told = figures.drop(columns="sigma").assign(
        limit_low=ratio(low, exposure),
        limit_high=ratio(high, exposure),
        z=np.sign(count - mean) * np.abs(stats.norm.isf(p / 2)),
        beyond=usable & ((count < low) | (count > high)),
        dispersion=phi,
        p=np.where(usable, p, np.nan),
        method="gamma-Poisson chart, exact limits",
        status=[f"not estimable: {why}" if why else OK for why in reason],
    )
    told[list(LIMITS)] = told[list(LIMITS)].where(told["status"].eq(OK), np.nan)
    first = ["period", "n", "estimate", "centre", "limit_low", "limit_high", "z", "beyond"]
    return told[[*first, "exposure", "dispersion", "p", "method", "status"]]


def gamma_poisson_limits(count: Floats, mean: Floats, dispersion: float) -> tuple[Floats, Floats, Floats]:
    """Return the counts low and high of `burst_chart`, and the exact two-sided p of each count, at most 1.

    Args:
        count: events.
        mean: their expectation, positive.
        dispersion: φ ≥ 1, variance over mean.

    R: ``min(1, 2 * min(pnbinom(x, size, prob), pnbinom(x - 1, size, prob, lower.tail = FALSE)))``.
    """
    bursty = dispersion > 1 + NEGLIGIBLE_EXCESS
    law = stats.nbinom(mean / (dispersion - 1), 1 / dispersion) if bursty else stats.poisson(mean)
    two_sided = np.minimum(1.0, 2 * np.minimum(law.cdf(count), law.sf(count - 1)))
    return law.ppf(LIMIT_TAIL), law.ppf(1 - LIMIT_TAIL), two_sided
