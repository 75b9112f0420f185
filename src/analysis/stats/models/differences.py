"""Did the units with a measure change more than those without?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, MINIMUM_N_MEAN, Floats, checked_level, counts_of, estimate_table, ratio
from analysis.stats.models.panels import ROUNDING, Pattern, TwoWay, seen_both_times, two_way

#: METHODS: with fewer treated units or fewer units in all, cluster-robust errors are not trusted.
MINIMUM_TREATED = 10
MINIMUM_UNITS = 30
Errors = Literal["CR1", "CR2"]


@dataclass(frozen=True)
class DifferenceRule:
    """How the standard error of a difference in differences is computed, and from how many units on.

    Attributes:
        errors: "CR2" (Bell and McCaffrey, degrees of freedom from the design) or "CR1" (Stata's, units − 1).
        minimum_treated: fewer treated units seen before and after are not estimable.
        minimum_units: nor are fewer units in all.
        level: two-sided confidence level.
    """

    errors: Errors = "CR2"
    minimum_treated: int = MINIMUM_TREATED
    minimum_units: int = MINIMUM_UNITS
    level: float = LEVEL

    def __post_init__(self) -> None:
        """Raise ValueError on an unknown kind of error or level."""
        checked_level(self.level)
        if self.errors not in ("CR1", "CR2"):
            raise ValueError('errors must be "CR1" or "CR2"')


STANDARD = DifferenceRule()


def difference_in_differences(panel: pd.DataFrame, rule: DifferenceRule = STANDARD) -> pd.DataFrame:
    """Return the effect of a measure on treated units, with unit and period effects and errors clustered by unit [1]_.

    value = unit + period + δ · treated · after, weighted by n. CR1: sandwich × G/(G−1) · (N−1)/(N−k), t with G−1
    degrees of freedom, k counting unit and period effects. CR2: residuals of unit g times (I − H_gg)^−½, t with
    Satterthwaite degrees of freedom for independent errors of equal variance [2]_.

    Args:
        panel: see `analysis.stats.models.panels.two_way`.
        rule: standard error, and the units needed; with fewer, call
            `analysis.stats.models.randomisation.randomisation_test`.

    Returns:
        A table of one estimate in the unit of the values, n being units, with std_error, df, p, treated, comparison.

    Coverage with 30–40 units, 10 or more treated, with correlated and unequal errors: CR2 .93–.97; CR1 .90–.96.

    R: ``m <- lm(value ~ factor(unit) + factor(period) + d, weights = n)``; CR1 ``coeftest(m, vcovCL(m, ~unit, type =
    "HC1"), df = G - 1)``; CR2 ``coef_test(m, vcovCR(m, unit, type = "CR2"), test = "Satterthwaite")`` of clubSandwich.

    References:
        .. [1] Bertrand M, Duflo E, Mullainathan S (2004) Q J Econ 119:249–275; Liang KY, Zeger SL (1986) Biometrika
           73:13–22.
        .. [2] Bell RM, McCaffrey DF (2002) Surv Methodol 28:169–181; Pustejovsky JE, Tipton E (2018) J Bus Econ Stat
           36:672–683.
    """
    return _clustered_table(panel, "after", rule, "difference in differences")


def lead_trend(panel: pd.DataFrame, rule: DifferenceRule = STANDARD) -> pd.DataFrame:
    """Return how much faster treated units moved per period before the measure: 0 where trends were parallel.

    `difference_in_differences` of the rows before the measure, with the period's number in place of ``after``. An
    interval that holds 0 does not prove parallel trends; compare its far end, times the periods passed, with the
    effect. Needs three periods before.

    R: ``lm(value ~ factor(unit) + factor(period) + I(treated * period), subset = !after, weights = n)``.
    """
    return _clustered_table(panel[~panel["after"].astype(bool)], "time", rule, "difference in trends before")


def event_study(panel: pd.DataFrame, rule: DifferenceRule = STANDARD) -> pd.DataFrame:
    """Return the treated units' lead over the others per period, relative to the last period before the measure.

    Estimates of periods before are leads (0 where trends were parallel), those from the measure on its effects.
    Rows are indexed by period; otherwise as `difference_in_differences`. Intervals hold one at a time. A period in
    which no treated or no comparison unit was seen is "not estimable" (``lm``: NA), the others are.

    R: ``lm(value ~ factor(unit) + factor(period) + relevel(factor(period), last) : treated, weights = n)``.
    """
    return _clustered_table(panel, "each", rule, "event study")


def two_by_two(cells: pd.DataFrame, level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN) -> pd.DataFrame:
    """Return the difference in differences of four independent means, with a Welch–Satterthwaite t interval.

    (treated after − treated before) − (comparison after − comparison before); variance = Σ se²; degrees of freedom
    (Σ se²)² / Σ se⁴/(n − 1). For answers of different customers before and after. Where the same units are seen
    twice it is too wide: call `difference_in_differences`.

    Args:
        cells: columns treated, after (the four combinations once each), n, mean, std_error (of the mean).
        level: two-sided confidence level.
        minimum_n: answers needed in each cell, at least 2. A cell of 10 top-heavy answers beside three of 100–300 lets
            the interval cover .85.

    Returns:
        A table of one estimate with std_error, df and p; n is the answers of all cells.

    Raises:
        ValueError: the four cells are not there once each, n is no count, or a standard error is negative.

    R: of raw values, the ``treated:after`` row of ``lm(v ~ treated * after)`` has the same estimate; its error is
    pooled.
    """
    sign = np.where(cells["treated"].astype(bool) == cells["after"].astype(bool), 1.0, -1.0)
    counts_of(cells, "n")
    if len(cells) != 4 or cells[["treated", "after"]].astype(bool).duplicated().any():
        raise ValueError("cells must hold treated and comparison, before and after: four rows, each pair once")
    if bool(cells["std_error"].lt(0).any()):
        raise ValueError("std_error must not be negative")
    n, square = cells["n"].to_numpy(float), cells["std_error"].to_numpy(float) ** 2
    least = max(minimum_n, 2)
    df = ratio(square.sum() ** 2, (square**2 / np.maximum(n - 1, 1)).sum())
    figures = pd.DataFrame({"n": [int(n.sum())], "estimate": (sign * cells["mean"].to_numpy(float)).sum()})
    figures = _with_t_limits(figures.assign(std_error=np.sqrt(square.sum()), df=df), level)
    missing = not np.isfinite([square, cells["mean"].to_numpy(float)]).all()
    against = [n.min() < least, missing, not square.sum() > 0]
    words = [f"fewer than {least} answers in a cell", "a mean or std_error is missing", "no variation"]
    reason = np.select(against, words, default="")
    return estimate_table(figures, reason[None], "difference of four means, Welch t", level)


def _clustered_table(panel: pd.DataFrame, pattern: Pattern, rule: DifferenceRule, name: str) -> pd.DataFrame:
    whole = two_way(panel, pattern)
    seen_at = np.abs(whole.left_of(whole.of_treated())).max(axis=0, initial=0.0) > ROUNDING
    design = whole if pattern != "each" else replace(whole, exposure=whole.exposure[:, seen_at])
    number = (int(design.treated.sum()), int((~design.treated).sum()))
    seen = number if pattern == "time" else seen_both_times(panel)
    reason = _reason(design, seen, rule)
    index = whole.labels if pattern == "each" and len(whole.labels) else pd.RangeIndex(1)
    told = pd.DataFrame(np.nan, index=index, columns=["estimate", "std_error", "df"])
    if not reason:
        told.loc[seen_at if pattern == "each" else [True]] = np.column_stack(clustered_fit(design, rule.errors))
    figures = told.assign(n=design.units)
    figures = _with_t_limits(figures, rule.level).assign(treated=number[0], comparison=number[1])
    flat = figures["std_error"].le(ROUNDING * np.abs(design.value).max(initial=0.0)).to_numpy()
    unseen = figures["estimate"].isna().to_numpy()
    words = [reason, "no variation between units", "no treated or no comparison units in this period"]
    why = np.select([np.full(len(index), bool(reason)), flat, unseen], words, default="")
    return estimate_table(figures, why, f"{name}, {rule.errors} by unit, t", rule.level)


def _reason(design: TwoWay, seen: tuple[int, int], rule: DifferenceRule) -> str:
    """Return why nothing can be estimated ("" = it can)."""
    if not design.units:
        return "no units"
    if not min(seen):
        return "no treated units seen before and after" if not seen[0] else "no comparison units seen before and after"
    if seen[0] < rule.minimum_treated:
        return f"fewer than {rule.minimum_treated} treated units: use the randomisation test"
    if sum(seen) < max(rule.minimum_units, 3):
        return f"fewer than {max(rule.minimum_units, 3)} units: use the randomisation test"
    exposure = design.left_of(design.of_treated())
    if np.linalg.matrix_rank(exposure, tol=ROUNDING * len(exposure)) < exposure.shape[1] or not exposure.size:
        return "the measure cannot be told apart from units and periods"
    return "" if design.value.any() else "no variation"


def clustered_fit(design: TwoWay, errors: Errors) -> tuple[Floats, Floats, Floats]:
    """Return coefficients of treated × pattern, their standard errors clustered by unit, and degrees of freedom."""
    exposure = design.left_of(design.of_treated())
    bread = np.linalg.inv(exposure.T @ (exposure * design.weight[:, None]))
    coefficient = bread @ exposure.T @ (design.weight * design.value)
    residual = design.value - exposure @ coefficient
    # Row i of `pull` is how far observation i's error moves each coefficient.
    pull = (exposure * design.weight[:, None]) @ bread
    if errors == "CR2":
        return (coefficient, *_bell_mccaffrey(design, exposure, pull, residual))
    rows, width, units = len(residual), design.basis.shape[1] + exposure.shape[1], design.units
    moved = _sum_by_unit(design, pull * residual[:, None])
    scale = units / (units - 1) * (rows - 1) / (rows - width)
    return coefficient, np.sqrt(scale * (moved**2).sum(axis=0)), np.full(len(coefficient), units - 1.0)


def _bell_mccaffrey(design: TwoWay, exposure: Floats, pull: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """Return CR2 standard errors and Satterthwaite degrees of freedom, per coefficient."""
    root = np.sqrt(design.weight)[:, None]
    basis = np.column_stack([design.basis, np.linalg.qr(exposure * root)[0]])
    # Hat matrix H = out into′, so that blocks of I − H need no N × N matrix.
    out, into = basis / root, basis * root
    middle = into.T @ into
    adjusted = np.empty_like(pull)
    for unit in range(design.units):
        own = design.unit == unit
        hat = out[own] @ into[own].T
        block = np.eye(int(own.sum())) - hat - hat.T + out[own] @ middle @ out[own].T
        adjusted[own] = _inverse_root(block) @ pull[own]
    moved = _sum_by_unit(design, adjusted * residual[:, None])
    df = [_satterthwaite(design, adjusted[:, [column]], (out, into, middle)) for column in range(pull.shape[1])]
    return np.sqrt((moved**2).sum(axis=0)), np.array(df)


def _satterthwaite(design: TwoWay, adjusted: Floats, hat: tuple[Floats, Floats, Floats]) -> float:
    """Return (Σ v_gg)² / Σ v_gh² with v the covariance of the units' adjusted sums, independent equal errors."""
    out, into, middle = hat
    near, far = _sum_by_unit(design, adjusted * out), _sum_by_unit(design, adjusted * into)
    covariance = near @ middle @ near.T - near @ far.T - far @ near.T
    covariance += np.diag(_sum_by_unit(design, adjusted**2)[:, 0])
    return float(np.trace(covariance) ** 2 / (covariance**2).sum())


def _inverse_root(matrix: Floats) -> Floats:
    """Return the symmetric inverse root; directions that the unit's own effect explains in full count 0."""
    size, direction = np.linalg.eigh(matrix)
    kept = size > ROUNDING
    scale = np.where(kept, 1 / np.sqrt(np.where(kept, size, 1.0)), 0.0)
    return (direction * scale) @ direction.T


def _sum_by_unit(design: TwoWay, columns: Floats) -> Floats:
    total = np.zeros((design.units, columns.shape[1]))
    np.add.at(total, design.unit, columns)
    return total


def _with_t_limits(figures: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return ``figures`` with low, high and p of the t distribution."""
    error, df = figures["std_error"].to_numpy(float), figures["df"].to_numpy(float)
    half = stats.t.ppf((1 + checked_level(level)) / 2, df) * error
    p = 2 * stats.t.sf(np.abs(ratio(figures["estimate"], error)), df)
    return figures.assign(low=figures["estimate"] - half, high=figures["estimate"] + half, p=p)
