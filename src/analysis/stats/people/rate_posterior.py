"""What is known of each person's true rate while the spread of rates is itself uncertain?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from analysis.stats.estimates import Floats
from analysis.stats.people.posterior import mixture_quantile

#: Shapes from rates that differ a thousandfold to rates that differ by less than counts could ever show.
SHAPES = (1e-4, 1e8)
#: Nodes for the variance of rates and for the logarithm of their mean; the latter lie evenly on ± this reach in the
#: inverse hyperbolic sine of its standard errors. Doubling them moves limits in the sixth digit.
VARIANCE_NODES, MEAN_NODES, REACH = 32, 19, 3.0
#: No mean is looked at that lies further than this many units of the logarithm from the best one.
FURTHEST = 100.0
#: The grid ends where the posterior density has fallen by this many units of its logarithm.
LOG_DROP = 20.0
#: Points of a scan for that end, how often it is repeated on the remaining range, and where the first begins.
SCAN, SCANS, WIDEST = 33, 3, 1e6
NEWTON_STEPS = 60
CONVERGED = 1e-13


@dataclass(frozen=True)
class GammaLaw:
    """True relative rates are gamma with this mean and shape ν (variance mean²/ν; ν = ∞: nobody differs)."""

    mean: float
    shape: float


@dataclass(frozen=True)
class RatePosterior:
    """A mixture of gamma laws per person: ``weight`` and ``mean`` nodes × 1, ``shape`` and ``rate`` nodes × persons."""

    weight: Floats
    mean: Floats
    shape: Floats
    rate: Floats

    def below(self, value: Floats) -> Floats:
        """Return P(true rate < value | data) per person."""
        return (self.weight * special.gammainc(self.shape, value * self.rate)).sum(axis=0)

    def probability_below_mean(self) -> Floats:
        """Return P(true rate < the group's mean | data) per person."""
        return self.below(self.mean)

    def quantile(self, probability: float) -> Floats:
        """Return the value below which each person's true rate lies with ``probability``; solved in its logarithm."""
        parts = special.gammaincinv(self.shape, probability) / self.rate
        logs = np.log(np.maximum(parts, np.finfo(float).tiny))
        return np.exp(mixture_quantile(probability, self._law, logs, self.weight))

    def _law(self, log_value: Floats) -> tuple[Floats, Floats]:
        """Return the distribution function and the density of each person's mixture in the rate's logarithm."""
        value = np.exp(log_value)
        scaled = value * self.rate
        log_density = self.shape * np.log(scaled) - scaled - special.gammaln(self.shape)
        return self.below(value), (self.weight * np.exp(log_density)).sum(axis=0)


def fitted_law(events: Floats, expected: Floats) -> GammaLaw:
    """Return the gamma law of greatest likelihood; `analysis.stats.people.expected_counts.gamma_law` in arrays.

    Args:
        events, expected: per person; every expectation is positive.

    R: ``MASS::glm.nb(events ~ offset(log(expected)))``.
    """
    if not events.any():
        return GammaLaw(0.0 if len(events) else float("nan"), float("inf"))
    common = float(events.sum() / expected.sum())
    if float(((events - common * expected) ** 2 - events).sum()) <= 0:
        return GammaLaw(common, float("inf"))

    def score(log_shape: float) -> float:
        return _shape_score(events, expected, float(np.exp(log_shape)))

    low, high = np.log(SHAPES)
    falling = next((step for step in np.linspace(low, high, SCAN)[1:] if score(step) < 0), None)
    if falling is None:
        return GammaLaw(common, float("inf"))
    shape = float(np.exp(optimize.brentq(score, low, falling, xtol=CONVERGED, rtol=CONVERGED)))
    return GammaLaw(float(_best_mean(events, expected, np.array([1 / shape]))[0]), shape)


def rate_posterior(events: Floats, expected: Floats, law: GammaLaw) -> RatePosterior:
    """Return the posterior of persons' rates under O ~ Poisson(Eθ), θ ~ gamma(ν, ν/m), with m and ν unknown [1]_.

    Flat priors on log m and on 1/ν, the squared coefficient of variation of true rates. Given both, θ_i is
    gamma(O_i + ν, E_i + ν/m). 1/ν is integrated by Gauss–Legendre nodes in arsinh of its root, log m by the
    trapezoidal rule in arsinh of its distance from the best value for each.

    Args:
        events, expected: per person; every expectation is positive.
        law: of `fitted_law`; it sets the scale of the grid.

    R: a grid of ``exp(sum(dnbinom(O, size = 1/phi, mu = m * E, log = TRUE)))`` over log m and phi, and
    ``pgamma(x, O + 1/phi, E + 1/(phi * m))``.

    References:
        .. [1] Christiansen CL, Morris CN (1997) J Am Stat Assoc 92:618–632.
    """
    mean, dispersion, weight = (part[:, None] for part in _nodes(events, expected, law))
    return RatePosterior(weight, mean, events + 1 / dispersion, expected + 1 / (dispersion * mean))


def _shape_score(events: Floats, expected: Floats, shape: float) -> float:
    """Return the derivative of the profile log-likelihood in the shape."""
    mean = _best_mean(events, expected, np.array([1 / shape]))[0] * expected
    gamma_part = special.digamma(events + shape) - special.digamma(shape)
    return float((gamma_part - np.log1p(mean / shape) + (mean - events) / (shape + mean)).sum())


def _best_mean(events: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Return the maximum-likelihood mean for each dispersion 1/ν, by Newton's method in its logarithm."""
    log_mean = np.full(len(dispersion), np.log(events.sum() / expected.sum()))
    for _ in range(NEWTON_STEPS):
        mean = np.exp(log_mean)[:, None] * expected
        inflation = 1 + dispersion[:, None] * mean
        score = ((events - mean) / inflation).sum(axis=1)
        curvature = (mean * (1 + dispersion[:, None] * events) / inflation**2).sum(axis=1)
        step = np.clip(score / curvature, -1.0, 1.0)
        log_mean = log_mean + step
        if bool(np.all(np.abs(step) < CONVERGED)):
            break
    return np.exp(log_mean)


def _log_likelihood(events: Floats, expected: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return the negative binomial log-likelihood for each pair of mean and dispersion."""
    shape, at = 1 / dispersion[:, None], mean[:, None] * expected
    gamma_part = special.gammaln(events + shape) - special.gammaln(shape)
    return (gamma_part + events * np.log(at / (shape + at)) - shape * np.log1p(at / shape)).sum(axis=1)


def _nodes(events: Floats, expected: Floats, law: GammaLaw) -> tuple[Floats, Floats, Floats]:
    """Return mean, dispersion 1/ν and posterior weight of the nodes."""
    scale = 1 / (law.mean * expected.mean())
    low, high = _range(events, expected, scale)
    at, weight = special.roots_legendre(VARIANCE_NODES)
    position = low + (high - low) * (1 + at) / 2
    _, mean, error = _profile(events, expected, scale, position)
    reach = np.linspace(-REACH, REACH, MEAN_NODES)
    means = (mean[:, None] * np.exp(np.clip(error[:, None] * np.sinh(reach), -FURTHEST, FURTHEST))).ravel()
    dispersion = np.repeat(scale * np.sinh(position) ** 2, MEAN_NODES)
    outer = np.repeat(np.log(weight * error * np.sinh(2 * position)), MEAN_NODES)
    inner = np.tile(np.log(np.cosh(reach)), VARIANCE_NODES)
    height = _log_likelihood(events, expected, means, dispersion) + outer + inner
    density = np.exp(height - height.max())
    return means, dispersion, density / density.sum()


def _range(events: Floats, expected: Floats, scale: float) -> tuple[float, float]:
    """Return the positions between which nearly all of the posterior of the dispersion lies."""
    low, high = 0.0, float(np.arcsinh(np.sqrt(WIDEST / scale)))
    for _ in range(SCANS):
        position = np.linspace(low, high, SCAN)[1:]
        height, _, _ = _profile(events, expected, scale, position)
        inside = np.flatnonzero(height > height.max() - LOG_DROP)
        step = (high - low) / (SCAN - 1)
        low, high = max(low, position[inside[0]] - step), min(high, position[inside[-1]] + step)
    return low, high


def _profile(events: Floats, expected: Floats, scale: float, position: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the log posterior density at positions (the mean integrated out roughly), the mean and its log's error."""
    dispersion = scale * np.sinh(position) ** 2
    mean = _best_mean(events, expected, dispersion)
    at = mean[:, None] * expected
    error = ((at / (1 + dispersion[:, None] * at)).sum(axis=1)) ** -0.5
    height = _log_likelihood(events, expected, mean, dispersion) + np.log(error * np.sinh(2 * position))
    return height, mean, error
