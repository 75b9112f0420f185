"""How do the odds of a higher answer change with a regressor, if by the same ratio at every step of the scale?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.stats.estimates import Floats, Integers, ratio

#: Newton's method stops when no linear predictor moves by more than this.
CONVERGED = 1e-9
ITERATIONS = 100


@dataclass(frozen=True)
class ProportionalOdds:
    """A fitted proportional-odds model: thresholds first, then slopes, in ``parameters`` and ``covariance``."""

    categories: Floats
    parameters: Floats
    covariance: Floats
    log_likelihood: float

    @property
    def slopes(self) -> Floats:
        """Log odds ratios of a higher answer per unit of each regressor (R's ``coef``)."""
        return self.parameters[len(self.categories) - 1 :]

    @property
    def thresholds(self) -> Floats:
        """Log odds of answering at most category k where all regressors are 0 (R's ``zeta``)."""
        return self.parameters[: len(self.categories) - 1]

    @property
    def std_errors(self) -> Floats:
        """Standard errors of the slopes."""
        return np.sqrt(np.diag(self.covariance)[len(self.categories) - 1 :])


def proportional_odds(design: Floats, answer: Floats, weight: Floats) -> ProportionalOdds:
    """Return the maximum-likelihood fit of logit P(Y ≤ k) = ζ_k − x'β [1]_ to counts.

    Newton's method with the analytic gradient and Hessian of Σ w log(F(ζ_k − x'β) − F(ζ_{k−1} − x'β)), F the logistic
    distribution; covariance from the observed information. The log-likelihood is concave, and has a maximum if
    `analysis.stats.models.separation.separation` finds none of its kind and the columns are independent of each
    other and of a constant: check both first.

    Args:
        design: (rows, regressors), finite; no column of ones.
        answer: (rows,), the ordered categories as numbers; only their order counts, at least two must occur.
        weight: (rows,), how many answers each row stands for, positive.

    Raises:
        ArithmeticError: no convergence, which means that the fit has no maximum.

    R: ``MASS::polr(answer ~ x, weights = w, Hess = TRUE, control = list(reltol = 1e-14))``. R's default ``reltol``
    stops when coefficients are right to about four digits, and its Hessian is numerical. statsmodels' ``OrderedModel``
    takes no weights.

    References:
        .. [1] McCullagh P (1980) J R Stat Soc B 42:109–142.
    """
    categories, code = np.unique(answer, return_inverse=True)
    upper, lower = _incidence(design, code.astype(np.int64), len(categories))
    cumulative = np.cumsum(np.bincount(code, weight))[:-1] / weight.sum()
    parameters = np.r_[special.logit(cumulative), np.zeros(design.shape[1])]
    value, gradient, hessian = _likelihood(parameters, upper, lower, weight)
    for _ in range(ITERATIONS):
        covariance = np.asarray(np.linalg.inv(-hessian), dtype=float)
        step = covariance @ gradient
        if max(np.abs(upper @ step).max(), np.abs(lower @ step).max()) <= CONVERGED:
            return ProportionalOdds(categories, parameters, covariance, value)
        parameters = _ascended(parameters, step, value, (upper, lower, weight))
        value, gradient, hessian = _likelihood(parameters, upper, lower, weight)
    raise ArithmeticError("the proportional-odds fit does not converge: test for separation first")


def brant(design: Floats, answer: Floats, weight: Floats) -> pd.DataFrame:
    """Return Brant's Wald test [1]_ that the slopes are the same at every step of the scale.

    A binary logit per cut k, P(Y > k | x) = π_k(x), gives slopes b_k with covariance between cuts k < l
    (X'W_k X)⁻¹ X'W_kl X (X'W_l X)⁻¹, W_k = w π_k (1 − π_k), W_kl = w π_l (1 − π_k). With D taking differences
    from the first cut, X² = (D b)'(D V D')⁻¹ D b has (cuts − 1) · regressors degrees of freedom; for one regressor, its
    own slopes alone.

    Args:
        design: (rows, regressors), as in `proportional_odds`; every cut must be free of separation.
        answer: (rows,), the ordered categories as numbers.
        weight: (rows,), how many answers each row stands for.

    Returns:
        Row 0 the omnibus test, then one per regressor: chi2, df, p. NaN throughout for two categories (nothing to
        compare), or where a difference has no positive variance.

    R: ``brant::brant(polr(...))``.

    References:
        .. [1] Brant R (1990) Biometrics 46:1171–1178.
    """
    cuts = np.unique(answer)[:-1]
    rows = np.c_[np.ones(len(design)), design]
    fits = [_binary_logit(rows, (answer > cut).astype(float), weight) for cut in cuts]
    chance = [special.expit(rows @ fit) for fit in fits]
    bread = [np.linalg.inv(rows.T @ (rows * (weight * pi * (1 - pi))[:, None])) for pi in chance]
    slopes = np.array([fit[1:] for fit in fits])
    every = range(len(cuts))
    covariance = np.block([[_between(rows, weight, (k, j), (chance, bread)) for j in every] for k in every])
    regressors = design.shape[1]
    chosen = [range(regressors), *([each] for each in range(regressors))]
    return pd.DataFrame([_equal_slopes(slopes, covariance, list(columns)) for columns in chosen])


def mckelvey_zavoina(design: Floats, weight: Floats, slopes: Floats) -> float:
    """Return the share of the latent answer's variance that the regressors explain, V(x'β) / (V(x'β) + π²/3) [1]_.

    V is the variance over n (not n − 1).

    R: ``DescTools::PseudoR2(polr, "McKelveyZavoina")``, ``performance::r2_mckelvey``.

    References:
        .. [1] McKelvey RD, Zavoina W (1975) J Math Sociol 4:103–120.
    """
    index = design @ slopes
    variance = float(np.cov(index, fweights=weight.astype(int), ddof=0))
    return variance / (variance + np.pi**2 / 3)


def _incidence(design: Floats, code: Integers, categories: int) -> tuple[Floats, Floats]:
    """Return the rows of the linear predictors of the upper and the lower end; all 0 where the end is infinite."""
    thresholds = np.eye(categories)[:, :-1]
    upper, lower = np.c_[thresholds[code], -design], np.c_[thresholds[code - 1], -design]
    return np.where((code < categories - 1)[:, None], upper, 0.0), np.where((code > 0)[:, None], lower, 0.0)


def _likelihood(parameters: Floats, upper: Floats, lower: Floats, weight: Floats) -> tuple[float, Floats, Floats]:
    """Return the log-likelihood, its gradient and its Hessian."""
    above = np.where(upper.any(axis=1), upper @ parameters, np.inf)
    below = np.where(lower.any(axis=1), lower @ parameters, -np.inf)
    flipped = below > 0  # F(u) − F(l) = F(−l) − F(−u) keeps its digits where both are near 1
    high, low = np.where(flipped, -below, above), np.where(flipped, -above, below)
    chance = special.expit(high) - special.expit(low)
    if bool(np.any(chance <= 0)):
        return -np.inf, np.zeros(len(parameters)), np.zeros((len(parameters),) * 2)
    densities = [special.expit(end) * special.expit(-end) for end in (above, below)]
    slope = [ratio(density, chance) for density in densities]
    bend = [part * (1 - 2 * special.expit(end)) for part, end in zip(slope, (above, below), strict=True)]
    score = slope[0][:, None] * upper - slope[1][:, None] * lower
    hessian = upper.T @ ((weight * bend[0])[:, None] * upper) - lower.T @ ((weight * bend[1])[:, None] * lower)
    hessian -= score.T @ (weight[:, None] * score)
    return float(weight @ np.log(chance)), weight @ score, hessian


def _ascended(parameters: Floats, step: Floats, value: float, data: tuple[Floats, Floats, Floats]) -> Floats:
    """Return the parameters after the longest of the steps 1, ½, ¼ … that does not lower the likelihood."""
    slack = np.finfo(float).eps * (1 + abs(value)) * ITERATIONS
    for _ in range(ITERATIONS):
        if _likelihood(parameters + step, *data)[0] >= value - slack:
            break
        step = step / 2
    return parameters + step


def _binary_logit(rows: Floats, outcome: Floats, weight: Floats) -> Floats:
    """Return the coefficients of a logistic regression, by `proportional_odds` with two categories."""
    fit = proportional_odds(rows[:, 1:], outcome, weight)
    return np.r_[-fit.thresholds, fit.slopes]


def _between(rows: Floats, weight: Floats, cuts: tuple[int, int], fits: tuple[list[Floats], list[Floats]]) -> Floats:
    """Return the covariance of the slopes of two cuts from their chances and inverse informations."""
    chance, bread = fits
    lower, higher = min(cuts), max(cuts)
    joint = weight * chance[higher] * (1 - chance[lower])
    return (bread[cuts[0]] @ (rows.T @ (rows * joint[:, None])) @ bread[cuts[1]])[1:, 1:]


def _equal_slopes(slopes: Floats, covariance: Floats, columns: list[int]) -> dict[str, float]:
    cuts, regressors = slopes.shape
    at = (np.arange(cuts)[:, None] * regressors + np.array(columns)).ravel()
    contrast = np.kron(np.c_[-np.ones(cuts - 1), np.eye(cuts - 1)], np.eye(len(columns)))
    gap = contrast @ slopes.ravel()[at]
    spread = contrast @ covariance[np.ix_(at, at)] @ contrast.T
    df = len(gap)
    if df == 0 or np.linalg.eigvalsh(spread).min() <= 0:
        return {"chi2": np.nan, "df": df, "p": np.nan}
    chi2 = float(gap @ np.linalg.solve(spread, gap))
    return {"chi2": chi2, "df": df, "p": float(stats.chi2.sf(chi2, df))}
