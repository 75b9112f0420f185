"""In which order do the points of a chart stand, and on which of them do its limits rest?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.stats.estimates import OK, Booleans, Floats, ratio

#: Fewer points give limits that are themselves noise (Montgomery DC (2013), section 5.3.3: 20-25 preliminary samples).
MINIMUM_BASELINE = 20
#: Shewhart's distance of the limits, in standard errors.
LIMIT_Z = 3.0
#: d2 for ranges of two, rounded as in the published charts (exactly 2/√π): mean moving range over standard deviation.
RANGE_OVER_SIGMA = 1.128
NO_VARIATION = "no variation in the baseline"
#: Numbers that a point without limits must not show.
LIMITS = ("centre", "limit_low", "limit_high", "z")


def in_order(points: pd.DataFrame) -> pd.DataFrame:
    """Return the rows sorted by ``period``, numbered from 0; raise ValueError if a period is missing or repeated."""
    if bool(points["period"].isna().any()) or bool(points["period"].duplicated().any()):
        raise ValueError("period must be known and name each point once: add up the rows of one period first")
    return points.sort_values("period").reset_index(drop=True)


def baseline_rows(usable: Booleans, baseline: int | None) -> tuple[Booleans, str]:
    """Return which points the limits rest on, and why there are none ("" = there are).

    Args:
        usable: one per point in order, False where it has no figure.
        baseline: how many of the first points are the baseline; None = all of them.

    Raises:
        ValueError: ``baseline`` is not a positive whole number.
    """
    if baseline is not None and (baseline < 1 or baseline != int(baseline)):
        raise ValueError("baseline must be how many of the first points the limits rest on, or None for all")
    first = np.arange(len(usable)) < (len(usable) if baseline is None else baseline)
    rows = usable & first
    return rows, f"fewer than {MINIMUM_BASELINE} baseline points" if rows.sum() < MINIMUM_BASELINE else ""


def mean_moving_range(values: Floats) -> float:
    """Return the mean absolute difference of neighbours; NaN for fewer than two values."""
    return float(np.abs(np.diff(values)).mean()) if len(values) > 1 else float("nan")


def limits_table(figures: pd.DataFrame, domain: tuple[float, float], reason: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Return the chart of ``figures``: three-sigma limits cut at the ends of the domain, z, and what lies beyond.

    Args:
        figures: columns period, n, estimate, centre, sigma (of the point) and any further ones, in order.
        domain: lowest and highest value the figure can take.
        reason: per point, why it has no limits; empty where it has.

    Returns:
        period, n, estimate, centre, limit_low, limit_high, z, beyond, the further columns, status. Without limits
        `LIMITS` are NaN and beyond is False.
    """
    centre, sigma = figures["centre"].to_numpy(float), figures["sigma"].to_numpy(float)
    flat = (reason == "") & ~(np.isfinite(sigma) & (sigma > 0))
    reason = np.where(flat, NO_VARIATION, reason)
    told = figures.drop(columns="sigma").assign(
        limit_low=np.clip(centre - LIMIT_Z * sigma, *domain),
        limit_high=np.clip(centre + LIMIT_Z * sigma, *domain),
        z=ratio(figures["estimate"].to_numpy(float) - centre, sigma),
        status=[f"not estimable: {why}" if why else OK for why in reason],
    )
    told[list(LIMITS)] = told[list(LIMITS)].astype(float).where(told["status"].eq(OK), np.nan)
    told["beyond"] = told["estimate"].lt(told["limit_low"]) | told["estimate"].gt(told["limit_high"])
    first = ["period", "n", "estimate", "centre", "limit_low", "limit_high", "z", "beyond"]
    return told[[*first, *told.columns.difference([*first, "status"], sort=False), "status"]]
