"""How much does weighting move a figure, by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, MINIMUM_N_MEAN, Floats, estimate_table, first_reason, group_ids
from analysis.stats.intervals.means import t_limits
from analysis.stats.survey.figures import design_reasons, few_off_mode, mean_influence, weighted_means
from analysis.stats.survey.linearisation import degrees_of_freedom, linearised_covariance, sampled_rows
from analysis.stats.survey.raked_figures import raked_influences
from analysis.stats.survey.raking import Raking


def weighting_effect(
    answers: pd.DataFrame,
    raking: Raking | None = None,
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_N_MEAN,
) -> pd.DataFrame:
    """Return the weighted mean minus the mean of the same answers counted once each, with its linearised t interval.

    d = Σ w v / Σ w − Σ v / n. The two rest on the same answers, so the variance is that of the difference of their
    influences, z = w (v − m) / Σ w − (v − v̄) / n, over the sampling units [1]_. Under raked weights the first is the
    residual on the margins (`analysis.stats.survey.raked_figures.raked_mean`); the second is not, since nothing
    calibrates a plain mean.

    Args:
        answers: the reduced table of `analysis.stats.survey.design.design_mean`, with the margins' variables where
            they are raked; a share is a value of 0 and 1, a Net Promoter Score one of −100, 0 and 100.
        raking: margins and bounds; without them ``weight`` is the weight.
        by: columns that name the domains; the whole sample is raked once.
        level: two-sided confidence level.
        minimum_n: fewer answers give no difference, nor do fewer than 5 effective ones off the mode.

    Returns:
        A table of estimates in the unit of ``value``, indexed by domain, with std_error, df, weighted and plain (the
        two means). Weights that are all equal change nothing: "no variation between sampling units".

    Raises:
        CannotRake, ValueError: as `analysis.stats.survey.raked_figures.raked_mean`.

    R: without raking ``t <- svytotal(~v + one + I(v / w) + I(one / w), d)`` and ``svycontrast`` of the two ratios. In a
    raked design R would take the raked weights as fixed in ``v / w``.

    References:
        .. [1] Binder DA (1983) On the variances of asymptotically normal estimators. Int Stat Rev 51:279–292.
    """
    ids, groups = group_ids(answers, by)
    if raking is None or not answers["count"].gt(0).any():
        rows = sampled_rows(answers, ids)
        influence = _influence(rows, groups)
    else:
        rows, influence = raked_influences(answers, raking, ids, groups)
    inside = rows[rows["value"].notna()]
    plain = rows.assign(weight=1.0)
    weighted, counted = (weighted_means(one[one["value"].notna()], groups) for one in (rows, plain))
    variance = np.diag(linearised_covariance(rows, influence - _influence(plain, groups))) if len(inside) else np.nan
    figures = pd.DataFrame({
        "n": weighted["n"], "estimate": weighted["estimate"] - counted["estimate"], "std_error": np.sqrt(variance),
        "df": degrees_of_freedom(inside, len(groups)), "weighted": weighted["estimate"], "plain": counted["estimate"],
    })
    reason = first_reason(figures["n"], minimum_n, few_off_mode(weighted), *design_reasons(figures))
    return estimate_table(t_limits(figures, level), reason, "weighted less plain mean, linearised t", level)


def _influence(rows: pd.DataFrame, groups: pd.Index) -> Floats:
    """Return what each answer adds to each domain's mean under the rows' weights; 0 outside and unanswered."""
    inside = rows[rows["value"].notna()]
    influence = np.zeros((len(rows), len(groups)))
    influence[inside.index, inside["group"]] = mean_influence(inside, weighted_means(inside, groups))
    return influence
