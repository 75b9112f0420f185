"""How reliable are the scores of one rater, or of the mean of all?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.agreement.limits import (
    MINIMUM_EFFECTIVE,
    ROUNDING,
    Words,
    fisher_z,
    jackknife_variance,
    z_limits,
)
from analysis.stats.agreement.modified_large_sample import agreement_limits
from analysis.stats.agreement.ratings import MINIMUM_OFF_MODE, NO_VARIATION
from analysis.stats.agreement.scores import ScoredUnits, mean_squares, scored_units
from analysis.stats.estimates import LEVEL, Floats, checked_level, estimate_table, first_reason, ratio

Form = Literal["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
Interval = Literal["f", "shrout-fleiss", "jackknife"]
INTERVALS = {"f": "F", "shrout-fleiss": "F of Shrout and Fleiss", "jackknife": "jackknife t on Fisher z"}
FORMS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
#: Exact for normal scores at any n; the table of Shrout and Fleiss has six.
MINIMUM_UNITS_SCORED = 5
#: F intervals take scores as normal. Where one value holds more of them, they cover .66–.92 (5-point items).
LARGEST_SHARE_AT_MODE = 0.4
#: Where one value holds more than half of the scores the jackknife needs as many units off it.
MINIMUM_OFF_HEAVY_MODE = 20
HALF = 0.5
#: With more units for each degree of freedom of raters, Satterthwaite's limits of ICC2 cover down to .70.
LARGEST_UNITS_PER_DF = 5


def intraclass(
    ratings: pd.DataFrame, form: Form, by: Sequence[str] = (), level: float = LEVEL, interval: Interval = "f"
) -> pd.DataFrame:
    """Return an intraclass correlation of Shrout and Fleiss [1]_, [2]_.

    With mean squares B (between units), W (within), R (raters), E (residual), n units, k raters:
    ICC1 = (B − W)/(B + (k−1)W), raters different on each unit; ICC2 = (B − E)/(B + (k−1)E + k(R − E)/n), the same
    raters, a sample, their severity counted as error (agreement: A-1); ICC3 = (B − E)/(B + (k−1)E), these raters alone
    (consistency: C-1). With "k" the mean of k raters: kρ/(1 + (k−1)ρ).

    Args:
        ratings: one row per rating, as in `analysis.stats.agreement.scores.scored_units`; rater is needed but for
            ICC1, and with it only units rated by every rater of the group count.
        form: "ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k" or "ICC3k".
        by: columns that name the groups; none = one row.
        level: two-sided confidence level.
        interval: "f" from the F distribution, exact for normal scores, and not estimable where one value holds more
            than `LARGEST_SHARE_AT_MODE` of the scores. For ICC2 Satterthwaite's approximation where n ≤ 5 (k − 1), as
            in [1]_, else `analysis.stats.agreement.modified_large_sample.agreement_limits`. "jackknife": t on Fisher's
            z over units, for any scores and the raters at hand (not ICC2, whose raters are a sample). "shrout-fleiss":
            the limits of [1]_ and R in every case, to compare with published ones; they cover .66 and .70 where "f"
            refuses or departs from them.

    Returns:
        A table of estimates (at most 1), indexed by group; n counts units. Further columns: raters (k; its average
        where unequal), f, df1, df2, p (test of 0 by F), left_out (units not rated by all).

    Raises:
        ValueError: unknown form or interval, a two-way form without rater, or as in `scored_units`.

    R: ``psych::ICC(x, lmer = FALSE)``, the same six; its limits, of ICC2 always Satterthwaite's, are those of
    "shrout-fleiss". McGraw and Wong [2]_ name them ICC(1), A-1, C-1 and with k.

    References:
        .. [1] Shrout PE, Fleiss JL (1979) Psychol Bull 86:420–428.
        .. [2] McGraw KO, Wong SP (1996) Psychol Methods 1:30–46 (and the correction, 1:390).
    """
    _refuse_unknown(ratings, form, interval)
    units = scored_units(ratings, by)
    sums = units.total(units.features())
    squares = mean_squares(sums)
    figures = _f_figures(squares, form, checked_level(level), interval)
    reason = _score_reason(units, squares)
    if interval == "f":
        reason = np.where((reason == "") & (units.at_mode > LARGEST_SHARE_AT_MODE), _too_alike(), reason)
    elif interval == "jackknife":
        figures, reason = _jackknifed(units, form, (figures, reason), level)
    told = figures.set_index(units.groups).assign(left_out=units.left_out.astype(int))
    return estimate_table(told, reason, f"{form}, {INTERVALS[interval]}", level)


def coefficient(squares: pd.DataFrame, form: Form) -> Floats:
    """Return the intraclass correlation of mean squares (`analysis.stats.agreement.scores.mean_squares`)."""
    between, k, n = (squares[name].to_numpy(float) for name in ("between", "k", "n"))
    error = squares["within" if form.startswith("ICC1") else "residual"].to_numpy(float)
    severity = ratio(k * (squares["raters"].to_numpy(float) - error), n) if form.startswith("ICC2") else 0.0
    single = ratio(between - error, between + (k - 1) * error + severity)
    return spearman_brown(single, k) if form.endswith("k") else single


def spearman_brown(reliability: Floats, length: Floats | float) -> Floats:
    """Return the reliability of a mean of ``length`` raters or items from that of one, mρ/(1 + (m−1)ρ).

    R: ``psych::spearman.brown``; Spearman C (1910) Br J Psychol 3:271–295, Brown W (1910) 3:296–322.
    """
    below = 1 + (np.asarray(length) - 1) * reliability
    return ratio(length * reliability, below)


def _f_figures(squares: pd.DataFrame, form: Form, level: float, interval: Interval) -> pd.DataFrame:
    """Return n, estimate, low, high, raters, f, df1, df2, p; limits by F, for the mean by `spearman_brown`."""
    safe = squares.where(squares["total"] > ROUNDING)
    k, one_way = safe["k"].to_numpy(float), form.startswith("ICC1")
    f = ratio(safe["between"], safe["within" if one_way else "residual"])
    df1, df2 = safe["n"].to_numpy(float) - 1, safe["df_within" if one_way else "df_residual"].to_numpy(float)
    tail = (1 + level) / 2
    if form.startswith("ICC2"):
        theirs = (safe["n"] <= LARGEST_UNITS_PER_DF * (k - 1)).to_numpy() | (interval == "shrout-fleiss")
        low, high = np.where(theirs, _satterthwaite_limits(safe, tail), agreement_limits(safe, tail))
    else:
        below, above = f / stats.f.ppf(tail, df1, df2), f * stats.f.ppf(tail, df2, df1)
        low, high = (below - 1) / (below + k - 1), (above - 1) / (above + k - 1)
    if form.endswith("k"):
        low, high = spearman_brown(low, k), spearman_brown(high, k)
    p = stats.f.sf(f, df1, df2)
    figures = {"n": squares["n"].astype(int), "estimate": coefficient(safe, form), "low": low, "high": high}
    return pd.DataFrame({**figures, "raters": k, "f": f, "df1": df1, "df2": df2, "p": p})


def _satterthwaite_limits(squares: pd.DataFrame, tail: float) -> tuple[Floats, Floats]:
    """Return the limits of ICC2 with Satterthwaite's degrees of freedom, as printed by Shrout and Fleiss."""
    b, r, e, n, k = (squares[name].to_numpy(float) for name in ("between", "raters", "residual", "n", "k"))
    rho, f = coefficient(squares, "ICC2"), ratio(r, e)
    of_units = n * (1 + (k - 1) * rho) - k * rho
    df = (k - 1) * (n - 1) * (k * rho * f + of_units) ** 2 / ((n - 1) * (k * rho * f) ** 2 + of_units**2)
    lower, upper = stats.f.ppf(tail, n - 1, df), stats.f.ppf(tail, df, n - 1)
    rest = k * r + (k * n - k - n) * e
    return n * (b - lower * e) / (lower * rest + n * b), n * (upper * b - e) / (rest + n * upper * b)


