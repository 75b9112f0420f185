"""How long does it take, when some cases are still open?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    Booleans,
    Floats,
    Integers,
    estimate_table,
    first_reason,
    ratio,
)
from analysis.stats.survival.bands import LOG_LOG, Interval, band, high_of_rest, low_if_all
from analysis.stats.survival.risk_sets import (
    CASES,
    GROUP,
    first_row,
    last_row,
    level_of,
    ordered,
    risk_sets,
    running_product,
    running_sum,
    value_at,
)

#: R's ``quantile.survfit``: a step counts as exactly at p within the square root of the machine's epsilon.
TIE = float(np.sqrt(np.finfo(float).eps))


def kaplan_meier(
    counts: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL, interval: Interval = LOG_LOG
) -> pd.DataFrame:
    """Return the Kaplan–Meier curve of the share still open, from counts per time [1]_.

    S(t) = Π (1 − d_i/n_i) over times ≤ t; Greenwood's √Σ d_i/(n_i (n_i − d_i)) · S(t) as standard error; limits by
    `analysis.stats.survival.bands.band`. A case censored at t is at risk at t.

    Where S is 1 or 0, no transformation has limits and exact binomial ones stand in: 0 events among the cases followed
    beyond t, or all n cases with those censored earlier counted as if open: both err on the wide side.

    Args:
        counts: columns time (whole minutes, rounded up), events, censored (still open at that age), with the columns
            of ``by``; rows of the same time are added up.
        by: columns that name the groups; none = one curve.
        level: two-sided confidence level, kept in the column ``level``.
        interval: "log-log", "log" or "plain"; kept in the column ``interval``.

    Returns:
        The columns of ``by``, then time, at_risk, events, censored, survival, std_error, low, high, level, interval;
        one row per group and time, ascending. std_error is NaN where S = 0; limits are NaN where nobody was followed
        on.

    Raises:
        ValueError: time, events or censored is negative or not whole.

    R: ``survfit(Surv(time, event) ~ 1, conf.type = "log-log")`` with weights or repeated rows; R's default is
    ``conf.type = "log"``, statsmodels' ``SurvfuncRight`` gives plain limits and a wrong standard error for weights.

    References:
        .. [1] Kaplan EL, Meier P (1958) J Am Stat Assoc 53:457–481; Kalbfleisch JD, Prentice RL (2002), section 1.4.
    """
    steps = risk_sets(counts, by)
    ids = steps[GROUP].to_numpy()
    events, at_risk = steps["events"].to_numpy(float), steps["at_risk"].to_numpy(float)
    survival = running_product(1 - np.nan_to_num(ratio(events, at_risk)), ids)
    log_error = np.sqrt(running_sum(greenwood(events, at_risk), ids))
    low, high = band(survival, log_error, level, interval)
    none, all_done = survival == 1, survival == 0
    followed = (at_risk - events - steps["censored"].to_numpy(float))[none]
    low[none], high[none] = low_if_all(followed, level), np.where(followed > 0, 1.0, np.nan)
    cases = steps[CASES].to_numpy(float)
    low[all_done], high[all_done] = 0.0, high_of_rest(running_sum(events, ids)[all_done], cases[all_done], level)
    return steps[[*by, "time", "at_risk", "events", "censored"]].assign(
        survival=survival,
        std_error=np.where(survival > 0, survival * log_error, np.nan),
        low=low,
        high=high,
        level=level,
        interval=interval,
    )


def greenwood(events: Floats, at_risk: Floats) -> Floats:
    """Return what each time adds to the variance of log S, d/(n (n − d)); 0 where nobody is left."""
    return np.nan_to_num(ratio(events, at_risk * (at_risk - events)))


def quantile(curve: pd.DataFrame, p: float, by: Sequence[str] = (), minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return the time by which the share ``p`` of cases is done, with the interval that inverts the band [1]_.

    The first time with S(t) ≤ 1 − p; where S stays exactly at 1 − p, the middle between that time and the next drop
    (or the last time of the curve). The limits are the same point of the curve's low and high.

    Args:
        curve: a curve of `kaplan_meier`.
        p: share done, strictly between 0 and 1: .5 is the median, .9 the time within which nine of ten are done.
        by: the columns of ``curve`` that name its groups.
        minimum_n: fewer cases are not estimable.

    Returns:
        A table of estimates in the unit of time, indexed by group. Not reached, or reached only by the estimate and
        not by the upper limit, is "not estimable", naming the last time followed. In simulation about 5 % of all
        samples, at most, are given a wrong interval; where most are refused, the few that are not cover less.

    R: ``quantile(survfit(..., conf.type = "log-log"), p)``, ties included. R has no limit where S falls to 0 in one
    step or stays above the target until it does; the exact limits of `kaplan_meier` at S = 0 then decide. Where a
    limit turns upwards again ("log", few cases left) R interpolates its sorted values; here the first crossing counts.

    References:
        .. [1] Brookmeyer R, Crowley J (1982) Biometrics 38:29–41.
    """
    if not 0 < p < 1:
        raise ValueError("p must lie strictly between 0 and 1: .5 for the median")
    rows, ids, groups = ordered(curve, by)
    points = {
        name: _crossings(rows, column, 1 - p, ids, len(groups))
        for name, column in {"estimate": "survival", "low": "low", "high": "high"}.items()
    }
    n, last = cases_of(rows, ids, len(groups)), _last_time(rows, ids, len(groups))
    figures = pd.DataFrame({"n": n.astype(int), **points}, index=groups)
    reason = first_reason(n, minimum_n, of="cases")
    for column, words in {"estimate": "not reached by", "high": "upper limit not reached by"}.items():
        late = [f"{words} {time:g}" for time in last]
        reason = np.where((reason == "") & figures[column].isna(), late, reason)
    return estimate_table(figures, reason, f"Kaplan-Meier quantile {p:g}, {interval_of(curve)}", level_of(curve))


