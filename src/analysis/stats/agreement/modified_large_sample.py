"""How sure are we of a reliability when few raters, of differing severity, scored many units?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import Floats, ratio

#: Halvings of the interval in which a limit is sought: to the last bit.
HALVINGS = 60


def agreement_limits(squares: pd.DataFrame, tail: float) -> tuple[Floats, Floats]:
    """Return modified large-sample limits of ICC2 from its mean squares [1]_.

    ρ is below the true ICC2 when L(ρ) = (1 − ρ) σ²_p − ρ (σ²_r + σ²_e) > 0. With mean squares B, R, E of n units and k
    raters, L = (1−ρ)/k · B − ρ/n · R − ((1−ρ)/k + ρ − ρ/n) · E. Its limits are those of Ting and others for one mean
    square less two more; the limits of ICC2 are the ρ at which the lower and the upper one cross 0.

    Args:
        squares: mean squares, as in `analysis.stats.agreement.scores.mean_squares`, with k raters on every unit.
        tail: probability below the upper limit, .975 for a 95 % interval.

    In simulation (k = 2 … 10, n = 10 … 300, rater variance 0–2 times the residual's) it covers .93 and more; the
    interval of Shrout and Fleiss .70 and more.

    References:
        .. [1] Cappelleri JC, Ting N (2003) Stat Med 22:1861–1877; Ting N, Burdick RK, Graybill FA, Jeyaratnam S, Lu TFC
           (1990) J Stat Comput Simul 35:135–143.
    """
    return _crossing(squares, tail), _crossing(squares, 1 - tail)


def _crossing(squares: pd.DataFrame, tail: float) -> Floats:
    """Return the ρ of 0–1 at which the limit of L crosses 0, by halving.

    Where the limit is not above 0 at ρ = 0 the lower limit is −1/(k−1), the end of the scale, and the upper one 0.
    """
    n, k, between = (squares[name].to_numpy(float) for name in ("n", "k", "between"))
    quantiles = _quantiles(n - 1, k - 1, tail)
    side = -1 if tail > 1 / 2 else 1
    low, high = np.zeros(len(squares)), np.ones(len(squares))
    for _ in range(HALVINGS):
        rho = (low + high) / 2
        gained = (1 - rho) / k * between
        severity = rho / n * squares["raters"].to_numpy(float)
        rest = ((1 - rho) / k + rho - rho / n) * squares["residual"].to_numpy(float)
        parts = np.stack([gained**2, severity**2, rest**2, gained * severity, gained * rest])
        variance = np.maximum((quantiles * parts).sum(axis=0), 0.0)
        above = gained - severity - rest + side * np.sqrt(variance) > 0
        low, high = np.where(above, rho, low), np.where(above, high, rho)
    found = np.where((low == 0) & (side < 0), -ratio(1.0, k - 1), (low + high) / 2)
    return np.where(np.isfinite(between), found, np.nan)


def _quantiles(df: Floats, df_raters: Floats, tail: float) -> Floats:
    """Return the factors of B², R², E², B·R and B·E in the limit's variance (5 × rows)."""
    own = 1 - ratio(df, stats.chi2.ppf(tail, df))
    others, crossed = [], []
    for df_other in (df_raters, df * df_raters):
        other = ratio(df_other, stats.chi2.ppf(1 - tail, df_other)) - 1
        f = stats.f.ppf(tail, df, df_other)
        others.append(other**2)
        crossed.append(ratio((f - 1) ** 2 - (own * f) ** 2 - other**2, f))
    return np.stack([own**2, *others, *crossed])
