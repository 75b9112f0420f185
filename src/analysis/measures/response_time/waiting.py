"""Of 100 customers, how many were served within the hour, the day, the week (clause 4.2)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.response_time.response import EVENTS, MINUTES_PER_HOUR, timed_requests, waiting_times
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.run import Run
from analysis.stats.survival.kaplan_meier import kaplan_meier, share_by

INDICATOR = "served_by_share"
STEPS_HOURS = (1, 4, 24, 72, 168)  # an hour, half a working day, a day, three days, a week
UNIT_TYPES = (COMPANY, "kind", "channel")


def served_by(run: Run) -> pd.DataFrame:
    """Return the share of requests that had had each event ``within_hours`` of their opening, per kind and channel.

    1 − S(t) by Kaplan–Meier, open requests counted as still waiting. Not estimable where nobody was followed so far.
    """
    waits = pd.concat([waiting_times(run, requests, unit_type).assign(unit_type=unit_type, event=event)
                       for event, requests in [(one, timed_requests(run, one)) for one in EVENTS]
                       for unit_type in UNIT_TYPES if run.asks(unit_type)])
    return judged(run, [_within(run, waits, hours) for hours in STEPS_HOURS])


def _within(run: Run, waits: pd.DataFrame, hours: int) -> pd.DataFrame:
    """Return the shares served within so many hours; the company has a row for each event even without a request."""
    if waits.empty:
        found = pd.DataFrame()
    else:
        curve = kaplan_meier(waits, by=["unit_type", "event", "unit"], level=run.level)
        minimum_n = run.params.registry[INDICATOR].minimum_n
        found = share_by(curve, hours * MINUTES_PER_HOUR, by=["unit_type", "event", "unit"], minimum_n=minimum_n)
        found = found.reset_index().assign(indicator=INDICATOR)
    parts = [with_missing_units(found[found["event"] == event] if len(found) else found, INDICATOR, COMPANY,
                                [COMPANY]).assign(event=event) for event in EVENTS]
    return pd.concat(parts, ignore_index=True).assign(within_hours=hours)
