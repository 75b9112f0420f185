"""How sure are we of a weighted survey figure, given how the answers were sampled?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    MINIMUM_N_SHARE,
    checked_level,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
)
from analysis.stats.survey.figures import (
    HIDDEN,
    NPS_VALUES,
    SHARE_VALUES,
    Minimum,
    design_reasons,
    mean_estimates,
    mean_influence,
    nps_estimates,
    restricted,
    share_estimates,
    weighted_means,
    with_spread,
)
from analysis.stats.survey.linearisation import WEIGHT_ONE, linearised_variance, sampled_rows

__all__ = ["WEIGHT_ONE", "design_figures", "design_mean", "design_nps", "design_share", "design_share_logit"]


def design_mean(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a design-weighted mean with the t interval of the Taylor-linearised variance [1]_.

    m = Σ w v / Σ w over the domain. With z_hi = Σ w (v − m) / Σ w over sampling unit i of stratum h (0 for a unit
    without an answer in the domain), var = Σ_h n_h/(n_h−1) Σ_i (z_hi − z̄_h)². n_h counts every sampled unit of the
    stratum, also those outside the domain; degrees of freedom are units minus strata among those inside it.
    Sampling is with replacement at the first stage, and a lonely unit adds its z²:
    `analysis.stats.survey.linearisation` says both.

    Args:
        answers: the reduced table: value (float; NaN = unanswered or outside the domain), count, and where there are
            such: weight (integer, `WEIGHT_ONE` being 1; none = all equal), stratum (all missing ones are one stratum),
            cluster (missing = each answer is its own sampling unit; labels are nested in the stratum). Keep rows
            outside the domain: they are part of the design.
        by: columns that name the domains; each is estimated within the whole design.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable, nor fewer than 5 off the mode, each counted as 1 / deff_kish.
            Coverage at 95 % with strata, clusters of five and weights of 1 to 4 averages .941 over n = 30 … 300 and
            three item shapes and is .908 at least (top-heavy, n = 100, intraclass correlation .1).

    Returns:
        A table of estimates in the unit of ``value``, indexed by domain, with std_error, df, n_eff and deff_kish
        (Kish [2]_: (Σw)²/Σw² and n over it: the price of weighting alone) and deff (the variance over that of a
        simple random sample drawn with replacement).

    Raises:
        ValueError: a weight is not a positive integer, or a count is not a count.

    R: ``d <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~w, nest = TRUE, data = x)``;
    ``m <- svymean(~v, subset(d, inside), deff = "replace"); confint(m, df = degf(subset(d, inside)))``.
    R's ``confint`` without ``df`` takes the normal quantile, and ``deff = TRUE`` a finite population.

    References:
        .. [1] Binder DA (1983) On the variances of asymptotically normal estimators. Int Stat Rev 51:279–292;
           Lumley T (2004) Analysis of complex survey samples. J Stat Softw 9(8).
        .. [2] Kish L (1965) Survey Sampling, section 11.7.
    """
    figures = design_figures(answers, by)
    return mean_estimates(figures, "design-weighted mean, linearised t", level, Minimum(minimum_n))


def design_share(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a design-weighted share with Korn and Graubard's interval, which also stands at 0 and 1.

    Estimate, standard error, arguments and errors as in `design_mean`, with ``value`` 0 or 1; limits as in
    `analysis.stats.intervals.clusters.korn_graubard`; deff is NaN at 0 and 1. For the plain t interval call
    `design_mean` with the same table.
    Coverage at 95 % averages .967 over n = 10 … 300 and p = .5 … .99 and is .927 at least: cautious near 1 when n is
    small.

    R: ``svyciprop(~v, d, method = "beta")`` (R's default is "logit": `design_share_logit`).
    """
    figures = design_figures(restricted(answers, SHARE_VALUES), by)
    return share_estimates(figures, "design-weighted share, Korn-Graubard", level, minimum_n)


def design_share_logit(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a design-weighted share with a t interval on the logit scale.

    logit p ± t(df) se / (p (1−p)), transformed back; none at 0 and 1. Otherwise as `design_share`.

    R: ``svyciprop(~v, d, method = "xlogit")``, equal to its default ``"logit"`` (an intercept-only model) up to the
    convergence of that model.
    """
    figures = design_figures(restricted(answers, SHARE_VALUES), by).drop(columns=HIDDEN)
    share, df = figures["estimate"].to_numpy(float), np.maximum(figures["df"].to_numpy(float), 1)
    inside = (share > 0) & (share < 1)
    odds = np.log(np.where(inside, share, 0.5) / np.where(inside, 1 - share, 0.5))
    half = stats.t.ppf((1 + checked_level(level)) / 2, df) * ratio(figures["std_error"], share * (1 - share))
    figures = figures.assign(low=1 / (1 + np.exp(half - odds)), high=1 / (1 + np.exp(-half - odds)))
    reason = first_reason(figures["n"], minimum_n, *design_reasons(figures))
    return estimate_table(figures, reason, "design-weighted share, logit t", level)


def design_nps(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a design-weighted Net Promoter Score, the mean of −100, 0 and 100, with its linearised t interval.

    Arguments and result as in `design_mean`, ``value`` being −100 (detractor), 0 or 100; limits are cut at ±100.
    Coverage averages .944 over n = 30 … 300; at n = 10 … 20 it falls to .72 on favourable scores, hence the minimum.

    R: ``svymean(~v, d)`` with v in −100, 0, 100.
    """
    figures = design_figures(restricted(answers, NPS_VALUES), by)
    return nps_estimates(figures, "design-weighted NPS, linearised t", level, Minimum(minimum_n))


def design_figures(answers: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return each domain's weighted mean with std_error, df and deff, before any limits: the step all share."""
    ids, groups = group_ids(answers, by)
    rows = sampled_rows(answers, ids)
    inside = rows[rows["value"].notna()]
    means = weighted_means(inside, groups)
    influence = inside.assign(influence=mean_influence(inside, means))
    return with_spread(means, inside, linearised_variance(influence, rows, len(groups)))
