"""How many invitations does the next quarter's survey need, in all and by line (clauses 5.1, 5.2)?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.audits.audit_planning import half_width
from analysis.measures.satisfaction.satisfaction import RESPONSE, satisfaction
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.intervals.sample_sizes import answers_for_share_width
from analysis.tables.results import LEVEL

INVITATIONS, MEASURED_BY = "invitations_needed_count", "csat_top2_share"
SCORED = (COMPANY, "service_line")
METHOD = "Wilson half-width times design effect over response rate"
NO_RATE, NO_SHARE = "not estimable: no response rate", "not estimable: no share of satisfied customers"
SMALLEST_SHARE = 1e-6  # a sample size is asked of shares strictly within 0 and 1
HALF = 0.5  # the share that is hardest to tell


def sample_plan(run: Run) -> pd.DataFrame:
    """Return how many invitations the next quarter needs, per line and in all, with the interval of that number.

    So many that the interval of ``measured_by`` reaches no further than ``wanted_share`` each way, at the share, the
    design effect (1 at least) and the response rate seen. ``half_width_share`` is what this quarter's ``invitations``
    gave. The interval is that at the ends of the response rate's own, with the share nearest to one half within its own
    for the upper end and farthest from it for the lower.
    """
    table = satisfaction(run)
    shown = table[table["unit_type"].isin(SCORED)].set_index(["unit_type", "unit"])
    share, rate = (shown[shown["indicator"].eq(name)] for name in (MEASURED_BY, RESPONSE))
    wanted = half_width(run, MEASURED_BY)
    both = share.join(rate[["estimate", "low", "high", "status"]].add_suffix("_rate")).reset_index()
    rows = [_row(row, wanted) for row in both.to_dict("records")]
    told = both[["unit_type", "unit", "invitations"]].join(pd.DataFrame(rows, index=both.index))
    return judged(run, [told.assign(indicator=INVITATIONS, measured_by=MEASURED_BY, wanted_share=wanted)])


def _row(row: Mapping[Any, Any], wanted: float) -> dict[str, Any]:
    if row["status"] != OK or row["status_rate"] != OK or not row["low_rate"] > 0:
        status = NO_SHARE if row["status"] != OK else NO_RATE
        return dict.fromkeys(("estimate", "low", "high", "half_width_share"), np.nan) | {
            "status": row["status"] if row["status"] == "no data" else status, "n": row["n"], "method": ""}
    effect = max(1.0, float(np.nan_to_num(row["deff"], nan=1.0)))

    def invitations(share: float, rate: float) -> int:
        inside = min(max(share, SMALLEST_SHARE), 1 - SMALLEST_SHARE)
        return math.ceil(answers_for_share_width(inside, wanted, LEVEL)["wilson"] * effect / rate)

    hardest = min(max(HALF, row["low"]), row["high"])
    easiest = max(row["low"], row["high"], key=lambda one: abs(one - HALF))
    return {"n": row["n"], "estimate": invitations(row["estimate"], row["estimate_rate"]),
            "low": invitations(easiest, row["high_rate"]), "high": invitations(hardest, row["low_rate"]),
            "status": OK, "method": METHOD, "half_width_share": (row["high"] - row["low"]) / 2}
