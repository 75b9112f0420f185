"""Which aspects of the service move the overall score, and by how much?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, MINIMUM_N_MEAN, OK, Floats, counts_of, first_reason
from analysis.stats.models.coefficients import ratio_table
from analysis.stats.models.ordinal import brant, mckelvey_zavoina, proportional_odds
from analysis.stats.models.separation import independent_columns, separation, term_reasons

#: Effective answers, n − Σ n_k³/n² over the categories, needed per driver (Harrell 2015, Regression Modeling
#: Strategies, section 4.4: 10 to 20).
EFFECTIVE_PER_DRIVER = 10
#: Above this variance-inflation factor a driver is noted as collinear (Marquardt 1970, Technometrics 12:591–612).
COLLINEAR_VIF = 10.0
#: An R² below this is rounding, and no driver has a share of it.
ROUNDING = 1e-12
#: The importance goes through every subset of the drivers.
MOST_DRIVERS = 12
OMNIBUS = "omnibus"


def key_drivers(
    answers: pd.DataFrame, drivers: Sequence[str], level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return by which factor one point more of each driver multiplies the odds of a higher overall score.

    Proportional-odds regression (`analysis.stats.models.ordinal.proportional_odds`) on all drivers together, Wald
    limits on the log scale. The importance of a driver is its share of the linear R² of the score, averaged over all
    orders in which drivers can enter (Lindeman, Merenda and Gold [1]_, the Shapley value of R²): shares add up to 1
    and describe this sample, without an interval.

    Args:
        answers: columns value (overall score; NaN = unanswered) and the drivers (scores; NaN = unanswered), one row
            per answer, or per kind of answer with their number in ``count``. Rows with a gap are left out.
        drivers: 1 to `MOST_DRIVERS` columns.
        level: two-sided confidence level.
        minimum_n: fewer complete answers are not estimable, nor fewer than `EFFECTIVE_PER_DRIVER` effective ones per
            driver.

    Returns:
        A table of estimates (odds ratios per point) indexed by driver, with coefficient and std_error (both on the log
        scale), p, importance (NaN where R² is 0), vif (variance-inflation factor), r2 (McKelvey–Zavoina) and notice
        (collinearity, or that there is no importance, in words; or empty). A constant driver and drivers that depend
        on each other exactly are "not estimable"; the others are estimated beside them.

    Raises:
        ValueError: no or too many drivers, a count that is not one, or a level outside 0–1.

    R: ``m <- MASS::polr(ordered(value) ~ a + b, weights = count, Hess = TRUE); exp(coef(m));
    exp(confint.default(m))`` (``confint`` profiles); ``relaimpo::calc.relimp(lm(value ~ a + b), type = "lmg",
    rela = TRUE)``; ``car::vif(lm(value ~ a + b))``.

    References:
        .. [1] Lindeman RH, Merenda PF, Gold RZ (1980) Introduction to Bivariate and Multivariate Analysis, p. 119;
           Grömping U (2006) J Stat Softw 17(1).
    """
    cells = _cells(answers, drivers)
    design = cells[list(drivers)]
    refusal = _refusal(cells, drivers, minimum_n)
    figures = pd.DataFrame({"n": int(cells["count"].sum())}, index=pd.Index(drivers, name="driver")).assign(
        **dict.fromkeys(("coefficient", "std_error", "importance", "vif", "r2"), np.nan), df=np.inf, scale=1.0
    )
    if not refusal:
        kept = list(independent_columns(design))
        weight = cells["count"].to_numpy(float)
        fit = proportional_odds(design[kept].to_numpy(float), cells["value"].to_numpy(float), weight)
        figures.loc[kept, "coefficient"], figures.loc[kept, "std_error"] = fit.slopes, fit.std_errors
        correlation = _correlation(cells[["value", *kept]].to_numpy(float), weight)
        figures.loc[kept, "importance"] = lmg_shares(correlation)
        figures.loc[kept, "vif"] = variance_inflation(correlation)
        figures["r2"] = mckelvey_zavoina(design[kept].to_numpy(float), weight, fit.slopes)
    reason = term_reasons(design, refusal)[1:]
    table = ratio_table(figures, reason, "odds ratio per point, proportional odds, Wald", level)
    ok = table["status"].eq(OK)
    notices = np.select(
        [table["vif"].where(ok, 0).gt(COLLINEAR_VIF), ok & table["importance"].isna()],
        [[f"collinear (VIF {vif:.1f})" for vif in table["vif"]], "no importance: the score does not vary with drivers"],
        default="",
    )
    shown = {name: table[name].where(ok) for name in ("importance", "vif", "r2")}
    return table.assign(**shown, notice=notices).drop(columns=["df", "scale"])


