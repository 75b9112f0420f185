"""How sure are we of a curve at one time?"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy import stats

from analysis.stats.estimates import Floats, checked_level

Interval = Literal["log-log", "log", "plain"]
LOG_LOG: Interval = "log-log"


def band(share: Floats, log_error: Floats, level: float, interval: Interval = LOG_LOG) -> tuple[Floats, Floats]:
    """Return the limits of a share that is strictly between 0 and 1, from the standard error of its logarithm [1]_.

    With z the normal quantile and e = log_error = se/share: log-log: share^exp(± z e / log share); log:
    share · exp(± z e); plain: share ± z se; the last two cut at 0 and 1. NaN where share is 0 or 1: see
    `low_if_all` and `high_of_rest`.

    R: ``survfit(..., conf.type = "log-log")`` and so on, whose "log" and "plain" have no width at 1.

    References:
        .. [1] Kalbfleisch JD, Prentice RL (2002) The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4;
           Borgan Ø, Liestøl K (1990) Scand J Stat 17:35–41.
    """
    if interval not in get_args(Interval):
        raise ValueError(f"interval must be one of {', '.join(get_args(Interval))}")
    inside = (share > 0) & (share < 1)
    inner = np.where(inside, share, 0.5)
    z = stats.norm.ppf((1 + checked_level(level)) / 2)
    reach = z * np.where(inside, log_error, 0.0)
    if interval == "log-log":
        low, high = inner ** np.exp(-reach / np.log(inner)), inner ** np.exp(reach / np.log(inner))
    else:
        down, up = (np.exp(-reach), np.exp(reach)) if interval == "log" else (1 - reach, 1 + reach)
        low, high = inner * down, inner * up
    return np.where(inside, np.maximum(low, 0), np.nan), np.where(inside, np.minimum(high, 1), np.nan)


def low_if_all(n: Floats, level: float) -> Floats:
    """Return the exact lower limit of a share when n of n have the property, ((1 − level)/2)^(1/n); NaN for n = 0.

    The lower limit of Clopper and Pearson. R: ``binom.test(n, n)$conf.int[1]``.
    """
    return np.where(n > 0, ((1 - checked_level(level)) / 2) ** (1 / np.maximum(n, 1)), np.nan)


def high_of_rest(count: Floats, n: Floats, level: float) -> Floats:
    """Return the exact upper limit of the share without the property when ``count`` of n have it.

    One minus the lower limit of Clopper and Pearson; R: ``1 - binom.test(count, n)$conf.int[1]``.
    """
    return 1 - stats.beta.ppf((1 - checked_level(level)) / 2, np.maximum(count, 1), np.maximum(n - count, 0) + 1)


