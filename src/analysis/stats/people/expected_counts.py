"""How do persons' counts compare with what their cases led to expect, when few are expected?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, Floats, checked_level, counts_of, estimate_table
from analysis.stats.people.rate_posterior import GammaLaw, fitted_law, rate_posterior

#: Persons with an event that it takes to learn how much rates differ.
MINIMUM_WITH_EVENTS = 5
FEW_WITH_EVENTS = f"fewer than {MINIMUM_WITH_EVENTS} persons with an event"
NO_DIFFERENCES = "differences between persons are no larger than chance"


def shrunken_rates(counts: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return each person's count over its expectation, pulled towards the group's as far as it is uncertain [1]_.

    O_i ~ Poisson(E_i θ_i), θ_i ~ gamma(shape ν, rate α = ν/m): the posterior is gamma(O_i + ν, E_i + α), its mean
    (O_i + ν)/(E_i + α) the estimate, with ν and m by maximum likelihood (`gamma_law`). The limits are quantiles of
    the posterior with both integrated out, flat in log m and in 1/ν, the squared coefficient of variation of true
    rates; where they would leave out the estimate they are stretched to it.

    Args:
        counts: columns count (events) and expected (from the person's case mix, positive), indexed by person.
        level: two-sided level of each person's interval by itself.

    Returns:
        A table of estimates (1 = as expected) on the index of ``counts``; n is the count. Further columns: expected,
        reliability (E/(E + α), the weight of the person's own rate; 0 where rates do not differ) and
        probability_below (that the true rate lies below the group's mean m). Not estimable without expectation,
        with fewer than `MINIMUM_WITH_EVENTS` persons with an event, and for everybody where ν = ∞.

    Raises:
        ValueError: a count is not a count, an expectation is negative, or events came where none was expected.

    R: ``f <- MASS::glm.nb(O ~ offset(log(E))); (O + f$theta) / (E + f$theta / exp(coef(f)))``;
    ``DCluster::empbaysmooth(O, E)`` finds ν and α by moments.

    References:
        .. [1] Clayton D, Kaldor J (1987) Biometrics 43:671–681; Morris CN (1983) J Am Stat Assoc 78:47–55.
    """
    events, expected = _checked(counts)
    some = expected > 0
    checked_level(level)
    law = gamma_law(counts)
    few = int((events > 0).sum()) < MINIMUM_WITH_EVENTS
    general = FEW_WITH_EVENTS if few else "" if np.isfinite(law.shape) else NO_DIFFERENCES
    numbers = np.full((len(counts), 5), np.nan)
    if not general:
        order = np.lexsort((expected, events))
        order = order[some[order]]
        numbers[order] = _shrunken(events[order], expected[order], law, level)
    elif general == NO_DIFFERENCES:
        numbers[some, 3] = 0.0
    columns = ["estimate", "low", "high", "reliability", "probability_below"]
    figures = pd.DataFrame(numbers, index=counts.index, columns=columns).assign(expected=expected)
    figures.insert(0, "n", events.astype(int))
    reason = np.where(some, general, "nothing was expected").astype(str)
    return estimate_table(figures, reason, "gamma-Poisson empirical Bayes, integrated over the spread", level)


def gamma_law(counts: pd.DataFrame) -> GammaLaw:
    """Return mean and shape of the gamma law of true rates, by maximum likelihood of the negative binomial counts.

    Shape ∞ where Σ (O − mE)² ≤ Σ O at the common rate m: counts differ no more than Poisson counts do. Mean NaN
    without any expectation.

    Args:
        counts: columns count and expected, as in `shrunken_rates`.

    R: ``f <- MASS::glm.nb(O ~ offset(log(E)), control = glm.control(epsilon = 1e-14)); exp(coef(f)); f$theta``.
    """
    events, expected = _checked(counts)
    some = expected > 0
    order = np.lexsort((expected[some], events[some]))
    return fitted_law(events[some][order], expected[some][order])


def _checked(counts: pd.DataFrame) -> tuple[Floats, Floats]:
    (events,) = counts_of(counts, "count")
    expected = counts["expected"].to_numpy(float, na_value=np.nan)
    if not bool(np.all((expected > 0) | ((expected == 0) & (events == 0)))):
        raise ValueError("expected must be positive wherever events were counted, and nowhere negative or missing")
    return events, expected


def _shrunken(events: Floats, expected: Floats, law: GammaLaw, level: float) -> Floats:
    """Return estimate, low, high, reliability and probability below the mean, persons × 5."""
    alpha = law.shape / law.mean
    estimate = (events + law.shape) / (expected + alpha)
    known = rate_posterior(events, expected, law)
    low, high = known.quantile((1 - level) / 2), known.quantile((1 + level) / 2)
    limits = np.minimum(low, estimate), np.maximum(high, estimate)
    return np.column_stack([estimate, *limits, expected / (expected + alpha), known.probability_below_mean()])
