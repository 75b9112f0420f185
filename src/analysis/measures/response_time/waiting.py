"""Of 100 customers, how many were served within the hour, the day, the week (clause 4.2)?"""

from __future__ import annotations

from itertools import product

import pandas as pd

from analysis.measures.response_time.response import (
    EVENTS,
    LEFT,
    MINUTES_PER_HOUR,
    SERVED,
    endings,
    timed_requests,
    waiting_times,
)
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.run import Run
from analysis.stats.survival.cumulative_incidence import CAUSE, incidence_by

INDICATORS = {SERVED: "served_by_share", LEFT: "withdrawn_by_share"}
STEPS_HOURS = (1, 4, 24, 72, 168)  # an hour, half a working day, a day, three days, a week
UNIT_TYPES = (COMPANY, "kind", "channel")


def served_by(run: Run) -> pd.DataFrame:
    """Return the shares of requests served, and withdrawn, ``within_hours`` of their opening, per event.

    Aalen–Johansen, open requests counted as still waiting; what neither share holds was waiting then. Not estimable
    where nobody was followed so far.
    """
    waits = pd.concat([waiting_times(run, requests, unit_type).assign(unit_type=unit_type, event=event)
                       for event, requests in [(one, timed_requests(run, one)) for one in EVENTS]
                       for unit_type in UNIT_TYPES if run.asks(unit_type)])
    return judged(run, _steps(run, waits))


def _steps(run: Run, waits: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the shares within each of STEPS_HOURS; the company has a row for each event even without a request."""
    keys = ["unit_type", "event", "unit"]
    curves = pd.DataFrame() if waits.empty else endings(waits, keys, run.level)
    return [_within(run, curves, hours, keys) for hours in STEPS_HOURS]


def _within(run: Run, curves: pd.DataFrame, hours: int, keys: list[str]) -> pd.DataFrame:
    found = pd.DataFrame(columns=["indicator", *keys])
    if len(curves):
        minimum_n = run.params.registry[INDICATORS[SERVED]].minimum_n
        found = incidence_by(curves, hours * MINUTES_PER_HOUR, by=keys, minimum_n=minimum_n).reset_index()
        found = found.assign(indicator=found[CAUSE].map(INDICATORS)).drop(columns=CAUSE)
    parts = [with_missing_units(found[found["event"].eq(event) & found["indicator"].eq(indicator)], indicator, COMPANY,
                                [COMPANY]).assign(event=event)
             for indicator, event in product(INDICATORS.values(), EVENTS)]
    return pd.concat(parts, ignore_index=True).assign(within_hours=hours)
