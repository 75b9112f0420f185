"""How much does each category weigh, and what is its figure, before and after?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, Integers, counts_of, group_ids, ratio, sums_by

Kind = Literal["share", "mean", "rate"]
PERIODS = ("before", "after")


def weighed_categories(
    categories: pd.DataFrame, kind: Kind, by: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, Floats], pd.Index]:
    """Return shares and figures of the categories in two periods, for a decomposition of the change.

    Args:
        categories: columns category, n_before, total_before, n_after, total_after (a mean also squares_before,
            squares_after), with the columns of ``by``.
        kind: "share" (total counts answers of the kind), "mean" (sum of values) or "rate" (events, n = exposure).
        by: columns that name the groups; none = one.

    Returns:
        The cells, sorted by group (a number) and category, empty ones left out: share w_*, figure r_* (an absent one
        taken from the other period) and its variance v_* in both periods, the means w and r and the gap
        r_after − r_before; the size of the groups per period; the groups.

    Raises:
        ValueError: a number is missing, not a count or negative, a share's total exceeds its n, events stand without
            exposure, or the kind is unknown.

    R: ``prop.table(n)``, ``total / n``; variances ``r * (1 - r) / n``, ``var(y) / n``, ``count / exposure^2``.
    """
    ids, groups = group_ids(categories, by)
    cells = _cells(categories, ids, kind)
    size = {period: sums_by(cells["group"].to_numpy(), cells[f"n_{period}"], len(groups)) for period in PERIODS}
    return _weighed(cells, size), size, groups


def _cells(categories: pd.DataFrame, ids: Integers, kind: Kind) -> pd.DataFrame:
    """Return the sums per group and category, sorted, empty ones left out."""
    if kind not in ("share", "mean", "rate"):
        raise ValueError('kind must be "share", "mean" or "rate"')
    names = ("n", "total", "squares") if kind == "mean" else ("n", "total")
    columns = [f"{name}_{period}" for name in names for period in PERIODS]
    numbers = categories[columns].astype(float)
    if kind != "mean":
        counts_of(categories, "total_before", "total_after")
    if kind != "rate":
        counts_of(categories, "n_before", "n_after")
    over = [bool((numbers[f"total_{period}"] > numbers[f"n_{period}"]).any()) for period in PERIODS]
    if kind == "share" and any(over):
        raise ValueError("total exceeds n in some category: a share counts each answer once at most")
    sizes = numbers[["n_before", "n_after"]].to_numpy()
    if not np.isfinite(numbers.to_numpy()).all() or (sizes < 0).any():
        raise ValueError("n must be 0 or more and no number may be missing: write 0 for a category that is absent")
    keyed = numbers.assign(group=ids, category=categories["category"].to_numpy())
    cells = keyed.groupby(["group", "category"], dropna=False, observed=True)[columns].sum().reset_index()
    stray = [bool(((cells[f"n_{period}"] == 0) & (cells[f"total_{period}"] > 0)).any()) for period in PERIODS]
    if kind == "rate" and any(stray):
        raise ValueError("events without exposure in some category: do count and exposure use the same categories?")
    cells = cells[cells["n_before"].gt(0) | cells["n_after"].gt(0)].reset_index(drop=True)
    return cells.assign(**{f"v_{period}": _cell_variance(cells, period, kind) for period in PERIODS})


def _cell_variance(cells: pd.DataFrame, period: str, kind: Kind) -> Floats:
    """Return the variance of each category's figure; NaN for a mean of one answer."""
    n, total = cells[f"n_{period}"].to_numpy(), cells[f"total_{period}"].to_numpy()
    figure = ratio(total, n)
    if kind == "rate":
        return ratio(figure, n)
    if kind == "share":
        return ratio(figure * (1 - figure), n)
    spread = np.maximum(cells[f"squares_{period}"].to_numpy() - n * figure**2, 0.0)
    return ratio(ratio(spread, n - 1), n)


def _weighed(cells: pd.DataFrame, size: dict[str, Floats]) -> pd.DataFrame:
    """Return the cells with shares, figures (an absent one taken from the other period), their means and the gap."""
    group = cells["group"].to_numpy()
    figures = {}
    for period in PERIODS:
        figures[f"w_{period}"] = ratio(cells[f"n_{period}"], size[period][group])
        figures[f"r_{period}"] = ratio(cells[f"total_{period}"], cells[f"n_{period}"])
    before, after = figures["r_before"], figures["r_after"]
    figures["r_before"] = np.where(np.isnan(before), after, before)
    figures["r_after"] = np.where(np.isnan(after), before, after)
    figures["w"] = (figures["w_before"] + figures["w_after"]) / 2
    figures["r"] = (figures["r_before"] + figures["r_after"]) / 2
    return cells.assign(**figures, gap=figures["r_after"] - figures["r_before"])