def share_by(
    curve: pd.DataFrame, time: float, by: Sequence[str] = (), minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return the share of cases done within ``time``, 1 − S(time), with the interval of the curve.

    Args:
        curve: a curve of `kaplan_meier`.
        time: a limit in the unit of the curve's time; a case done exactly then is within it.
        by: the columns of ``curve`` that name its groups.
        minimum_n: fewer cases are not estimable.

    Returns:
        A table of estimates (shares 0–1), indexed by group. Not estimable where no case was followed
        as far as ``time``.

    R: ``1 - summary(survfit(..., conf.type = "log-log"), times = time)$surv``; R has no limits where S is 1 or 0
    (here exact ones, see `kaplan_meier`), and leaves out times beyond the last.
    """
    rows, ids, groups = ordered(curve, by)
    level, n = level_of(curve), cases_of(rows, ids, len(groups))
    at = last_row(rows["time"].le(time).to_numpy(), ids, len(groups))
    done = {
        "estimate": 1 - value_at(at, rows["survival"].to_numpy(float), 1.0),
        "low": 1 - value_at(at, rows["high"].to_numpy(float), 1.0),
        "high": np.where(at < 0, 1 - low_if_all(n, level), 1 - value_at(at, rows["low"].to_numpy(float))),
    }
    unseen = ~followed_to(curve, time, by) | np.isnan(done["high"])
    reason = first_reason(n, minimum_n, (unseen, f"no case was followed to {time:g}"), of="cases")
    figures = pd.DataFrame({"n": n.astype(int), **done}, index=groups)
    return estimate_table(figures, reason, f"Kaplan-Meier share by {time:g}, {interval_of(curve)}", level)


def followed_to(curve: pd.DataFrame, time: float, by: Sequence[str] = ()) -> Booleans:
    """Return, per group, whether the curve tells S(time): some case was followed as far, or all are done earlier."""
    rows, ids, groups = ordered(curve, by)
    left = value_at(last_row(ids >= 0, ids, len(groups)), rows["survival"].to_numpy(float))
    return (_last_time(rows, ids, len(groups)) >= time) | (left == 0)


def cases_of(rows: pd.DataFrame, ids: Integers, groups: int) -> Floats:
    """Return the cases of each group: those at risk in its first row."""
    first = first_row(ids >= 0, ids, groups)
    return value_at(first, rows["at_risk"].to_numpy(float), 0)


def _last_time(rows: pd.DataFrame, ids: Integers, groups: int) -> Floats:
    return value_at(last_row(ids >= 0, ids, groups), rows["time"].to_numpy(float))


def _crossings(rows: pd.DataFrame, column: str, target: float, ids: Integers, groups: int) -> Floats:
    """Return, per group, the first time at or below the target, or the middle of the step that lies on it."""
    curve, times = rows[column].to_numpy(float), rows["time"].to_numpy(float)
    falling = rows["survival"].lt(1).to_numpy()
    reached = first_row(falling & (curve <= target + TIE), ids, groups)
    below = first_row(falling & (curve <= target - TIE), ids, groups)
    start, end = value_at(reached, times), np.where(below < 0, _last_time(rows, ids, groups), value_at(below, times))
    on_target = abs(value_at(reached, curve) - target) < TIE
    return np.where(on_target, (start + end) / 2, start)


def interval_of(curve: pd.DataFrame) -> str:
    """Return the kind of interval a curve was made with; the usual one for a curve without rows."""
    return str(curve["interval"].iloc[0]) if len(curve) else LOG_LOG
