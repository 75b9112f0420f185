"""Did the mean level of a monthly figure change at some month, and when?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, Floats, Integers, checked_level, estimate_table
from analysis.stats.models.autoregression import ROUNDING, autocorrelations, whitened
from analysis.stats.models.segmented import usable_months

#: Part of the series left out at each end, where a level of its own cannot be told (Andrews 1993).
TRIMMING = 0.15
#: False alarms and coverage were simulated from two years on.
MINIMUM_MONTHS = 24
#: Simulated series behind a p value: the least p is 1/1,000.
DRAWS = 999
METHOD = "sup F against simulated AR(1) series without change; month by its likelihood"


@dataclass(frozen=True)
class LevelSearch:
    """A series and the positions at which a new level may begin.

    Attributes:
        month: ascending whole numbers; gaps are allowed.
        value: one per month.
        weight: positive; the error variance is proportional to 1/weight.
        first: candidate positions of the first month of a new level.
    """

    month: Floats
    value: Floats
    weight: Floats
    first: Integers

    def explained(self, value: Floats) -> tuple[Floats, Floats]:
        """Return squares that a change at each candidate explains, and those around one level, per row of ``value``."""
        total = self.weight.sum()
        before = np.cumsum(self.weight)[self.first - 1]
        centred = value - (value @ self.weight / total)[:, None]
        sums = np.cumsum(centred * self.weight, axis=1)[:, self.first - 1]
        return sums**2 * total / (before * (total - before)), centred**2 @ self.weight

    def sup_f(self, value: Floats) -> Floats:
        """Return the largest F statistic of a change at a candidate against one level, per row of ``value``."""
        between, around = self.explained(value)
        best = between.max(axis=1)
        return best / (around - best) * (len(self.month) - 2)


def changepoint(series: pd.DataFrame, seed: int, level: float = LEVEL) -> pd.DataFrame:
    """Return the month from which a series has another mean level, if it has: at most one change.

    sup F: the largest F of two levels against one, over the candidates (`TRIMMING` left out at each end) [1]_. Its p is
    the share of `DRAWS` simulated AR(1) series without change, the real one counted in, whose sup F is as large;
    each is drawn with an autocorrelation from `change_likelihood`, so what is not known of it is in p. The month's
    limits are the ends of the smallest set of candidates that holds ``level`` of their likelihood [2]_.

    Args:
        series: columns month (whole numbers that count months), value and, where figures rest on unequal numbers, n.
        seed: of the simulated series.
        level: two-sided confidence level; 1 − level is the false-alarm rate.

    Returns:
        A table of one row: estimate is the first month of the new level (n months in all), with sup_f, p, before,
        after (mean levels), shift (after − before; chosen as the largest, so exaggerated) and autocorrelation. Where
        p exceeds 1 − level it is "not estimable: no change shown"; so is a series shorter than `MINIMUM_MONTHS`.

    Season and trend must be out of the figures. False alarms in series of 24–48 months with autocorrelation 0 / .3 /
    .5: 3–6 %; limits cover .95 and more, given an alarm .90 and more for shifts of 1.5 standard deviations.

    R: ``f <- strucchange::Fstats(y ~ 1); max(f$Fstats)``; its ``breakpoint`` is the last month of the old level, its p
    (Hansen 1997) holds without autocorrelation, its ``confint`` (Bai 1997) for long series.

    References:
        .. [1] Andrews DWK (1993) Econometrica 61:821–856.
        .. [2] Cobb GW (1978) Biometrika 65:243–251.
    """
    alpha = 1 - checked_level(level)
    search = level_search(series)
    columns = ["estimate", "low", "high", "sup_f", "p", "before", "after", "shift", "autocorrelation"]
    figures = pd.DataFrame(np.nan, index=[0], columns=columns).assign(n=len(search.month))
    reason = _reason(search)
    if not reason:
        figures = pd.DataFrame([_found(search, seed, level)])
        p = float(figures["p"].item())
        reason = f"no change shown (p = {p:.2g})" if p > alpha else ""
    return estimate_table(figures, np.array([reason]), METHOD, level)


def level_search(series: pd.DataFrame) -> LevelSearch:
    """Return the usable months and the candidates among them; see `changepoint` for the columns."""
    usable = usable_months(series)
    n = len(usable)
    least = max(int(TRIMMING * n), 1)
    weight = usable["n"].to_numpy(float)
    return LevelSearch(
        usable["month"].to_numpy(float),
        usable["value"].to_numpy(float),
        weight / weight.max(initial=1e-300),
        np.arange(least, n - least + 1),
    )


def change_likelihood(search: LevelSearch) -> tuple[Floats, Floats, pd.Series]:
    """Return autocorrelations, the likelihood share of each, and that of each candidate month.

    For autocorrelation ρ and candidate k: |R|^−½ |1′R⁻¹1|^−½ RSS(ρ, k)^−(n−2)/2, levels and variance integrated out
    (flat for the level and log σ, and for the shift on the scale of what k can tell), flat weights for ρ in (−1, 1)
    and for k; shares add up to 1 over both.

    R: ``g <- gls(y ~ step, correlation = corAR1(rho, ~month, fixed = TRUE))``;
    ``exp(logLik(g) - log(vcov(g)[2, 2] / sigma(g)^2) / 2)`` up to a constant.
    """
    node, width = autocorrelations()
    n = len(search.month)
    root = np.sqrt(search.weight)[:, None]
    steps = (np.arange(n)[:, None] >= search.first).astype(float)
    rows = np.column_stack([np.ones(n), search.value - search.value.mean(), steps]) * root
    rows, log_root = whitened(rows, np.diff(search.month), node)
    level, value = rows[:, :, :1], rows[:, :, 1:2]
    square = (level**2).sum(axis=1)
    value = value - level * ((level * value).sum(axis=1) / square)[:, None]
    steps = rows[:, :, 2:] - level * ((level * rows[:, :, 2:]).sum(axis=1) / square)[:, None]
    left = (value**2).sum(axis=1) - (steps * value).sum(axis=1) ** 2 / (steps**2).sum(axis=1)
    log_share = -log_root[:, None] - np.log(square) / 2 - (n - 2) / 2 * np.log(left)
    share = np.exp(log_share - log_share.max()) * width[:, None]
    share = share / share.sum()
    return node, share.sum(axis=1), pd.Series(share.sum(axis=0), index=search.month[search.first])


def _found(search: LevelSearch, seed: int, level: float) -> dict[str, float]:
    """Return the row of `changepoint`."""
    node, of_node, of_month = change_likelihood(search)
    sup_f = float(search.sup_f(search.value[None, :])[0])
    drawn = search.sup_f(_without_change(search, np.cumsum(of_node), node, seed))
    best = int(search.first[search.explained(search.value[None, :])[0][0].argmax()])
    ranked = of_month.sort_values(ascending=False, kind="stable")
    kept = ranked.index[: int((ranked.cumsum() < level).sum()) + 1]
    before = float(np.average(search.value[:best], weights=search.weight[:best]))
    after = float(np.average(search.value[best:], weights=search.weight[best:]))
    return {
        "n": len(search.month),
        "estimate": float(search.month[best]),
        "low": min(float(kept.min()), float(search.month[best])),
        "high": max(float(kept.max()), float(search.month[best])),
        "sup_f": sup_f,
        "p": (1 + int((drawn >= sup_f).sum())) / (DRAWS + 1),
        "before": before,
        "after": after,
        "shift": after - before,
        "autocorrelation": float(of_node @ node),
    }


def _without_change(search: LevelSearch, cumulated: Floats, node: Floats, seed: int) -> Floats:
    """Return `DRAWS` series without change, their autocorrelations spread evenly over the likelihood's shares."""
    position = np.searchsorted(cumulated, (np.arange(DRAWS) + 0.5) / DRAWS)
    autocorrelation = node[np.minimum(position, len(node) - 1)]
    noise = np.random.default_rng(seed).standard_normal((len(search.month), DRAWS))
    for row, gap in enumerate(np.diff(search.month), start=1):
        carried = autocorrelation**gap
        noise[row] = carried * noise[row - 1] + np.sqrt(1 - carried**2) * noise[row]
    return noise.T / np.sqrt(search.weight)


def _reason(search: LevelSearch) -> str:
    """Return why nothing can be estimated ("" = it can)."""
    if not len(search.month):
        return "no months"
    if len(search.month) < MINIMUM_MONTHS:
        return f"fewer than {MINIMUM_MONTHS} months"
    between, around = search.explained(search.value[None, :])
    rounding = float((ROUNDING * np.abs(search.value).max()) ** 2 * search.weight.sum())
    if around[0] <= rounding:
        return "no variation"
    flat = around[0] - between.max() <= max(rounding, ROUNDING * around[0])
    return "no variation around two levels" if flat else ""
