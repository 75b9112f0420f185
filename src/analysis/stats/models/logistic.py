"""How do the odds of an event change with a regressor, also when a column tells the outcomes apart?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_MEAN,
    Floats,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
)
from analysis.stats.models.coefficients import INTERCEPT, ratio_table, withheld
from analysis.stats.models.ordinal import proportional_odds
from analysis.stats.models.separation import independent_columns, separation, term_reasons

#: Rounding that the penalised likelihood may lose in a step, relative; and the precision of a profile limit.
TOLERANCE = 1e-13
#: Newton's decrement (a squared step in standard errors) at which the penalised likelihood counts as maximal.
DECREMENT = 1e-18
ITERATIONS = 100
#: A profile limit is looked for within so many standard errors of the estimate.
REACH = 64.0
#: Most that one step may move a linear predictor, as in logistf.
LONGEST_STEP = 5.0
Data = tuple[Floats, Floats, Floats]


def logit(
    cells: pd.DataFrame, drivers: Sequence[str], level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return by which factor one unit more of each driver multiplies the odds of the event.

    Logistic regression by maximum likelihood (`analysis.stats.models.ordinal.proportional_odds` with two categories)
    from counts, Wald limits on the log scale. It is refused before any fit where columns separate the outcomes
    (`analysis.stats.models.separation.separation`): `firth` is then the alternative.

    Args:
        cells: columns count (events), n (of how many) and the drivers, complete, one row per kind of case (or per
            case, with n = 1).
        drivers: numeric columns, without intercept.
        level: two-sided confidence level.
        minimum_n: fewer cases are not estimable.

    Returns:
        A table of estimates (odds; odds ratios per unit) indexed by term, "(Intercept)" first, with coefficient and
        std_error (log scale), p and events. A constant driver and drivers that depend on each other exactly are "not
        estimable", and the intercept with them.

    Raises:
        ValueError: a count is not a count or exceeds n, or a driver is not a finite number.

    R: ``glm(cbind(count, n - count) ~ a + b, family = binomial, epsilon = 1e-14)``, ``confint.default`` for
    the limits; ``confint`` profiles.
    """
    cases = _cases(cells, drivers)
    split = _split(cases)
    refusal = _refusal(cases, drivers, minimum_n) or separation(split[list(drivers)], split["event"], "binary").reason
    figures = _terms(cases, drivers).assign(df=np.inf, scale=1.0)
    if not refusal:
        kept = list(independent_columns(cases[list(drivers)]))
        fit = proportional_odds(*(split[columns].to_numpy(float) for columns in (kept, "event", "weight")))
        figures.loc[[INTERCEPT, *kept], "coefficient"] = np.r_[-fit.thresholds, fit.slopes]
        figures.loc[[INTERCEPT, *kept], "std_error"] = np.sqrt(np.diag(fit.covariance))
    reason = term_reasons(cases[list(drivers)], refusal)
    return ratio_table(figures, reason, "odds ratio, logistic regression, Wald", level).drop(columns=["df", "scale"])


def firth(
    cells: pd.DataFrame, drivers: Sequence[str], level: float = LEVEL, minimum_n: int = MINIMUM_N_MEAN
) -> pd.DataFrame:
    """Return odds ratios by Firth's penalised likelihood, finite also under separation.

    Maximises l(β) + ½ log|X'WX| [1]_, that is solves X'(y − nπ + h(½ − π)) = 0, h the leverages. Limits and p from the
    profile of the penalised likelihood (χ² with one degree of freedom) [2]_, the Wald interval being far too
    symmetric under separation.

    Args:
        cells: as in `logit`.
        drivers: as in `logit`.
        level: two-sided confidence level.
        minimum_n: fewer cases are not estimable.

    Returns:
        As `logit`; std_error is the square root of the diagonal of (X'WX)⁻¹ at the estimate.

    Raises:
        ValueError: as `logit`.

    R: ``logistf::logistf(event ~ a + b)``; estimates and standard errors also
    ``glm(..., method = brglm2::brglmFit, type = "AS_mean")``.

    References:
        .. [1] Firth D (1993) Biometrika 80:27–38.
        .. [2] Heinze G, Schemper M (2002) Stat Med 21:2409–2419.
    """
    cases = _cases(cells, drivers)
    refusal = _refusal(cases, drivers, minimum_n)
    figures = _terms(cases, drivers).assign(**dict.fromkeys(("estimate", "low", "high", "p"), np.nan))
    if not refusal:
        kept = list(independent_columns(cases[list(drivers)]))
        data = (_rows(cases, kept), cases["count"].to_numpy(float), cases["n"].to_numpy(float))
        columns = ["coefficient", "std_error", "estimate", "low", "high", "p"]
        figures.loc[[INTERCEPT, *kept], columns] = _profiled(data, checked_level(level))
    reason = term_reasons(cases[list(drivers)], refusal)
    return withheld(estimate_table(figures, reason, "odds ratio, Firth logistic regression, profile", level))


