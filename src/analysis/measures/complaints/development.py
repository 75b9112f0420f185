"""How many complaints of the quarter are still to be reported, going by the quarters before?"""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.units import COMPANY, judged
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sources.deliveries import WHOLE
from analysis.stats.intervals.rates import rate
from analysis.stats.models.alarms import AlarmPlan, monthly_alarm
from analysis.tables.results import LEVEL, blank_figures

FACTOR, CORRECTED = "complaint_development_ratio", "complaints_developed_count"
LEAST_QUARTERS = 3
FEW = f"not estimable: fewer than {LEAST_QUARTERS} earlier quarters known twice"
PREDICTED = "late complaints per complaint reported in time, gamma-Poisson forecast"
NONE_LATE = "no complaint arrived late; Garwood's limit of their rate"


def reported_late(run: Run) -> pd.DataFrame:
    """Return, per earlier quarter followed since, how many complaints were known then, came late, and went.

    A quarter without a delivery of its own is left out. Columns ``quarter``, ``known_then`` (at the quarter's own date
    of knowledge), ``late`` (known now and not then), ``gone`` (known then and not now: moved to another quarter or
    taken back), ``known_now``.
    """
    quarters = sorted(one for one, tables in run.delivery.followed.items() if "complaints" in tables)
    known = [one for one in quarters if _told_apart(run, Quarter.parse(one))]
    columns = ["quarter", "known_then", "late", "gone", "known_now"]
    return pd.DataFrame([_compared(run, one) for one in known], columns=columns)


def _told_apart(run: Run, quarter: Quarter) -> bool:
    """Tell whether ``quarter`` had a delivery of its own: one file for all quarters does not say what came when."""
    rows = run.warehouse.table("complaints", quarter)
    return _number(run, rows) > 0 and _number(run, rows.filter(rows["_delivery"] == WHOLE)) == 0


def _compared(run: Run, quarter: str) -> list[object]:
    then = run.warehouse.table("complaints", Quarter.parse(quarter)).select("complaint_id")
    every = run.warehouse.known_now("complaints")
    now = every.filter(every.quarter == quarter).select("complaint_id")
    known_then, known_now, late = (_number(run, rows) for rows in (then, now, now.anti_join(then, "complaint_id")))
    return [quarter, known_then, late, known_then + late - known_now, known_now]


def _number(run: Run, rows: ir.Table) -> int:
    return int(run.warehouse.reduce(rows.agg(n=rows.count()))["n"].iloc[0])


def complaint_development(run: Run) -> pd.DataFrame:
    """Return the factor from complaints reported so far to all of the quarter, and the corrected count.

    The late complaints of the earlier quarters per complaint known in time forecast those of this quarter, with the
    limits of one quarter's number; quarters followed for longer show more of what comes late. Without LEAST_QUARTERS
    known at both dates, or where nothing was delivered, the rows say so.
    """
    received = _number(run, run.warehouse.table("complaints"))
    past = reported_late(run)
    if not received or len(past) < LEAST_QUARTERS:
        status = FEW if received else "no data"
        return judged(run, [blank_figures(one, COMPANY, [COMPANY], status) for one in (FACTOR, CORRECTED)])
    late = _late(past, received)
    figures = {FACTOR: 1 + late / received, CORRECTED: received + late}
    method = PREDICTED if past["late"].any() else NONE_LATE
    rows = [pd.DataFrame([value]).assign(indicator=name, n=received) for name, value in figures.items()]
    return judged(run, [pd.concat(rows).assign(unit_type=COMPANY, unit=COMPANY, level=LEVEL, method=method,
                                               status="ok")])


def _late(past: pd.DataFrame, received: int) -> pd.Series:
    """Return estimate, low and high of the late complaints of a quarter with so many reported in time."""
    if not past["late"].any():
        found = rate(past["late"].sum(), past["known_then"].sum()).iloc[0]
        return found[["estimate", "low", "high"]].astype(float) * received
    baseline = pd.DataFrame({"month": np.arange(len(past)), "count": past["late"], "exposure": past["known_then"]})
    now = pd.DataFrame({"month": [len(past)], "count": [0], "exposure": [received]})
    plan = AlarmPlan(season="none", minimum_months=LEAST_QUARTERS, looks=1)
    return monthly_alarm(baseline, now, plan).iloc[0][["estimate", "low", "high"]].astype(float)
