"""How much of something is there in all, and how much of it per unit of something else?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    Floats,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)
from analysis.stats.intervals.means import t_limits
from analysis.stats.survey.figures import HIDDEN, design_reasons, few_off_mode, weighted_means, with_spread
from analysis.stats.survey.linearisation import linearised_variance, sampled_rows

NO_DENOMINATOR = "the denominators add up to 0 or less"


def design_total(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a design-weighted total, Σ w v over the domain, with its t interval [1]_.

    Influence of an answer: w v. The total is that of the population only if the weights add up to the population (a
    weight being one over the sampling probability, or raked): weights known up to a factor give no total. Where all
    values are equal (v = 1: how many there are) the spread is that of the units' sizes.

    Args:
        answers: the reduced table of `analysis.stats.survey.design.design_mean`.
        by: columns that name the domains; each is estimated within the whole design.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable, nor 1 … 5 effective answers off the mode.

    Returns:
        A table of estimates in the unit of ``value``, indexed by domain, with std_error, df, n_eff and deff_kish.

    Raises:
        ValueError: a weight is not a positive integer, a count is not a count, or a value is infinite.

    R: ``m <- svytotal(~v, subset(d, inside)); confint(m, df = degf(subset(d, inside)))``; R's ``confint`` without
    ``df`` takes the normal quantile.

    References:
        .. [1] Särndal CE, Swensson B, Wretman J (1992) Model Assisted Survey Sampling, section 4.3.
    """
    ids, groups = group_ids(answers, by)
    rows = sampled_rows(answers, ids)
    inside = rows[rows["value"].notna()]
    inside = inside.assign(influence=inside["weight"] * inside["value"])
    figures = _spread(inside, rows, groups).assign(estimate=_total(inside, "value", len(groups)))
    few, why = few_off_mode(figures)
    some = (few & figures["off_mode"].gt(0).to_numpy(), why)
    reason = first_reason(figures["n"], minimum_n, some, *design_reasons(figures))
    figures = t_limits(figures.drop(columns=HIDDEN), level)
    return estimate_table(figures, reason, "design-weighted total, linearised t", level)


def design_ratio(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a ratio of two design-weighted totals, R = Σ w y / Σ w x, with its linearised t interval [1]_.

    Influence of an answer: w (y − R x) / Σ w x. This is R's combined ratio, not the mean of the ratios y / x.

    Args:
        answers: as in `design_total`, with ``numerator`` (y) and ``denominator`` (x) in place of ``value``; an answer
            that lacks one of them is outside the domain.
        by: columns that name the domains.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable, nor fewer than 5 effective answers off the commonest y − R x.

    Returns:
        A table of estimates in the unit of y per unit of x, indexed by domain, with std_error, df, n_eff and deff_kish.

    Raises:
        ValueError: as `design_total`.

    R: ``m <- svyratio(~y, ~x, subset(d, inside)); confint(m, df = degf(subset(d, inside)))``.

    References:
        .. [1] Cochran WG (1977) Sampling Techniques, 3rd ed., chapter 6.
    """
    ids, groups = group_ids(answers, by)
    rows = sampled_rows(answers, ids, ("numerator", "denominator"))
    inside = rows[rows[["numerator", "denominator"]].notna().all(axis=1)]
    group, weight = inside["group"].to_numpy(), inside["weight"].to_numpy(float)
    above, below = (_total(inside, name, len(groups)) for name in ("numerator", "denominator"))
    per_unit = ratio(above, below)
    value = inside["numerator"].to_numpy(float) - per_unit[group] * inside["denominator"].to_numpy(float)
    inside = inside.assign(value=value, influence=ratio(weight * value, below[group]))
    figures = _spread(inside, rows, groups).assign(estimate=per_unit)
    few = few_off_mode(figures)
    reason = first_reason(figures["n"], minimum_n, (below <= 0, NO_DENOMINATOR), few, *design_reasons(figures))
    figures = t_limits(figures.drop(columns=HIDDEN), level)
    return estimate_table(figures, reason, "design-weighted ratio, linearised t", level)


def _spread(inside: pd.DataFrame, rows: pd.DataFrame, groups: pd.Index) -> pd.DataFrame:
    """Return the figures of a known influence; the design effect of a mean is not theirs."""
    variance = linearised_variance(inside, rows, len(groups))
    return with_spread(weighted_means(inside, groups), inside, variance).drop(columns="deff")


def _total(inside: pd.DataFrame, name: str, domains: int) -> Floats:
    return sums_by(inside["group"].to_numpy(), inside["weight"] * inside[name] * inside["count"], domains)
