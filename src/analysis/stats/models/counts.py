"""How does a count per exposure change with a regressor, when events come in bursts?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special

from analysis.stats.estimates import LEVEL, Floats, counts_of, first_reason
from analysis.stats.intervals.rates import pearson_dispersion
from analysis.stats.models.coefficients import INTERCEPT, ratio_table
from analysis.stats.models.separation import independent_columns, separation, term_reasons

#: The iteration stops when no linear predictor moves by more than this.
CONVERGED = 1e-11
ITERATIONS = 200
#: Range of α that is looked at; below, the negative binomial is the Poisson law to seven digits.
ALPHAS = (1e-7, 1e7)
#: A likelihood that falls by less, relatively, has not fallen.
ROUNDING = 1e-12
#: Most that one step may move a linear predictor.
LONGEST_STEP = 5.0
#: No exponential beyond, so that a step too far is recognised by its height and not by an overflow.
LARGEST_EXPONENT = 700.0
NEGATIVE_BINOMIAL = "negative binomial"
POISSON = "Poisson (no overdispersion)"


@dataclass(frozen=True)
class CountFit:
    """A fitted log-linear count model; α = 1/θ is 0 for Poisson, ``covariance`` holds it fixed."""

    coefficients: Floats
    covariance: Floats
    expected: Floats
    alpha: float
    pearson: float
    df: int

    @property
    def family(self) -> str:
        """The law that was fitted."""
        return NEGATIVE_BINOMIAL if self.alpha > 0 else POISSON

    @property
    def scale(self) -> float:
        """The factor of the variance for intervals: Pearson's χ² over its degrees of freedom, at least 1."""
        return max(1.0, self.pearson)


def count_fit(counts: Floats, design: Floats, exposure: Floats) -> CountFit:
    """Return the maximum-likelihood fit of a negative binomial (NB2) log-linear model with offset log(exposure) [1]_.

    log μ = log(exposure) + x'β, variance μ + αμ², α = 1/θ. Newton's method for β and the root of the score for α take
    turns until both stand. Where Σ (y − μ)² ≤ Σ y at the Poisson fit the likelihood falls as α
    rises from 0: there is no overdispersion, α is 0 and the fit Poisson.

    Args:
        counts: (rows,), whole numbers, not all 0.
        design: (rows, terms), of full rank and free of separation; include the column of ones.
        exposure: (rows,), positive.

    Returns:
        Coefficients; their covariance (X'WX)⁻¹, W = μ/(1 + αμ), as if α were known, as MASS has it (statsmodels takes
        the joint Hessian: standard errors differ by some percent); expected counts; α; Pearson's χ²/df at the fit, df
        being rows − terms (NaN for 0).

    R: ``MASS::glm.nb(y ~ x + offset(log(exposure)), control = glm.control(epsilon = 1e-14, maxit = 100))``; where α is
    0 ``glm(family = poisson)``, and ``glm.nb`` warns that its iteration limit is reached.

    References:
        .. [1] Lawless JF (1987) Can J Stat 15:209–225; Venables WN, Ripley BD (2002) MASS, 4th ed., section 7.4.
    """
    offset = np.log(exposure)
    beta = _poisson((counts, design, offset))
    linear, alpha = offset + design @ beta, 0.0
    for _ in range(ITERATIONS):
        before, alpha = linear, _alpha(counts, np.exp(linear))
        if alpha == 0:
            break
        beta = _climbed((counts, design, offset), beta, alpha)
        linear = offset + design @ beta
        if np.abs(linear - before).max() <= CONVERGED:
            break
    mean = np.exp(linear)
    df = len(counts) - design.shape[1]
    pearson = float(np.sum((counts - mean) ** 2 / (mean + alpha * mean**2)) / df) if df > 0 else float("nan")
    weight = mean / (1 + alpha * mean)
    covariance = np.asarray(np.linalg.inv(design.T @ (weight[:, None] * design)), dtype=float)
    return CountFit(beta, covariance, mean, alpha, pearson, df)


