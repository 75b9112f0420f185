"""How long does a CUSUM run before it alarms, and which limit makes it run so long in control?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.stats.estimates import Floats, Numbers
from analysis.stats.intervals.rates import NEGLIGIBLE_EXCESS

#: Steps of the sum per event, by the standard deviation below which they serve; reference values are rounded to
#: such steps, so that the chain below is exact.
STEPS_BELOW = ((1.0, 100), (10.0, 10), (np.inf, 1))
#: Steps a limit may have: a chain of so many states still solves in seconds.
MOST_STATES = 5_000


@dataclass(frozen=True)
class CusumDesign:
    """What a CUSUM of counts is to find, and how long it is to run in vain.

    ``rate_ratio``: the change it is tuned to, ×1.5 by default; below 1 it watches for a decrease. ``run_length``:
    expected periods up to a false alarm, at least. ``dispersion``: variance over mean of the counts in control; above
    1 they are negative binomial, the size of which a change leaves alone.
    """

    run_length: float
    rate_ratio: float = 1.5
    dispersion: float = 1.0

    def __post_init__(self) -> None:
        if not (self.run_length > 1 and self.rate_ratio > 0 and self.rate_ratio != 1 and self.dispersion >= 1):
            raise ValueError("run_length must exceed 1, rate_ratio be positive and not 1, dispersion be 1 or more")


@dataclass(frozen=True)
class CusumLimit:
    """A designed limit, and the average run lengths it has in control and after the change it is tuned to."""

    limit: float
    run_length_in_control: float
    run_length_changed: float


def reference_value(expected: Numbers, design: CusumDesign) -> Floats:
    """Return k, what a period takes off the sum: between the count expected in control and after the change.

    Poisson [1]_: k = μ (R − 1)/ln R. Negative binomial with size r = μ/(φ−1) [2]_: k = r ln a / (ln R − ln a),
    a = (1 + R(φ−1))/φ. Rounded to tenths of an event, to hundredths where √(φμ) is below 1, and to
    whole events where it is 10 or more.

    Args:
        expected: count expected in control, μ, positive.
        design: see `CusumDesign`; R is its rate ratio.

    R: ``(mu1 - mu0) / (log(mu1) - log(mu0))``, to one decimal as in ``surveillance::arlCusum(digits = 1)``.

    References:
        .. [1] Lucas JM (1985) Counted data CUSUMs. Technometrics 27:129–144.
        .. [2] Hawkins DM, Olwell DH (1998) Cumulative Sum Charts and Charting for Quality Improvement, section 5.2.
    """
    means = _means(expected)
    steps = _steps_per_event(means, design)
    return np.round(_per_event(design) * means * steps) / steps


def average_run_length(limit: float, expected: Numbers, design: CusumDesign, rate_ratio: float = 1.0) -> float:
    """Return the expected number of periods up to the first alarm, exactly, by a Markov chain [1]_.

    The sum S = max(0, S + x − k), from 0, alarms at S ≥ limit. On its lattice it is a Markov chain with
    transient part Q: ARL = first row of (I − Q)⁻¹ 1. Several expectations are the seasons of a cycle that starts with
    the first and repeats.

    Args:
        limit: h, in events, positive.
        expected: count expected in control, one for all periods or one per season of a cycle.
        design: see `CusumDesign`.
        rate_ratio: the counts' true mean over ``expected``, 1 in control.

    Raises:
        ValueError: an expectation or the limit is not positive, or the limit is too wide for the chain.

    R: ``surveillance::arlCusum(h, k, theta, distr = "poisson")``, for Poisson counts of one expectation and h, k in
    tenths; ``spc::pois.cusum.arl(mu, km, hm, m, sided = "upper")`` alarms only beyond its limit hm/m, which is
    the step (hm + 1)/m here, and has decreases as ``sided = "lower"``.

    References:
        .. [1] Brook D, Evans DA (1972) Biometrika 59:539–549; Lucas JM (1985) Technometrics 27:129–144.
    """
    means = _means(expected)
    steps = _steps_per_event(means, design)
    states = int(np.ceil(round(limit * steps, 6)))
    if states < 1 or states > MOST_STATES or not rate_ratio > 0:
        raise ValueError(f"limit must be positive and take at most {MOST_STATES} steps; is it in events?")
    passage, lengths = np.eye(states), np.zeros(states)
    for mean in means[::-1]:
        chain = _transient((states, steps), mean, design, rate_ratio)
        passage, lengths = chain @ passage, 1 + chain @ lengths
    return float(np.linalg.solve(np.eye(states) - passage, lengths)[0])


def designed_limit(expected: Numbers, design: CusumDesign) -> CusumLimit:
    """Return the smallest limit whose run length in control is at least the design's.

    Counts are discrete, so the run length in control is met or exceeded, seldom equal.

    Args:
        expected: count expected in control, one for all periods or one per season of a cycle.
        design: see `CusumDesign`.

    Raises:
        ValueError: an expectation is not positive, or the run length asked for needs too wide a limit.

    R: ``surveillance::findH(ARL0, theta0, rel.tol, digits = 1)``, which takes the h whose run length is nearest;
    ``spc::pois.cusum.crit``.
    """
    steps = _steps_per_event(_means(expected), design)
    below, above = 0, steps
    while average_run_length(above / steps, expected, design) < design.run_length:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        enough = average_run_length(middle / steps, expected, design) >= design.run_length
        below, above = (below, middle) if enough else (middle, above)
    limit = above / steps
    lengths = (average_run_length(limit, expected, design, ratio) for ratio in (1.0, design.rate_ratio))
    return CusumLimit(limit, *lengths)


def _means(expected: Numbers) -> Floats:
    means = np.atleast_1d(np.asarray(expected, dtype=float))
    if not len(means) or not bool(np.all((means > 0) & np.isfinite(means))):
        raise ValueError("expected must be positive in every period: a season without exposure has no CUSUM")
    return means


def _steps_per_event(means: Floats, design: CusumDesign) -> int:
    deviation = np.sqrt(design.dispersion * means.mean())
    return next(steps for bound, steps in STEPS_BELOW if deviation < bound)


def _per_event(design: CusumDesign) -> float:
    """Return k per expected event, on the scale of the log likelihood ratio."""
    excess, gain = design.dispersion - 1, np.log(design.rate_ratio)
    if excess <= NEGLIGIBLE_EXCESS:
        return float((design.rate_ratio - 1) / gain)
    lost = np.log((1 + design.rate_ratio * excess) / design.dispersion)
    return float(lost / excess / (gain - lost))


def _transient(lattice: tuple[int, int], mean: float, design: CusumDesign, rate_ratio: float) -> Floats:
    """Return the chances to pass in one period between sums below the limit, of so many states and steps per event."""
    states, steps = lattice
    law = _count_law(mean, design, rate_ratio)
    reference = int(np.round(_per_event(design) * mean * steps))
    start, end = np.arange(states)[:, None], np.arange(states)[None, :]
    up = design.rate_ratio > 1
    needed = end - start + reference if up else start - end + reference
    chances = law.pmf(np.arange(max(int(needed.max()) // steps, 0) + 1))
    possible = (needed >= 0) & (needed % steps == 0)
    chain = np.where(possible, chances[np.maximum(needed, 0) // steps], 0.0)
    at_zero = needed[:, 0]
    chain[:, 0] = law.cdf(at_zero // steps) if up else law.sf(-(-at_zero // steps) - 1)
    return chain


def _count_law(mean: float, design: CusumDesign, rate_ratio: float) -> stats.distributions.rv_frozen:
    excess = design.dispersion - 1
    if excess <= NEGLIGIBLE_EXCESS:
        return stats.poisson(mean * rate_ratio)
    return stats.nbinom(mean / excess, 1 / (1 + rate_ratio * excess))
