"""How many answers does a figure or a change need, and what does a count of nothing say?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.stats.power import TTestIndPower

from analysis.stats.estimates import LEVEL, Numbers, aligned, checked_level, counts_of, estimate_table, first_reason
from analysis.stats.intervals.promoters import NPS_SCALE

#: Share of cases in which a change that is there is to be seen; the usual convention since Cohen (1988).
POWER = 0.8
#: Hanley and Lippman-Hand's short form of −log(.05).
THREE = 3.0


def rule_of_three(n: Numbers, level: float = LEVEL) -> pd.DataFrame:
    """Return how large a share may be when none of ``n`` cases had the event, with the short form 3/n [1]_.

    The one-sided exact limit 1 − (1 − level)^(1/n): with it, "none seen" is excluded at ``level`` for any larger share.

    Args:
        n: cases looked at, all without the event.
        level: one-sided confidence level; 3/n belongs to .95.

    Returns:
        A table of estimates (estimate 0, low 0, high the limit) on the index of ``n``, with three_over_n, at most 1.

    Raises:
        ValueError: n is negative or not whole.

    R: ``binom.test(0, n, alternative = "less")$conf.int[2]``.

    References:
        .. [1] Hanley JA, Lippman-Hand A (1983) JAMA 249:1743–1745.
    """
    table = aligned(n=n)
    (cases,) = counts_of(table, "n")
    some = np.maximum(cases, 1)
    high = -np.expm1(np.log1p(-checked_level(level)) / some)
    short = np.minimum(THREE / some, 1)
    columns = {"n": cases.astype(int), "estimate": 0.0, "low": 0.0, "high": high, "three_over_n": short}
    figures = pd.DataFrame(columns, index=table.index)
    return estimate_table(figures, first_reason(cases, 1, of="cases"), "none seen, one-sided exact", level)


def smallest_detectable_change(differences: pd.DataFrame, power: float = POWER) -> pd.Series:
    """Return the true change that comparisons as sure as these would show in ``power`` of cases.

    (1 + z(power) / z(1−α/2)) · half the width of the difference's interval, which for a normal one is
    (z(1−α/2) + z(power)) · its standard error [1]_. At ``power`` .5 it is half the width itself: a smaller change than
    that is seen in less than half of all cases.

    Args:
        differences: a table of estimates of differences, with low, high and level.
        power: share of cases in which the change is to be seen, strictly between 0 and 1.

    Returns:
        In the unit of the differences, on their index; NaN where there is no interval.

    Raises:
        ValueError: power is not strictly between 0 and 1.

    R: ``power.t.test(n, sd = sd, power = .8)$delta`` as n grows (R takes t and pools the sides).

    References:
        .. [1] Bloom HS (1995) Eval Rev 19:547–556, the "minimum detectable effect".
    """
    half = (differences["high"] - differences["low"]) / 2
    reach = stats.norm.ppf(_checked_power(power)) / stats.norm.ppf((1 + differences["level"]) / 2)
    return (half * (1 + reach)).rename("detectable")


def answers_for_share_width(share: float, half_width: float, level: float = LEVEL) -> pd.Series:
    """Return how many answers a share needs so that its interval reaches no further than ``half_width`` each way.

    Args:
        share: the share expected, strictly between 0 and 1; .5 is the most demanding.
        half_width: half of the interval's width, strictly between 0 and .5.
        level: two-sided confidence level.

    Returns:
        Whole answers, rounded up, by interval: "wilson", whose half-width z √(npq + z²/4)/(n + z²) is solved for
        n [1]_, and "wald", the textbook's z² pq / half_width² [2]_, which is what most tables print.

    Raises:
        ValueError: share or half_width lie outside their range.

    R: ``ceiling(qnorm(.975)^2 * p * (1 - p) / h^2)`` for "wald"; statsmodels ``samplesize_confint_proportion``.

    References:
        .. [1] Piegorsch WW (2004) Comput Stat Data Anal 46:309–316.
        .. [2] Cochran WG (1977) Sampling Techniques, 3rd ed., section 4.4.
    """
    if not (0 < share < 1 and 0 < half_width < 0.5):
        raise ValueError("share must lie strictly within 0 and 1, half_width within 0 and .5: were per cent passed?")
    z2, pq, h2 = _z(level) ** 2, share * (1 - share), half_width**2
    wilson = z2 * (pq + math.sqrt(pq**2 + 4 * h2 * (0.25 - pq))) / (2 * h2) - z2
    return pd.Series({"wilson": _whole(wilson), "wald": _whole(z2 * pq / h2)}, name="answers")


def answers_for_mean_width(std_dev: float, half_width: float, level: float = LEVEL) -> int:
    """Return how many answers a mean needs so that its t interval reaches no further than ``half_width`` each way.

    The smallest n ≥ 2 with t(n−1) s/√n ≤ half_width [1]_, s as expected.

    Args:
        std_dev: standard deviation expected, positive, in the unit of the item.
        half_width: half of the interval's width, positive, in the same unit.
        level: two-sided confidence level.

    Raises:
        ValueError: std_dev or half_width are not positive.

    R: ``n <- 2; while (qt(.975, n - 1) * s / sqrt(n) > h) n <- n + 1``; the normal short form (z s / h)² is one or two
    answers smaller.

    References:
        .. [1] Cochran WG (1977) Sampling Techniques, 3rd ed., section 4.6.
    """
    if not (0 < std_dev < math.inf and half_width > 0):
        raise ValueError("std_dev and half_width must be positive numbers")
    tail = (1 + checked_level(level)) / 2
    n = max(2, math.floor((_z(level) * std_dev / half_width) ** 2))  # the normal form never asks for more than t
    while stats.t.ppf(tail, n - 1) * std_dev / math.sqrt(n) > half_width:
        n += 1
    return n


def answers_for_nps_width(promoters: float, detractors: float, half_width: float, level: float = LEVEL) -> int:
    """Return how many answers a Net Promoter Score needs so that it is known to ± ``half_width`` points.

    z² 100² (p + d − (p − d)²) / half_width² [1]_, rounded up.

    Args:
        promoters: share of promoters expected, 0–1.
        detractors: share of detractors expected, 0–1.
        half_width: points of the scale −100 … 100, positive.
        level: two-sided confidence level.

    Raises:
        ValueError: the shares are no shares, or all answers would be alike.

    References:
        .. [1] Rocks B (2016) Am Stat 70:365–372, the variance of p − d.
    """
    variance = promoters + detractors - (promoters - detractors) ** 2
    shares = min(promoters, detractors) >= 0 and promoters + detractors <= 1
    if not (shares and variance > 0 and half_width > 0):
        raise ValueError("promoters and detractors must be shares that leave room for spread, and half_width positive")
    return _whole(_z(level) ** 2 * NPS_SCALE**2 * variance / half_width**2)


def answers_for_share_change(share: float, changed: float, level: float = LEVEL, power: float = POWER) -> int:
    """Return how many answers each of two quarters needs so that a change from ``share`` to ``changed`` is seen.

    n = (z(1−α/2) √(2p̄q̄) + z(power) √(pq + p'q'))² / (p − p')², rounded up [1]_, without continuity correction.

    Args:
        share: share before.
        changed: share after, another one.
        level: confidence level of the two-sided comparison.
        power: share of cases in which the change is to be seen.

    Raises:
        ValueError: the shares are equal or not strictly between 0 and 1.

    R: ``ceiling(power.prop.test(p1 = p, p2 = p2, power = .8)$n)``.

    References:
        .. [1] Fleiss JL, Levin B, Paik MC (2003) Statistical Methods for Rates and Proportions, 3rd ed., section 4.2.
    """
    if not (0 < share < 1 and 0 < changed < 1) or share == changed:
        raise ValueError("share and changed must differ and lie strictly between 0 and 1")
    pooled, spread = (share + changed) / 2, share * (1 - share) + changed * (1 - changed)
    reach = _z(level) * math.sqrt(2 * pooled * (1 - pooled)) + stats.norm.ppf(_checked_power(power)) * math.sqrt(spread)
    return _whole((reach / (share - changed)) ** 2)


def answers_for_mean_change(change: float, std_dev: float, level: float = LEVEL, power: float = POWER) -> int:
    """Return how many answers each of two quarters needs so that a change of the mean is seen by a t test.

    The smallest whole n at which the noncentral t reaches ``power`` [1]_; computed by statsmodels ``TTestIndPower``.

    Args:
        change: the change of the mean to be seen, not 0, in the unit of the item.
        std_dev: standard deviation expected in both quarters, positive.
        level: confidence level of the two-sided comparison.
        power: share of cases in which the change is to be seen.

    Raises:
        ValueError: the change is 0 or std_dev not positive, or so small a change that no number of answers would do.

    R: ``ceiling(power.t.test(delta = d, sd = s, power = .8, strict = TRUE)$n)``.

    References:
        .. [1] Cohen J (1988) Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapter 2.
    """
    if not (0 < abs(change) < math.inf and 0 < std_dev < math.inf):
        raise ValueError("change must be a number other than 0 and std_dev a positive one")
    effect, alpha, aim = abs(change) / std_dev, 1 - checked_level(level), _checked_power(power)
    test = TTestIndPower()

    def lacking(n: float) -> float:
        return float(test.power(effect, n, alpha)) - aim

    if lacking(2) >= 0:
        return 2
    enough = 2 * (reach / effect) ** 2 + 10 if (reach := _z(level) + stats.norm.ppf(aim)) > 0 else 10.0
    return _whole(optimize.brentq(lacking, 2, enough, xtol=1e-9))


def _checked_power(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError("power must lie strictly between 0 and 1, as in .8")
    return power


def _whole(n: float) -> int:
    """Return n rounded up, a value that misses a whole number by rounding counting as that number."""
    return math.ceil(n - 1e-9 * max(n, 1))


def _z(level: float) -> float:
    return float(stats.norm.ppf((1 + checked_level(level)) / 2))