def count_regression(
    cells: pd.DataFrame, terms: Sequence[str], level: float = LEVEL, minimum_cells: int = 1
) -> pd.DataFrame:
    """Return by which factor one unit more of each term multiplies the rate, by negative binomial regression.

    The fit is that of `count_fit`; limits are exp(b ± t(df) √scale · se), scale being Pearson's χ²/df, at least 1: the
    maximum-likelihood α is too small in short series, and the plain Wald interval then too narrow.

    Args:
        cells: columns count, exposure and the terms; rows without exposure are left out.
        terms: numeric columns, without intercept; none = the intercept alone.
        level: two-sided confidence level.
        minimum_cells: fewer cells with exposure are not estimable; nor are fewer than terms and two.

    Returns:
        A table of estimates (rate where all terms are 0; rate ratios per unit) indexed by term, "(Intercept)" first, n
        being the events, with coefficient and std_error (log scale, α fixed, before scaling), p (of the interval's t),
        df, scale, theta (NaN = Poisson) and theta_std_error (MASS evaluates it one step before the end, so that
        its digits beyond the fifth differ), alpha (1/θ), dispersion (Pearson's χ²/df of the
        Poisson fit: variance over mean) and cells. ``method`` says which law was fitted.

    Raises:
        ValueError: a count is not a count, an exposure is negative, a term is not a finite number, or events were
            counted without exposure.

    R: ``m <- MASS::glm.nb(count ~ a + b + offset(log(exposure))); coef(m); sqrt(diag(vcov(m))); m$theta; m$SE.theta``;
    ``exp(confint.default(m))`` has neither t nor scale.
    """
    used = used_cells(cells, terms)
    names = pd.Index([INTERCEPT, *terms], name="term")
    extras = ("df", "scale", "theta", "theta_std_error", "alpha", "dispersion")
    figures = pd.DataFrame({"n": int(used["count"].sum())}, index=names).assign(
        **dict.fromkeys(("coefficient", "std_error", *extras), np.nan), cells=len(used)
    )
    refusal, law = count_refusal(used, terms, minimum_cells), NEGATIVE_BINOMIAL
    if not refusal:
        kept = list(independent_columns(used[list(terms)]))
        counts, design, exposure = model_arrays(used, kept)
        fit = count_fit(counts, design, exposure)
        figures.loc[[INTERCEPT, *kept], "coefficient"] = fit.coefficients
        figures.loc[[INTERCEPT, *kept], "std_error"] = np.sqrt(np.diag(fit.covariance))
        theta, error = (1 / fit.alpha, _theta_error(counts, fit)) if fit.alpha > 0 else (np.nan, np.nan)
        dispersion = _poisson_dispersion(counts, design, exposure)
        figures[list(extras)] = np.tile((fit.df, fit.scale, theta, error, fit.alpha, dispersion), (len(names), 1))
        law = fit.family
    reason = term_reasons(used[list(terms)], refusal)
    return ratio_table(figures, reason, f"rate ratio, {law} regression, scaled t", level)


