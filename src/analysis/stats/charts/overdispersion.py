"""By how much do units differ beyond chance, when a few extreme ones must not decide?"""

from __future__ import annotations

import numpy as np

from analysis.stats.estimates import Floats, Numbers

#: Share of z-scores drawn in at either end, as in Spiegelhalter's examples.
WINSORISED_SHARE = 0.1


def winsorised_dispersion(z: Numbers, share: float = WINSORISED_SHARE) -> float:
    """Return φ = Σ z_w² / I, the mean square of z-scores winsorised at both ends [1]_.

    z_w: scores below the quantile of order ``share`` are set to it, those above that of order 1 − ``share`` likewise
    (quantiles interpolated, R's type 7). 1 without excess; winsorising normal scores by .1 lowers the mean to .68.

    Args:
        z: naive z-scores of I units, finite.
        share: drawn in at either end, 0 (none) to below ½.

    Returns:
        φ, or NaN without units.

    Raises:
        ValueError: ``share`` lies outside 0–.5, or a score is not finite.

    R: ``q <- quantile(z, c(.1, .9)); mean(pmin(pmax(z, q[1]), q[2])^2)``, as in FunnelPlotR (without its arcsine and
    square-root transformations, which the paper does not use for φ).

    References:
        .. [1] Spiegelhalter DJ (2005) Funnel plots for comparing institutional performance. Stat Med 24:1185–1202,
           section 4; the same (2005) Qual Saf Health Care 14:347–351.
    """
    scores = np.asarray(z, dtype=float)
    if not 0 <= share < 1 / 2 or not bool(np.isfinite(scores).all()):
        raise ValueError("z must be finite and the winsorised share lie within 0 and .5: .1 draws in a tenth per side")
    if not len(scores):
        return float("nan")
    low, high = np.quantile(scores, [share, 1 - share])
    return float(np.mean(np.clip(scores, low, high) ** 2))


def additive_variance(dispersion: float, variance: Numbers) -> float:
    """Return τ² = (I φ − (I − 1)) / (Σ w − Σ w² / Σ w), w = 1/variance; 0 where I φ < I − 1 [1]_.

    The variance between units in a random-effects model, by the moments of DerSimonian and Laird.

    Args:
        dispersion: φ of `winsorised_dispersion`.
        variance: sampling variance per unit under the null, positive.

    Returns:
        τ² in the square of the figure's unit; NaN for fewer than two units.

    Raises:
        ValueError: a variance is not positive.

    R: ``w <- 1/v; max(0, (I * phi - (I - 1)) / (sum(w) - sum(w^2)/sum(w)))``, as FunnelPlotR's ``tau_func``.

    References:
        .. [1] Spiegelhalter DJ (2005) Stat Med 24:1185–1202, section 4; DerSimonian R, Laird N (1986).
    """
    variances: Floats = np.asarray(variance, dtype=float)
    if not bool(np.all(variances > 0)):
        raise ValueError("variance must be positive: was a unit without answers passed?")
    units = len(variances)
    if units < 2:
        return float("nan")
    weight = 1 / variances
    # Σ w − Σ w²/Σ w as twice the sum over pairs, so that a giant weight does not cancel the others out
    spread = 2 * (weight[1:] * np.cumsum(weight)[:-1]).sum() / weight.sum()
    return max(0.0, float((units * dispersion - (units - 1)) / spread))
