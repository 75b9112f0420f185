"""Which points leave the band when points of large samples differ by more than sampling alone?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.charts.series import RANGE_OVER_SIGMA, baseline_rows, limits_table, mean_moving_range
from analysis.stats.charts.shewhart import rate_figures, share_figures
from analysis.stats.estimates import Floats, ratio


def laney_share_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return Laney's p′ chart: p̄ ± 3 σ_p,i σ_z, cut at 0 and 1 [1]_.

    σ_p,i = √(p̄(1−p̄)/n_i); z_i = (p_i − p̄)/σ_p,i; σ_z = mean |z_i − z_(i−1)| / 1.128, both over the baseline. σ_z = 1
    gives the p chart; it may fall below 1.

    Args:
        points: columns period, count, n, as for `analysis.stats.charts.shewhart.share_chart`, with its errors.
        baseline: the limits rest on the first so many points; None = on all.

    Returns:
        `analysis.stats.charts.series.limits_table` with the column sigma_z; z is that of p_i over σ_p,i σ_z.

    R: ``z <- (p - pbar) / s; pbar + c(-1, 1) * 3 * s * mean(abs(diff(z))) / 1.128``; ``qic(chart = "pp")`` of
    qicharts2 does the same with 1.128 (and leaves out moving ranges above its own limit).

    References:
        .. [1] Laney DB (2002) Improved control charts for attributes. Qual Eng 14(4):531–537.
    """
    figures, reason = share_figures(points, baseline)
    figures = _widened(figures, figures["n"].gt(0).to_numpy(), baseline)
    return limits_table(figures.assign(method="Laney p' chart, three sigma"), (0.0, 1.0), reason)


def laney_rate_chart(points: pd.DataFrame, baseline: int | None = None) -> pd.DataFrame:
    """Return Laney's u′ chart: ū ± 3 σ_u,i σ_z, cut at 0; σ_u,i = √(ū/e_i), σ_z as in `laney_share_chart` [1]_.

    Args:
        points: columns period, count, exposure, as for `analysis.stats.charts.shewhart.rate_chart`, with its errors.
        baseline: the limits rest on the first so many points; None = on all.

    R: ``z <- (u - ubar) / s; ubar + c(-1, 1) * 3 * s * mean(abs(diff(z))) / 1.128``; ``qic(chart = "up")``.

    References:
        .. [1] Laney DB (2002) Qual Eng 14(4):531–537.
    """
    figures, reason = rate_figures(points, baseline)
    figures = _widened(figures, figures["exposure"].gt(0).to_numpy(), baseline)
    return limits_table(figures.assign(method="Laney u' chart, three sigma"), (0.0, np.inf), reason)


def _widened(figures: pd.DataFrame, usable: np.ndarray, baseline: int | None) -> pd.DataFrame:
    """Return ``figures`` with sigma times σ_z of the baseline."""
    rows, _ = baseline_rows(usable, baseline)
    z: Floats = ratio(figures["estimate"] - figures["centre"], figures["sigma"])[rows]
    sigma_z = mean_moving_range(z) / RANGE_OVER_SIGMA
    return figures.assign(sigma=figures["sigma"] * sigma_z, sigma_z=sigma_z)