def proportionality(answers: pd.DataFrame, drivers: Sequence[str], minimum_n: int = MINIMUM_N_MEAN) -> pd.DataFrame:
    """Return Brant's test that the odds ratio of a driver is the same at every step of the score.

    A small p says that `key_drivers` averages unequal ratios: look at the binary regression per cut then. See
    `analysis.stats.models.ordinal.brant` for formula, source and R call.

    Args:
        answers: as in `key_drivers`.
        drivers: as in `key_drivers`; constant and dependent ones are left out of the test.
        minimum_n: as in `key_drivers`.

    Returns:
        Row "omnibus", then one per driver: n, chi2, df, p, method, status ("ok" or "not estimable: reason").
    """
    cells = _cells(answers, drivers)
    kept = list(independent_columns(cells[list(drivers)]))
    refusal = _refusal(cells, drivers, minimum_n) or ("" if kept else "no driver varies")
    refusal = refusal or ("fewer than 3 categories" if cells["value"].nunique() <= 2 else _cut_refusal(cells, kept))
    names = pd.Index([OMNIBUS, *drivers], name="driver")
    table = pd.DataFrame(np.nan, index=names, columns=["chi2", "df", "p"])
    if not refusal:
        values = (cells[kept].to_numpy(float), cells["value"].to_numpy(float), cells["count"].to_numpy(float))
        table.loc[[OMNIBUS, *kept]] = brant(*values).to_numpy(float)
    reason = np.r_[[refusal], term_reasons(cells[list(drivers)], refusal)[1:]]
    reason = np.where((reason == "") & table["p"].isna(), "the differences have no positive variance", reason)
    table = table.where(np.broadcast_to((reason == "")[:, None], table.shape))
    table.insert(0, "n", int(cells["count"].sum()))
    return table.assign(method="Brant", status=[f"not estimable: {why}" if why else OK for why in reason])


def _cells(answers: pd.DataFrame, drivers: Sequence[str]) -> pd.DataFrame:
    """Return the number of complete answers per value and drivers, in the order of the values."""
    if not 0 < len(set(drivers)) <= MOST_DRIVERS or len(set(drivers)) < len(drivers) or OMNIBUS in drivers:
        raise ValueError(f'name 1 to {MOST_DRIVERS} different drivers, none of them "{OMNIBUS}"')
    counted = answers if "count" in answers else answers.assign(count=1)
    counts_of(counted, "count")
    scores = counted[["value", *drivers]].astype(float).assign(count=counted["count"].astype(np.int64))
    cells = scores.dropna().groupby(["value", *drivers], as_index=False)["count"].sum()
    return cells[cells["count"].gt(0)].reset_index(drop=True)


def _refusal(cells: pd.DataFrame, drivers: Sequence[str], minimum_n: int) -> str:
    """Return why no driver can be estimated; empty if some can."""
    of_category = cells.groupby("value")["count"].sum().to_numpy(float)
    n = of_category.sum()
    effective = n - float(np.sum(of_category**3)) / max(n, 1.0) ** 2
    one = (np.asarray(len(of_category) <= 1), "one answer category only")
    few = np.asarray(effective < EFFECTIVE_PER_DRIVER * len(drivers))
    sparse = (few, f"fewer than {EFFECTIVE_PER_DRIVER} effective answers per driver")
    reason = str(first_reason(n, minimum_n, one, sparse, of="complete answers"))
    return reason or separation(cells[list(drivers)], cells["value"], "ordinal").reason


def _cut_refusal(cells: pd.DataFrame, drivers: list[str]) -> str:
    """Return the first cut of the scale at which a binary regression has no maximum, in words."""
    for cut in np.unique(cells["value"])[:-1]:
        found = separation(cells[drivers], cells["value"].gt(cut).astype(float), "binary")
        if found.reason:
            return f"{found.reason} at the cut above {cut:g}"
    return ""


def _correlation(values: Floats, weight: Floats) -> Floats:
    covariance = np.cov(values.T, fweights=weight.astype(np.int64))
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale), dtype=float)


def variance_inflation(correlation: Floats) -> Floats:
    """Return the variance-inflation factors of all variables but the first, which is the outcome.

    The diagonal of the inverse correlation matrix of the regressors. R: ``car::vif(lm(...))``.
    """
    return np.diag(np.linalg.inv(correlation[1:, 1:]))


def lmg_shares(correlation: Floats) -> Floats:
    """Return each regressor's share of R² averaged over all orders of entry; the outcome is the first variable.

    NaN where R² is 0, so that there is nothing to share.

    R: ``relaimpo::calc.relimp(r, type = "lmg", rela = TRUE)$lmg`` of the correlation matrix r.
    """
    regressors = range(1, len(correlation))
    subsets = [subset for size in range(len(correlation)) for subset in combinations(regressors, size)]
    r2 = {subset: _r2(correlation, list(subset)) for subset in subsets}
    gains = np.zeros(len(correlation) - 1)
    for subset in subsets:
        orders = factorial(len(subset)) * factorial(max(len(gains) - len(subset) - 1, 0))
        for at in set(regressors) - set(subset):
            gains[at - 1] += orders * (r2[tuple(sorted((*subset, at)))] - r2[subset])
    explained = factorial(len(gains)) * r2[subsets[-1]]
    return gains / explained if r2[subsets[-1]] > ROUNDING else np.full(len(gains), np.nan)


def _r2(correlation: Floats, regressors: list[int]) -> float:
    along = correlation[0, regressors]
    return float(along @ np.linalg.solve(correlation[np.ix_(regressors, regressors)], along)) if regressors else 0.0
