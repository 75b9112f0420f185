"""How long do customers wait for a first response and for a resolution, and how many within the company's limit (4.2)?

A request counts in the quarter it was opened in. One that is still waiting is censored at ``as_of``. Who withdraws was
not served: shares are of all that were opened, withdrawal being an ending of its own (Aalen–Johansen), and the share
withdrawn stands beside them. Medians tell of the wait itself (Kaplan–Meier): there a request withdrawn is taken to
have had the prospects of those that went on waiting. An event that no request of eight quarters has was not
delivered: it is no data, not a wait without end. Time runs around the clock in whole minutes, rounded up. A bot's
answer is a response, as delivered. An event dated before its request's opening is an error of the data and leaves the
request out of that event's figures.
"""

from __future__ import annotations

import math
from itertools import product

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import told_by
from analysis.measures.shortfall import p_worse
from analysis.measures.units import COMPANY, judged, narrowed, unit_rows, with_missing_units
from analysis.params import Plan
from analysis.run import Run, remembered
from analysis.sources.shaping import day_column
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.survival.cumulative_incidence import CAUSE, cumulative_incidence, incidence_by
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile
from analysis.tables.results import blank_figures

EVENTS = {"first_response": "first_response_at", "resolution": "resolved_at"}
UNIT_TYPES = (COMPANY, "service_line", "branch", "channel", "kind", "partner", "month", "shift")
KEYS = ["unit_type", "event", "unit"]
QUANTILES = {"response_median_hours": 0.5, "response_p90_hours": 0.9}
IN_LIMIT, WITHDRAWN = "in_limit_share", "withdrawn_in_limit_share"
INDICATORS = (*QUANTILES, IN_LIMIT, WITHDRAWN)
SERVED, LEFT = "events", "left"  # how a wait ends: the columns of counts
ENDINGS = {SERVED: IN_LIMIT, LEFT: WITHDRAWN}
SECONDS_PER_MINUTE, MINUTES_PER_HOUR = 60, 60
LIMIT_METHOD = "Aalen-Johansen share at the limit of each kind, log-log, weighted by requests (MOVER)"
CLOSED_ONLY = "closed_only"  # the variant of a retired definition
ROUNDING = 6  # decimals of a limit in minutes that a limit in hours is trusted to
SHOWN_SHARE = 0.95  # a curve is drawn until so many cases are done
CURVES = 6  # more lines cannot be told apart


@remembered
def response_time(run: Run) -> pd.DataFrame:
    """Return median, ninth decile (hours), and shares served and withdrawn within the limit, per event and unit.

    A unit's shares hold each request against the limit of its own kind; kinds without a limit are left out, and a
    unit that has no other is "not applicable". What neither share holds was still waiting then. ``still_waiting``:
    requests of the row that had not had the event, withdrawn ones included.
    """
    waits = pd.concat([waiting_times(run, requests, unit_type).assign(unit_type=unit_type, event=event)
                       for event, requests in [(one, timed_requests(run, one)) for one in EVENTS]
                       for unit_type in UNIT_TYPES if run.asks(unit_type)])
    table = judged(run, _with_owed(run, _figures(run, waits)))
    return table.assign(p_worse=p_worse(run.params, table), customers=table["n"])


def waiting_curves(run: Run, event: str) -> pd.DataFrame:
    """Return, for the most frequent kinds, the share still waiting for ``event`` by minutes since opening.

    Columns unit, time, survival, low, high; a curve begins at one and ends when SHOWN_SHARE of its cases are done. A
    kind with too few cases for a median has no curve.
    """
    waits = waiting_times(run, timed_requests(run, event), "kind")
    cases = waits.groupby("unit")[["events", "censored"]].sum().sum(axis=1)
    frequent = cases[cases >= run.params.registry["response_median_hours"].minimum_n].nlargest(CURVES).index
    curve = kaplan_meier(waits[waits["unit"].isin(frequent)], by=["unit"], level=run.level)
    drawn = curve[curve.groupby("unit")["survival"].shift(fill_value=1) > 1 - SHOWN_SHARE]
    start = pd.DataFrame({"unit": drawn["unit"].unique(), "time": 0, "survival": 1.0, "low": 1.0, "high": 1.0})
    line = pd.concat([start, drawn[start.columns]], ignore_index=True)
    return line.sort_values(["unit", "time"], kind="stable", ignore_index=True)


