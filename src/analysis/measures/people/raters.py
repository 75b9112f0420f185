"""Which raters are stricter or milder than the others on the very same cases?

One odd rater shifts the mean of the others, and each of them then seems odd the other way. So raters are taken out one
by one, the most certain first, as long as Holm's procedure finds any, and everybody is held against those who remain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.agreement.severity import rater_severity
from analysis.stats.testing import ALPHA, holm, two_sided_p

MINIMUM_RATERS = 3  # of two that differ nobody can tell which one is odd
MINIMUM_RATINGS = 30  # METHODS §3: the least evidence on a person
FEW = f"not estimable: fewer than {MINIMUM_RATINGS} ratings shared with others"
STRICTER, MILDER, NOT_SHOWN = "stricter", "milder", "not shown"


def shared(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of cells that two raters or more rated; the others compare nobody."""
    return scores[scores.groupby("cell")["rater"].transform("nunique") > 1]


def standing_out(scores: pd.DataFrame) -> pd.Series:
    """Return the raters who differ from the rest, the most certain first, with Holm's p at the step they left.

    Args:
        scores: as for `analysis.stats.agreement.severity.rater_severity`.
    """
    found: dict[str, float] = {}
    while True:
        rest = _gaps(scores, list(found))
        if len(rest) < MINIMUM_RATERS or not rest["p_adjusted"].le(ALPHA).any():
            return pd.Series(found, dtype=float)
        certain = (rest["estimate"] / rest["std_error"]).abs().where(rest["p_adjusted"].le(ALPHA))
        worst = str(certain.idxmax())
        found[worst] = float(rest["p_adjusted"][worst])


def rater_gaps(scores: pd.DataFrame) -> pd.DataFrame:
    """Return each rater's gap to the mean of those who do not stand out, on the same cells, with its interval.

    A table of estimates in score points (above 0: milder), indexed by rater, with ``p_adjusted`` (Holm, two-sided) and
    ``severity``: stricter, milder, not shown ("" without an estimate). Not estimable with fewer than MINIMUM_RATERS
    raters, or for one with fewer than MINIMUM_RATINGS ratings of cells that others rated too.
    """
    out = standing_out(scores)
    told = _gaps(scores, list(out.index))
    alone = [_gaps(scores, [other for other in out.index if other != one]).loc[[one]].assign(p_adjusted=out[one])
             for one in out.index]
    found = pd.concat([told, *alone]).sort_index()
    few = pd.Series(len(found) < MINIMUM_RATERS, index=found.index)
    status = found["status"].mask(found["status"].eq("ok") & few, f"not estimable: fewer than {MINIMUM_RATERS} raters")
    usable = status.eq("ok")
    numbers = ["estimate", "low", "high", "std_error", "p_adjusted"]
    words = np.select([~usable, ~found["p_adjusted"].le(ALPHA), found["estimate"] < 0],
                      ["", NOT_SHOWN, STRICTER], MILDER)
    return found.assign(status=status, severity=words, **{name: found[name].where(usable) for name in numbers})


def _gaps(scores: pd.DataFrame, without: list[str]) -> pd.DataFrame:
    """Return gaps and p of the raters but ``without``, by the cells that two of them share."""
    rows = shared(scores[~scores["rater"].isin(without)])
    found = rater_severity(rows)
    thin = found["status"].eq("ok") & found["n"].lt(MINIMUM_RATINGS)
    found = found.assign(status=found["status"].mask(thin, FEW))
    numbers = ["estimate", "low", "high", "std_error"]
    found = found.assign(**{name: found[name].mask(thin) for name in numbers})
    return found.assign(p_adjusted=holm(two_sided_p(found, 0.0)))
