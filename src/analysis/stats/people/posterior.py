"""What is known of each person's true effect while the spread between persons is itself uncertain?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from analysis.stats.estimates import Floats
from analysis.stats.people.heterogeneity import q_root, weighted

#: With four the posterior is just proper, and the intervals cover 92 % when τ² is small.
MINIMUM_PERSONS = 5
#: Nodes, and the probability of τ² left out beyond them on either side, from so many persons on: the more persons, the
#: closer the posterior of τ² comes to one value. Limits then hold to 1e-8, and to 1e-5 from 10,000 persons on.
NODES = {0: (48, 1e-8), 1_000: (20, 1e-8), 10_000: (12, 1e-6)}
#: Newton's method inside a bracket (halving alone would need about 50 steps), until this near to the probability.
STEPS = 200
CONVERGED = 1e-10


@dataclass(frozen=True)
class Posterior:
    """A mixture of normals per person: one component per node of τ², weights adding up to 1.

    ``weight`` is … × nodes × 1, the rest … × nodes × persons (``margin_…``: of effect − μ, the group's mean).
    """

    weight: Floats
    centre: Floats
    scale: Floats
    margin_centre: Floats
    margin_scale: Floats

    def below(self, value: Floats) -> Floats:
        """Return P(effect < value | data) per person."""
        return (self.weight * special.ndtr((value[..., None, :] - self.centre) / self.scale)).sum(axis=-2)

    def probability_below_mean(self) -> Floats:
        """Return P(effect < μ | data) per person."""
        return (self.weight * special.ndtr(-self.margin_centre / self.margin_scale)).sum(axis=-2)

    def quantile(self, probability: float) -> Floats:
        """Return the value below which each person's effect lies with ``probability``."""
        parts = self.centre + stats.norm.ppf(probability) * self.scale
        return mixture_quantile(probability, self._law, parts, self.weight)

    def _law(self, value: Floats) -> tuple[Floats, Floats]:
        """Return the distribution function and the density of each person's mixture at ``value``."""
        z = (value[..., None, :] - self.centre) / self.scale
        density = np.exp(-(z * z) / 2) / self.scale
        below = (self.weight * special.ndtr(z)).sum(axis=-2)
        return below, (self.weight * density).sum(axis=-2) / np.sqrt(2 * np.pi)


def mixture_quantile(
    probability: float, law: Callable[[Floats], tuple[Floats, Floats]], parts: Floats, weight: Floats
) -> Floats:
    """Return the quantile of mixtures by Newton's method, kept between the smallest and largest of their components'.

    Args:
        probability: strictly between 0 and 1.
        law: the mixtures' distribution function and density at a value each.
        parts: the components' quantiles, … × components × persons.
        weight: the components' weights, … × components × 1.

    R: ``uniroot(function(x) sum(weight * pnorm(x, centre, scale)) - probability, range(parts))``.
    """
    low, high = parts.min(axis=-2), parts.max(axis=-2)
    value = np.clip((weight * parts).sum(axis=-2), low, high)
    for _ in range(STEPS):
        below, density = law(value)
        low, high = np.where(below < probability, value, low), np.where(below > probability, value, high)
        if bool(np.all(np.abs(below - probability) <= CONVERGED)):
            break
        new = value - (below - probability) / np.maximum(density, np.finfo(float).tiny)
        value = np.where((new >= low) & (new <= high), new, (low + high) / 2)
    return value


def posterior(y: Floats, v: Floats) -> Posterior:
    """Return the posterior of persons' effects under y_i ~ N(θ_i, v_i), θ_i ~ N(μ, τ²), μ and τ² unknown [1]_ [2]_.

    Both have flat priors, which for τ² gives the intervals their frequentist level also where τ² is small [1]_
    (shown in tests/coverage). Given τ², θ_i is normal with mean μ̂ + R_i (y_i − μ̂) and variance
    v_i R_i + (1 − R_i)²/Σw, R_i = τ²/(τ² + v_i); θ_i − μ has mean R_i (y_i − μ̂) and variance v_i R_i + R_i²/Σw. τ² is
    integrated out by Gauss–Legendre nodes in arsinh(τ/√s) between the roots of Q(τ²) at extreme quantiles of
    χ²(k − 1); its marginal likelihood is that of REML.

    Args:
        y, v: effects and their sampling variances, … × persons, at least `MINIMUM_PERSONS` of them.

    Raises:
        ValueError: there are fewer persons, or all effects are equal.

    R: ``bayesmeta::bayesmeta(y, sqrt(v), tau.prior = function(t) t)$theta`` (a prior ∝ τ on τ is flat on τ²).

    References:
        .. [1] Morris CN (1983) J Am Stat Assoc 78:47–55; Morris CN, Tang R (2011) Stat Sci 26:271–287.
        .. [2] Gelman A et al. (2013) Bayesian Data Analysis, 3rd ed., section 5.4.
    """
    if y.shape[-1] < MINIMUM_PERSONS or bool(np.any(np.ptp(y, axis=-1) == 0)):
        raise ValueError(f"the spread takes {MINIMUM_PERSONS} persons or more whose effects are not all equal")
    v = np.broadcast_to(v, y.shape)
    tau2, weight = _nodes(y, v)
    y, v = y[..., None, :], v[..., None, :]
    mean, precision, _ = (part[..., None] for part in weighted(y, v, tau2))
    share = tau2[..., None] / (tau2[..., None] + v)
    return Posterior(
        weight=weight[..., None],
        centre=mean + share * (y - mean),
        scale=np.sqrt(v * share + (1 - share) ** 2 / precision),
        margin_centre=share * (y - mean),
        margin_scale=np.sqrt(v * share + share**2 / precision),
    )


def _nodes(y: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Return the nodes of τ² and their posterior probabilities (… × nodes)."""
    persons = y.shape[-1]
    nodes, left_out = NODES[max(start for start in NODES if start <= persons)]
    at, weight = special.roots_legendre(nodes)
    # Under a flat prior the tail beyond T is about the (k − 3)/(k − 1)-th power of Q-profile's.
    tail = left_out ** ((persons - 1) / (persons - 3))
    scale = (persons / (1 / v).sum(axis=-1))[..., None]
    # Effects closer together than chance say nothing against a τ² that they do not show: as if Q were its expectation.
    _, _, total = weighted(y, v, 0.0)
    limits = stats.chi2.isf(tail, persons - 1), stats.chi2.ppf(tail, persons - 1) * np.minimum(1, total / (persons - 1))
    bounds = [q_root(y, v, limit)[..., None] for limit in limits]
    low, high = (np.arcsinh(np.sqrt(bound / scale)) for bound in bounds)
    position = low + (high - low) * (1 + at) / 2
    tau2 = scale * np.sinh(position) ** 2
    _, precision, q = weighted(y[..., None, :], v[..., None, :], tau2)
    spread = np.log(v[..., None, :] + tau2[..., None]).sum(axis=-1)
    log_density = np.log(np.sinh(2 * position)) - (spread + np.log(precision) + q) / 2
    density = weight * np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    return tau2, density / density.sum(axis=-1, keepdims=True)

