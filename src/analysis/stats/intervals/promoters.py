"""How sure are we of a Net Promoter Score?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    Numbers,
    aligned,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    ratio,
)

#: Rocks (2016): pseudo-answers given to promoters and to detractors; the other 1.5 of the 3 go to passives.
NPS_ADDED_EACH = 0.75
NPS_ADDED = 3.0
NPS_SCALE = 100.0


def nps(promoters: Numbers, passives: Numbers, detractors: Numbers, level: float = LEVEL) -> pd.DataFrame:
    """Return the Net Promoter Score, 100 (p − d), with the adjusted Wald interval [1]_.

    The estimate is the plain score. The limits use three answers more: ¾ are added to the promoters, ¾ to the
    detractors and the remaining 1½ to the passives, so that with p̃, d̃ over ñ = n + 3 they are
    100 (p̃ − d̃ ± z √((p̃ + d̃ − (p̃ − d̃)²) / ñ)), cut at −100 and 100. Fewer than `MINIMUM_N_SHARE` answers are not
    estimable.

    Args:
        promoters: answers 9–10; counts, like the next two.
        passives: answers 7–8.
        detractors: answers 0–6.
        level: two-sided confidence level.

    Returns:
        A table of estimates (−100 … 100) on the index of the first Series.

    R: no base function; ``qnorm(.975) * sqrt((p + d - (p - d)^2) / (n + 3))`` around ``p - d``.

    References:
        .. [1] Rocks B (2016) Interval estimation for the "net promoter score". Am Stat 70:365–372.
    """
    table = aligned(promoters=promoters, passives=passives, detractors=detractors)
    pro, passive, con = counts_of(table, *table.columns)
    n = pro + passive + con
    share_pro, share_con = (pro + NPS_ADDED_EACH) / (n + NPS_ADDED), (con + NPS_ADDED_EACH) / (n + NPS_ADDED)
    centre = share_pro - share_con
    half = _z(level) * np.sqrt((share_pro + share_con - centre**2) / (n + NPS_ADDED))
    figures = pd.DataFrame(
        {
            "n": n.astype(int),
            "estimate": NPS_SCALE * ratio(pro - con, n),
            "low": NPS_SCALE * np.maximum(centre - half, -1),
            "high": NPS_SCALE * np.minimum(centre + half, 1),
        },
        index=table.index,
    )
    return estimate_table(figures, first_reason(n, MINIMUM_N_SHARE), "NPS, adjusted Wald (n + 3)", level)


def _z(level: float) -> float:
    return float(stats.norm.ppf((1 + checked_level(level)) / 2))
