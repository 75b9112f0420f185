"""How much would the worst have improved without any action?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import integrate, special, stats

from analysis.stats.estimates import LEVEL, Floats, checked_level, estimate_table

#: With fewer selected units the t interval of their mean rests on next to nothing.
MINIMUM_SELECTED = 5
#: Changes that differ by less than this part of the figures differ by rounding.
ROUNDING = 1e-12
FIGURES = ("estimate", "low", "high", "std_error", "df", "p", "observed", "expected")
METHOD = "change beyond regression to the mean, t"


@dataclass(frozen=True)
class Population:
    """All units among which some were selected for their first figure.

    Attributes:
        mean: of the first figures of all units.
        reliability: share of the variance of single figures that lies between units, 0–1: their correlation between
            two periods without action.
        second_mean: of the second figures of all units without action; None = the same as the first.
        reliability_error: standard error of the reliability; 0 = known.
    """

    mean: float
    reliability: float
    second_mean: float | None = None
    reliability_error: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError on a reliability that is none."""
        _checked_reliability(self.reliability)
        if not self.reliability_error >= 0:
            raise ValueError("reliability_error must be 0 or more")

    def expected_second(self, first: Floats) -> Floats:
        """Return the second figures expected without action: second mean + R (first − mean)."""
        after = self.mean if self.second_mean is None else self.second_mean
        return after + self.reliability * (first - self.mean)


def improvement_probability(reliability: float, share: float) -> float:
    """Return the chance that a unit among the worst ``share`` does better next time, without any action.

    With first and second figure bivariate normal, correlation R: ∫ φ(x) Φ(x √((1 − R)/(1 + R))) dx / share over the
    x beyond the quantile of 1 − share (worse being larger). METHODS: R = .7, the worst 10 %: 76 %.

    Args:
        reliability: R, 0–1.
        share: selected as the worst, above 0 and at most 1.

    Raises:
        ValueError: reliability or share out of range.

    R: ``integrate(function(x) dnorm(x) * pnorm(x * sqrt((1 - R)/(1 + R))), qnorm(1 - share), Inf)$value / share``.
    R = 1: the figures are equal, nobody improves, 0.
    """
    steepness = np.sqrt((1 - _checked_reliability(reliability)) / (1 + reliability))
    if not 0 < share <= 1:
        raise ValueError("share must lie above 0 and at most at 1: .1 for the worst tenth")
    if reliability == 1:
        return 0.0
    start = stats.norm.isf(share)
    area, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * stats.norm.cdf(x * steepness), start, np.inf, epsabs=1e-13, epsrel=1e-12
    )
    return float(area / share)


def expected_improvement(reliability: float, sd: float, share: float) -> float:
    """Return the mean improvement of the worst ``share`` of units without any action [1]_.

    σ (1 − R) φ(z)/share with z the normal quantile of 1 − share: the units beyond a cutoff at z standard deviations
    of single figures from the mean.

    Args:
        reliability: R, 0–1.
        sd: standard deviation of single figures between units (noise included), 0 or more.
        share: selected as the worst, above 0 and at most 1.

    Raises:
        ValueError: a number out of range.

    R: ``sd * (1 - R) * dnorm(qnorm(1 - share)) / share``. Gardner and Heady write σ(1 − R) as σ_w²/√(σ_w² + σ_b²).

    References:
        .. [1] Gardner MJ, Heady JA (1973) J Chronic Dis 26:781–795; Davis CE (1976) Am J Epidemiol 104:493–498.
    """
    _checked_reliability(reliability)
    if not 0 < share <= 1 or not sd >= 0:
        raise ValueError("share must lie above 0 and at most at 1, and sd be 0 or more")
    return float(sd * (1 - reliability) * stats.norm.pdf(stats.norm.isf(share)) / share)


def corrected_change(selected: pd.DataFrame, population: Population, level: float = LEVEL) -> pd.DataFrame:
    """Return the mean change of selected units beyond what regression to the mean explains [1]_.

    Per unit d = second − (second mean + R (first − mean)); estimate = mean of d. Given the first figures, the d of
    normal units without action are independent around 0, however the units were selected. Standard error
    √(s²/k + (mean first − mean)² se_R²); t with k − 1 degrees of freedom for the first part, none lost for the second
    (Welch–Satterthwaite).

    Args:
        selected: columns first and second, the figures of each selected unit; rows without both (finite) are left out.
        population: all units, the selected ones included. If the rest changed too, give second_mean.
        level: two-sided confidence level.

    Returns:
        A table of one estimate in the unit of the figures, n being selected units, with std_error, df, p, observed
        (mean change) and expected (mean change without action): estimate = observed − expected.

    Not estimable with fewer than `MINIMUM_SELECTED` units. It takes the place of no comparison group: R and the
    normal shape are assumptions.

    R: ``t.test(second - (m + R * (first - m)))`` for a known R.

    References:
        .. [1] James KE (1973) Biometrics 29:121–130; Barnett AG, van der Pols JC, Dobson AJ (2005) Int J Epidemiol
           34:215–220.
    """
    pairs = selected[["first", "second"]].astype(float).sort_values(["first", "second"])
    first, second = pairs[np.isfinite(pairs).all(axis=1)].to_numpy().T
    k = len(first)
    reason = "no units" if not k else f"fewer than {MINIMUM_SELECTED} selected units" if k < MINIMUM_SELECTED else ""
    if not reason and np.ptp(second - population.expected_second(first)) <= ROUNDING * np.abs([first, second]).max():
        reason = "no variation between selected units"
    told = dict.fromkeys(FIGURES, np.nan) if reason else beyond_expectation(first, second, population, level)
    figures = pd.DataFrame({"n": [k], **{name: [told[name]] for name in FIGURES}})
    return estimate_table(figures, np.array([reason]), METHOD, checked_level(level))


def beyond_expectation(first: Floats, second: Floats, population: Population, level: float) -> dict[str, float]:
    """Return the `FIGURES` of `corrected_change` from the figures of two or more units."""
    beyond = second - population.expected_second(first)
    k = len(beyond)
    noise = float(np.var(beyond, ddof=1)) / k
    variance = noise + float((first.mean() - population.mean) * population.reliability_error) ** 2
    mean, change, error = float(beyond.mean()), float((second - first).mean()), float(np.sqrt(variance))
    df = (k - 1) * (variance / noise) ** 2
    half = float(special.stdtrit(df, (1 + level) / 2)) * error
    p = 2 * float(special.stdtr(df, -abs(mean) / error))
    return dict(zip(FIGURES, (mean, mean - half, mean + half, error, df, p, change, change - mean), strict=True))


def _checked_reliability(reliability: float) -> float:
    if not 0 <= reliability <= 1:
        raise ValueError("reliability must lie within 0 and 1: the share of variance between units")
    return reliability
