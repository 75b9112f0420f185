"""How many requests stood still, waiting for the customer, and for how long (clause 4.2)?

Both figures are of the requests opened in the quarter, complaints filed as requests included; hours are those told by
``as_of``. A blank in ``paused_hours`` is taken for no pause, as in the clocks of law.
"""

from __future__ import annotations

import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import Keys, Question, by_unit, plain_share, share_of, told_by
from analysis.measures.response_time.response import MINUTES_PER_HOUR
from analysis.measures.units import COMPANY, judged, narrowed
from analysis.run import Run, remembered
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile

UNIT_TYPES = (COMPANY, "service_line", "kind", "channel")


@remembered
def pauses(run: Run) -> pd.DataFrame:
    """Return the share of requests with a pause, and the median hours it lasted among those, per unit.

    Unit of analysis: the request; several pauses of one are added up. "no data" where ``paused_hours`` is never
    delivered, and for the hours of a unit none of whose requests was paused.
    """
    rows = narrowed(run.warehouse.table("requests"), UNIT_TYPES, "paused_hours")
    told = told_by(run, rows, "requests", "paused_hours")
    told = told.mutate(paused=(told.paused_hours > 0).fill_null(False))
    minutes = (told.paused_hours * MINUTES_PER_HOUR).ceil().cast("int64")
    return judged(run, [by_unit(run, told, Question("paused_share", UNIT_TYPES, share_of("paused"), plain_share)),
                        by_unit(run, told.filter(told.paused).mutate(time=minutes), HOURS)])


def _times(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by([*keys, "time"]).agg(events=rows.count())


def _median_hours(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the median of ``time`` (minutes) in hours, every pause being over."""
    curve = kaplan_meier(reduced.assign(censored=0), by=keys)
    return quantile(curve.assign(time=curve["time"] / MINUTES_PER_HOUR), 0.5, by=keys)


HOURS = Question("pause_median_hours", UNIT_TYPES, _times, _median_hours)
