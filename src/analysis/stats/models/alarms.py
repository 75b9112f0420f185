"""Did more happen this month than the months before let expect?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special

from analysis.stats.estimates import LEVEL, Floats, checked_level, counts_of, estimate_table
from analysis.stats.models.counts import count_fit, count_refusal, model_arrays, used_cells
from analysis.stats.models.separation import independent_columns
from analysis.stats.models.trend import MINIMUM_MONTHS, Season, checked_months, season_columns
from analysis.stats.testing import holm

#: Below this excess of variance over mean the gamma-Poisson law and the Poisson law agree to six digits.
NEGLIGIBLE_EXCESS = 1e-6
#: Points of the quadratures over s (on either side of its kink) and z: tail probabilities of .0001 and above are right
#: to five digits where df* is 6 or more.
DISPERSION_POINTS, MEAN_POINTS = 20, 12
#: Logarithm by which a mean may be off at most, so that no baseline, however poor, overflows.
FARTHEST = 50.0
#: The rule for s overflows beyond; by then it is as good as known.
MOST_DF = 200.0
#: Found by simulation: with fewer, a baseline of one or two events lets no count, however large, raise an alarm; with
#: these, 4 % of unchanged years at most do at mean counts of .05–1 and variance 1–3 times the mean.
LEAST_DF = 2.5
ALPHA_PRECISION = 1e-12
#: Half of a χ² at least this keeps s finite.
LEAST_CHI2 = 1e-30
#: Found by simulation (see `effective_df`): with both at 1, 6–7 % of unchanged years raise an alarm at mean counts of
#: 5–40 and variance 3 times the mean; with these, 2–4 %.
KURTOSIS_WEIGHT, DF_SHARE = 2.0, 0.7


@dataclass(frozen=True)
class AlarmPlan:
    """How months are judged: season of the model, family-wise error, months looked at, least baseline, level."""

    season: Season = "two harmonics"
    family_error: float = 0.05
    looks: int = 12
    minimum_months: int = MINIMUM_MONTHS
    level: float = LEVEL


DEFAULT = AlarmPlan()


@dataclass(frozen=True)
class Forecast:
    """What is expected of some months (mean, variance of its logarithm) by a baseline (its α, mean count, df)."""

    mean: Floats
    log_variance: Floats
    alpha: float
    baseline_mean: float
    df: float


def monthly_alarm(baseline: pd.DataFrame, months: pd.DataFrame, plan: AlarmPlan = DEFAULT) -> pd.DataFrame:
    """Return which months hold more events than their baseline lets expect, given exposure and season.

    A log-linear regression (`analysis.stats.models.counts.count_fit`) of the baseline on season, offset
    log(exposure) and no trend forecasts each month; α solves Pearson's χ² = df [1]_. p = P(Y ≥ n) under the predictive
    law: Y is gamma-Poisson of mean μ exp(z √(s v)) and variance μ + α(s) μ², v = x'(X'WX)⁻¹x, averaged over z ~ N(0, 1)
    and s ~ df*/χ²(df*); α(s) = max(0, s (1 + αm) − 1)/m makes s scale the variance at the baseline's mean count m. So p
    carries the uncertainty of the expectation and of the dispersion, as Student's t does for normal data. df* is
    `effective_df`. Holm's rule over ``looks`` months keeps the chance of any false alarm among them at
    ``family_error``.

    Args:
        baseline: columns month (running number, 12 · year + calendar month), count, exposure, of months that passed
            without special events; at least ``minimum_months`` with exposure.
        months: the months to judge, same columns, none of them in the baseline.
        plan: season, family-wise error, the number of months looked at in all (a year by default: later ones
            count already, so a verdict of January is not taken back by February's being looked at), level.

    Returns:
        A table of estimates indexed by month: n (events), estimate (expected count), low and high (predictive limits
        of that month alone, at ``level``), exposure, limit_high (the largest count that raises no alarm by itself, by
        Bonferroni's rule), p, p_holm, alarm (False where not estimable).

    Raises:
        ValueError: a judged month lies in the baseline or occurs twice, a count is not a count, or an exposure
            negative; or a plan's number out of range.

    Of unchanged years 2–4 % raise an alarm where 24–60 months of 20 and more events vary 1.5–12 times as much as
    Poisson counts; .5–2 % at 5 events a month or where nothing is overdispersed. A month of twice the events is found
    with probability .9, .5, .3 at 40 events a month, 36 months and dispersion 1.5, 3, 6; at 5 events hardly ever.

    R: the fit is ``MASS::glm.nb(count ~ season + offset(log(exposure)))``, p a double ``integrate`` over ``pnbinom(n -
    1, size = 1/alpha, mu = m, lower.tail = FALSE)``; ``p.adjust(p, "holm", n = looks)``.
    ``surveillance::farringtonFlexible`` [2]_ is the closest package function, without dispersion uncertainty.

    References:
        .. [1] Breslow NE (1984) Appl Stat 33:38–44.
        .. [2] Farrington CP, Andrews NJ, Beale AD, Catchpole MA (1996) J R Stat Soc A 159:547–563; Noufaily A et al.
           (2013) Stat Med 32:1206–1222.
    """
    judged = _judged(months, baseline, plan)
    past = checked_months(baseline)
    season = season_columns(past["month"], plan.season)
    waves = [str(name) for name in season]
    used = used_cells(pd.concat([past, season], axis=1), waves)
    refusal = count_refusal(used, waves, plan.minimum_months).replace("cells", "months of baseline")
    refusal = refusal.replace("no events", "no events in the baseline")
    if not refusal and len(independent_columns(used[waves])) < len(waves):
        refusal = "the baseline does not show every season"
    unknown = dict.fromkeys(("estimate", "low", "high", "limit_high", "p"), np.nan)
    exposed = judged["exposure"].gt(0)
    figures = judged.assign(**unknown)
    if not refusal and bool(exposed.any()):
        new = judged[exposed]
        design = np.c_[np.ones(len(new)), season_columns(new["month"], plan.season).to_numpy(float)]
        expected = forecast(model_arrays(used, waves), design, new["exposure"].to_numpy(float))
        figures.loc[exposed, list(unknown)] = _verdicts(expected, new, plan)
    reason = np.where(exposed, refusal, refusal or "no exposure")
    table = estimate_table(
        figures.set_index(figures["month"].astype(int)).rename(columns={"count": "n"}).drop(columns="month"),
        reason,
        f"gamma-Poisson forecast, season {plan.season}, Holm over {max(plan.looks, len(judged))} months",
        plan.level,
    )
    adjusted = holm_of(table["p"], plan.looks)
    return table.assign(n=table["n"].astype(int), p_holm=adjusted, alarm=adjusted.le(plan.family_error))


def holm_of(p: pd.Series, looks: int) -> pd.Series:
    """Return Holm's adjusted p-values when ``looks`` tests are made in all, those to come counting as p = 1.

    R: ``p.adjust(p, "holm", n = looks)``, without the missing ones.
    """
    to_come = pd.Series(1.0, index=range(max(looks - int(p.notna().sum()), 0)))
    adjusted = holm(pd.concat([p.reset_index(drop=True), to_come], ignore_index=True))
    return pd.Series(adjusted.to_numpy(float)[: len(p)], index=p.index, name="p_holm")


def forecast(baseline: tuple[Floats, Floats, Floats], design: Floats, exposure: Floats) -> Forecast:
    """Return what a baseline (counts, design, exposure) lets expect at new rows; formula in `monthly_alarm`."""
    fit = count_fit(*baseline)
    counts, past, _ = baseline
    alpha = moment_alpha(counts, fit.expected, fit.df)
    information = past.T @ ((fit.expected / (1 + alpha * fit.expected))[:, None] * past)
    log_variance = np.einsum("ij,jk,ik->i", design, np.linalg.inv(information), design)
    mean = exposure * np.exp(design @ fit.coefficients)
    return Forecast(mean, log_variance, alpha, float(fit.expected.mean()), effective_df(fit.expected, alpha, fit.df))


def moment_alpha(counts: Floats, expected: Floats, df: int) -> float:
    """Return the α at which Pearson's Σ (y − μ)²/(μ + αμ²) equals ``df``; 0 where it is below from the start.

    Maximum likelihood takes no account of the fitted coefficients and finds α too small in short series.
    """

    def excess(alpha: float) -> float:
        return float(np.sum((counts - expected) ** 2 / (expected + alpha * expected**2)) - df)

    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, 0, high, xtol=ALPHA_PRECISION)) if excess(0) > 0 else 0.0


def effective_df(expected: Floats, alpha: float, df: int) -> float:
    """Return the degrees of freedom of a normal sample whose variance is known as badly: c 2 df/(2 + d κ df/n).

    κ = 6α + 1/(μ + αμ²) is the excess kurtosis of a gamma-Poisson count, on average over the n baseline months. c = d =
    1 would hold for the variance alone; but the variance of skewed counts is found too small just when their mean is,
    which `DF_SHARE` (c) and `KURTOSIS_WEIGHT` (d) make up for. Kept within `LEAST_DF` and `MOST_DF`.
    """
    kurtosis = float(np.mean(6 * alpha + 1 / (expected + alpha * expected**2)))
    known = DF_SHARE * 2 * df / (2 + KURTOSIS_WEIGHT * kurtosis * df / len(expected))
    return min(max(known, LEAST_DF), MOST_DF)


def tail(expected: Forecast, at_least: Floats) -> Floats:
    """Return P(Y ≥ at_least) under the predictive law of `monthly_alarm`, by Gauss–Legendre and Gauss–Hermite rules."""
    scale, weight_s = variance_factors(expected)
    z, weight_z = special.roots_hermitenorm(MEAN_POINTS)
    s = scale[:, None]
    level = expected.baseline_mean
    alpha = np.maximum(s * (1 + expected.alpha * level) - 1, 0.0)[:, None] / level
    shift = z[:, None] * np.sqrt(s * expected.log_variance)[:, None, :]
    mean = expected.mean * np.exp(np.clip(shift, -FARTHEST, FARTHEST))
    dispersion = 1 + alpha * mean
    bursty = dispersion > 1 + NEGLIGIBLE_EXCESS
    phi = np.where(bursty, dispersion, 2.0)
    events = np.maximum(at_least, 1.0)
    # P(X >= x) = I(1 - 1/phi; x, mu/(phi - 1)), or for Poisson the lower incomplete gamma function of x at mu.
    chance = np.where(bursty, special.betainc(events, mean / (phi - 1), 1 - 1 / phi), special.gammainc(events, mean))
    average = np.einsum("s,z,szm->m", weight_s, weight_z / weight_z.sum(), chance)
    return np.where(at_least >= 1, average, 1.0)


def variance_factors(expected: Forecast) -> tuple[Floats, Floats]:
    """Return nodes of s ~ df/χ²(df) and their weights, which add up to 1.

    A Gauss–Legendre rule over the chance of χ² on either side of 1 + αm, where α(s) leaves 0; each chance is a
    smooth step of degree 7 in its node, so that the nodes crowd at the ends.
    """
    node, width = np.polynomial.legendre.leggauss(DISPERSION_POINTS)
    v, half = (1 + node) / 2, expected.df / 2
    step, weight = v**4 * (35 - 84 * v + 70 * v**2 - 20 * v**3), 70 * v**3 * (1 - v) ** 3 * width
    kink = half * (1 + expected.alpha * expected.baseline_mean)
    above, below = special.gammainc(half, kink), special.gammaincc(half, kink)
    chi2_half = np.r_[special.gammaincinv(half, above * step), special.gammainccinv(half, below * step)]
    return half / np.maximum(chi2_half, LEAST_CHI2), np.r_[above * weight, below * weight]


def smallest_count(expected: Forecast, chance: float) -> Floats:
    """Return per month the smallest count k with P(Y ≥ k) ≤ chance, by bisection."""
    low, high = np.zeros(len(expected.mean)), np.ones(len(expected.mean))
    while bool(np.any(short := tail(expected, high) > chance)):
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while bool(np.any(((middle := np.floor((low + high) / 2)) > low) & (middle < high))):
        above = tail(expected, middle) > chance
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high


def _verdicts(expected: Forecast, new: pd.DataFrame, plan: AlarmPlan) -> Floats:
    """Return expected count, predictive limits, limit of the alarm and p, a row per month."""
    side = (1 - plan.level) / 2
    looks = max(plan.looks, len(new))
    low, high, limit = (smallest_count(expected, p) - 1 for p in (1 - side, side, plan.family_error / looks))
    return np.c_[expected.mean, low, high, limit, tail(expected, new["count"].to_numpy(float))]


def _judged(months: pd.DataFrame, baseline: pd.DataFrame, plan: AlarmPlan) -> pd.DataFrame:
    """Return the months to judge, ascending; raise ValueError where they or the plan cannot be used."""
    checked_level(plan.level)
    if not 0 < plan.family_error < 1 or plan.looks < 1:
        raise ValueError("family_error must lie strictly between 0 and 1, as in .05, and looks be 1 or more")
    judged = checked_months(months)
    counts_of(judged, "count")
    if bool(judged["month"].isin(baseline["month"]).any()):
        raise ValueError("a month to judge lies in its own baseline: an outbreak there would hide itself")
    if not bool(judged["exposure"].ge(0).all()):
        raise ValueError("exposure must not be negative or missing")
    return judged
