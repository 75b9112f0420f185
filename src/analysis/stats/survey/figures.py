"""What is a weighted mean, how sure are we of it, and when is there none?

The steps that figures under a design and under raked weights share; `analysis.stats.survey.design` says what they are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.stats.estimates import Booleans, Floats, estimate_table, first_reason, ratio, sums_by
from analysis.stats.intervals.clusters import korn_graubard
from analysis.stats.intervals.means import MINIMUM_OFF_MODE, t_limits
from analysis.stats.intervals.promoters import NPS_SCALE
from analysis.stats.survey.linearisation import degrees_of_freedom

TOO_FEW_UNITS = "no more sampling units than strata"
NO_VARIATION = "no variation between sampling units"
SHARE_VALUES = (0.0, 1.0)
NPS_VALUES = (-NPS_SCALE, 0.0, NPS_SCALE)
#: Columns that decide on a figure without being shown beside it.
HIDDEN = ["off_mode", "simple"]


class Minimum(NamedTuple):
    """Fewer answers, or fewer effective answers off the mode, make no figure."""

    n: int
    off_mode: int = MINIMUM_OFF_MODE


def weighted_means(inside: pd.DataFrame, groups: pd.Index) -> pd.DataFrame:
    """Return n, estimate, n_eff, deff_kish, off_mode and simple (variance without a design) per domain.

    Args:
        inside: rows with group (number of the domain), weight, value and count.
        groups: index of the domains.
    """
    group, weight, value, count = (inside[name].to_numpy() for name in ("group", "weight", "value", "count"))

    def total(values: Floats) -> Floats:
        return sums_by(group, values, len(groups))

    n, mass = total(count), total(count * weight)
    mean, n_eff = ratio(total(count * weight * value), mass), ratio(mass**2, total(count * weight**2))
    simple = ratio(ratio(total(count * weight * (value - mean[group]) ** 2), mass), n - 1)
    figures = {"n": n.astype(int), "estimate": mean, "n_eff": n_eff, "deff_kish": ratio(n, n_eff)}
    return pd.DataFrame({**figures, "off_mode": off_mode(inside, len(groups)), "simple": simple}, index=groups)


def mean_influence(inside: pd.DataFrame, means: pd.DataFrame) -> Floats:
    """Return w (v − m) / Σ w: what each answer adds to its domain's mean."""
    group, weight = inside["group"].to_numpy(), inside["weight"].to_numpy(float)
    mass = sums_by(group, weight * inside["count"].to_numpy(float), len(means))
    return ratio(weight * (inside["value"].to_numpy(float) - means["estimate"].to_numpy(float)[group]), mass[group])


def with_spread(means: pd.DataFrame, inside: pd.DataFrame, variance: Floats) -> pd.DataFrame:
    """Return the means with std_error, df and deff, in the order of the published columns."""
    spread = {"std_error": np.sqrt(variance), "df": degrees_of_freedom(inside, len(means))}
    figures = means.assign(**spread, deff=ratio(variance, means["simple"]))
    return figures[["n", "estimate", "std_error", "df", "n_eff", "deff_kish", "deff", *HIDDEN]]


def mean_estimates(figures: pd.DataFrame, method: str, level: float, minimum: Minimum) -> pd.DataFrame:
    """Return means with t limits; none with too few answers off the mode (`few_off_mode`)."""
    few = few_off_mode(figures, minimum.off_mode)
    reason = first_reason(figures["n"], minimum.n, few, *design_reasons(figures))
    return estimate_table(t_limits(figures.drop(columns=HIDDEN), level), reason, method, level)


def share_estimates(figures: pd.DataFrame, method: str, level: float, minimum_n: int) -> pd.DataFrame:
    """Return shares with Korn and Graubard's limits."""
    reason = first_reason(figures["n"], minimum_n, design_reasons(figures)[0])
    return estimate_table(korn_graubard(figures.drop(columns=HIDDEN), level), reason, method, level)


def nps_estimates(figures: pd.DataFrame, method: str, level: float, minimum: Minimum) -> pd.DataFrame:
    """Return Net Promoter Scores with t limits, cut at the ends of the scale."""
    table = mean_estimates(figures, method, level, minimum)
    return table.assign(low=table["low"].clip(lower=-NPS_SCALE), high=table["high"].clip(upper=NPS_SCALE))


def design_reasons(figures: pd.DataFrame) -> list[tuple[Booleans, str]]:
    """Return where there is no degree of freedom, and where the standard error is 0 up to rounding."""
    rounding = np.finfo(float).eps * figures["estimate"].abs().clip(lower=1.0)
    return [
        (figures["df"].lt(1).to_numpy(), TOO_FEW_UNITS),
        (figures["std_error"].le(rounding).to_numpy(), NO_VARIATION),
    ]


def few_off_mode(figures: pd.DataFrame, minimum: int = MINIMUM_OFF_MODE) -> tuple[Booleans, str]:
    """Return where the answers off the mode are worth fewer than ``minimum``, unequal weights considered.

    An answer is worth 1 / deff_kish. Counted plainly, five of them let the t interval of a top-heavy item cover .90 at
    n = 60 with weights of 1 to 4; so counted, it covers .91.
    """
    effective = ratio(figures["off_mode"], figures["deff_kish"])
    return (effective < minimum) | figures["off_mode"].eq(0).to_numpy(), f"fewer than {minimum} answers off the mode"


def off_mode(inside: pd.DataFrame, groups: int) -> Floats:
    """Return how many answers of each domain differ from its commonest value."""
    tally = inside.groupby(["group", "value"])["count"].sum().groupby("group")
    return (tally.sum() - tally.max()).reindex(range(groups), fill_value=0).to_numpy(float)


def restricted(answers: pd.DataFrame, values: tuple[float, ...]) -> pd.DataFrame:
    """Return ``answers``; raise ValueError unless each value is one of ``values`` or missing."""
    if not answers["value"].dropna().astype(float).isin(values).all():
        raise ValueError(f"value must be one of {values} or missing: was the answer recoded?")
    return answers
