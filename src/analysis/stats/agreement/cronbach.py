"""Do the items of a questionnaire hang together, and does one of them run the other way?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.agreement.intraclass import intraclass
from analysis.stats.agreement.limits import ROUNDING
from analysis.stats.estimates import LEVEL, checked_level, estimate_table, first_reason, ratio

#: As for raters: an intraclass correlation of fewer respondents is not estimable.
MINIMUM_RESPONDENTS = 5
#: Covariance of an item with the others needs one other.
MINIMUM_ITEMS = 2
Interval = Literal["f", "jackknife"]
NAMES = {"f": "Cronbach alpha, Feldt", "jackknife": "Cronbach alpha, jackknife t on Fisher z"}


def cronbach_alpha(answers: pd.DataFrame, level: float = LEVEL, interval: Interval = "f") -> pd.DataFrame:
    """Return Cronbach's alpha with Feldt's interval or the jackknife's [1]_.

    α = k/(k−1) · (1 − Σ s_j² / s²_sum) = 1 − E/B, the intraclass correlation ICC3k with items as raters
    (`analysis.stats.agreement.intraclass.intraclass`). Feldt: 1 − (1−α) F(1−γ/2) … 1 − (1−α) F(γ/2), quantiles on n − 1
    and (n−1)(k−1) degrees of freedom.

    Args:
        answers: respondents × items, numbers (missing = unanswered). Respondents with a gap are left out and counted.
            Items are taken as they are: reversed ones are named by `item_analysis`, never turned silently.
        level: two-sided confidence level.
        interval: "f" is Feldt's, exact for normal answers. It covers .66–.92 where one answer holds half of all or
            more, as in favourable and top-heavy items, and is not estimable where more than 40 % of the answers are
            equal; "jackknife" holds there, and is what a survey of satisfaction should ask for.

    Returns:
        One row: a table of estimates (at most 1); n counts complete respondents. Further columns: items, left_out.

    Raises:
        ValueError: ``interval`` is unknown.

    R: ``psych::alpha(x)``, column raw_alpha and ``feldt``; ``psych::alpha.ci``. R imputes or uses pairwise
    covariances for gaps by default, and psych turns items only with ``check.keys = TRUE``.

    References:
        .. [1] Cronbach LJ (1951) Psychometrika 16:297–334; Feldt LS, Woodruff DJ, Salih FA (1987) Appl Psychol Meas
           11:93–103.
    """
    if interval not in NAMES:
        raise ValueError('interval must be "f" (Feldt) or "jackknife"')
    complete = answers.dropna().reset_index(drop=True).astype(float)
    left_out = len(answers) - len(complete)
    if answers.shape[1] < MINIMUM_ITEMS:
        return cronbach_of_covariance(_covariance(complete), len(complete), level).assign(left_out=left_out)
    long = complete.set_axis(range(complete.shape[1]), axis=1).melt(var_name="rater", ignore_index=False)
    table = intraclass(long.rename_axis("unit").reset_index(), "ICC3k", level=level, interval=interval)
    words = table["status"].str.replace("units rated by every rater", "complete respondents", regex=False)
    told = table.drop(columns=["raters", "f", "df1", "df2", "p"]).assign(method=NAMES[interval], status=words)
    return told.assign(items=answers.shape[1], left_out=left_out)


def cronbach_of_covariance(covariance: pd.DataFrame, n: int, level: float = LEVEL) -> pd.DataFrame:
    """Return Cronbach's alpha with Feldt's interval from the items' covariances alone.

    For reduced tables that hold no answers. Whether the answers are near enough to normal for Feldt's interval cannot
    be seen here: see `cronbach_alpha`, whose result this is.

    Args:
        covariance: items × items, of ``n`` complete respondents, divisor n − 1.
        n: respondents.
        level: two-sided confidence level.

    Raises:
        ValueError: the matrix is not square and symmetric.

    R: ``psych::alpha(covariance, n.obs = n)`` and ``psych::alpha.ci(alpha, n, k)``.
    """
    matrix = covariance.to_numpy(float)
    if matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T, equal_nan=True):
        raise ValueError("covariance must be square and symmetric: were answers passed instead?")
    items, alpha = len(matrix), _alpha(matrix)
    df1, df2 = max(n - 1, 1), max((n - 1) * (items - 1), 1)
    lower, upper = (1 - (1 - alpha) * stats.f.ppf(tail, df1, df2) for tail in _tails(level))
    figures = pd.DataFrame({"n": [n], "estimate": alpha, "low": lower, "high": upper, "items": items})
    reason = first_reason(
        figures["n"],
        MINIMUM_RESPONDENTS,
        (np.array([items < MINIMUM_ITEMS]), "fewer than 2 items"),
        (np.array([not np.isfinite(alpha)]), "the sum of the items does not vary"),
        (np.array([alpha >= 1 - ROUNDING]), "no disagreement to judge the uncertainty by"),
        of="complete respondents",
    )
    return estimate_table(figures, reason, "Cronbach alpha, Feldt", level)


def item_analysis(answers: pd.DataFrame) -> pd.DataFrame:
    """Return what each item adds: its correlation with the rest and alpha without it.

    Args:
        answers: respondents × items, as in `cronbach_alpha`.

    Returns:
        One row per item, in the order of the columns: n (complete respondents), mean, std_dev, item_rest_correlation
        (with the sum of the other items), alpha_if_dropped, reversed (that correlation is below 0: the item, or most
        of the others, may run the other way) and status: "ok", or "not estimable: reason" with NaN for both figures
        and reversed False. Of two items, alpha_if_dropped is NaN: one alone has none. These describe the sample and
        have no interval.

    R: ``psych::alpha(x)$item.stats$r.drop`` and ``$alpha.drop$raw_alpha``.
    """
    complete = answers.dropna().astype(float)
    covariance = _covariance(complete).to_numpy(float)
    variance, with_all = np.diag(covariance), covariance.sum(axis=0)
    rest = np.maximum(covariance.sum() - 2 * with_all + variance, 0.0) if covariance.size else np.empty(0)
    correlation = ratio(with_all - variance, np.sqrt(variance * np.where(rest > ROUNDING, rest, 0.0)))
    without = [_alpha(np.delete(np.delete(covariance, item, 0), item, 1)) for item in range(len(covariance))]
    few = np.full(len(variance), len(complete) < MINIMUM_RESPONDENTS)
    reason = np.select(
        [few, variance <= ROUNDING, ~np.isfinite(correlation)],
        [f"fewer than {MINIMUM_RESPONDENTS} complete respondents", "the item does not vary", "no other item varies"],
        default="",
    )
    good = reason == ""
    return pd.DataFrame({
        "n": len(complete),
        "mean": complete.mean().to_numpy(),
        "std_dev": np.sqrt(variance),
        "item_rest_correlation": np.where(good, correlation, np.nan),
        "alpha_if_dropped": np.where(good, without, np.nan),
        "reversed": good & (np.where(good, correlation, 0.0) < 0),
        "status": [f"not estimable: {why}" if why else "ok" for why in reason],
    }, index=pd.Index(answers.columns, name="item"))


def _covariance(complete: pd.DataFrame) -> pd.DataFrame:
    """Return the items' covariances, NaN without two respondents."""
    if len(complete) > 1:
        return complete.cov()
    return pd.DataFrame(np.nan, index=complete.columns, columns=complete.columns)


def _alpha(covariance: np.ndarray) -> float:
    """Return k/(k−1) (1 − trace / sum), NaN for fewer than two items or a sum without variance."""
    items, total = len(covariance), float(covariance.sum())
    if items < MINIMUM_ITEMS or not total > ROUNDING:
        return float("nan")
    return items / (items - 1) * (1 - float(np.trace(covariance)) / total)


def _tails(level: float) -> tuple[float, float]:
    tail = (1 + checked_level(level)) / 2
    return tail, 1 - tail
