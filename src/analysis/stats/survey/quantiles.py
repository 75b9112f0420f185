"""Where does a share p of the population lie below, and how sure are we of that value?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    Booleans,
    Floats,
    checked_level,
    estimate_table,
    first_reason,
    group_ids,
)
from analysis.stats.intervals.means import MINIMUM_OFF_MODE
from analysis.stats.survey.figures import (
    HIDDEN,
    design_reasons,
    few_off_mode,
    mean_influence,
    weighted_means,
    with_spread,
)
from analysis.stats.survey.linearisation import linearised_variance, sampled_rows

#: Cumulated weight this near to p of the whole counts as equal to it: rounding of p alone must not move a quantile.
SAME_SHARE = 1e-12
#: Shares of the previous and of the own cumulated weight, and of the last weight added to the whole, by which each
#: continuous rule of Hyndman and Fan (1996, types 4–9) places an answer; as R survey generalises them to weights.
PLOTTING = {
    "hf4": (0.0, 1.0, 0.0),
    "hf5": (1 / 2, 1 / 2, 0.0),
    "hf6": (0.0, 1.0, 1.0),
    "hf7": (1.0, 0.0, -1.0),
    "hf8": (1 / 3, 2 / 3, 1 / 3),
    "hf9": (3 / 8, 5 / 8, 1 / 4),
}
RULES = ("math", "school", "hf1", "hf2", *PLOTTING)
FEW_BEYOND = f"fewer than {MINIMUM_OFF_MODE} effective answers on one side of the quantile"
TIED = "answers tie at the quantile, and the interval holds for values that do not"
BEYOND = "the interval reaches beyond the answers"


@dataclass(frozen=True)
class Quantile:
    """Which quantile: its probability, strictly between 0 and 1, and the rule that turns answers into it.

    "math" (= "hf1"): the least value with at least p of the weight at or below it. "school" (= "hf2"): the same, but
    the mean of that value and the next where the weight is exactly p. "hf4" … "hf9": linear in the cumulated weight
    (Hyndman and Fan 1996; "hf7" is R's unweighted default).
    """

    probability: float = 0.5
    rule: str = "math"

    def __post_init__(self) -> None:
        if not 0 < self.probability < 1:
            raise ValueError("probability must lie strictly between 0 and 1, as in .5 for the median")
        if self.rule not in RULES:
            raise ValueError(f"rule must be one of {', '.join(RULES)}")


def design_quantile(
    answers: pd.DataFrame,
    quantile: Quantile,
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_N_SHARE,
) -> pd.DataFrame:
    """Return a design-weighted quantile with Woodruff's interval [1]_ on the probability scale.

    q = the rule of ``quantile`` applied to the weighted distribution F. F(q) = Σ w [v ≤ q] / Σ w is a share with a
    linearised standard error s; the limits are the same rule at F(q) − t(df) s and F(q) + t(df) s.

    Args:
        answers: the reduced table of `analysis.stats.survey.design.design_mean`. Values must be as good as continuous
            (times, amounts): for items estimate shares.
        quantile: probability and rule.
        by: columns that name the domains; each is estimated within the whole design.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable; nor fewer than 5 effective answers (unequal weights considered) on
            either side of q, nor a q at which so many answers tie that the interval of F(q) leaves out p.

    Returns:
        A table of estimates in the unit of ``value``, indexed by domain, with std_error ((high − low) / 2t, as in R),
        df, share_low and share_high (the interval of F(q)).

    Raises:
        ValueError: as `analysis.stats.survey.design.design_mean`.

    R: ``svyquantile(~v, d, p, interval.type = "mean", qrule = "math")``, both the defaults of survey 4.1; its df are
    ``degf(d)`` as ours. Where answers tie, R centres on F(q), so do we; it gives an interval however many tie.
    R's "math", "school" and "hf4" go wrong where p lies below the share of the first answer (they take the second,
    or extrapolate); we take the first. "hf4" … "hf9" depend in R on the order of the rows where tied answers differ
    in weight; we order those by weight. R's "hf3", "shahvaish" and the other interval types are not offered.

    References:
        .. [1] Woodruff RS (1952) Confidence intervals for medians and other position measures. J Am Stat Assoc
           47:635–646.
    """
    ids, groups = group_ids(answers, by)
    rows = sampled_rows(answers, ids)
    inside = rows[rows["value"].notna()]
    estimate = _at(inside, np.full(len(groups), quantile.probability), quantile.rule)
    below = inside["value"].to_numpy(float) <= estimate[inside["group"].to_numpy()]
    figures = _shares_below(inside.assign(value=below.astype(float)), rows, groups)
    tail = stats.t.ppf((1 + checked_level(level)) / 2, np.maximum(figures["df"].to_numpy(float), 1))
    reach = tail * figures["std_error"]
    figures = figures.assign(share_low=figures["estimate"] - reach, share_high=figures["estimate"] + reach)
    reason = first_reason(figures["n"], minimum_n, *_reasons(figures, quantile.probability))
    low, high = (_at(inside, figures[name].to_numpy(float), quantile.rule) for name in ("share_low", "share_high"))
    figures = figures.assign(estimate=estimate, low=low, high=high, std_error=(high - low) / (2 * tail))
    method = f"design-weighted quantile ({quantile.rule}), Woodruff"
    return estimate_table(figures.drop(columns=HIDDEN), reason, method, level)


def weighted_quantile(values: Floats, weights: Floats, probability: float, rule: str = "math") -> float:
    """Return a quantile of weighted values; of values that tie, the lighter come first.

    Args:
        values: at least one.
        weights: one per value, positive.
        probability: 0 … 1.
        rule: as in `Quantile`.

    R: ``survey:::qrule_math(x, w, p)`` and its siblings.
    """
    return _quantile((values, weights, np.ones(len(values))), probability, rule)


def _quantile(answers: tuple[Floats, Floats, Floats], probability: float, rule: str) -> float:
    """Return a quantile of values that stand for so many answers (third column) of a weight each."""
    order = np.lexsort((answers[1], answers[0]))
    value, weight, times = (column[order] for column in answers)
    reached = np.cumsum(weight * times)
    if rule in PLOTTING:
        before, own, last = PLOTTING[rule]
        whole = reached[-1] + last * weight[-1]
        # Between the first and the last of equal answers the value does not change: their two places will do.
        first = np.minimum(reached - weight * (times - 1), reached)
        ends, each = np.column_stack([first, reached]).ravel(), np.repeat(weight, 2)
        place = (before * (ends - each) + own * ends) / (whole if whole > 0 else 1.0)
        return float(np.interp(probability, place, np.repeat(value, 2)))
    share = probability * reached[-1]
    passed = int(np.sum(reached <= share * (1 + SAME_SHARE)))
    following = value[min(passed, len(value) - 1)]
    if passed == 0 or reached[passed - 1] < share * (1 - SAME_SHARE):
        return float(following)
    return float(value[passed - 1] if rule in ("math", "hf1") else (value[passed - 1] + following) / 2)


def _at(inside: pd.DataFrame, probability: Floats, rule: str) -> Floats:
    """Return each domain's quantile at its own probability; NaN without answers, and beyond 0–1."""
    found = np.full(len(probability), np.nan)
    columns = [inside[name].to_numpy(float) for name in ("value", "weight", "count")]
    groups = inside.groupby("group").indices
    for group in np.intersect1d(np.flatnonzero((probability >= 0) & (probability <= 1)), inside["group"]):
        value, weight, times = (column[groups[group]] for column in columns)
        found[group] = _quantile((value, weight, times), float(probability[group]), rule)
    return found


def _shares_below(inside: pd.DataFrame, rows: pd.DataFrame, groups: pd.Index) -> pd.DataFrame:
    """Return the share of each domain at or below its quantile (value 1), with std_error and df."""
    means = weighted_means(inside, groups)
    variance = linearised_variance(inside.assign(influence=mean_influence(inside, means)), rows, len(groups))
    return with_spread(means, inside, variance).drop(columns="deff")


def _reasons(figures: pd.DataFrame, probability: float) -> list[tuple[Booleans, str]]:
    few, _ = few_off_mode(figures)
    low, high = figures["share_low"].to_numpy(float), figures["share_high"].to_numpy(float)
    return [
        (few, FEW_BEYOND),
        *design_reasons(figures),
        ((low < 0) | (high > 1), BEYOND),
        ((probability < low) | (probability > high), TIED),
    ]
