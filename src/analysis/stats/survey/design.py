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
    Booleans,
    Floats,
    Integers,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)
from analysis.stats.intervals.clusters import korn_graubard
from analysis.stats.intervals.means import MINIMUM_OFF_MODE, t_limits
from analysis.stats.intervals.promoters import NPS_SCALE

#: Weights come as integers in billionths, so that a reduced table is the same on every engine; this one is 1.
WEIGHT_ONE = 1_000_000_000
TOO_FEW_UNITS = "no more sampling units than strata"
NO_VARIATION = "no variation between sampling units"


def design_mean(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return a design-weighted mean with the t interval of the Taylor-linearised variance [1]_.

    m = Σ w v / Σ w over the domain. With z_hi = Σ w (v − m) / Σ w over sampling unit i of stratum h (0 for a unit
    without an answer in the domain), var = Σ_h n_h/(n_h−1) Σ_i (z_hi − z̄_h)². n_h counts every sampled unit of the
    stratum, also those outside the domain; degrees of freedom are units minus strata among those inside it.
    Sampling is with replacement at the first stage (no finite-population correction).

    Args:
        answers: the reduced table: value (float; NaN = unanswered or outside the domain), count, and where there are
            such: weight (integer, `WEIGHT_ONE` being 1; none = all equal), stratum, cluster (missing = each answer is
            its own sampling unit; labels are nested in the stratum). Keep rows outside the domain: they are part
            of the design.
        by: columns that name the domains; each is estimated within the whole design.
        level: two-sided confidence level.
        minimum_n: fewer answers are not estimable, nor fewer than `MINIMUM_OFF_MODE` off the mode.

    Returns:
        A table of estimates in the unit of ``value``, indexed by domain, with std_error, df, n_eff and deff_kish
        (Kish [2]_: (Σw)²/Σw² and n over it: the price of weighting alone) and deff (the variance over that of a
        simple random sample drawn with replacement).

    Raises:
        ValueError: a weight is not a positive integer, or a count is not a count.

    A stratum with a single sampling unit is centred at the whole sample's mean, which adds z² of that unit: R's
    ``options(survey.lonely.psu = "adjust")``; R's default stops.

    R: ``d <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~w, nest = TRUE, data = x)``;
    ``m <- svymean(~v, subset(d, inside), deff = "replace"); confint(m, df = degf(subset(d, inside)))``.
    R's ``confint`` without ``df`` takes the normal quantile, and ``deff = TRUE`` a finite population.

    References:
        .. [1] Binder DA (1983) Int Stat Rev 51:279–292; Lumley T (2004) J Stat Softw 9(8).
        .. [2] Kish L (1965) Survey Sampling, section 11.7.
    """
    figures, off_mode = _linearised(answers, by)
    few_off_mode = (off_mode < MINIMUM_OFF_MODE, f"fewer than {MINIMUM_OFF_MODE} answers off the mode")
    reason = first_reason(figures["n"], minimum_n, few_off_mode, *_design_reasons(figures))
    return estimate_table(t_limits(figures, level), reason, "design-weighted mean, linearised t", level)


def design_share(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a design-weighted share with Korn and Graubard's interval, which also stands at 0 and 1.

    Estimate, standard error, arguments and errors as in `design_mean`, with ``value`` 0 or 1; limits as in
    `analysis.stats.intervals.clusters.korn_graubard`. For the plain t interval call `design_mean` with the same table.

    R: ``svyciprop(~v, d, method = "beta")`` (R's default is "logit": `design_share_logit`).
    """
    figures, _ = _linearised(_restricted(answers, (0.0, 1.0)), by)
    reason = first_reason(figures["n"], minimum_n, _design_reasons(figures)[0])
    return estimate_table(korn_graubard(figures, level), reason, "design-weighted share, Korn-Graubard", level)


