"""How much of a change in a total is performance, and how much is mix?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.composites.categories import PERIODS, Kind, weighed_categories
from analysis.stats.estimates import (
    LEVEL,
    Booleans,
    Floats,
    checked_level,
    estimate_table,
    first_reason,
    ratio,
    sums_by,
)

PERFORMANCE, MIX, CHANGE = "performance", "mix", "change"
PARTS = (PERFORMANCE, MIX, CHANGE)
#: Answers per period, and answers of either kind where a share is decomposed: with fewer, simulated intervals
#: cover .82–.90.
MINIMUM_N_PERIOD = 50
MINIMUM_EACH = 5
EMPTY_PERIOD = "a period without answers"
FEW = f"fewer than {MINIMUM_N_PERIOD} answers in a period"
RARE = f"fewer than {MINIMUM_EACH} answers of either kind in a period"
LONE = "a category with a single answer in a period"
NO_SPREAD = "no variation within the categories"


def change_parts(
    categories: pd.DataFrame, kind: Kind, by: Sequence[str] = (), level: float = LEVEL
) -> pd.DataFrame:
    """Return the change of a share, mean or rate between two periods as performance + mix, adding up exactly [1]_.

    With shares of the categories w and their figures r, R = Σ w r:
    R₂ − R₁ = Σ ½(w₁ + w₂)(r₂ − r₁) [performance] + Σ ½(r₁ + r₂)(w₂ − w₁) [mix]; the interaction is split evenly
    (Kitagawa; Das Gupta's two factors; a two-fold Oaxaca–Blinder with weights ½) [2]_. A category present in one
    period only keeps its figure there for both: it belongs to the mix alone.

    Limits: estimate ± z se (delta method), periods and categories independent. Shares: v = r(1−r)/n. Means:
    v = s²/n. Rates: Poisson, v = count/exposure². The mix of a share or a mean is itself sampled (multinomial), that
    of a rate, its exposure, is known. The sampled mix part is a product of two estimates: its variance has the second
    order too, Σ ¼(v₁ + v₂) var(w₂ − w₁), without which it covered .90–.94.

    Args:
        categories: one row per category, columns category, n_before, total_before, n_after, total_after, with the
            columns of ``by``. n: answers, or exposure of a rate; total: answers of the kind, sum of the values, or
            count. A mean needs squares_before, squares_after, the sums of squared values. Rows of the same category
            are added up.
        kind: "share", "mean" or "rate".
        by: columns that name the groups; none = one.
        level: two-sided confidence level.

    Returns:
        A table of estimates with index ``by`` and part (performance, mix, change), with std_error, and before and
        after (the whole figure). n: both periods. Not estimable: a period with fewer than `MINIMUM_N_PERIOD` answers
        or `MINIMUM_EACH` of either kind; a mean with one answer in a category. A mix that cannot differ (a single
        category, or known shares unchanged) is exactly 0.

    Raises:
        ValueError: a total of a share exceeds its n, a count is not a count, or n is negative.

    R: ``oaxaca`` and ``DasGuptR::dgnpop(x, "pop", c("w", "rate"), ratefunction = "sum(w*rate)")`` give the same
    parts, without this interval (both bootstrap).

    References:
        .. [1] Kitagawa EM (1955) J Am Stat Assoc 50:1168–1194.
        .. [2] Das Gupta P (1993) Standardization and decomposition of rates. US Bureau of the Census P23-186.
    """
    cells, size, groups = weighed_categories(categories, kind, by)
    parts = _parts(cells, len(groups))
    variance = _variances(cells, size, len(groups), kind != "rate")
    reason = _reasons(cells, size, kind)
    z = stats.norm.ppf((1 + checked_level(level)) / 2)
    total = size["before"] + size["after"]
    whole = {period: np.where(size[period] > 0, parts[period], np.nan) for period in PERIODS}
    tables = []
    for part in PARTS:
        figures = pd.DataFrame({"n": total, "estimate": parts[part], "std_error": np.sqrt(variance[part])})
        half = z * figures["std_error"]
        figures = figures.assign(low=figures["estimate"] - half, high=figures["estimate"] + half, **whole)
        why = np.where((reason == "") & _flat(part, cells, variance, kind), NO_SPREAD, reason)
        table = estimate_table(figures.set_axis(groups), why, f"Kitagawa parts of a {kind}, delta method", level)
        tables.append(table.assign(part=part))
    return _indexed(pd.concat(tables), by)


def category_parts(categories: pd.DataFrame, kind: Kind, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return what each category adds to the performance and to the mix part of `change_parts`.

    performance_k = ½(w₁ + w₂)(r₂ − r₁); mix_k = (½(r₁ + r₂) − ½(R₁ + R₂))(w₂ − w₁): a category that grows lifts the
    whole only as far as it is better than the whole. Arithmetic of the two periods, no estimate; both sum to the
    parts.

    Args:
        categories: as in `change_parts`.
        kind: as there.
        by: as there.

    Returns:
        Columns of ``by``, category, share_before, share_after, performance, mix; one row per category.

    R: ``DasGuptR::dgnpop`` with a rate function per category; see [1]_ for the centring of the mix.

    References:
        .. [1] Chevan A, Sutherland M (2009) Demography 46:429–449.
    """
    cells, _, groups = weighed_categories(categories, kind, by)
    parts, group = _parts(cells, len(groups)), cells["group"].to_numpy()
    centre = ((parts["before"] + parts["after"]) / 2).to_numpy()[group]
    named = groups.to_frame(index=False).take(group).reset_index(drop=True) if by else pd.DataFrame(index=cells.index)
    return named.set_axis(list(by), axis=1).assign(
        category=cells["category"],
        share_before=cells["w_before"],
        share_after=cells["w_after"],
        performance=cells["w"] * cells["gap"],
        mix=(cells["r"] - centre) * (cells["w_after"] - cells["w_before"]),
    )


def _parts(cells: pd.DataFrame, groups: int) -> pd.DataFrame:
    """Return performance, mix, change, before, after per group number."""
    group = cells["group"].to_numpy()
    whole = {period: sums_by(group, cells[f"w_{period}"] * cells[f"r_{period}"], groups) for period in PERIODS}
    performance = sums_by(group, cells["w"] * cells["gap"], groups)
    mix = sums_by(group, cells["r"] * (cells["w_after"] - cells["w_before"]), groups)
    return pd.DataFrame({PERFORMANCE: performance, MIX: mix, CHANGE: performance + mix, **whole})


def _variances(cells: pd.DataFrame, size: dict[str, Floats], groups: int, sampled_mix: bool) -> dict[str, Floats]:
    """Return the delta-method variance of each part: from the figures, and from the mix where it is sampled."""
    group, shift = cells["group"].to_numpy(), (cells["w_after"] - cells["w_before"]).to_numpy()
    alone = cells["n_before"].eq(0).to_numpy() | cells["n_after"].eq(0).to_numpy()
    variance = {part: np.zeros(groups) for part in PARTS}
    for period in PERIODS:
        share, present = cells[f"w_{period}"].to_numpy(), cells[f"n_{period}"].gt(0).to_numpy()
        slopes = {PERFORMANCE: np.where(alone, 0.0, cells["w"]), MIX: np.where(alone, shift, shift / 2), CHANGE: share}
        factors = {PERFORMANCE: cells["gap"] / 2, MIX: cells["r"], CHANGE: cells[f"r_{period}"]}
        for part in PARTS:
            own = np.where(present, cells[f"v_{period}"], 0.0)
            variance[part] = variance[part] + sums_by(group, slopes[part] ** 2 * own, groups)
            if sampled_mix:
                centre = sums_by(group, share * factors[part], groups)[group]
                spread = sums_by(group, share * (factors[part] - centre) ** 2, groups)
                variance[part] = variance[part] + ratio(spread, size[period])
        if sampled_mix:
            own = np.where(present, cells[f"v_{period}"], 0.0) * np.where(alone, 1.0, 1 / 4)
            variance[MIX] = variance[MIX] + sums_by(group, own * _shift_variance(cells, size), groups)
    return variance


def _shift_variance(cells: pd.DataFrame, size: dict[str, Floats]) -> Floats:
    """Return the variance of each category's move in the mix, w₂ − w₁, where both are sampled."""
    group = cells["group"].to_numpy()
    shares = {period: cells[f"w_{period}"].to_numpy() for period in PERIODS}
    return np.sum([ratio(w * (1 - w), size[period][group]) for period, w in shares.items()], axis=0)


def _flat(part: str, cells: pd.DataFrame, variance: dict[str, Floats], kind: Kind) -> Booleans:
    """Return where a part shows no error by chance; a mix that cannot differ has none by right."""
    several = sums_by(cells["group"].to_numpy(), np.ones(len(cells)), len(variance[part])) > 1
    by_right = (part == MIX) & ((kind == "rate") | ~several)
    return np.asarray(~(variance[CHANGE] > 0) | (~(variance[part] > 0) & ~by_right), dtype=np.bool_)


def _reasons(cells: pd.DataFrame, size: dict[str, Floats], kind: Kind) -> np.ndarray:
    """Return why a group cannot be decomposed; "" where it can."""
    total = size["before"] + size["after"]
    empty = (size["before"] == 0) | (size["after"] == 0)
    few, rare = np.zeros(len(total), dtype=bool), np.zeros(len(total), dtype=bool)
    for period in PERIODS if kind != "rate" else ():
        few |= size[period] < MINIMUM_N_PERIOD
        counted = sums_by(cells["group"].to_numpy(), cells[f"total_{period}"], len(total))
        rare |= (kind == "share") & (np.minimum(counted, size[period] - counted) < MINIMUM_EACH)
    if kind == "mean":
        lone = cells[["n_before", "n_after"]].eq(1).any(axis=1)
        rare = sums_by(cells["group"].to_numpy(), lone.to_numpy(float), len(total)) > 0
    of, scarce = ("exposure" if kind == "rate" else "answers"), (RARE if kind == "share" else LONE)
    return first_reason(total, 0, (empty, EMPTY_PERIOD), (few, FEW), (rare, scarce), of=of)


def _indexed(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the table indexed by group and part, groups first."""
    table = table.set_index("part", append=bool(by))
    return table.sort_index(level=list(range(len(by))), sort_remaining=False, kind="stable") if by else table
