"""How sure are we of a regression whose errors follow one another in time?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import special

from analysis.stats.estimates import LEVEL, Floats, checked_level

#: Nodes of the Gauss–Legendre rule over the autocorrelation.
NODES = 64
#: Steps at most towards a limit: halving alone would reach double precision in as many.
STEPS = 60
#: Residuals smaller than this part of the values' spread are rounding, not noise.
ROUNDING = 1e-12


@dataclass(frozen=True)
class TimedRegression:
    """A linear regression of ``value`` on ``columns``, row by row in ascending ``time``.

    Attributes:
        columns: regressors, one row per observation, full column rank.
        value: what is explained.
        weight: positive; the error variance is proportional to 1/weight.
        time: whole numbers, strictly ascending; gaps are allowed.
    """

    columns: Floats
    value: Floats
    weight: Floats
    time: Floats

    @property
    def df(self) -> int:
        """Return observations minus coefficients."""
        return len(self.value) - self.columns.shape[1]

    def weighted(self) -> tuple[Floats, Floats]:
        """Return columns and values times the root of their weights: their errors have one variance."""
        root = np.sqrt(self.weight)
        return self.columns * root[:, None], self.value * root

    def residuals(self) -> Floats:
        """Return value minus fit by weighted least squares, on the scale of the values."""
        columns, value = self.weighted()
        return self.value - self.columns @ np.linalg.lstsq(columns, value, rcond=None)[0]

    def has_noise(self) -> bool:
        """Return whether the fit leaves anything over, rounding apart."""
        return bool(np.ptp(self.residuals()) > ROUNDING * np.abs(self.value).max(initial=0.0))


@dataclass(frozen=True)
class Mixture:
    """Weighted t distributions of figures: what is known of them, averaged over the autocorrelation.

    Attributes:
        node: autocorrelations.
        weight: of each autocorrelation; they add up to 1.
        estimate: centre, one row per autocorrelation, one column per figure.
        std_error: scale, likewise.
        df: degrees of freedom of each t distribution.
    """

    node: Floats
    weight: Floats
    estimate: Floats
    std_error: Floats
    df: int

    def below(self, value: Floats) -> Floats:
        """Return the probability that each figure is at most ``value``."""
        return self.weight @ special.stdtr(self.df, (value - self.estimate) / self.std_error)

    def density(self, value: Floats) -> Floats:
        """Return the density of each figure at ``value``."""
        half, standard = (self.df + 1) / 2, (value - self.estimate) / self.std_error
        peak = np.exp(special.gammaln(half) - special.gammaln(self.df / 2)) / np.sqrt(self.df * np.pi)
        return self.weight @ (peak * (1 + standard**2 / self.df) ** -half / self.std_error)

    def quantile(self, probability: float) -> Floats:
        """Return the quantile of each figure: Newton steps, halving where one would leave the bracket."""
        parts = self.estimate + special.stdtrit(self.df, probability) * self.std_error
        low, high, value = parts.min(axis=0), parts.max(axis=0), self.weight @ parts
        for _ in range(STEPS):
            excess = self.below(value) - probability
            low, high = np.where(excess < 0, value, low), np.where(excess < 0, high, value)
            newton = value - excess / self.density(value)
            following = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
            moved, value = np.abs(following - value), following
            if bool(np.all(moved <= ROUNDING * (np.abs(value) + self.std_error.min(axis=0)))):
                break
        return value


def averaged_contrasts(regression: TimedRegression, contrasts: Floats, level: float = LEVEL) -> pd.DataFrame:
    """Return contrasts of the coefficients with AR(1) errors, averaged over what the autocorrelation may be [1]_.

    The error of row i, times the root of its weight, is a stationary AR(1) process with autocorrelation ρ. Given ρ,
    generalised least squares gives c′β ~ c′b(ρ) + s(ρ) · t(n − k). With a flat weight for ρ in (−1, 1), the weight of
    each ρ is the restricted likelihood |R|^−½ |X′R⁻¹X|^−½ RSS(ρ)^−(n−k)/2, and the distribution of c′β is that mixture
    of t distributions; the limits are its quantiles. Least squares with one estimated ρ, or Newey–West errors, act
    as if ρ were known; over 18–48 months the first intervals are too short and the second cover .58–.87.

    Args:
        regression: rows in time, with more rows than columns.
        contrasts: one row of coefficients per figure.
        level: two-sided confidence level.

    Returns:
        One row per contrast: estimate (mean of the mixture), low, high, p (twice its smaller tail at 0) and
        autocorrelation (mean of ρ).

    R: for a given ρ, ``gls(v ~ ., correlation = corAR1(rho, ~month, fixed = TRUE), weights = varFixed(~1/n))``
    gives b, s and (up to a constant) the restricted log-likelihood; the average over ρ is ``integrate``.

    References:
        .. [1] Zellner A, Tiao GC (1964) J Am Stat Assoc 59:763–778; the restricted likelihood for the weight of ρ is
           that of Harville DA (1974) Biometrika 61:383–385.
    """
    tail = (1 - checked_level(level)) / 2
    mixture = mixture_of(regression, contrasts)
    below = mixture.below(np.zeros(len(contrasts)))
    return pd.DataFrame(
        {
            "estimate": mixture.weight @ mixture.estimate,
            "low": mixture.quantile(tail),
            "high": mixture.quantile(1 - tail),
            "p": 2 * np.minimum(below, 1 - below),
            "autocorrelation": float(mixture.weight @ mixture.node),
        }
    )


@lru_cache(maxsize=1)
def autocorrelations() -> tuple[Floats, Floats]:
    """Return the autocorrelations averaged over, and the weight of each under a flat prior.

    Nodes of the rule for x in (−1, 1) with ρ = sin(πx/2): likelihoods behave as a power of √(1 − ρ²) at the ends,
    which is smooth in x.
    """
    node, width = np.polynomial.legendre.leggauss(NODES)
    return np.sin(np.pi * node / 2), width * np.pi / 2 * np.cos(np.pi * node / 2)


def mixture_of(regression: TimedRegression, contrasts: Floats) -> Mixture:
    """Return the distribution of each contrast, one t distribution per autocorrelation; see `averaged_contrasts`."""
    node, width = autocorrelations()
    estimate, std_error, log_weight = _given_autocorrelation(regression, contrasts, node)
    weight = width * np.exp(log_weight - log_weight.max())
    return Mixture(node, weight / weight.sum(), estimate, std_error, regression.df)


def _given_autocorrelation(regression: TimedRegression, contrasts: Floats, node: Floats) -> tuple[Floats, ...]:
    """Return estimates and standard errors (ρ × contrast) and the log restricted likelihood of each ρ."""
    columns, value = regression.weighted()
    rows, log_root = whitened(np.column_stack([columns, value]), np.diff(regression.time), node)
    # A triangular factor of (X, y): coefficients, |X′X| and the residual sum of squares in one stable step.
    factor = np.asarray(np.linalg.qr(rows, mode="r"))
    inner, outer, left = factor[:, :-1, :-1], factor[:, :-1, -1:], factor[:, -1, -1]
    estimate = contrasts @ np.linalg.solve(inner, outer)[..., 0, None]
    spread = np.linalg.solve(np.swapaxes(inner, 1, 2), np.broadcast_to(contrasts.T, (len(node), *contrasts.T.shape)))
    std_error = np.sqrt((spread**2).sum(axis=1) * left[:, None] ** 2 / regression.df)
    log_det = np.log(np.abs(np.diagonal(inner, axis1=1, axis2=2))).sum(axis=1)
    return estimate[..., 0], std_error, -log_root - log_det - regression.df * np.log(np.abs(left))


def whitened(rows: Floats, gap: Floats, node: Floats) -> tuple[Floats, Floats]:
    """Return the rows times the inverse root of R for each ρ, and half the log determinant of R."""
    carried = node[:, None] ** gap
    fresh = np.sqrt(1 - carried**2)
    later = (rows[1:] - carried[..., None] * rows[:-1]) / fresh[..., None]
    first = np.broadcast_to(rows[:1], (len(node), 1, rows.shape[1]))
    return np.concatenate([first, later], axis=1), np.log(fresh).sum(axis=1)
