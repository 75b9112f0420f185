"""When has a slow drift of counts added up to more than chance?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.charts.run_length import CusumDesign, reference_value
from analysis.stats.charts.series import in_order
from analysis.stats.estimates import OK, Floats, Integers, counts_of


def cusum(points: pd.DataFrame, design: CusumDesign, limit: float) -> pd.DataFrame:
    """Return the CUSUM of counts against their expectation: S = max(0, S + x − k), alarm at S ≥ limit [1]_.

    For a decrease (rate ratio below 1) S = max(0, S + k − x). After an alarm the sum starts anew from 0, so that each
    alarm stands for a new run. k follows each period's expectation (season, exposure).

    Args:
        points: columns period, count, expected (in control; a period without any keeps the sum as it is).
        design: see `CusumDesign`; `analysis.stats.charts.run_length.designed_limit` finds the limit for it.
        limit: h, in events.

    Returns:
        period, n (the count), expected, reference (k), cusum, since (periods since the sum last was 0: where a drift
        probably began), limit, alarm, method, status; ordered by period.

    Raises:
        ValueError: a count is negative or not whole, an expectation negative, the limit not positive, or a period is
            repeated or missing.

    R: ``Reduce(function(s, d) max(0, s + d), x - k, accumulate = TRUE)`` up to the first alarm; ``spc`` and
    ``surveillance`` likewise. Cumulated log likelihood ratios are this sum times a constant.

    References:
        .. [1] Page ES (1954) Biometrika 41:100–115; Lucas JM (1985) Technometrics 27:129–144.
    """
    table = in_order(points)
    (count,) = counts_of(table, "count")
    expected = table["expected"].to_numpy(float, na_value=np.nan)
    if bool(np.any(expected < 0)) or not limit > 0:
        raise ValueError("expected must not be negative and limit be positive: are both in events?")
    usable = np.isfinite(expected) & (expected > 0)
    reference = np.full(len(count), np.nan)
    if usable.any():
        reference[usable] = reference_value(expected[usable], design)
    step = np.where(usable, count - reference, 0.0) * (1 if design.rate_ratio > 1 else -1)
    total, since = cumulated(step, limit)
    sums = pd.DataFrame({"period": table["period"], "n": count.astype(int), "expected": expected})
    return sums.assign(
        reference=reference,
        cusum=np.where(usable, total, np.nan),
        since=since,
        limit=limit,
        alarm=usable & reached(total, limit),
        method="negative binomial CUSUM" if design.dispersion > 1 else "Poisson CUSUM",
        status=np.where(usable, OK, "not estimable: nothing expected"),
    )


def cumulated(step: Floats, limit: float) -> tuple[Floats, Integers]:
    """Return the sum after each step, never below 0 and anew from 0 after `reached`, and its age in steps."""
    total, since = np.zeros(len(step)), np.zeros(len(step), dtype=np.int64)
    value, age = 0.0, 0
    for number, change in enumerate(step):
        value = max(0.0, value + float(change))
        age = age + 1 if value > 0 else 0
        total[number], since[number] = value, age
        if reached(value, limit):
            value, age = 0.0, 0
    return total, since


def reached(total: Floats | float, limit: float) -> np.ndarray:
    """Return whether the sum is at the limit or above, steps of .1 or .01 taken as such."""
    return np.round(total, 6) >= round(limit, 6)
