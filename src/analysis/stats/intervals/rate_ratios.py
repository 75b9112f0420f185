"""How many times as high is one rate as another?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from analysis.stats.estimates import LEVEL, Floats, checked_level, counts_of, estimate_table, ratio

#: Below this excess the beta-binomial law and the binomial law agree to eight digits.
NEGLIGIBLE_EXCESS = 1e-9
#: How near 0 and 1 the share of the events is looked for.
EDGE = 1e-12


def rate_ratio(rates: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return the ratio of two independent rates, with limits that condition on the events of both together.

    Given all N events, those of the first side are binomial with share π = θe/(θe + e₀) for a rate ratio θ and
    exposures e, e₀; Clopper and Pearson's limits for π give θ = π e₀ / ((1−π) e) [1]_. With a dispersion φ above 1 both
    counts are gamma-Poisson of variance φ × mean, and given N the first is beta-binomial with sizes πM/(φ−1) and
    (1−π)M/(φ−1), M the mean of N, for which N itself stands: exact but for that.

    Args:
        rates: columns count and exposure (the rate), base_count and base_exposure (what it is compared with), and where
            events come in bursts dispersion (variance over mean; below 1 counts as 1; missing or infinite is not
            estimable).
        level: two-sided confidence level.

    Returns:
        A table of estimates on the index of ``rates``; n is the events of both sides. A base without events, or an
        exposure of 0, is not estimable.

    Raises:
        ValueError: a count is negative or not whole, or an exposure negative.

    R: ``poisson.test(c(count, base_count), c(exposure, base_exposure))`` at dispersion 1; none above it.

    References:
        .. [1] Przyborowski J, Wilenski H (1940) Biometrika 31:313–323; Clopper and Pearson (1934).
    """
    events, base = counts_of(rates, "count", "base_count")
    units, base_units = (rates[name].to_numpy(float, na_value=np.nan) for name in ("exposure", "base_exposure"))
    if bool(np.any(units < 0) or np.any(base_units < 0)):
        raise ValueError("exposure must not be negative: was a cancellation booked as one?")
    phi = rates["dispersion"].to_numpy(float, na_value=np.nan) if "dispersion" in rates else np.ones(len(rates))
    odds, unknown = ratio(base_units, units), ~np.isfinite(phi)
    low, high = _share_limits(events, base, np.where(unknown, 1.0, phi), checked_level(level))
    figures = pd.DataFrame(
        {
            "n": (events + base).astype(int),
            "estimate": ratio(events, base) * odds,
            "low": ratio(low, 1 - low) * odds,
            "high": ratio(high, 1 - high) * odds,
            "dispersion": np.where(unknown, np.nan, np.maximum(phi, 1.0)),
        },
        index=rates.index,
    )
    exposed = np.isfinite(units) & (units > 0) & np.isfinite(base_units) & (base_units > 0)
    conditions = [~exposed, unknown, base == 0]
    words = ["no exposure", "the dispersion is unknown", "no events to compare with"]
    reason = np.select(conditions, words, default="")
    return estimate_table(figures, reason, "rate ratio, conditional on all events", level)


def _share_limits(events: Floats, base: Floats, dispersion: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the limits of the first side's share π of the events, row by row."""
    tail, total = (1 - level) / 2, events + base
    low = np.where(events > 0, stats.beta.ppf(tail, np.maximum(events, 1), base + 1), 0.0)
    high = np.where(base > 0, stats.beta.ppf(1 - tail, events + 1, np.maximum(base, 1)), 1.0)
    for row in np.flatnonzero((dispersion > 1 + NEGLIGIBLE_EXCESS) & (total > 0)):
        high[row] = _bursty_high(events[row], total[row], dispersion[row], tail)
        low[row] = 1 - _bursty_high(base[row], total[row], dispersion[row], tail)  # the other side's, mirrored
    return low, high


def _bursty_high(events: float, total: float, dispersion: float, tail: float) -> float:
    """Return the π at which ``events`` or fewer out of ``total`` have probability ``tail``; 1 if they are all."""
    if events == total:
        return 1.0
    first, drawn = np.arange(events + 1), np.arange(total) * (dispersion - 1) / total
    # Products of the chances of one draw after the other: beta functions of sizes like 1e9, as in scipy's betabinom,
    # cancel each other to three digits.
    ways = -special.betaln(first + 1, total - first + 1) - np.log(total + 1) - np.log1p(drawn).sum()

    def gap(share: float) -> float:
        one, other = (np.append(0, np.cumsum(np.log(part + drawn))) for part in (share, 1 - share))
        return float(np.exp(ways + one[: len(first)] + other[::-1][: len(first)]).sum()) - tail

    return float(optimize.brentq(gap, EDGE, 1 - EDGE, xtol=1e-14, rtol=1e-12))
