"""How long does it take, when some cases are still open?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    Floats,
    Integers,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
)

#: R's ``quantile.survfit``: a step counts as exactly at p within the square root of the machine's epsilon.
TIE = float(np.sqrt(np.finfo(float).eps))

# Columns beside those of `by`, named so that they cannot meet one of them.
GROUP, LEAVING, CASES = "group number", "cases leaving", "cases of the group"


def kaplan_meier(counts: pd.DataFrame, by: Sequence[str] = (), level: float = LEVEL) -> pd.DataFrame:
    """Return the Kaplan–Meier curve of the share still open, from counts per time [1]_.

    S(t) = Π (1 − d_i/n_i) over times ≤ t; Greenwood's √Σ d_i/(n_i (n_i − d_i)) · S(t) as standard error; limits
    exp(−exp(log(−log S) ± z se/(S log S))) (log-log). A case censored at t is at risk at t.

    Where S is 1 or 0, log-log has no limits and exact binomial ones stand in: 0 events among the cases followed
    beyond t, or all n cases with those censored earlier counted as if open: both err on the wide side.

    Args:
        counts: columns time (whole minutes, rounded up), events, censored (still open at that age), with the columns
            of ``by``; rows of the same time are added up.
        by: columns that name the groups; none = one curve.
        level: two-sided confidence level, kept in the column ``level``.

    Returns:
        The columns of ``by``, then time, at_risk, events, censored, survival, std_error, low, high, level; one row
        per group and time, ascending. std_error is NaN where S = 0; limits are NaN where nobody was followed on.

    Raises:
        ValueError: time, events or censored is negative or not whole.

    R: ``survfit(Surv(time, event) ~ 1, conf.type = "log-log")`` with weights or repeated rows; R's default is
    ``conf.type = "log"``, statsmodels' ``SurvfuncRight`` gives plain limits and a wrong standard error for weights.

    References:
        .. [1] Kaplan EL, Meier P (1958) J Am Stat Assoc 53:457–481; Kalbfleisch JD, Prentice RL (2002), section 1.4.
    """
    steps = _steps(counts, by)
    grouped = steps.groupby(GROUP)
    events, at_risk = steps["events"].to_numpy(float), steps["at_risk"].to_numpy(float)
    kept = pd.Series(1 - np.nan_to_num(ratio(events, at_risk)), steps.index)
    survival = np.asarray(kept.groupby(steps[GROUP]).cumprod(), dtype=np.float64)
    added = pd.Series(np.nan_to_num(ratio(events, at_risk * (at_risk - events))), steps.index)
    log_error = np.sqrt(np.asarray(added.groupby(steps[GROUP]).cumsum(), dtype=np.float64))
    low, high = _band(survival, log_error, checked_level(level))
    none_low, none_high = _limits_without_events(at_risk - events - steps["censored"].to_numpy(float), level)
    all_high = _high_when_all_done(grouped["events"].cumsum().to_numpy(float), steps[CASES].to_numpy(float), level)
    return steps[[*by, "time", "at_risk", "events", "censored"]].assign(
        survival=survival,
        std_error=np.where(survival > 0, survival * log_error, np.nan),
        low=np.select([survival == 1, survival == 0], [none_low, 0.0], low),
        high=np.select([survival == 1, survival == 0], [none_high, all_high], high),
        level=level,
    )


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
        not by the upper limit, is "not estimable", naming the last time followed.

    R: ``quantile(survfit(..., conf.type = "log-log"), p)``, ties included. R has no limit where S falls to 0 in one
    step or stays above the target until it does; the exact limits of `kaplan_meier` at S = 0 then decide.

    References:
        .. [1] Brookmeyer R, Crowley J (1982) Biometrics 38:29–41.
    """
    if not 0 < p < 1:
        raise ValueError("p must lie strictly between 0 and 1: .5 for the median")
    ids, groups = group_ids(curve, by)
    rows = [_quantile_row(part, 1 - p) for part in _parts(curve, ids, len(groups))]
    figures = pd.DataFrame(rows, index=groups)
    reason = first_reason(figures["n"], minimum_n, of="cases")
    late = [f"not reached by {time:g}" for time in figures["last"]]
    loose = [f"upper limit not reached by {time:g}" for time in figures["last"]]
    reason = np.where((reason == "") & figures["estimate"].isna(), late, reason)
    reason = np.where((reason == "") & figures["high"].isna(), loose, reason)
    method = f"Kaplan-Meier quantile {p:g}, log-log"
    return estimate_table(figures.drop(columns="last"), reason, method, _level_of(curve))


