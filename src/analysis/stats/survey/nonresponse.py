"""How many answered, and what can be said of those who did not?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    Numbers,
    aligned,
    counts_of,
    estimate_table,
    first_reason,
    ratio,
)
from analysis.stats.intervals.shares import wilson
from analysis.stats.survey.linearisation import WEIGHT_ONE, design_weights


class CannotAdjust(ValueError):
    """Non-response cannot be adjusted for within these classes; the message says why."""


def response_rate(
    responded: Numbers, invited: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE
) -> pd.DataFrame:
    """Return the share of the invited who responded, with Wilson's interval.

    With ``responded`` the complete interviews and ``invited`` every eligible or possibly eligible person asked, this
    is the American Association for Public Opinion Research's RR1 [1]_, the most cautious of its rates: partial
    interviews count as not responding, people of unknown eligibility as asked. The interval takes the invitations as a
    sample of those that the same fieldwork might have sent; of these invitations the rate is exact.

    Args:
        responded: 0 … invited, counts.
        invited: counts, same shape or a scalar.
        level: two-sided confidence level.
        minimum_n: fewer invitations are not estimable.

    Returns:
        A table of estimates (shares 0–1; n = invited) on the index of ``responded``.

    Raises:
        ValueError: a count is negative, not whole, or ``responded`` exceeds ``invited``.

    R: ``prop.test(responded, invited, correct = FALSE)$conf.int``.

    References:
        .. [1] AAPOR (2023) Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th
           ed.
    """
    return wilson(responded, invited, level, minimum_n).assign(method="response rate (RR1), Wilson")


def weighting_class_weights(counts: pd.DataFrame) -> pd.Series:
    """Return the weights of those who answered, raised to stand for those of their class who did not [1]_.

    w × Σ w over the invited of the class / Σ w over its respondents, w the design weight. Unbiased if, within a class,
    answering has nothing to do with the answers.

    Args:
        counts: one row per cell: class, invited, responded (counts), and weight (integer, in billionths; absent = 1).

    Returns:
        The new weight of a respondent in each row, integer in billionths, on the index of ``counts``.

    Raises:
        CannotAdjust: a class with invitations has no respondent: merge it with a similar one.
        ValueError: a count is not a count, ``responded`` exceeds ``invited``, or a weight is not a positive integer.

    R: ``postStratify(subset(d, responded), ~class, svytable(~class, d))``.

    References:
        .. [1] Oh HL, Scheuren FJ (1983) Weighting adjustment for unit nonresponse. In: Madow WG, Olkin I, Rubin DB
           (eds) Incomplete Data in Sample Surveys, vol 2, 143–184.
    """
    checked_answers(counts["responded"], counts["responded"], counts["invited"])
    responded, invited = counts["responded"].to_numpy(float), counts["invited"].to_numpy(float)
    mass = pd.DataFrame({"all": invited, "heard": responded}, index=counts.index).mul(design_weights(counts), axis=0)
    sums = mass.groupby(counts["class"], dropna=False).transform("sum")
    if bool((sums["all"].gt(0) & sums["heard"].eq(0)).any()):
        raise CannotAdjust("some class was invited and nobody in it answered: merge it with a similar class")
    raised = design_weights(counts) * np.where(sums["all"] > 0, ratio(sums["all"], sums["heard"]), 1.0)
    return pd.Series(np.rint(raised * WEIGHT_ONE).astype(np.int64), index=counts.index, name="weight")


def share_bounds(count: Numbers, n: Numbers, invited: Numbers, level: float = LEVEL) -> pd.DataFrame:
    """Return the share with limits that hold whatever those who did not answer would have said [1]_.

    The share of all invited lies between count / invited (none of the silent is of the kind) and
    (count + invited − n) / invited (all are). ``low`` is Wilson's lower limit of the former and ``high`` his upper
    limit of the latter: as far as each keeps its (1 − ``level``) / 2, the whole range is covered with ``level``.

    Args:
        count: answers of the kind counted, 0 … n.
        n: answers in all, 0 … invited.
        invited: people asked.
        level: two-sided confidence level.

    Returns:
        A table of estimates: n, estimate (the share of those who answered, an estimate for all only if the silent are
        like them), low, high; worst and best (the bounds without sampling error), invited and response_share. Fewer
        than `MINIMUM_N_SHARE` answers are not estimable.

    Raises:
        ValueError: a count is not a count, or count ≤ n ≤ invited fails.

    R: none in base; ``prop.test(count, invited, correct = FALSE)$conf.int[1]`` and
    ``prop.test(count + invited - n, invited, correct = FALSE)$conf.int[2]``.

    References:
        .. [1] Manski CF (2016) Credible interval estimates for official statistics with survey nonresponse. J Econom
           191:293–301; Horowitz JL, Manski CF (2000) J Am Stat Assoc 95:77–84.
    """
    table = checked_answers(count, n, invited)
    kind, answers, asked = table.to_numpy(float).T
    figures = pd.DataFrame(
        {
            "n": answers.astype(int),
            "estimate": ratio(kind, answers),
            "low": wilson(kind, asked, level, 1)["low"].to_numpy(),
            "high": wilson(kind + asked - answers, asked, level, 1)["high"].to_numpy(),
            "worst": ratio(kind, asked),
            "best": ratio(kind + asked - answers, asked),
            "invited": asked.astype(int),
            "response_share": ratio(answers, asked),
        },
        index=table.index,
    )
    return estimate_table(figures, first_reason(answers, MINIMUM_N_SHARE), "share, any non-response, Wilson", level)


def checked_answers(count: Numbers, n: Numbers, invited: Numbers) -> pd.DataFrame:
    """Return the three side by side; raise ValueError unless they are counts and count ≤ n ≤ invited."""
    table = aligned(count=count, n=n, invited=invited)
    kind, answers, asked = counts_of(table, "count", "n", "invited")
    if bool(np.any(kind > answers) or np.any(answers > asked)):
        raise ValueError("count must not exceed n, nor n invited: were the arguments exchanged?")
    return table