def design_share_logit(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a design-weighted share with a t interval on the logit scale.

    logit p ± t(df) se / (p (1−p)), transformed back; none at 0 and 1. Otherwise as `design_share`.

    R: ``svyciprop(~v, d, method = "xlogit")``, equal to its default ``"logit"`` (an intercept-only model) up to the
    convergence of that model.
    """
    figures, _ = _linearised(_restricted(answers, (0.0, 1.0)), by)
    share, df = figures["estimate"].to_numpy(float), np.maximum(figures["df"].to_numpy(float), 1)
    inside = (share > 0) & (share < 1)
    odds = np.log(np.where(inside, share, 0.5) / np.where(inside, 1 - share, 0.5))
    half = stats.t.ppf((1 + checked_level(level)) / 2, df) * ratio(figures["std_error"], share * (1 - share))
    figures = figures.assign(low=1 / (1 + np.exp(half - odds)), high=1 / (1 + np.exp(-half - odds)))
    reason = first_reason(figures["n"], minimum_n, *_design_reasons(figures))
    return estimate_table(figures, reason, "design-weighted share, logit t", level)


def design_nps(
    answers: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return a design-weighted Net Promoter Score, the mean of −100, 0 and 100, with its linearised t interval.

    Arguments and result as in `design_mean`, ``value`` being −100 (detractor), 0 or 100; limits are cut at ±100.

    R: ``svymean(~v, d)`` with v in −100, 0, 100.
    """
    figures, _ = _linearised(_restricted(answers, (-NPS_SCALE, 0.0, NPS_SCALE)), by)
    figures = t_limits(figures, level)
    figures = figures.assign(low=figures["low"].clip(lower=-NPS_SCALE), high=figures["high"].clip(upper=NPS_SCALE))
    reason = first_reason(figures["n"], minimum_n, *_design_reasons(figures))
    return estimate_table(figures, reason, "design-weighted NPS, linearised t", level)


def _design_reasons(figures: pd.DataFrame) -> list[tuple[Booleans, str]]:
    rounding = np.finfo(float).eps * figures["estimate"].abs().clip(lower=1.0)
    return [
        (figures["df"].lt(1).to_numpy(), TOO_FEW_UNITS),
        (figures["std_error"].le(rounding).to_numpy(), NO_VARIATION),
    ]


def _restricted(answers: pd.DataFrame, values: tuple[float, ...]) -> pd.DataFrame:
    if not answers["value"].dropna().astype(float).isin(values).all():
        raise ValueError(f"value must be one of {values} or missing: was the answer recoded?")
    return answers


def _linearised(answers: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Floats]:
    """Return the figures per domain, and its answers off the mode."""
    ids, groups = group_ids(answers, by)
    rows = _rows(answers, ids)
    inside = rows[rows["value"].notna()]
    group, weight, value, count = (inside[name].to_numpy() for name in ("group", "weight", "value", "count"))

    def total(values: Floats) -> Floats:
        return sums_by(group, values, len(groups))

    n, mass, squares = total(count), total(count * weight), total(count * weight**2)
    mean = ratio(total(count * weight * value), mass)
    influence = ratio(weight * (value - mean[group]), mass[group])
    variance, df = _variance(inside.assign(influence=influence), _sampled_units(rows), len(groups))
    simple = ratio(ratio(total(count * weight * (value - mean[group]) ** 2), mass), n - 1)
    n_eff = ratio(mass**2, squares)
    figures = pd.DataFrame({"n": n.astype(int), "estimate": mean, "std_error": np.sqrt(variance)}, index=groups)
    mode = inside.groupby(["group", "value"])["count"].sum().groupby("group").max()
    off_mode = n - mode.reindex(range(len(groups)), fill_value=0).to_numpy(float)
    return figures.assign(df=df, n_eff=n_eff, deff_kish=ratio(n, n_eff), deff=ratio(variance, simple)), off_mode


def _rows(answers: pd.DataFrame, ids: Integers) -> pd.DataFrame:
    """Return group, stratum, unit (codes; -1 = each answer its own), weight, value, count, in a fixed order."""
    counts_of(answers, "count")
    cluster = answers.get("cluster", pd.Series(np.nan, index=answers.index, dtype=float))
    rows = pd.DataFrame(
        {
            "group": ids,
            "stratum": pd.factorize(answers["stratum"], sort=True)[0] if "stratum" in answers else 0,
            "unit": pd.factorize(cluster, sort=True)[0],
            "weight": answers["weight"].to_numpy(float, na_value=np.nan) if "weight" in answers else float(WEIGHT_ONE),
            "value": answers["value"].to_numpy(float, na_value=np.nan),
            "count": answers["count"].to_numpy(float),
        }
    )
    if not bool((rows["weight"].gt(0) & rows["weight"].mod(1).eq(0)).all()):
        raise ValueError("weight must be a positive integer, in billionths: is a sampling probability missing?")
    keys = ["group", "stratum", "unit", "weight", "value"]
    rows = rows.groupby(keys, dropna=False)["count"].sum().reset_index()
    return rows[rows["count"].gt(0)].assign(weight=lambda frame: frame["weight"] / WEIGHT_ONE)


def _sampled_units(rows: pd.DataFrame) -> pd.Series:
    """Return the number of sampled units per stratum, whatever their domain."""
    own = rows["unit"].lt(0)
    singles = rows[own].groupby("stratum")["count"].sum()
    clusters = rows[~own].groupby("stratum")["unit"].nunique()
    return singles.add(clusters, fill_value=0).astype(float)


def _variance(inside: pd.DataFrame, sampled: pd.Series, domains: int) -> tuple[Floats, Floats]:
    """Return variance and degrees of freedom per domain from the influence of each row's answers."""
    own = inside["unit"].lt(0)
    keys = ["group", "stratum"]
    clusters = inside[~own].assign(z=lambda frame: frame["influence"] * frame["count"])
    clusters = clusters.groupby([*keys, "unit"])["z"].sum().reset_index().assign(units=1.0)
    singles = inside[own].rename(columns={"influence": "z", "count": "units"})
    units = pd.concat([part[[*keys, "z", "units"]] for part in (clusters, singles) if len(part)] or [singles[keys]])
    if units.empty:
        return np.full(domains, np.nan), np.full(domains, np.nan)
    stratum = units.assign(total=units["z"] * units["units"]).groupby(keys)[["total", "units"]].sum().reset_index()
    stratum["sampled"] = sampled.reindex(stratum["stratum"]).to_numpy()
    # A lonely unit keeps the centre of the whole sample, where influences add up to 0.
    stratum["centre"] = np.where(stratum["sampled"] > 1, stratum["total"] / stratum["sampled"], 0.0)
    units = units.merge(stratum[[*keys, "centre"]], on=keys)
    squares = (units["units"] * (units["z"] - units["centre"]) ** 2).groupby([units[key] for key in keys]).sum()
    spread = squares.to_numpy() + (stratum["sampled"] - stratum["units"]) * stratum["centre"] ** 2
    scale = np.where(stratum["sampled"] > 1, stratum["sampled"] / np.maximum(stratum["sampled"] - 1, 1), 1.0)
    group = stratum["group"].to_numpy()
    variance = sums_by(group, spread * scale, domains)
    return variance, sums_by(group, stratum["units"] - 1, domains)
