"""How many invitations does the next quarter's survey need, in all and by line (clauses 5.1, 5.2)?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.collection.wanted import Wanted, wanted
from analysis.measures.satisfaction.satisfaction import RESPONSE, satisfaction
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.estimates import OK

INVITATIONS, MEASURED_BY = "invitations_needed_count", "csat_top2_share"
SCORED = (COMPANY, "service_line")
METHOD = "{} times design effect over response rate"
NO_RATE, NO_SHARE = "not estimable: no response rate", "not estimable: no share of satisfied customers"


def sample_plan(run: Run) -> pd.DataFrame:
    """Return how many invitations the next quarter needs, per line and in all, with the interval of that number.

    So many that the interval of ``measured_by`` reaches no further than ``wanted_share`` each way, or that a change of
    that size is seen between two quarters (``wanted_by``), at the share, the design effect (1 at least) and the
    response rate seen. ``half_width_share`` is what this quarter's ``invitations``
    gave. The interval is that at the ends of the response rate's own, at the shares within their own that take the
    most answers for the upper end and the fewest for the lower.
    """
    table = satisfaction(run)
    shown = table[table["unit_type"].isin(SCORED)].set_index(["unit_type", "unit"])
    share, rate = (shown[shown["indicator"].eq(name)] for name in (MEASURED_BY, RESPONSE))
    aim = wanted(run, MEASURED_BY)
    both = share.join(rate[["estimate", "low", "high", "status"]].add_suffix("_rate")).reset_index()
    rows = [_row(row, aim) for row in both.to_dict("records")]
    told = both[["unit_type", "unit", "invitations"]].join(pd.DataFrame(rows, index=both.index))
    return judged(run, [told.assign(indicator=INVITATIONS, measured_by=MEASURED_BY, wanted_share=aim.share,
                                    wanted_by=aim.by)])


def _row(row: Mapping[Any, Any], aim: Wanted) -> dict[str, Any]:
    if row["status"] != OK or row["status_rate"] != OK or not row["low_rate"] > 0:
        status = NO_SHARE if row["status"] != OK else NO_RATE
        return dict.fromkeys(("estimate", "low", "high", "half_width_share"), np.nan) | {
            "status": row["status"] if row["status"] == "no data" else status, "n": row["n"], "method": ""}
    effect = max(1.0, float(np.nan_to_num(row["deff"], nan=1.0)))

    def invitations(answers: int, rate: float) -> int:
        return math.ceil(answers * effect / rate)

    fewest, most = aim.fewest_and_most(row["estimate"], row["low"], row["high"])
    return {"n": row["n"], "estimate": invitations(aim.answers(row["estimate"]), row["estimate_rate"]),
            "low": invitations(fewest, row["high_rate"]), "high": invitations(most, row["low_rate"]),
            "status": OK, "method": METHOD.format(aim.method), "half_width_share": (row["high"] - row["low"]) / 2}
