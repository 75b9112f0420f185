"""How surprising would a figure be if its unit were as good as its target (the test behind the list of problems)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.params import Params
from analysis.stats.testing import Scale, Worse, one_sided_design_share_p, one_sided_p, one_sided_share_p

# Where each unit of the registry is nearly normal.
SCALES: dict[str, Scale] = {"share": "logit", "hours": "log", "rate": "log"}
DESIGN_SHARES = "Korn-Graubard"  # clustered or weighted, told by ``std_error`` and ``df``
PLAIN_SHARES = ("share, modified Wilson", "share, Clopper-Pearson")  # independent cases, so the binomial test is exact


def p_worse(params: Params, figures: pd.DataFrame) -> pd.Series:
    """Return the one-sided p-value of each row of a result table against its target; small means worse than it.

    Exact binomial for plain shares; clustered or weighted ones and means by the degrees of freedom behind them
    (``df``, and ``std_error`` of those shares); normal on the scale of the interval for all else. NaN without estimate,
    target or direction.
    """
    p = pd.Series(np.nan, index=figures.index, dtype=float)
    usable = figures["status"].eq("ok") & figures["target"].notna()
    for indicator, rows in figures[usable].groupby("indicator"):
        known = params.registry[str(indicator)]
        if known.direction != "none":
            worse: Worse = "below" if known.direction == "higher" else "above"
            plain, design = rows["method"].isin(PLAIN_SHARES), rows["method"].str.contains(DESIGN_SHARES)
            other = ~plain & ~design
            count = (rows["estimate"] * rows["n"].astype(float))[plain].round()
            p.update(one_sided_share_p(count, rows["n"][plain].astype(float), rows["target"][plain], worse))
            if design.any():
                p.update(one_sided_design_share_p(rows[design], rows["target"][design], worse))
            p.update(one_sided_p(rows[other], rows["target"][other], worse, SCALES.get(known.unit, "identity")))
    return p
