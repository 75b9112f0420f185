"""How far apart are two parts of one sample, or two samples, by more than chance?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, MINIMUM_N_MEAN, Booleans, estimate_table, first_reason, group_ids
from analysis.stats.intervals.means import t_limits
from analysis.stats.survey.figures import design_reasons, few_off_mode, mean_influence, weighted_means
from analysis.stats.survey.linearisation import degrees_of_freedom, linearised_variance, sampled_rows


@dataclass(frozen=True)
class Pair:
    """Two domains to compare: the answers whose ``column`` is ``first``, and those where it is ``second``."""

    column: str
    first: Hashable
    second: Hashable


def design_difference(
    answers: pd.DataFrame,
    pair: Pair,
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_N_MEAN,
) -> pd.DataFrame:
    """Return the mean of one domain minus that of another within the same design, with its linearised t interval.

    d = m₁ − m₂, the influence of an answer that of its own mean, w (v − m_k) / W_k with W_k = Σ w over domain k,
    negative in the second domain. Its variance holds the covariance of the two means, which is not 0 where a cluster
    has answers in both [1]_. Two surveys (two quarters) are two strata of one table, for which it is 0.

    Args:
        answers: the reduced table of `analysis.stats.survey.design.design_mean`; a share is a value of 0 and 1, a Net
            Promoter Score one of −100, 0 and 100.
        pair: the two domains.
        by: columns that name units; each gets the difference of its two domains.
        level: two-sided confidence level.
        minimum_n: a side with fewer answers gives no difference, nor one with fewer than 5 effective answers off the
            mode.

    Returns:
        A table of estimates in the unit of ``value``, indexed by unit, with std_error, df (units minus strata among
        those with an answer in either domain), first, second (the means), n_first and n_second.

    Raises:
        ValueError: the two domains are the same, or as `analysis.stats.survey.design.design_mean`.

    R: ``t <- svytotal(~I(v * a) + I(a * 1) + I(v * b) + I(b * 1), d)``, a and b the domains' 0/1 indicators, and
    ``svycontrast(t, quote(ta / na - tb / nb))`` on the renamed totals; for two domains that fill the sample also
    ``svyglm(v ~ domain, d)``, and ``svycontrast(svyby(~v, ~domain, d, svymean, covmat = TRUE), c(1, -1))``: without
    ``covmat`` R leaves the covariance out.

    References:
        .. [1] Kish L (1965) Survey Sampling, section 4.7.
    """
    if pair.first == pair.second:
        raise ValueError("the two domains are the same: name two different ones")
    ids, groups = group_ids(answers, by)
    side = answers[pair.column].map({pair.first: 0.0, pair.second: 1.0})
    rows = sampled_rows(answers.assign(side=side), ids, ("value", "side"))
    inside = rows[rows[["value", "side"]].notna().all(axis=1)]
    sides = [_side(inside[inside["side"].eq(number)], groups) for number in (0, 1)]
    means = [found for _, found in sides]
    figures = _figures(pd.concat([part for part, _ in sides]), rows, means)
    reason = first_reason(figures["n"], 1, *_side_reasons(means, pair, minimum_n), *design_reasons(figures))
    return estimate_table(t_limits(figures, level), reason, "difference of design-weighted means, linearised t", level)


def _side(inside: pd.DataFrame, groups: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the answers of one domain with their influence on the difference, and the domain's means."""
    means = weighted_means(inside, groups)
    sign = 1 - 2 * inside["side"]
    return inside.assign(influence=sign * mean_influence(inside, means)), means


def _figures(inside: pd.DataFrame, rows: pd.DataFrame, sides: list[pd.DataFrame]) -> pd.DataFrame:
    first, second = sides
    columns = {
        "n": first["n"] + second["n"],
        "estimate": first["estimate"] - second["estimate"],
        "std_error": np.sqrt(linearised_variance(inside, rows, len(first))),
        "df": degrees_of_freedom(inside, len(first)),
        **{"first": first["estimate"], "second": second["estimate"], "n_first": first["n"], "n_second": second["n"]},
    }
    return pd.DataFrame(columns, index=first.index)


def _side_reasons(sides: list[pd.DataFrame], pair: Pair, minimum_n: int) -> list[tuple[Booleans, str]]:
    reasons = []
    for means, name in zip(sides, (pair.first, pair.second), strict=True):
        few, why = few_off_mode(means)
        where = f"where {pair.column} is {name}"
        reasons += [
            (means["n"].lt(minimum_n).to_numpy(), f"fewer than {minimum_n} answers {where}"),
            (few, f"{why} {where}"),
        ]
    return reasons
