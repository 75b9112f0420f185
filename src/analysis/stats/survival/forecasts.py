"""How many of the open cases will pass their limit?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import (
    MINIMUM_N_SHARE,
    Floats,
    Integers,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
)
from analysis.stats.survival.kaplan_meier import greenwood
from analysis.stats.survival.outlooks import NOT_FOLLOWED, Earlier, outlook_of, pairs
from analysis.stats.survival.risk_sets import level_of

#: Draws of the number of breaches: the Monte Carlo error of a 2.5 % tail is then .35 points.
DRAWS = 2_000
#: The standard errors by chance alone and by the curve alone.
PARTS = ["chance_error", "curve_error"]
#: Decimals to which a sum of probabilities is trusted when it is compared with whole numbers.
ROUNDING = 9


def breach_forecast(
    curve: pd.DataFrame, open_cases: pd.DataFrame, seed: int, by: Sequence[str] = (), minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return the number of open cases expected to pass their limit, with a prediction interval.

    Estimate Σ c_i p_i, p_i = S(limit_i)/S(age_i) as in `breach_probability`. std_error = √(chance² + curve²):
    chance² = Σ c_i p_i (1 − p_i); curve² = Σ_t w(t)² d_t/(n_t (n_t − d_t)), w(t) = Σ c_i p_i over the cases with
    age_i < t ≤ limit_i, is the delta method with Greenwood's covariance of S over all ages and limits.

    The interval, which no normal approximation gives for few cases, holds the quantiles of `DRAWS` seeded draws: of
    the curve from the mid-p beta product [1]_ (between times, S is multiplied by Beta(n_t − d_t + 1, d_t); in every
    other draw, also by Beta(n_+, 1), n_+ the earlier cases followed beyond the limit), and of each case's fate given
    that curve. Between two ages or limits the product of betas is drawn as the beta of the same mean and variance,
    which is exact where nothing is censored. The interval is widened to whole numbers that enclose the estimate.

    Args:
        curve: a curve of `kaplan_meier` of earlier cases; its level is the level of the result.
        open_cases: columns age, limit (in the unit of the curve's time), cases (how many), with the columns of ``by``.
        seed: of the draws; each group starts from it anew.
        by: columns that name the groups, in both tables.
        minimum_n: fewer earlier cases are not estimable.

    Returns:
        A table of estimates (numbers of cases), indexed by group of ``open_cases``; n counts the open cases; with
        std_error, chance_error, curve_error and passed (cases at or past their limit, counted as breaches). Not
        estimable where no earlier case was open at an age, or followed to a limit, that an open case has.

    Raises:
        ValueError: an age is negative, an age or a limit is missing, or cases are not counts.

    R has no such function; with one age, one limit and nothing censored, the draws are an even mixture of two
    beta-binomials, Beta(n − d + 1, d) and Beta(n − d, d + 1). Earlier and open cases must be exchangeable given age.

    References:
        .. [1] Fay MP, Brittain EH, Proschan MA (2013) Biostatistics 14:723–736; Fay MP, Brittain EH (2016) Stat Med
           35:2726–2740.
    """
    level = level_of(curve)
    counts_of(open_cases, "cases")
    keys = [*by, "limit", "age"]
    cells = open_cases.groupby(keys, dropna=False, observed=True)[["cases"]].sum().reset_index()
    rows = [_number(earlier, waiting, level, seed) for earlier, waiting in pairs(curve, cells, by)]
    groups = group_ids(open_cases, by)[1]
    figures = pd.DataFrame(rows).iloc[: len(groups)].set_axis(groups)
    pending = figures["n"].gt(figures["passed"]).to_numpy()
    reason = first_reason(
        figures["n"],
        1,
        (pending & figures["earlier"].lt(minimum_n).to_numpy(), f"fewer than {minimum_n} earlier cases"),
        (pending & figures["unseen"].to_numpy(), NOT_FOLLOWED),
        of="cases",
    )
    shown = figures.drop(columns=["earlier", "unseen"])
    shown[PARTS] = shown[PARTS].where(pd.Series(reason == "", shown.index), np.nan)
    return estimate_table(shown, reason, f"sum of conditional Kaplan-Meier, {DRAWS} beta-product draws", level)


