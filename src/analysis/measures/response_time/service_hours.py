"""How long do customers wait while the channel they chose is served (clause 4.2)?

Elapsed hours are what a customer lives through, hours of service what the staff could use: a request of Friday night
that is answered on Monday morning waited for a weekend, and for minutes of service. Only channels whose opening hours
`site.yml` declares are told; days off follow the site's calendar with its make-up days.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.clock import service_table
from analysis.measures.response_time.response import (
    EVENTS,
    MINUTES_PER_HOUR,
    followed_requests,
    waiting_times,
    whole_minutes,
)
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.run import Run
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile

QUANTILES = {"response_median_service_hours": 0.5, "response_p90_service_hours": 0.9}
UNIT_TYPES = (COMPANY, "channel")
KEYS = ["unit_type", "event", "unit"]
ELAPSED = {"estimate": "elapsed_hours", "low": "elapsed_low_hours", "high": "elapsed_high_hours"}


def service_hours(run: Run) -> pd.DataFrame:
    """Return median and ninth decile of the waiting time in hours of service, per event, for the company and channel.

    As `response.response_time`: by opening, open requests censored at ``as_of``, whole minutes rounded up. The company
    is its requests through channels with declared hours. ``still_waiting``: requests that had not had the event.
    "not applicable" where no hours are declared.

    Errors: Refused where the calendar does not hold the days from the quarter's start to ``as_of``.
    """
    declared = run.params.site.opening_hours
    waits = pd.concat([waiting_times(run, requests, unit_type).assign(unit_type=unit_type, event=event)
                       for event, requests in [(one, _served_requests(run, one)) for one in EVENTS]
                       for unit_type in UNIT_TYPES]) if declared else pd.DataFrame()
    found = _figures(run, waits) if len(waits) else pd.DataFrame(columns=["indicator", *KEYS, "still_waiting"])
    parts = [_with_owed(found, indicator, event, list(declared)) for event in EVENTS for indicator in QUANTILES]
    table = judged(run, parts)
    return table if declared else table.assign(status="not applicable", n=pd.array([None] * len(table), "Int64"))


def beside_elapsed(served: pd.DataFrame, waits: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `service_hours` with ELAPSED: the same figure of `response.response_time`, and its limits."""
    named = waits.assign(indicator=waits["indicator"].str.replace("_hours", "_service_hours"))
    elapsed = named[["indicator", *KEYS, *ELAPSED]].rename(columns=ELAPSED)
    return served.merge(elapsed, how="left", on=["indicator", *KEYS])


def _with_owed(found: pd.DataFrame, indicator: str, event: str, channels: list[str]) -> pd.DataFrame:
    """Return the figures of one indicator and event, with "no data" for the company and each channel without."""
    part = found[(found["event"] == event) & (found["indicator"] == indicator)]
    for unit_type, units in ((COMPANY, [COMPANY]), ("channel", channels)):
        part = with_missing_units(part, indicator, unit_type, units)
    return part.assign(event=event)


def _figures(run: Run, waits: pd.DataFrame) -> pd.DataFrame:
    curve = kaplan_meier(waits, by=KEYS, level=run.level).assign(time=lambda one: one["time"] / MINUTES_PER_HOUR)
    found = pd.concat([quantile(curve, share, by=KEYS, minimum_n=run.params.registry[indicator].minimum_n).reset_index()
                       .assign(indicator=indicator) for indicator, share in QUANTILES.items()])
    return found.join(waits.groupby(KEYS)["censored"].sum().astype("Int64").rename("still_waiting"), on=KEYS)


def _served_requests(run: Run, event: str) -> ir.Table:
    """Return the requests of declared channels with ``time``: minutes of service until the event, or they left."""
    rows = followed_requests(run, event)
    hours = run.warehouse.lookup("opening", _opening(run))
    start, stop = (hours.rename({f"{of}_{name}": name for name in hours.columns}) for of in ("start", "stop"))
    rows = rows.inner_join(start, [rows.channel == start.start_channel, rows.opened_day == start.start_day])
    rows = rows.inner_join(stop, [rows.channel == stop.stop_channel, rows.end_day == stop.stop_day])
    seconds = _served_until(rows, "stop", rows.end) - _served_until(rows, "start", rows.opened_at)
    told = rows.mutate(time=whole_minutes(seconds))
    return told.select("kind", "channel", "had", "open", "time")


def _served_until(rows: ir.Table, of: str, moment: ir.TimestampValue) -> ir.IntegerValue:
    """Return the seconds of service from the calendar's start to ``moment``, by the columns of its day."""
    today = moment.delta(rows[f"{of}_opens_at"], unit="second")
    return rows[f"{of}_before"] + ibis.least(ibis.greatest(today, 0), rows[f"{of}_open_seconds"])


def _opening(run: Run) -> pd.DataFrame:
    """Return channel, day, opens_at (UTC), open_seconds and before, for every day of the site's calendar."""
    site = run.params.site
    calendar = run.params.calendars[site.calendar]
    last = run.as_of.astimezone(site.zone).date()
    calendar.positions(np.array([run.quarter.start, last], "datetime64[D]"))  # refuses what it does not hold
    days = pd.concat([service_table(calendar, hours.service_hours).assign(channel=channel)
                      for channel, hours in site.opening_hours.items()], ignore_index=True)
    local = pd.to_datetime(days["day"]) + pd.to_timedelta(days["opens"], unit="s")
    zoned = local.dt.tz_localize(site.zone, nonexistent="shift_forward", ambiguous=np.ones(len(local), dtype=bool))
    opens_at = zoned.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return days.assign(opens_at=opens_at)[["channel", "day", "opens_at", "open_seconds", "before"]]