def share_by(
    curve: pd.DataFrame, time: float, by: Sequence[str] = (), minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return the share of cases done within ``time``, 1 − S(time), with its log-log interval.

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
    ids, groups = group_ids(curve, by)
    level = _level_of(curve)
    rows = [_share_row(part, time, level) for part in _parts(curve, ids, len(groups))]
    figures = pd.DataFrame(rows, index=groups)
    unseen = (figures["estimate"].isna() | figures["high"].isna()).to_numpy()
    reason = first_reason(figures["n"], minimum_n, (unseen, f"no case was followed to {time:g}"), of="cases")
    return estimate_table(figures, reason, f"Kaplan-Meier share by {time:g}, log-log", level)


def _band(survival: Floats, log_error: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the log-log limits; meaningless where survival is 0 or 1."""
    inner = np.where((survival > 0) & (survival < 1), survival, 0.5)
    half = stats.norm.ppf((1 + level) / 2) * log_error / -np.log(inner)
    return inner ** np.exp(half), inner ** np.exp(-half)


def _steps(counts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return events, censored, at_risk and the group's cases per group (a number) and time, empty times left out."""
    counts_of(counts, "time", "events", "censored")
    steps = counts.groupby([*by, "time"], dropna=False, observed=True)[["events", "censored"]].sum().reset_index()
    steps[GROUP] = group_ids(steps, by)[0]
    steps[LEAVING] = steps["events"] + steps["censored"]
    steps[CASES] = steps.groupby(GROUP)[LEAVING].transform("sum")
    steps = steps[steps[LEAVING].gt(0) | steps[CASES].eq(0)].reset_index(drop=True)
    gone = steps.groupby(GROUP)[LEAVING].cumsum() - steps[LEAVING]
    counted = {"at_risk": steps[CASES] - gone, "events": steps["events"], "censored": steps["censored"]}
    return steps.assign(**{name: column.astype(int) for name, column in counted.items()})


def _limits_without_events(followed: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the exact limits of S where nobody has had the event, from the number followed on; NaN for none."""
    return _none_of(followed, level), np.where(followed > 0, 1.0, np.nan)


def _high_when_all_done(events: Floats, cases: Floats, level: float) -> Floats:
    """Return the exact upper limit of S = 0: one minus the lower limit of ``events`` out of all ``cases``."""
    return 1 - stats.beta.ppf((1 - level) / 2, np.maximum(events, 1), np.maximum(cases - events, 0) + 1)


def _none_of(n: Floats, level: float) -> Floats:
    """Return the exact lower limit of the share without the event when none of n had it; NaN for n = 0."""
    return np.where(n > 0, ((1 - level) / 2) ** (1 / np.maximum(n, 1)), np.nan)


def _parts(curve: pd.DataFrame, ids: Integers, groups: int) -> list[pd.DataFrame]:
    """Return the curve of each group by number; an empty one where it has no row."""
    rows = curve.groupby(ids).indices
    return [curve.iloc[rows.get(number, [])] for number in range(groups)]


def _quantile_row(curve: pd.DataFrame, target: float) -> dict[str, float]:
    falling = curve[curve["survival"].lt(1)]
    last = float(curve["time"].iloc[-1]) if len(curve) else np.nan
    times = falling["time"].to_numpy(float)
    points = {
        name: _crossing(times, falling[column].to_numpy(float), target, last)
        for name, column in {"estimate": "survival", "low": "low", "high": "high"}.items()
    }
    return {"n": int(curve["at_risk"].iloc[0]) if len(curve) else 0, **points, "last": last}


def _crossing(times: Floats, curve: Floats, target: float, last: float) -> float:
    """Return the first time at or below the target, or the middle of the step that lies on it."""
    reached = np.flatnonzero(curve <= target + TIE)
    if not reached.size:
        return np.nan
    below = np.flatnonzero(curve <= target - TIE)
    end = times[below[0]] if below.size else last
    on_target = abs(curve[reached[0]] - target) < TIE
    return float((times[reached[0]] + end) / 2 if on_target else times[reached[0]])


def _share_row(curve: pd.DataFrame, time: float, level: float) -> dict[str, float]:
    n = int(curve["at_risk"].iloc[0]) if len(curve) else 0
    past = curve[curve["time"].le(time)]
    if past.empty:
        lowest = float(_none_of(np.array([float(n)]), level)[0])
        return {"n": n, "estimate": 0.0, "low": 0.0, "high": 1 - lowest}
    step = past.iloc[-1]
    beyond = len(past) == len(curve) and time > step["time"] and step["survival"] > 0
    shown = {"estimate": 1 - step["survival"], "low": 1 - step["high"], "high": 1 - step["low"]}
    seen = {name: np.nan if beyond else float(value) for name, value in shown.items()}
    return {"n": n, **seen}


def _level_of(curve: pd.DataFrame) -> float:
    return float(curve["level"].iloc[0]) if len(curve) else LEVEL