def _number(earlier: Earlier, waiting: pd.DataFrame, level: float, seed: int) -> dict[str, float]:
    """Return the forecast of one group; its cases are sorted, so that the order of rows does not matter."""
    outlook = outlook_of(earlier, waiting[waiting["cases"].gt(0)])
    cases, passed = outlook["cases"].to_numpy(float), outlook["passed"].to_numpy()
    told = {
        "n": int(cases.sum()),
        "passed": int(cases[passed].sum()),
        "earlier": int(earlier.at_risk[0]),
        "unseen": bool(outlook["unseen"].any()),
    }
    nothing = dict.fromkeys(["estimate", "low", "high", "std_error", *PARTS], np.nan)
    if told["unseen"] or told["n"] == 0:
        return {**told, **nothing}
    drawn = _breaches(earlier, outlook[~passed], np.random.default_rng(seed)) + told["passed"]
    moments = _moments(earlier, outlook)
    return {**told, **moments, **_enclosing(drawn, moments["estimate"], level)}


def _moments(earlier: Earlier, outlook: pd.DataFrame) -> dict[str, float]:
    """Return the expected number and the standard errors by chance, by the curve, and of both."""
    cases, p = outlook["cases"].to_numpy(float), outlook["estimate"].to_numpy(float)
    rows = len(earlier.times) + 1
    ahead = np.where(outlook["passed"], 0.0, cases * p)
    entered, gone = (np.bincount(outlook[name] + 1, weights=ahead, minlength=rows) for name in ("start", "end"))
    weight = np.cumsum(entered - gone)[: rows - 1]
    chance = float(np.sqrt(np.sum(cases * p * (1 - p))))
    spread = float(np.sqrt(np.sum(weight**2 * greenwood(earlier.events, earlier.at_risk))))
    errors = dict(zip(PARTS, (chance, spread), strict=True))
    return {"estimate": float(np.sum(cases * p)), "std_error": float(np.hypot(chance, spread)), **errors}


def _breaches(earlier: Earlier, pending: pd.DataFrame, generator: np.random.Generator) -> Floats:
    """Return draws of how many of the pending cases pass their limit."""
    points = np.unique(pending[["start", "end"]])
    log_s = np.cumsum(_log_factors(earlier, points, generator), axis=1)
    start, end = (np.searchsorted(points, pending[name]) for name in ("start", "end"))
    beyond = pending["beyond"].to_numpy(float)
    further = generator.random((DRAWS, 1)) ** ratio(1.0, beyond)
    further = np.where(beyond > 0, further, 0.0)
    early = np.arange(DRAWS)[:, None] % 2 == 0
    p = np.exp(log_s[:, end] - log_s[:, start]) * np.where(early, further, 1.0)
    return generator.binomial(pending["cases"].to_numpy(np.int64), np.clip(p, 0, 1)).sum(axis=1).astype(np.float64)


def _log_factors(earlier: Earlier, points: Integers, generator: np.random.Generator) -> Floats:
    """Return draws of the logarithm of what S is multiplied by on the way to each point from the one before."""
    a, b = (earlier.at_risk - earlier.events + 1)[1:], earlier.events[1:]
    block = np.searchsorted(points, np.arange(1, len(earlier.times)))
    inside = (b > 0) & (block > 0) & (block < len(points))
    a, b, block = a[inside], b[inside], block[inside]
    log_mean = np.bincount(block, weights=-np.log1p(b / a), minlength=len(points))
    excess = np.expm1(np.bincount(block, weights=np.log1p(1 / a) - np.log1p(1 / (a + b)), minlength=len(points)))
    moves = excess > 0
    size = -np.expm1(log_mean[moves]) / (np.exp(log_mean[moves]) * excess[moves]) - 1
    factors = np.zeros((DRAWS, len(points)))
    mean = np.exp(log_mean[moves])
    factors[:, moves] = np.log(generator.beta(mean * size, (1 - mean) * size, (DRAWS, int(moves.sum()))))
    return factors


def _enclosing(drawn: Floats, estimate: float, level: float) -> dict[str, float]:
    """Return the quantiles of the draws, widened to whole numbers that enclose the estimate."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    whole = round(estimate, ROUNDING)
    return {"low": float(min(low, np.floor(whole))), "high": float(max(high, np.ceil(whole)))}
