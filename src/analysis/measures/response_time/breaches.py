"""How many of the cases that are open now will miss their limit (clause 4.2, METHODS §5)?

What became of the quarter's own cases up to ``as_of`` says how an open one of the same age goes on; one that is
withdrawn before its limit does not miss it. A forecast, not a finding: whoever acts on it proves it wrong, as it
should be.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.breakdown import labelled
from analysis.measures.response_time.clocks import deadlines, limit_in_words, local_today, rule_cases
from analysis.measures.response_time.response import EVENTS, limits_minutes, timed_requests, waiting_times
from analysis.measures.units import COMPANY, judged
from analysis.params import Rule
from analysis.params.rules import Limit
from analysis.run import Run, remembered
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.survival.forecasts import breach_forecast
from analysis.stats.survival.kaplan_meier import kaplan_meier
from analysis.tables.results import blank_figures

INDICATOR = "breaches_expected_count"
SEED = 4_002  # of the draws: any number serves, a fixed one gives the same bytes
SUM = "sum of the forecasts of the kinds, MOVER"
NONE_OPEN = "not applicable"  # nothing is open, so nothing can be late
COUNTS = ["events", "censored", "open"]


@remembered
def breaches(run: Run) -> pd.DataFrame:
    """Return how many of the quarter's open cases are expected to miss their limit, with a prediction interval.

    ``kind``: requests against the plan's limit, per event, and the company's sum. ``rule``: cases against each limit in
    days of the duties in force, named in ``title`` and ``limit``. n: cases open at ``as_of``; ``passed``: of these,
    already past their limit, counted as missed for certain. "not applicable" where none is open, "no data" where
    nothing was delivered.
    """
    kinds = [_requests(run, event) for event in EVENTS]
    rules = [_rule(run, rule) for rule in run.params.rules if rule.force == "duty"]
    table = judged(run, [*kinds, *rules])
    words = {name: table.get(name, pd.Series("", table.index)).fillna("").astype("str") for name in ("title", "limit")}
    return table.assign(passed=table["passed"].astype("Int64"), **words)


def _requests(run: Run, event: str) -> pd.DataFrame:
    waits = waiting_times(run, timed_requests(run, event), "kind").drop(columns="kind")
    limits = limits_minutes(run.params.plan, event).rename(columns={"kind": "unit"})
    bound = waits.merge(limits, on="unit").assign(age=lambda rows: rows["time"])
    if bound.empty:
        return blank_figures(INDICATOR, COMPANY, [COMPANY], "no data").assign(event=event, passed=0)
    kinds = _forecast(run, bound, ["unit"])
    return pd.concat([_sum(run, kinds), kinds], ignore_index=True).assign(event=event)


def _forecast(run: Run, cases: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the forecast per group of ``keys``; ``cases``: time, COUNTS, and the age and limit of the open ones.

    A case open at its limit was neither served nor withdrawn, so both end the wait in the curve.
    """
    ended = cases.assign(events=cases["events"] + cases["censored"] - cases["open"], censored=cases["open"])
    curve = kaplan_meier(ended, by=keys, level=run.level)
    waiting = cases.rename(columns={"open": "cases"})[[*keys, "age", "limit", "cases"]]
    found = breach_forecast(curve, waiting, SEED, by=keys)
    none = found["n"].eq(0)
    told = found.assign(status=found["status"].mask(none, NONE_OPEN)).reset_index()
    figures = labelled(told.set_index("unit"), INDICATOR, "kind")
    return figures.assign(passed=told["passed"].to_numpy())


def _sum(run: Run, kinds: pd.DataFrame) -> pd.DataFrame:
    """Return the company's row: the sum over the kinds that have an open case."""
    some = kinds[kinds["status"] != NONE_OPEN].assign(coefficient=1.0, unit=COMPANY)
    if some.empty:
        return blank_figures(INDICATOR, COMPANY, [COMPANY], NONE_OPEN).assign(n=0, passed=0)
    found = linear_combination(some, SUM, ["unit"], run.level)
    return labelled(found, INDICATOR, COMPANY).assign(passed=int(some["passed"].sum()))


def _rule(run: Run, rule: Rule) -> pd.DataFrame:
    """Return a row per limit in days of ``rule``, the ages counted in days begun and ended before today."""
    cases = rule_cases(run, rule, run.warehouse.table(rule.table), [])
    parts = [_limit(run, rule, limit, cases[cases["limit"] == number]) for number, limit in enumerate(rule.limits)
             if limit.seconds is None]
    return pd.concat([part for part in parts if len(part)] or [pd.DataFrame()], ignore_index=True)


def _limit(run: Run, rule: Rule, limit: Limit, cases: pd.DataFrame) -> pd.DataFrame:
    stopped = cases["stop"].notna()
    if cases.empty or not stopped.any():
        return pd.DataFrame()
    left = cases["withdrawn"].notna() & ~stopped
    yesterday = local_today(run) - pd.Timedelta(days=1)  # of today nothing is over yet
    end = cases["stop"].where(stopped, cases["withdrawn"].where(left, yesterday))
    start = cases["start"] + pd.to_timedelta(cases["paused_days"].astype("int64"), unit="D")
    days, allowed = ((one - start).dt.days.clip(lower=0) for one in
                     (end, pd.Series(deadlines(run, rule, limit, cases), cases.index)))
    counted = pd.DataFrame({name: np.where(chosen, cases["count"], 0) for name, chosen in
                            zip(COUNTS, (stopped, ~stopped, ~stopped & ~left), strict=True)})
    told = counted.assign(unit=rule.id, time=days.to_numpy(), age=days.to_numpy(), limit=allowed.to_numpy())
    return _forecast(run, told, ["unit"]).assign(unit_type="rule", title=rule.title, limit=limit_in_words(limit))
