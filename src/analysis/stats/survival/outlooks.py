"""How likely is an open case to pass its limit, given how old it is?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import (
    MINIMUM_N_SHARE,
    Floats,
    Integers,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
)
from analysis.stats.survival.bands import band, high_of_rest, low_if_all
from analysis.stats.survival.kaplan_meier import greenwood
from analysis.stats.survival.risk_sets import level_of

CURVE = ["time", "events", "at_risk", "censored", "survival"]
NOT_FOLLOWED = "no earlier case was followed from the age to the limit"


def breach_probability(
    curve: pd.DataFrame, open_cases: pd.DataFrame, by: Sequence[str] = (), minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return, per row of open cases, the probability that a case open at ``age`` is still open after ``limit`` [1]_.

    S(limit)/S(age), the curve of the earlier cases still open after ``age``; limits log-log with Greenwood's variance
    between the two, Σ d_i/(n_i (n_i − d_i)) over age < t_i ≤ limit; exact binomial ones where the ratio is 1 or 0, as
    in `analysis.stats.survival.kaplan_meier.kaplan_meier`. A case at or past its limit has passed it: 1, for certain.

    Args:
        curve: a curve of `kaplan_meier` of earlier cases; its level is the level of the result.
        open_cases: columns age, limit (both in the unit of the curve's time), with the columns of ``by``.
        by: columns that name the groups, in both tables.
        minimum_n: fewer earlier cases that were still open after ``age`` are not estimable.

    Returns:
        A table of estimates on the index of ``open_cases``, with age and limit; n counts the earlier cases that were
        still open after ``age``. Not estimable where none of them was followed as far as ``limit``.

    Raises:
        ValueError: an age is negative, or an age or a limit is missing.

    R: ``f <- survfit(Surv(time, event) ~ 1, subset = time > age, conf.type = "log-log")``;
    ``summary(f, times = limit)``.

    References:
        .. [1] van Houwelingen HC, Putter H (2012) Dynamic Prediction in Clinical Survival Analysis, section 1.3.
    """
    numbered = open_cases.reset_index(drop=True)
    parts = [outlook_of(earlier, waiting) for earlier, waiting in pairs(curve, numbered, by)]
    figures = pd.concat([_limits(part, level_of(curve)) for part in parts]).sort_index().set_axis(open_cases.index)
    reason = first_reason(
        figures["n"],
        minimum_n,
        ((figures["unseen"] | figures["high"].isna() | figures["low"].isna()).to_numpy(), NOT_FOLLOWED),
        of="earlier cases open at that age",
    )
    reason = np.where(figures["passed"], "", reason)
    shown = figures[["n", "estimate", "low", "high", "age", "limit"]]
    return estimate_table(shown, reason, "Kaplan-Meier conditional on age, log-log", level_of(curve))


@dataclass(frozen=True)
class Earlier:
    """The curve of the earlier cases; each array starts with the state before the first time."""

    times: Floats
    events: Floats
    at_risk: Floats
    left: Floats
    survival: Floats

    @property
    def variance(self) -> Floats:
        """The variance of log S up to each time."""
        return np.cumsum(greenwood(self.events, self.at_risk))

    def row(self, time: pd.Series) -> Integers:
        """Return the row of the last time that is not later."""
        return np.searchsorted(self.times, time.to_numpy(float), side="right") - 1


def earlier_of(steps: Floats) -> Earlier:
    """Return the curve of one group from the columns `CURVE` of its rows."""
    times, events, at_risk, censored, survival = steps[np.argsort(steps[:, 0], kind="stable")].T
    n = at_risk[:1] if len(at_risk) else np.zeros(1)
    return Earlier(
        times=np.append(-np.inf, times),
        events=np.append(0.0, events),
        at_risk=np.append(n, at_risk),
        left=np.append(n, at_risk - events - censored),
        survival=np.append(1.0, survival),
    )


def pairs(curve: pd.DataFrame, open_cases: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[Earlier, pd.DataFrame]]:
    """Yield, per group of open cases in order, the earlier cases and the open ones; without a group, one of none."""
    ages, limits = (open_cases[name].to_numpy(float, na_value=np.nan) for name in ("age", "limit"))
    if not bool(np.all((ages >= 0) & np.isfinite(ages) & np.isfinite(limits))):
        raise ValueError("age must be 0 or more, and limit a number: is a case without a limit, or of later, in it?")
    keys = pd.concat([curve[list(by)], open_cases[list(by)]], ignore_index=True)
    ids = group_ids(keys, by)[0] if by else np.zeros(len(keys), dtype=np.int64)
    ours, theirs = (pd.Series(part).groupby(part).indices for part in (ids[: len(curve)], ids[len(curve) :]))
    steps, waiting = curve[CURVE].to_numpy(float), open_cases[open_cases.columns.difference(list(by), sort=False)]
    for number in np.unique(ids[len(curve) :]).tolist() or [-1]:
        yield earlier_of(steps[ours.get(number, [])]), waiting.iloc[theirs.get(number, [])]


def outlook_of(earlier: Earlier, waiting: pd.DataFrame) -> pd.DataFrame:
    """Return, per row, what the earlier cases tell of it: n, estimate, log_error, events, beyond, passed, unseen."""
    start, end = earlier.row(waiting["age"]), earlier.row(waiting["limit"])
    passed = waiting["age"].ge(waiting["limit"]).to_numpy()
    done, variance = np.cumsum(earlier.events), earlier.variance
    unseen = (waiting["limit"].to_numpy(float) > earlier.times[-1]) & (earlier.survival[-1] > 0)
    return waiting.assign(
        n=earlier.left[start].astype(int),
        estimate=np.where(passed, 1.0, ratio(earlier.survival[end], earlier.survival[start])),
        log_error=np.sqrt(np.maximum(variance[end] - variance[start], 0)),
        events=done[end] - done[start],
        beyond=earlier.left[end],
        start=start,
        end=end,
        passed=passed,
        unseen=~passed & (unseen | (earlier.left[start] == 0)),
    )


def _limits(outlook: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the rows with low and high of the probability."""
    share, passed = outlook["estimate"].to_numpy(float), outlook["passed"].to_numpy()
    low, high = band(share, outlook["log_error"].to_numpy(float), level)
    exact_low = low_if_all(outlook["beyond"].to_numpy(float), level)
    exact_high = high_of_rest(outlook["events"].to_numpy(float), outlook["n"].to_numpy(float), level)
    return outlook.assign(
        low=np.select([passed, share == 1, share == 0], [1.0, exact_low, 0.0], low),
        high=np.select([share == 1, share == 0], [1.0, exact_high], high),
    )
