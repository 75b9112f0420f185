"""How unlikely is a unit's count, judged by the other units alone?"""

from __future__ import annotations

import numpy as np
from scipy import special

from analysis.stats.estimates import Booleans, Floats

#: Nodes of the integral over the dispersion, even in log(φ − 1); 160 move p-values by 1 % at most.
NODES = 40
#: The dispersion of a mean unit is taken to lie between 1.01 and 1 + the larger of 10 and 4 mean counts (true rates
#: that vary by twice their mean).
LEAST_EXCESS, GREATEST_EXCESS, GREATEST_SQUARED_VARIATION = 0.01, 10.0, 4.0
#: Prior density of the dispersion, dφ/√φ: heavier than the dφ/φ that gives Student's t, so that few units err on the
#: careful side (family-wise false alarms in tests/coverage/test_coverage_funnels.py; dφ/φ had up to .056).
PRIOR_POWER = 0.5
#: Others without any event stand for half of one.
LEAST_EVENTS = 0.5

Posterior = tuple[Floats, Floats, Floats]


def predictive_p(count: Floats, exposure: Floats, null: Booleans, target: float | None = None) -> Floats:
    """Return, per unit, a two-sided p-value of its count given the counts of all *other* units of the null set.

    Under the null all units share one rate λ and are gamma-Poisson: negative binomial of size s_j and mean λ e_j, in
    two variants that equal exposures cannot tell apart: events come in bursts (variance φ λ e_j, s_j ∝ e_j; NB1) or
    rates differ by unit (one size for all; NB2 [1]_). For unit i, φ and the variant get posterior weights from the
    others' likelihood (prior: ½ each, dφ/√φ, φ that of a unit of mean exposure), λ is the others' mean weighted by
    1/φ_j, and its error adds e_i / Σ w_j e_j to the unit's dispersion. p = 2 Σ weight · P(X ≥ x_i) or P(X ≤ x_i),
    the side away from the expectation; at most 1.

    This is a leave-one-out predictive p-value [2]_: a bad unit does not widen its own limits, and few units widen
    them as Student's t would. The plain plug-in (φ of all units, normal or NB) flags too many or hides the bad ones.

    Args:
        count: events per unit.
        exposure: what they arose from, positive.
        null: which units the null is learnt from; the unit itself is always left out.
        target: rate to compare with instead of the others', taken as known; their dispersion is still that around
            their own rate.

    R: none has it; at a known φ it is ``2 * pnbinom(x - 1, size = m/(phi-1), prob = 1/phi, lower.tail = FALSE)``.

    References:
        .. [1] Hilbe JM (2011) Negative Binomial Regression, 2nd ed., chapters 8 and 10.
        .. [2] Marshall EC, Spiegelhalter DJ (2007) Identifying outliers in Bayesian hierarchical models. Bayesian
           Anal 2:409–444; Geisser S (1993) Predictive Inference.
    """
    mean = count[null].sum() / max(int(null.sum()), 1)
    widest = max(GREATEST_EXCESS, GREATEST_SQUARED_VARIATION * mean)
    excess = np.exp(np.linspace(np.log(LEAST_EXCESS), np.log(widest), NODES))
    shape = mean / excess
    share = exposure / exposure[null].mean()
    bursts = _posterior((count, exposure, null), np.outer(share, shape), target)
    variants = [bursts, _posterior((count, exposure, null), np.outer(np.ones_like(share), shape), target)]
    log_weight, expected, dispersion = (np.concatenate(part, axis=1) for part in zip(*variants, strict=True))
    # dφ is (φ − 1) d log(φ − 1), the spacing of the nodes.
    log_weight = log_weight + np.tile(np.log(excess) - PRIOR_POWER * np.log1p(excess), 2)
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    tail = _tail(count[:, None], expected, dispersion, count >= (weight * expected).sum(axis=1))
    return np.minimum(1.0, 2 * (weight * tail).sum(axis=1))


def _posterior(units: tuple[Floats, Floats, Booleans], size: Floats, target: float | None) -> Posterior:
    """Return per unit and node the others' log likelihood, and the unit's expectation and dispersion."""
    count, exposure, null = units[0][:, None], units[1][:, None], units[2].astype(float)[:, None]
    rate = float(count[units[2]].sum() / exposure[units[2]].sum())
    weight = null / (1 + rate * exposure / size)
    information = _of_others(weight * exposure)
    events = np.maximum(_of_others(weight * count), _least(weight))
    rates = events / information
    fixed = _of_others(null * (special.gammaln(count + size) - special.gammaln(size) + size * np.log(size)))
    varying = np.empty_like(size)
    for node in range(size.shape[1]):
        own = size[:, [node]]
        mean = exposure * rates[:, node]
        terms = count * np.log(mean) - (count + own) * np.log(own + mean)
        varying[:, node] = (null * terms).sum(axis=0) - (null * terms).diagonal()
    error = exposure / information if target is None else 0.0
    expected = exposure * (rates if target is None else np.full_like(rates, target))
    return fixed + varying, expected, 1 + expected / size + error


def _least(weight: Floats) -> Floats:
    positive = np.where(weight > 0, weight, np.inf)
    return LEAST_EVENTS * positive.min(axis=0)


def _of_others(values: Floats) -> Floats:
    """Return, per row, the sum over all other rows."""
    return values.sum(axis=0) - values


def _tail(count: Floats, mean: Floats, dispersion: Floats, above: Booleans) -> Floats:
    """Return P(X ≥ count) where ``above``, else P(X ≤ count), of the negative binomial law."""
    up = np.broadcast_to(above[:, None], mean.shape)
    size, probability = mean / (dispersion - 1), 1 / dispersion
    first = np.where(up, np.maximum(count, 1), size)
    second = np.where(up, size, count + 1)
    tail = special.betainc(first, second, np.where(up, 1 - probability, probability))
    return np.where(up & (count == 0), 1.0, tail)
