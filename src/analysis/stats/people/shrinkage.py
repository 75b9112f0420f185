"""What is the best guess at a person's true effect, and how sure are we?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, OK, Floats, checked_level, estimate_table
from analysis.stats.people.heterogeneity import METHODS, Method, tau_squared, usable_effects, weighted
from analysis.stats.people.posterior import MINIMUM_PERSONS, posterior

NO_DIFFERENCES = "differences between persons are no larger than chance"
FEW_PERSONS = f"fewer than {MINIMUM_PERSONS} comparable persons"


def shrunken_effects(effects: pd.DataFrame, method: Method = "PM", level: float = LEVEL) -> pd.DataFrame:
    """Return each person's effect pulled towards the group's mean as far as it is unreliable [1]_.

    μ̂ + R_i (y_i − μ̂) with reliability R_i = τ²/(τ² + v_i) and μ̂ weighted by 1/(τ² + v_i). The interval does not
    take τ² and μ as known: its limits are quantiles of the posterior with both integrated out, see
    `analysis.stats.people.posterior.posterior`; it holds on average over persons like these. Where it would leave out
    the estimate it is stretched to it.

    Args:
        effects: columns n, estimate and sampling_variance, indexed by person, as of
            `analysis.stats.people.two_way.person_effects`; status if there is one.
        method: how τ² of the estimates is found: "PM" or "DL".
        level: two-sided level of each person's interval by itself.

    Returns:
        A table of estimates on the index of ``effects``, in its unit, with reliability (R_i, 0 where τ² = 0) and
        probability_below (that the person's true effect lies below the group's mean, given the data; 1 minus it is
        above). Not estimable where the effect was not, below `MINIMUM_PERSONS`, and for everybody where τ² = 0.

    R: ``blup(rma(estimate, sampling_variance, method = "PM"))$pred`` (metafor), whose intervals take τ² as known;
    intervals and probabilities: see `analysis.stats.people.posterior.posterior`.

    References:
        .. [1] Efron B, Morris C (1975) J Am Stat Assoc 70:311–319; Morris CN (1983) J Am Stat Assoc 78:47–55.
    """
    checked_level(level)
    y, v = usable_effects(effects)
    told = effects["status"] if "status" in effects else pd.Series(OK, effects.index)
    reason = told.where(told.ne(OK), "").str.removeprefix("not estimable: ").to_numpy(str)
    tau2 = float(tau_squared(y, v, method)) if len(y) >= MINIMUM_PERSONS else 0.0
    general = FEW_PERSONS if len(y) < MINIMUM_PERSONS else NO_DIFFERENCES if tau2 == 0 else ""
    usable = reason == ""
    own = effects.loc[usable, ["estimate", "sampling_variance"]].to_numpy(float).T
    numbers = np.full((len(effects), 5), np.nan)
    if not general:
        numbers[usable] = _shrunken(own, np.array([y, v]), tau2, level)
    elif general == NO_DIFFERENCES:
        numbers[usable, 3] = 0.0
    columns = ["estimate", "low", "high", "reliability", "probability_below"]
    figures = pd.DataFrame(numbers, index=effects.index, columns=columns)
    figures.insert(0, "n", effects["n"])
    reason = np.where(usable & bool(general), general, reason).astype(str)
    return estimate_table(figures, reason, f"empirical Bayes, {METHODS[method]}, integrated over tau^2", level)


def reliability(variance: Floats, tau2: float) -> Floats:
    """Return R = τ²/(τ² + v): the share of the variance of estimated effects that is true differences [1]_.

    Args:
        variance: sampling variances, positive.
        tau2: variance between persons, 0 or more.

    Raises:
        ValueError: a variance is not positive or ``tau2`` is negative.

    R: ``m$tau2 / (m$tau2 + m$vi)`` of a metafor fit ``m``.

    References:
        .. [1] Adams JL (2009) The Reliability of Provider Profiling. RAND TR-653.
    """
    v = np.asarray(variance, dtype=float)
    if not bool(np.all(v > 0)) or not tau2 >= 0:
        raise ValueError("sampling variances must be positive and tau2 not negative")
    return tau2 / (tau2 + v)


def _shrunken(own: Floats, sorted_effects: Floats, tau2: float, level: float) -> Floats:
    """Return estimate, low, high, reliability, probability below the mean: persons × 5, in the order of ``own``."""
    y, v = sorted_effects
    mean, _, _ = weighted(y, v, tau2)
    share = reliability(v, tau2)
    estimate = mean + share * (y - mean)
    known = posterior(y, v)
    low, high = known.quantile((1 - level) / 2), known.quantile((1 + level) / 2)
    limits = np.minimum(low, estimate), np.maximum(high, estimate)
    rows = np.column_stack([estimate, *limits, share, known.probability_below_mean()])
    shrunken = np.empty_like(rows)
    shrunken[np.lexsort((own[1], own[0]))] = rows
    return shrunken