def _cases(cells: pd.DataFrame, drivers: Sequence[str]) -> pd.DataFrame:
    """Return events and cases per distinct row of drivers, in their order."""
    count, n = counts_of(cells, "count", "n")
    if bool(np.any(count > n)):
        raise ValueError("count exceeds n in some row: events are counted among the cases")
    numbers = cells[list(drivers)].astype(float).assign(count=count, n=n)
    if not bool(np.isfinite(numbers).all(axis=None)):
        raise ValueError("drivers must be finite numbers: leave out rows with gaps first")
    keys = list(drivers) or np.zeros(len(numbers))
    cases = numbers.groupby(keys, as_index=False)[["count", "n"]].sum()
    return cases[cases["n"].gt(0)].reset_index(drop=True)


def _terms(cases: pd.DataFrame, drivers: Sequence[str]) -> pd.DataFrame:
    counted = {"n": int(cases["n"].sum()), "coefficient": np.nan, "std_error": np.nan}
    return pd.DataFrame(counted, pd.Index([INTERCEPT, *drivers], name="term")).assign(events=int(cases["count"].sum()))


def _refusal(cases: pd.DataFrame, drivers: Sequence[str], minimum_n: int) -> str:
    """Return why no term can be estimated; empty if some can."""
    events, n = cases["count"].sum(), cases["n"].sum()
    alike = (np.asarray(events in (0, n)), "all outcomes alike")
    many = (np.asarray(n <= len(drivers) + 1), "no more cases than terms")
    return str(first_reason(n, minimum_n, alike, many, of="cases"))


def _split(cases: pd.DataFrame) -> pd.DataFrame:
    """Return events (1) and other cases (0) as rows of their own, with their number as weight."""
    events = cases.assign(event=1.0, weight=cases["count"])
    others = cases.assign(event=0.0, weight=cases["n"] - cases["count"])
    return pd.concat([events, others]).query("weight > 0").reset_index(drop=True)


def _rows(cases: pd.DataFrame, drivers: list[str]) -> Floats:
    return np.c_[np.ones(len(cases)), cases[drivers].to_numpy(float)]


def _penalised(beta: Floats, data: Data) -> tuple[float, Floats, Floats]:
    """Return the penalised log-likelihood, its gradient and the information X'WX."""
    rows, count, n = data
    linear = rows @ beta
    pi = special.expit(linear)
    information = rows.T @ (rows * (n * pi * (1 - pi))[:, None])
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0:
        return -np.inf, np.zeros(len(beta)), information
    leverage = n * pi * (1 - pi) * np.einsum("ij,ji->i", rows, np.linalg.solve(information, rows.T))
    likelihood = count @ special.log_expit(linear) + (n - count) @ special.log_expit(-linear)
    return float(likelihood + log_determinant / 2), rows.T @ (count - n * pi + leverage * (0.5 - pi)), information


def _maximum(beta: Floats, data: Data, free: list[int]) -> tuple[Floats, float]:
    """Return the coefficients that maximise the penalised likelihood over ``free``, and its value there."""
    value, gradient, information = _penalised(beta, data)
    for _ in range(ITERATIONS if np.isfinite(value) else 0):
        step = np.zeros(len(beta))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        if np.abs(gradient[free] @ step[free]) <= DECREMENT:
            break
        step *= min(1.0, LONGEST_STEP / float(np.abs(data[0] @ step).max()))
        while _penalised(beta + step, data)[0] < value - TOLERANCE * (1 + abs(value)):
            step = step / 2
        beta = beta + step
        value, gradient, information = _penalised(beta, data)
    return beta, value


def _profiled(data: Data, level: float) -> Floats:
    """Return coefficient, std_error, exp of coefficient and profile limits, p per term."""
    terms = list(range(data[0].shape[1]))
    best, top = _maximum(np.zeros(len(terms)), data, terms)
    covariance = np.linalg.inv(_penalised(best, data)[2])
    errors = np.sqrt(np.diag(covariance))

    def fall(value: float, at: int) -> float:
        start = best + (value - best[at]) * covariance[at] / covariance[at, at]
        return 2 * (top - _maximum(start, data, [term for term in terms if term != at])[1])

    quantile = float(stats.chi2.ppf(level, 1))
    rows = []
    for at in terms:
        ends = [best[at] + _crossing(partial(fall, at=at), best[at], sign * errors[at], quantile) for sign in (-1, 1)]
        p = float(stats.chi2.sf(max(fall(0.0, at), 0.0), 1))
        rows.append([best[at], errors[at], *np.exp([best[at], *ends]), p])
    return np.array(rows)


def _crossing(fall: Callable[[float], float], start: float, step: float, quantile: float) -> float:
    """Return how far from ``start``, in the direction of ``step``, the profile falls by ``quantile``; NaN if never."""
    near, far = 0.0, 1.0
    while far <= REACH and fall(start + far * step) < quantile:
        near, far = far, 2 * far
    if far > REACH:
        return float("nan")
    root = optimize.brentq(lambda reach: fall(start + reach * step) - quantile, near, far, xtol=TOLERANCE, rtol=1e-12)
    return float(root * step)
