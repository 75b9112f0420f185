"""How long do a unit's customers wait, for the kinds of requests it gets (METHODS §4)?

The median over all kinds of a branch jumps with their mix: an inquiry takes hours and a claim weeks.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.measures.response_time.response import (
    EVENTS,
    MINUTES_PER_HOUR,
    QUANTILES,
    UNIT_TYPES,
    timed_requests,
    waiting_times,
)
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile

STEPS = 1_000  # to the company's median: relative times are whole thousandths of it, at least one


@remembered
def relative_waits(run: Run) -> pd.DataFrame:
    """Return the indicators in hours as multiples of the company's median for the same kind in the same quarter.

    Rows indicator, event, unit_type, unit, n, estimate, status, and ``hours``: the figure itself.
    """
    least = {name: run.params.registry[name].minimum_n for name in QUANTILES}
    parts = [relative(waiting_times(run, timed_requests(run, event), unit_type), least).assign(
        event=event, unit_type=unit_type) for event in EVENTS for unit_type in UNIT_TYPES if run.asks(unit_type)]
    return pd.concat(parts, ignore_index=True)


def relative(waits: pd.DataFrame, minimum_n: Mapping[str, int]) -> pd.DataFrame:
    """Return indicator, unit, n, estimate, hours, status of counts as in `response.waiting_times`.

    Open requests are censored (Kaplan-Meier). ``minimum_n``: of each indicator asked for.
    """
    medians = quantile(kaplan_meier(waits, by=["kind"]), 0.5, by=["kind"])
    told = waits.join(medians.loc[medians["status"].eq(OK), "estimate"].rename("median"), on="kind", how="inner")
    told = told.assign(time=(STEPS * told["time"] / told["median"]).round().clip(lower=1).astype("int64"))
    ratios, minutes = (kaplan_meier(one, by=["unit"]) for one in (told, waits))
    parts = [_quantiles(ratios, name, least).assign(
        hours=_quantiles(minutes, name, least)["estimate"] / MINUTES_PER_HOUR) for name, least in minimum_n.items()]
    found = pd.concat(parts).reset_index()
    return found.assign(estimate=found["estimate"] / STEPS)


def _quantiles(curve: pd.DataFrame, indicator: str, minimum_n: int) -> pd.DataFrame:
    return quantile(curve, QUANTILES[indicator], by=["unit"], minimum_n=minimum_n).assign(indicator=indicator)