def used_cells(cells: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """Return count, exposure and terms as floats in a fixed order, rows without exposure left out; see the errors."""
    (counts,) = counts_of(cells, "count")
    numbers = cells[["exposure", *terms]].astype(float).assign(count=counts)
    if not bool(np.isfinite(numbers).all(axis=None)) or bool(numbers["exposure"].lt(0).any()):
        raise ValueError("exposure and terms must be finite, and exposure not negative: are there gaps?")
    if bool((numbers["exposure"].eq(0) & numbers["count"].gt(0)).any()):
        raise ValueError("events were counted where there was no exposure: is its month missing?")
    used = numbers[numbers["exposure"].gt(0)]
    return used.sort_values([*terms, "exposure", "count"], ignore_index=True)


def count_refusal(used: pd.DataFrame, terms: Sequence[str], minimum_cells: int) -> str:
    """Return why no rate can be modelled; empty if one can."""
    free = len(used) - 1 - len(independent_columns(used[list(terms)]))
    none = (np.asarray(used["count"].sum() == 0), "no events")
    full = (np.asarray(free < 1), "no more cells than terms")
    reason = str(first_reason(len(used), minimum_cells, none, full, of="cells"))
    some_empty = bool(used["count"].eq(0).any())  # without an empty cell nothing can be separated
    return reason or (separation(used[list(terms)], used["count"], "count").reason if some_empty else "")


def model_arrays(used: pd.DataFrame, terms: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Return counts, design with its column of ones, and exposure."""
    design = np.c_[np.ones(len(used)), used[list(terms)].to_numpy(float)]
    return used["count"].to_numpy(float), design, used["exposure"].to_numpy(float)


def _poisson(data: tuple[Floats, Floats, Floats]) -> Floats:
    """Return β of the Poisson fit, starting from least squares of smoothed logarithms."""
    counts, design, offset = data
    start = np.linalg.lstsq(design, np.log((counts + counts.mean()) / 2) - offset, rcond=None)[0]
    return _climbed(data, start, 0.0)


def _climbed(data: tuple[Floats, Floats, Floats], beta: Floats, alpha: float) -> Floats:
    """Return β of given α by Newton's method; steps are at most `LONGEST_STEP`, halved if they descend."""
    counts, design, offset = data
    height = _height(counts, offset + design @ beta, alpha)
    for _ in range(ITERATIONS):
        mean = np.exp(offset + design @ beta)
        root = np.sqrt(mean * (1 + alpha * counts)) / (1 + alpha * mean)
        pull = (counts - mean) / (1 + alpha * mean) / root
        step = np.linalg.lstsq(design * root[:, None], pull, rcond=None)[0]
        moved = np.abs(design @ step).max()
        step = step * (LONGEST_STEP / max(moved, LONGEST_STEP))
        slack = ROUNDING * (1 + abs(height))
        while (reached := _height(counts, offset + design @ (beta + step), alpha)) < height - slack:
            step = step / 2
        beta, height = beta + step, reached
        if moved <= CONVERGED:
            break
    return np.asarray(beta, dtype=float)


def _height(counts: Floats, linear: Floats, alpha: float) -> float:
    """Return the log-likelihood of the linear predictors, given α, but for a constant."""
    if alpha == 0:
        return float(counts @ linear - np.exp(np.minimum(linear, LARGEST_EXPONENT)).sum())
    return float(counts @ linear - (counts + 1 / alpha) @ np.logaddexp(0, np.log(alpha) + linear))


def _alpha(counts: Floats, mean: Floats) -> float:
    """Return the root of the score for α, given the means; 0 where the likelihood falls from there.

    The end of `ALPHAS` where it still rises there.
    """
    if np.sum((counts - mean) ** 2) <= counts.sum():
        return 0.0
    low, high = np.log(ALPHAS)
    if _alpha_score(low, counts, mean) <= 0:
        return 0.0
    if _alpha_score(high, counts, mean) >= 0:
        return ALPHAS[1]
    return float(np.exp(optimize.brentq(_alpha_score, low, high, args=(counts, mean), xtol=CONVERGED)))


def _alpha_score(log_alpha: float, counts: Floats, mean: Floats) -> float:
    """Return minus the derivative of the log-likelihood by θ = 1/α, which has the sign of that by α."""
    theta = np.exp(-log_alpha)
    by_theta = special.psi(theta + counts) - special.psi(theta) + np.log(theta / (theta + mean))
    return -float(np.sum(by_theta + (mean - counts) / (theta + mean)))


def _theta_error(counts: Floats, fit: CountFit) -> float:
    """Return the standard error of θ from its observed information, the means held fixed (MASS ``theta.ml``)."""
    theta, mean = 1 / fit.alpha, fit.expected
    bend = special.polygamma(1, theta) - special.polygamma(1, theta + counts) - 1 / theta
    information = float(np.sum(bend + 2 / (mean + theta) - (counts + theta) / (mean + theta) ** 2))
    return float(np.sqrt(1 / information)) if information > 0 else float("nan")


def _poisson_dispersion(counts: Floats, design: Floats, exposure: Floats) -> float:
    offset = np.log(exposure)
    beta = _poisson((counts, design, offset))
    return pearson_dispersion(counts, np.exp(offset + design @ beta), len(counts) - design.shape[1])
