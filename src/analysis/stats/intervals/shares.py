"""How sure are we of a share?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.stats.estimates import (
    LEVEL,
    MINIMUM_N_SHARE,
    OK,
    Numbers,
    aligned,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    ratio,
)

#: Brown, Cai and DasGupta (2001), table 5: answers from an end within which Wilson's limit is replaced, up to and
#: above this many answers.
SMALL_SAMPLE = 50
NEAR_END = (2, 3)


def wilson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with Wilson's score interval [1]_.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), without continuity correction.

    Args:
        count: answers of the kind counted, 0 … n.
        n: answers in all; same shape, or a scalar.
        level: two-sided confidence level.
        minimum_n: below it the row is not estimable. Coverage at 95 % averages .951 over n = 10 … 300 and p = .5 … .99,
            but dips near 1: .904 at n = 10 and down to .843 at n = 17 for p = .99 (and as near 0). For a published
            share take `modified_wilson`.

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


def modified_wilson(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with Wilson's interval, corrected where it fails: one to three answers from 0 or from n [1]_.

    For 0 < x ≤ `NEAR_END` the lower limit is the one-sided Poisson limit χ²(α; 2x) / 2n, and for n − x likewise the
    upper limit is 1 − χ²(α; 2(n−x)) / 2n; everywhere else the limits are those of `wilson`. Coverage at 95 % over every
    n = 10 … 300 and p = .50, .51 … .99 averages .952 and is never below .910, where Wilson's falls to .843.
    Arguments, result and errors as in `wilson`. At a level below .9 the published table of `NEAR_END` does not apply.

    R: ``DescTools::BinomCI(count, n, method = "modified wilson")``; in base R ``qchisq(.05, 2 * x) / 2 / n`` beside
    ``prop.test(x, n, correct = FALSE)$conf.int``.

    References:
        .. [1] Brown LD, Cai TT, DasGupta A (2001) Stat Sci 16:101–133, section 4.1.1.
    """
    found = wilson(count, n, level, minimum_n)
    kind, answers = counts_of(aligned(count=count, n=n), "count", "n")
    reach = np.where(answers > SMALL_SAMPLE, NEAR_END[1], NEAR_END[0])
    near = {"low": kind, "high": answers - kind}
    some = np.maximum(answers, 1)
    tail = {end: stats.chi2.ppf(1 - level, 2 * np.maximum(x, 1)) / 2 / some for end, x in near.items()}
    corrected = {end: (x > 0) & (x <= reach) & found["status"].eq(OK) for end, x in near.items()}
    return found.assign(
        low=np.where(corrected["low"], tail["low"], found["low"]),
        high=np.where(corrected["high"], 1 - tail["high"], found["high"]),
        method="share, modified Wilson",
    )


def jeffreys(count: Numbers, n: Numbers, level: float = LEVEL, minimum_n: int = MINIMUM_N_SHARE) -> pd.DataFrame:
    """Return shares with the equal-tailed interval of the posterior under Jeffreys' prior Beta(½, ½) [1]_.

    low = B(α/2; x+½, n−x+½), high = B(1−α/2; x+½, n−x+½), B the beta quantile; low is set to 0 at x = 0 and high to 1
    at x = n. Good for probability statements; as a confidence interval it averages .950 but falls to .869 in narrow
    bands near the ends (n = 50, p = .95), so a published share takes `modified_wilson`.
    Arguments, result and errors as in `wilson`.

    R: ``qbeta(c(.025, .975), x + .5, n - x + .5)``; ``DescTools::BinomCI(x, n, method = "jeffreys")``. R's
    ``binom::binom.bayes`` gives the highest density instead. Computed by statsmodels ``proportion_confint``.

    References:
        .. [1] Brown LD, Cai TT, DasGupta A (2001) Stat Sci 16:101–133, section 3.1.2.
    """
    return _share(count, n, (level, minimum_n), "jeffreys")


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
    names = {"wilson": "share, Wilson", "beta": "share, Clopper-Pearson", "jeffreys": "share, Jeffreys"}
    return estimate_table(figures, first_reason(answers, minimum_n), names[method], level)