def _jackknifed(
    units: ScoredUnits, form: Form, told: tuple[pd.DataFrame, Words], level: float
) -> tuple[pd.DataFrame, Words]:
    """Return the figures with the jackknife's limits, and the reasons against them."""
    figures, reason = told
    features = units.features()
    sums = units.total(features)
    squares, without = mean_squares(sums), mean_squares(sums[units.group] - features)
    error = "within" if form.startswith("ICC1") else "residual"
    shares = [ratio(jackknife_variance(units, without[name].to_numpy(float)), squares[name] ** 2) for name in
              ("between", error)]
    z_error = np.sqrt(jackknife_variance(units, fisher_z(coefficient(without, form))))
    effective = ratio(1.0, np.fmax(*shares))
    figures = z_limits(figures.assign(z_error=z_error, effective=effective, df=effective - 1), level)
    needed = np.where(units.at_mode > HALF, MINIMUM_OFF_HEAVY_MODE, MINIMUM_OFF_MODE)
    few = [f"fewer than {number} units off the most frequent value" for number in needed]
    reason = np.where((reason == "") & (units.off_mode < needed), few, reason)
    alone = ~(effective >= MINIMUM_EFFECTIVE)
    reason = np.where((reason == "") & alone, "one unit makes up the variation or the disagreement", reason)
    beyond = ~(figures["estimate"].abs() < 1).to_numpy()
    reason = np.where((reason == "") & beyond, "disagreement beyond the scale of the coefficient", reason)
    return figures.drop(columns=["z_error", "df"]), reason


def _score_reason(units: ScoredUnits, squares: pd.DataFrame) -> Words:
    total = squares["total"].to_numpy(float)
    kind = "residual" if units.shared.any() else "within"
    error = (squares[f"df_{kind}"] * squares[kind]).to_numpy(float)
    between = (squares["n"] - 1).mul(squares["between"]).to_numpy(float)
    return first_reason(
        squares["n"],
        MINIMUM_UNITS_SCORED,
        (~(squares["df_within"] > 0).to_numpy(), "fewer than 2 raters"),
        (~(total > ROUNDING), NO_VARIATION),
        (~(error > ROUNDING * total), "no disagreement to judge the uncertainty by"),
        (~(between > ROUNDING * total), "the units do not differ"),
        of="units rated by every rater" if units.shared.any() else "units",
    )


def _too_alike() -> str:
    share = f"{LARGEST_SHARE_AT_MODE:.0%}"
    return f"more than {share} of the scores are equal, which F intervals do not withstand: use the jackknife"


def _refuse_unknown(ratings: pd.DataFrame, form: str, interval: str) -> None:
    if form not in FORMS or interval not in INTERVALS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, and interval one of {', '.join(INTERVALS)}")
    if "rater" not in ratings and not form.startswith("ICC1"):
        raise ValueError(f"{form} needs the column rater: without it raters differ on every unit (ICC1)")
    if interval == "jackknife" and form.startswith("ICC2"):
        raise ValueError("ICC2 takes the raters as a sample, which leaving out units does not imitate: use interval=f")
