"""Where does the funnel run for a unit of a given size?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import Floats, Numbers
from analysis.stats.intervals.rates import NEGLIGIBLE_EXCESS

Kind = Literal["share", "rate"]
Limits = Literal["exact", "multiplicative", "additive", "gamma-Poisson"]
#: Spiegelhalter's warning and alarm: two-sided levels of the limits, by the ending of their columns.
PICTURE_LEVELS = {"95": 0.95, "998": 0.998}
LIMIT_COLUMNS = tuple(f"limit_{side}_{ending}" for ending in PICTURE_LEVELS for side in ("low", "high"))


@dataclass(frozen=True)
class FunnelLaw:
    """What an innocent unit's figure follows: shares or rates, their centre and their excess over chance.

    ``dispersion`` φ multiplies the variance ("multiplicative", "gamma-Poisson"), ``between`` τ² is added to it
    ("additive"); "exact" knows neither.
    """

    kind: Kind
    limits: Limits
    centre: float
    dispersion: float = 1.0
    between: float = 0.0

    def variance(self, size: Floats) -> Floats:
        """Return the sampling variance under the null, without excess: c(1−c)/n of a share, c/e of a rate."""
        spread = self.centre * (1 - self.centre) if self.kind == "share" else self.centre
        return spread / size


def funnel_limits(size: Numbers, law: FunnelLaw) -> pd.DataFrame:
    """Return the limits of a funnel for units of given size [1]_.

    "exact" and "gamma-Poisson": (r − α)/n, r the quantile of order q of the count and
    α = (F(r) − q)/(F(r) − F(r−1)), interpolated so that the curve is smooth. "multiplicative": c ± z √(φ v);
    "additive": c ± z √(v + τ²). All are cut at 0, those of shares at 1.

    Args:
        size: denominator or exposure per unit, positive.
        law: see `FunnelLaw`.

    Returns:
        limit_low_95, limit_high_95, limit_low_998, limit_high_998, one row per size, in the unit of the centre.

    R: ``r <- qbinom(q, n, c); (r - (pbinom(r, n, c) - q) / dbinom(r, n, c)) / n``.

    References:
        .. [1] Spiegelhalter DJ (2005) Stat Med 24:1185–1202, sections 2 and 4 and Appendix A.1.
    """
    sizes = np.atleast_1d(np.asarray(size, dtype=float))
    columns = {}
    for ending, level in PICTURE_LEVELS.items():
        columns[f"limit_low_{ending}"] = _limit(sizes, law, (1 - level) / 2)
        columns[f"limit_high_{ending}"] = _limit(sizes, law, (1 + level) / 2)
    return pd.DataFrame(columns)


def _limit(size: Floats, law: FunnelLaw, order: float) -> Floats:
    if law.limits in ("multiplicative", "additive"):
        variance = law.dispersion * law.variance(size) if law.limits == "multiplicative" else law.variance(size)
        limit = law.centre + stats.norm.ppf(order) * np.sqrt(variance + law.between)
    else:
        counts = _count_law(size, law)
        quantile = counts.ppf(order)
        limit = (quantile - (counts.cdf(quantile) - order) / counts.pmf(quantile)) / size
    return np.clip(limit, 0.0, 1.0 if law.kind == "share" else np.inf)


def _count_law(size: Floats, law: FunnelLaw) -> stats.distributions.rv_frozen:
    if law.kind == "share":
        return stats.binom(size, law.centre)
    mean = law.centre * size
    if law.limits == "exact" or law.dispersion <= 1 + NEGLIGIBLE_EXCESS:
        return stats.poisson(mean)
    return stats.nbinom(mean / (law.dispersion - 1), 1 / law.dispersion)
