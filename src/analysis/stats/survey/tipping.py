"""How different would those who did not answer have to be to reverse a verdict?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.stats.estimates import LEVEL, MINIMUM_N_SHARE, OK, Floats, Numbers, aligned, ratio
from analysis.stats.intervals.shares import wilson
from analysis.stats.survey.nonresponse import checked_answers

Worse = Literal["above", "below"]
Words = npt.NDArray[np.str_]
MET, NOT_MET, CANNOT_TELL = "met", "not met", "cannot tell"
#: Whether some share among the silent, 0–1, moves a figure to its target.
POSSIBLE, IMPOSSIBLE, NOBODY_SILENT = "possible", "impossible", "everybody answered"


def tipping_point(answers: pd.DataFrame, target: Numbers, worse: Worse, level: float = LEVEL) -> pd.DataFrame:
    """Return the share among those who did not answer at which the verdict on a share turns [1]_.

    With r = n / invited, p the share of those who answered and q that of the silent, the share of all is
    r p + (1 − r) q. It equals the target t at q* = (t − r p) / (1 − r). The limit L of the interval that faces the
    target (low if p ≥ t, else high) reaches it at (t − r L) / (1 − r), q being taken as known: on the way from p to q*
    the silent first pass this share, where "met" or "not met" becomes "cannot tell"; where the verdict is "cannot
    tell" already, it is the share beyond which it would be clear.

    Args:
        answers: columns count (answers of the kind), n (answers), invited (people asked); one row per figure.
        target: share 0–1 against which the verdict stands; a number or one per row.
        worse: the bad side of the target.
        level: two-sided confidence level.

    Returns:
        A table of estimates: n, estimate, low, high (those who answered, Wilson); invited, response_share, target,
        verdict ("met": no part of the interval on the bad side, "not met": no part on the good side, "cannot tell");
        tipping_share (q*), tipping_gap (q* − p: how different the silent would have to be) and tipping ("possible",
        "impossible": no q in 0–1 does it, "everybody answered"); limit_share and limit_tipping, the same for the limit.
        The shares and the gap are NaN unless "possible"; verdict and both words are "" unless status is "ok".

    Raises:
        ValueError: a count is not a count, count ≤ n ≤ invited fails, or a target lies outside 0–1.

    R: none in base; arithmetic on ``prop.test(count, n, correct = FALSE)$conf.int``.

    References:
        .. [1] Yan X, Lee S, Li N (2009) Missing data handling methods in medical device clinical trials. J Biopharm
           Stat 19:1085–1098 (tipping-point analysis).
    """
    if worse not in ("above", "below"):
        raise ValueError('worse must be "above" or "below"')
    table = checked_answers(answers["count"], answers["n"], answers["invited"])
    aim = aligned(count=table["count"], target=target)["target"].to_numpy(float)
    if not bool(np.all((aim >= 0) & (aim <= 1))):
        raise ValueError("a share's target must lie within 0 and 1")
    figures = wilson(table["count"], table["n"], level, MINIMUM_N_SHARE)
    share = ratio(table["n"], table["invited"])
    facing = np.where(figures["estimate"] >= aim, figures["low"], figures["high"])
    q, words = _reached(figures["estimate"].to_numpy(float), share, aim)
    limit_q, limit_words = _reached(facing, share, aim)
    told = figures.assign(
        method="share, Wilson; tipping point",
        invited=table["invited"].astype(int),
        response_share=share,
        target=aim,
        verdict=_verdict(figures, aim, worse),
        **{"tipping_share": q, "tipping_gap": q - figures["estimate"], "tipping": words},
        **{"limit_share": limit_q, "limit_tipping": limit_words},
    )
    verbal = ["verdict", "tipping", "limit_tipping"]
    told[verbal] = told[verbal].where(told["status"].eq(OK), "")
    return told


def _reached(value: Floats, share: Floats, target: Floats) -> tuple[Floats, Words]:
    """Return the silent's share at which ``value`` becomes the target, and whether there is one."""
    q = ratio(target - share * value, 1 - share)
    inside = (q >= 0) & (q <= 1)
    return np.where(inside, q, np.nan), np.select([share >= 1, inside], [NOBODY_SILENT, POSSIBLE], IMPOSSIBLE)


def _verdict(figures: pd.DataFrame, target: Floats, worse: Worse) -> Words:
    above, below = figures["low"].ge(target), figures["high"].le(target)
    good, bad = (above, below) if worse == "below" else (below, above)
    return np.select([good, bad], [MET, NOT_MET], CANNOT_TELL)
