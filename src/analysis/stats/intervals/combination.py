"""How sure are we of a difference or a weighted sum of figures that were estimated independently?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, OK, estimate_table, group_ids, sums_by

NOTHING = "nothing to combine"


def linear_combination(
    parts: pd.DataFrame, method: str, by: Sequence[str] = (), level: float = LEVEL
) -> pd.DataFrame:
    """Return Σ c θ over independent estimates, with limits recovered from the limits of each (MOVER) [1]_.

    low = Σ cθ − √Σ (cθ − worst(c))², high = Σ cθ + √Σ (best(c) − cθ)², where worst and best are the smaller and the
    larger of c·low and c·high. For two Wilson shares with c = 1, −1 this is Newcombe's method 10 [2]_. No normality of
    the parts is assumed: asymmetric limits stay asymmetric, and a share of 0 or 1 keeps its width.

    Args:
        parts: columns n, estimate, low, high, status (all at ``level``) and coefficient, with the columns of ``by``.
        method: what the combination is, in words.
        by: columns that name the combinations; none = one.
        level: the level of the parts' intervals, and so of the result.

    Returns:
        A table of estimates indexed by combination; n is the sum. Not estimable, with the same reason, where a part
        is not, or there are no parts.

    R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method = "score")`` for the difference of two shares.

    References:
        .. [1] Zou GY, Huang W, Zhang X (2009) Comput Stat Data Anal 53:1080–1085.
        .. [2] Newcombe RG (1998) Stat Med 17:873–890.
    """
    ids, groups = group_ids(parts, by)
    c, theta, low, high = (parts[name].to_numpy(float) for name in ("coefficient", "estimate", "low", "high"))
    least, most = np.minimum(c * low, c * high), np.maximum(c * low, c * high)
    total = sums_by(ids, c * theta, len(groups))
    figures = pd.DataFrame({
        "n": sums_by(ids, parts["n"].to_numpy(float), len(groups)).astype(int),
        "estimate": total,
        "low": total - np.sqrt(sums_by(ids, (c * theta - least) ** 2, len(groups))),
        "high": total + np.sqrt(sums_by(ids, (most - c * theta) ** 2, len(groups))),
    }, index=groups)
    bad = parts.assign(group=ids)[parts["status"].ne(OK).to_numpy()].drop_duplicates("group").set_index("group")
    reason = bad["status"].str.removeprefix("not estimable: ").reindex(range(len(groups))).fillna("")
    words = reason.mask((sums_by(ids, np.ones(len(parts)), len(groups)) == 0) & reason.eq(""), NOTHING)
    return estimate_table(figures, words.to_numpy(str), method, level)
