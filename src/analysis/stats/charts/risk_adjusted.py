"""When do cases of known risk end badly more often than their risks say?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.charts.cusum import cumulated, reached
from analysis.stats.charts.series import in_order
from analysis.stats.estimates import OK, Floats, Numbers, counts_of

#: States of the sum between 0 and its limit in the chain; twice as many move run lengths by less than .1 %.
STATES = 400
#: A limit is designed to this relative width.
LIMIT_WIDTH = 1e-3
#: A wider one, on the scale of log likelihood ratios, is no limit: it runs some exp(64) cases in vain.
WIDEST_LIMIT = 64.0


@dataclass(frozen=True)
class RiskAdjustedDesign:
    """What a risk-adjusted CUSUM is to find: odds times ``odds_ratio``, and the run length in control, in cases."""

    run_length: float
    odds_ratio: float = 2.0

    def __post_init__(self) -> None:
        if not (self.run_length > 1 and self.odds_ratio > 0 and self.odds_ratio != 1):
            raise ValueError("run_length must exceed 1 case, and odds_ratio be positive and not 1")


def risk_weights(event: Numbers, risk: Numbers, odds_ratio: float) -> Floats:
    """Return the log likelihood ratio of each case: log R − log(1 − p + R p) after an event, −log(1 − p + R p) else.

    Args:
        event: 1 where the case ended badly, 0 else.
        risk: p, its probability in control, strictly between 0 and 1.
        odds_ratio: R, the change the sum is tuned to.

    Raises:
        ValueError: a risk lies outside 0–1.

    R: ``log(R^y / (1 - p + R * p))``.

    References:
        .. [1] Steiner SH, Cook RJ, Farewell VT, Treasure T (2000) Biostatistics 1:441–452, formula 2.2.
    """
    risks = np.asarray(risk, dtype=float)
    if not bool(np.all((risks > 0) & (risks < 1))):
        raise ValueError("risk must lie strictly between 0 and 1: is it a percentage?")
    return np.asarray(event, dtype=float) * np.log(odds_ratio) - np.log1p(risks * (odds_ratio - 1))


def risk_adjusted_cusum(cases: pd.DataFrame, design: RiskAdjustedDesign, limit: float) -> pd.DataFrame:
    """Return the risk-adjusted CUSUM of single cases: S = max(0, S + w), alarm at S ≥ limit, then anew from 0 [1]_.

    Args:
        cases: columns period (the order of the cases), count (1 = ended badly, 0 = not), risk (probability in control).
        design: see `RiskAdjustedDesign`.
        limit: h on the scale of log likelihood ratios; `risk_adjusted_limit` finds it.

    Returns:
        period, n (the count), expected (the risk), weight, cusum, since (cases since the sum last was 0), limit, alarm,
        method, status; ordered by period.

    Raises:
        ValueError: a count is neither 0 nor 1, a risk outside 0–1, the limit not positive, or a period repeated.

    R: ``Reduce(function(s, w) max(0, s + w), log(R^y / (1 - p + R * p)), accumulate = TRUE)`` up to the first alarm.

    References:
        .. [1] Steiner SH, Cook RJ, Farewell VT, Treasure T (2000) Monitoring surgical performance using risk-adjusted
           cumulative sum charts. Biostatistics 1:441–452.
    """
    table = in_order(cases)
    (event,) = counts_of(table, "count")
    if bool(np.any(event > 1)) or not limit > 0:
        raise ValueError("count must be 0 or 1 per case, and limit positive: are cases added up?")
    weight = risk_weights(event, table["risk"], design.odds_ratio)
    total, since = cumulated(weight, limit)
    sums = pd.DataFrame({"period": table["period"], "n": event.astype(int), "expected": table["risk"].astype(float)})
    sums = sums.assign(weight=weight, cusum=total, since=since, limit=limit, alarm=reached(total, limit))
    return sums.assign(method="risk-adjusted Bernoulli CUSUM", status=OK)


def risk_adjusted_run_length(limit: float, risks: Numbers, odds_ratio: float, true_odds_ratio: float = 1.0) -> float:
    """Return the expected number of cases up to the first alarm, by a Markov chain of `STATES` states [1]_.

    Cases are drawn at random from those of ``risks``. A sum between two states is shared between them in proportion,
    so that the result is a close approximation.

    Args:
        limit: h on the scale of log likelihood ratios.
        risks: probabilities in control of a typical set of cases.
        odds_ratio: the change the sum is tuned to.
        true_odds_ratio: odds of the cases over those in control, 1 in control.

    Raises:
        ValueError: a risk lies outside 0–1, there is none, or a ratio or the limit is not positive.

    R: none in Debian; `vlad::racusum_arl_mc` of CRAN.

    References:
        .. [1] Brook D, Evans DA (1972) Biometrika 59:539–549; Steiner SH et al. (2000), section 3.
    """
    drawn = np.atleast_1d(np.asarray(risks, dtype=float))
    if not len(drawn) or not (limit > 0 and true_odds_ratio > 0):
        raise ValueError("limit and true_odds_ratio must be positive and risks hold at least one case")
    risk, cases = np.unique(drawn, return_counts=True)
    bad = true_odds_ratio * risk / (1 - risk + true_odds_ratio * risk)
    share = cases / cases.sum()
    width = limit / (STATES - 1 / 2)
    start = np.arange(STATES)
    chain = np.zeros((STATES, STATES))
    for event, chance in ((1.0, bad * share), (0.0, (1 - bad) * share)):
        for weight, mass in zip(risk_weights(np.full(len(risk), event), risk, odds_ratio), chance, strict=True):
            _add(chain, start + weight / width, mass)
    return float(np.linalg.solve(np.eye(STATES) - chain, np.ones(STATES))[0])


def risk_adjusted_limit(risks: Numbers, design: RiskAdjustedDesign) -> float:
    """Return the limit whose run length in control is the design's, to a thousandth of the limit.

    Where even a limit at the smallest step up, at which every such step alarms, runs longer, that one is returned.

    Args:
        risks: probabilities in control of a typical set of cases.
        design: see `RiskAdjustedDesign`.

    Raises:
        ValueError: a risk lies outside 0–1, there is none, or the run length asked for needs too wide a limit.

    R: none in Debian; `vlad::racusum_crit_mc` of CRAN.
    """
    drawn = np.atleast_1d(np.asarray(risks, dtype=float))
    steps = [risk_weights(np.full(len(drawn), event), drawn, design.odds_ratio) for event in (0.0, 1.0)]
    below = float(np.concatenate(steps).clip(0)[np.concatenate(steps) > 0].min(initial=WIDEST_LIMIT))
    # a hair below that step, so that the chain takes it for an alarm as a whole
    if risk_adjusted_run_length(below * (1 - 1 / STATES), risks, design.odds_ratio) >= design.run_length:
        return below
    above = 2 * below
    while risk_adjusted_run_length(above, risks, design.odds_ratio) < design.run_length:
        below, above = above, 2 * above
        if above > WIDEST_LIMIT:
            raise ValueError("run_length needs too wide a limit: is it in cases?")
    while above - below > LIMIT_WIDTH * above:
        middle = (below + above) / 2
        enough = risk_adjusted_run_length(middle, risks, design.odds_ratio) >= design.run_length
        below, above = (below, middle) if enough else (middle, above)
    return above


def _add(chain: Floats, end: Floats, mass: float) -> None:
    """Add ``mass`` to the passage from each state to its end, shared between the two states beside it."""
    lower = np.floor(end)
    for state, part in ((lower, 1 - (end - lower)), (lower + 1, end - lower)):
        inside = state < len(chain)
        rows = np.flatnonzero(inside)
        np.add.at(chain, (rows, np.maximum(state[inside], 0).astype(int)), mass * part[inside])
