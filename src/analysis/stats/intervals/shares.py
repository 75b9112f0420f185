"""How sure are we of a share?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

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


def wilson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with Wilson's score interval [1]_.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), without continuity correction.

    Args:
        count: answers of the kind counted, 0 … n.
        n: answers in all; same shape, or a scalar.
        level: two-sided confidence level.
        minimum_n: below it the row is not estimable. Coverage at 95 % averages .949 over n = 10 … 300 and p = .5 … .99,
            but dips near 1: .904 at n = 10 and down to .843 at n = 17 for p = .99 (and as near 0).

    Returns:
        A table of estimates (shares 0–1) on the index of ``count``.

    Raises:
        ValueError: a count is negative, not whole, or above its n.

    R: ``prop.test(count, n, correct = FALSE)$conf.int``; R's default ``correct = TRUE`` is wider.
    Computed by statsmodels ``proportion_confint(method="wilson")``, which is 1e-17 off 0 and 1 at count 0 and n;
    there the limit is set to 0 and 1.

    References:
        .. [1] Wilson EB (1927) J Am Stat Assoc 22:209–212; worked examples in Newcombe RG (1998) Stat Med 17:857–872.
    """
    return _share(count, n, (level, minimum_n), "wilson")


def clopper_pearson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with the exact interval of Clopper and Pearson [1]_, for errors that must not be understated.

    low = B(α/2; x, n−x+1), high = B(1−α/2; x+1, n−x), B the beta quantile. Coverage is never below ``level``, at the
    price of width (99 % and more in small samples near 1), so ``minimum_n`` may be set to 1 without harm.
    Arguments, result and errors as in `wilson`.

    R: ``binom.test(count, n)$conf.int``, the same.

    References:
        .. [1] Clopper CJ, Pearson ES (1934) Biometrika 26:404–413.
    """
    return _share(count, n, (level, minimum_n), "beta")


def _share(count: Numbers, n: Numbers, asked: tuple[float, int], method: str) -> pd.DataFrame:
    level, minimum_n = asked
    table = aligned(count=count, n=n)
    kind, answers = counts_of(table, "count", "n")
    if bool(np.any(kind > answers)):
        raise ValueError("count exceeds n in some row: were the two arguments exchanged?")
    low, high = proportion_confint(kind, np.maximum(answers, 1), alpha=1 - checked_level(level), method=method)
    figures = pd.DataFrame(
        {
            "n": answers.astype(int),
            "estimate": ratio(kind, answers),
            "low": np.where(kind == 0, 0.0, low),
            "high": np.where(kind == answers, 1.0, high),
        },
        index=table.index,
    )
    names = {"wilson": "share, Wilson", "beta": "share, Clopper-Pearson"}
    return estimate_table(figures, first_reason(answers, minimum_n), names[method], level)
