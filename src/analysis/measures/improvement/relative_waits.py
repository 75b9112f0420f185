"""How long do a unit's customers wait, for the kinds of requests it gets (METHODS §4)?

The median over all kinds of a branch jumps with their mix: an inquiry takes hours and a claim weeks.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.response_time.response import EVENTS, QUANTILES, UNIT_TYPES, timed_requests, waiting_times
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile

STEPS = 1_000  # to the company's median: relative times are whole thousandths of it, at least one


@remembered
def relative_waits(run: Run) -> pd.DataFrame:
    """Return the indicators in hours as multiples of the company's median for the same kind in the same quarter.

    Rows indicator, event, unit_type, unit, n, estimate, status; open requests are censored (Kaplan-Meier).
    """
    parts = [_of_event(run, event, unit_type) for event in EVENTS for unit_type in UNIT_TYPES if run.asks(unit_type)]
    return pd.concat(parts, ignore_index=True)


def _of_event(run: Run, event: str, unit_type: str) -> pd.DataFrame:
    waits = waiting_times(run, timed_requests(run, event), unit_type)
    medians = quantile(kaplan_meier(waits, by=["kind"]), 0.5, by=["kind"])
    told = waits.join(medians.loc[medians["status"].eq(OK), "estimate"].rename("median"), on="kind", how="inner")
    told = told.assign(time=(STEPS * told["time"] / told["median"]).round().clip(lower=1).astype("int64"))
    curve = kaplan_meier(told, by=["unit"])
    parts = [quantile(curve, share, by=["unit"], minimum_n=run.params.registry[name].minimum_n).reset_index().assign(
        indicator=name, event=event, unit_type=unit_type) for name, share in QUANTILES.items()]
    found = pd.concat(parts, ignore_index=True)
    return found.assign(estimate=found["estimate"] / STEPS)