def _with_owed(run: Run, found: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the figures of each indicator and event, those included that must have a row."""
    owed = {COMPANY: (COMPANY,), "service_line": run.params.site.service_lines, "kind": tuple(run.params.plan.limits)}
    parts = []
    for event, indicator in product(EVENTS, INDICATORS):
        part = found[(found["event"] == event) & (found["indicator"] == indicator)]
        for unit_type, units in owed.items():
            part = with_missing_units(part, indicator, unit_type, units)
        parts.append(part.assign(event=event))
    return parts


def _figures(run: Run, waits: pd.DataFrame) -> pd.DataFrame:
    if waits.empty:
        return pd.DataFrame(columns=["indicator", *KEYS, "still_waiting"])
    curve = kaplan_meier(waits, by=KEYS, level=run.level).assign(time=lambda one: one["time"] / MINUTES_PER_HOUR)
    found = pd.concat([*(_quantile(run, curve, indicator) for indicator in QUANTILES), _in_limit(run, waits)])
    return found.join(waits.groupby(KEYS)["censored"].sum().astype("Int64").rename("still_waiting"), on=KEYS)


def waiting_times(run: Run, requests: ir.Table, unit_type: str) -> pd.DataFrame:
    """Return unit, kind, time (minutes), events, censored, open, left: how many had the event at that age or not.

    Those who did not are censored: ``left`` withdrew, ``open`` are waiting now.
    """
    rows = unit_rows(run, requests, unit_type)
    counts = rows.group_by(["unit", "kind", "time"]).agg(events=rows.had.cast("int64").sum(), cases=rows.count(),
                                                         open=rows.open.cast("int64").sum())
    table = run.warehouse.reduce(counts)
    censored = table["cases"] - table["events"]
    return table.assign(censored=censored, left=censored - table["open"]).drop(columns="cases")


def endings(waits: pd.DataFrame, by: list[str], level: float) -> pd.DataFrame:
    """Return the curves of the shares served and withdrawn (`ENDINGS`) by age, of counts as in `waiting_times`."""
    return cumulative_incidence(waits.assign(censored=waits["open"]), list(ENDINGS), by=by, level=level)


def timed_requests(run: Run, event: str) -> ir.Table:
    """Return the quarter's requests with ``had`` (the event), ``open`` and ``time``: minutes until it, or they left."""
    rows = followed_requests(run, event)
    told = rows.mutate(time=whole_minutes(rows.end.delta(rows.opened_at, unit="second")))
    return narrowed(told, UNIT_TYPES, "had", "open", "time")


def followed_requests(run: Run, event: str) -> ir.Table:
    """Return the quarter's requests with ``had`` (the event), ``open``, and ``end``: when it was, or they left.

    ``end_day`` is its local day.
    """
    day = day_column(EVENTS[event])
    named = ("opened_at", "opened_day", "withdrawn_at", "withdrawn_day", EVENTS[event], day)
    rows = narrowed(run.warehouse.table("requests"), UNIT_TYPES, *named)
    happened, left = rows[EVENTS[event]], rows.withdrawn_at
    had = happened.notnull() & (left.isnull() | (happened <= left))
    as_of = ibis.literal(run.as_of.replace(tzinfo=None)).cast("timestamp(6)")
    today = ibis.literal(run.today)
    told = rows.mutate(had=had, open=~had & left.isnull(), month=rows.opened_day.strftime("%Y-%m"),
                       end=had.ifelse(happened, ibis.coalesce(left, as_of)),
                       end_day=had.ifelse(rows[day], ibis.coalesce(rows.withdrawn_day, today)))
    told = told.filter(told.end.delta(told.opened_at, unit="second") >= 0)
    return told_by(run, told, "requests", EVENTS[event])


def whole_minutes(seconds: ir.IntegerValue) -> ir.IntegerValue:
    """Return whole minutes, begun ones whole."""
    return ((seconds + SECONDS_PER_MINUTE - 1) // SECONDS_PER_MINUTE).cast("int64")


def _quantile(run: Run, curve: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the quantile (hours) of each unit's curve over hours."""
    minimum_n = run.params.registry[indicator].minimum_n
    figures = quantile(curve, QUANTILES[indicator], by=KEYS, minimum_n=minimum_n)
    return figures.reset_index().assign(indicator=indicator)


def _in_limit(run: Run, waits: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of each unit's requests that were served, or withdrawn, within the limit of their kind.

    Σ n_k F_k(limit_k) / Σ n_k over the kinds k of the unit, F_k by Aalen–Johansen within the kind, so that kinds may
    be censored differently; the limits of each F_k are combined by MOVER. Of a kind in which nobody was followed as
    far as its limit nothing is known: the others stand for its requests in the estimate, and the interval allows for
    all of them and for none.
    """
    limits = pd.concat([limits_minutes(run.params.plan, event).assign(event=event) for event in EVENTS])
    bound = waits.merge(limits, on=["event", "kind"])
    if bound.empty:
        return _without_limit(waits, bound)
    ended, groups = ["kind", *KEYS], [*KEYS, CAUSE]
    curves = endings(bound, ["limit", *ended], run.level)
    shares = pd.concat([incidence_by(curves[curves["limit"] == limit], limit, by=ended, minimum_n=1).reset_index()
                        for limit in sorted(set(curves["limit"]))])
    n = shares.groupby(groups)["n"].sum().astype(int)
    known = shares[shares["status"] == "ok"]
    followed = known.groupby(groups)["n"].sum().reindex(n.index, fill_value=0).astype(int).rename("followed")
    weighted = known.join(followed, on=groups).assign(coefficient=lambda one: one["n"] / one["followed"])
    figures = linear_combination(weighted, LIMIT_METHOD, by=groups, level=run.level).reindex(n.index)
    told = _allowing_unknown(run, figures, followed / n, n)
    if run.params.registry[IN_LIMIT].variant == CLOSED_ONLY:
        told = pd.concat([told[told["indicator"] != IN_LIMIT], _closed_in_limit(run, bound)])
    return pd.concat([told, _without_limit(waits, bound)], ignore_index=True)


def _closed_in_limit(run: Run, bound: pd.DataFrame) -> pd.DataFrame:
    """Return the share in limit of the requests that had the event, those still waiting left out: until 2023."""
    counts = bound.assign(count=bound["events"].where(bound["time"] <= bound["limit"], 0))
    served = counts.groupby(KEYS)[["count", "events"]].sum()
    figures = modified_wilson(served["count"], served["events"], run.level, run.params.registry[IN_LIMIT].minimum_n)
    return figures.reset_index().assign(indicator=IN_LIMIT)


def _without_limit(waits: pd.DataFrame, bound: pd.DataFrame) -> pd.DataFrame:
    """Return "not applicable" for the units none of whose requests is of a kind that has a limit."""
    every, limited = (pd.MultiIndex.from_frame(one[KEYS].drop_duplicates()) for one in (waits, bound))
    none = every.difference(limited).to_frame(index=False)
    return pd.concat([blank_figures(indicator, "", list(none["unit"]), "not applicable").assign(
        unit_type=none["unit_type"], event=none["event"]) for indicator in ENDINGS.values()], ignore_index=True)


def _allowing_unknown(run: Run, figures: pd.DataFrame, share_known: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Return ``figures`` with limits that leave the requests of unknown outcome free, and "too few" said."""
    minimum_n = run.params.registry[IN_LIMIT].minimum_n
    low, high = figures["low"] * share_known, figures["high"] * share_known + (1 - share_known)
    status = figures["status"].fillna("not estimable: no case was followed to its limit")
    status = status.mask(n < minimum_n, f"not estimable: fewer than {minimum_n} cases")
    full = figures.assign(n=n, low=low.clip(lower=0), high=high.clip(upper=1), status=status, level=run.level,
                          method=LIMIT_METHOD)
    numbers = ["estimate", "low", "high"]
    full[numbers] = full[numbers].where(status.eq("ok"))
    return full.reset_index().assign(indicator=lambda one: one[CAUSE].map(ENDINGS)).drop(columns=CAUSE)


def limits_minutes(plan: Plan, event: str) -> pd.DataFrame:
    """Return kind and the plan's ``limit`` for ``event`` in whole minutes, of each kind that has one."""
    hours = {kind: getattr(limit, event) for kind, limit in plan.limits.items()}
    rows = [(kind, math.floor(round(value * MINUTES_PER_HOUR, ROUNDING))) for kind, value in hours.items()
            if value is not None]
    return pd.DataFrame(rows, columns=["kind", "limit"]).astype({"kind": "str", "limit": "int64"})
