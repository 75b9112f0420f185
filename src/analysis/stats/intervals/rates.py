"""How many events per unit of exposure, and how sure are we when events come in bursts?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.stats.estimates import (
    LEVEL,
    Floats,
    Numbers,
    aligned,
    checked_level,
    counts_of,
    estimate_table,
    ratio,
)

#: Below this excess the gamma-Poisson law and the Poisson law agree to eight digits.
NEGLIGIBLE_EXCESS = 1e-9


def rate(count: Numbers, exposure: Numbers, dispersion: Numbers = 1.0, level: float = LEVEL) -> pd.DataFrame:
    """Return count / exposure with an exact interval for a count of variance dispersion × mean.

    Dispersion 1 (and below: events spread more evenly than chance are not credited): Garwood's Poisson limits [1]_,
    χ²(α/2; 2x)/2 and χ²(1−α/2; 2x+2)/2. Above 1: the count is gamma-Poisson with mean μ, variance φμ (size
    μ/(φ−1), probability 1/φ), and the limits solve P(X ≥ x | μ) = α/2 and P(X ≤ x | μ) = α/2 exactly, through the
    incomplete beta function. The dispersion is taken as known; estimated from 12 … 60 months by `pearson_dispersion`
    the limits still cover .91 and more, .965 on average (means 1 … 30 a month, dispersion 1 … 12).

    Args:
        count: events, whole numbers.
        exposure: what they arose from, in the unit the rate is to be per; 0 is not estimable.
        dispersion: φ, variance over mean, a scalar or one per row; NaN (unknown) or infinite is not estimable.
        level: two-sided confidence level.

    Returns:
        A table of estimates (events per unit of exposure) on the index of ``count``; n is the count, with the
        columns exposure and dispersion (as used, at least 1).

    Raises:
        ValueError: a count is negative or not whole, or an exposure negative.

    R: ``poisson.test(count, exposure)$conf.int`` at φ = 1; above, ``uniroot`` on ``pnbinom(count, size = mu/(phi-1),
    prob = 1/phi)``. R's quasi-Poisson ``glm`` gives a Wald interval on the log scale instead, with none at 0.

    References:
        .. [1] Garwood F (1936) Biometrika 28:437–442.
    """
    table = aligned(count=count, exposure=exposure, dispersion=dispersion)
    (events,) = counts_of(table, "count")
    units, phi = (table[name].to_numpy(float, na_value=np.nan) for name in ("exposure", "dispersion"))
    if bool(np.any(units < 0)):
        raise ValueError("exposure must not be negative: was a cancellation booked as one?")
    nothing, unknown = ~(np.isfinite(units) & (units > 0)), ~np.isfinite(phi)
    known = np.where(unknown, 1.0, np.maximum(phi, 1.0))
    low, high = _mean_limits(events, known, checked_level(level))
    columns = {name: ratio(value, units) for name, value in {"estimate": events, "low": low, "high": high}.items()}
    columns = {"n": events.astype(int), **columns, "exposure": units, "dispersion": np.where(unknown, np.nan, known)}
    figures = pd.DataFrame(columns, index=table.index)
    reason = np.select([nothing, unknown], ["no exposure", "the dispersion is unknown"], default="")
    return estimate_table(figures, reason, "rate, exact gamma-Poisson (Garwood at dispersion 1)", level)


def pearson_dispersion(counts: Numbers, expected: Numbers, df: float) -> float:
    """Return variance over mean of counts around their expectation, Σ (x − e)²/e / df [1]_.

    1 for independent events, below 1 by chance or when they come evenly; NaN (which `rate` reads as unknown) where
    ``df`` is not positive or nothing was expected. Cells that expect nothing and hold nothing are left out.

    Args:
        counts: events per cell.
        expected: the model's expectation per cell, not negative.
        df: cells minus fitted parameters.

    Raises:
        ValueError: a cell holds events where none were expected possible, or an expectation is negative or missing.

    R: ``sum(residuals(fit, "pearson")^2) / fit$df.residual``, as in ``summary(glm(family = quasipoisson))``.

    References:
        .. [1] McCullagh P, Nelder JA (1989) Generalized Linear Models, 2nd ed., section 4.5.
    """
    table = aligned(counts=counts, expected=expected)
    (events,) = counts_of(table, "counts")
    mean = table["expected"].to_numpy(float, na_value=np.nan)
    if not bool(np.all((mean > 0) | ((mean == 0) & (events == 0)))):
        raise ValueError("expected must be positive wherever events were counted")
    possible = mean > 0
    if df <= 0 or not bool(possible.any()):
        return float("nan")
    return float(np.sum((events[possible] - mean[possible]) ** 2 / mean[possible]) / df)


def _mean_limits(events: Floats, dispersion: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1 - level) / 2
    some = np.maximum(events, 1)
    low_poisson = stats.chi2.ppf(tail, 2 * some) / 2
    high_poisson = stats.chi2.ppf(1 - tail, 2 * events + 2) / 2
    bursty = dispersion > 1 + NEGLIGIBLE_EXCESS
    phi = np.where(bursty, dispersion, 2.0)
    # P(X >= x) = I(1 - 1/phi; x, size) and P(X <= x) = I(1/phi; size, x + 1), I the regularised incomplete beta.
    low_bursty = special.btdtrib(some, tail, 1 - 1 / phi) * (phi - 1)
    high_bursty = special.btdtria(tail, events + 1, 1 / phi) * (phi - 1)
    low = np.where(bursty, low_bursty, low_poisson)
    return np.where(events > 0, low, 0.0), np.where(bursty, high_bursty, high_poisson)
