"""How far do any number of raters agree beyond chance, on any scale and with ratings missing?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.agreement.closeness import Metric, distances
from analysis.stats.agreement.limits import (
    agreement_reason,
    agreement_table,
    few_off_mode,
    jackknife,
    jackknife_figures,
    z_limits,
)
from analysis.stats.agreement.ratings import MINIMUM_UNITS, RatedUnits, off_mode, rated_units
from analysis.stats.estimates import LEVEL, Booleans, Floats, Integers, ratio

#: Where one value holds more than half of the ratings a squared difference rests on the few units off it: with fewer of
#: them the interval and ratio metrics covered .893 (n = 30, shares .01, .02, .04, .13, .8, agreement .4).
MINIMUM_OFF_HEAVY_MODE = 12
HALF = 0.5
HEAVY = f"fewer than {MINIMUM_OFF_HEAVY_MODE} units with a rating off a value that holds most of the ratings"

def krippendorff_alpha(
    ratings: pd.DataFrame,
    metric: Metric,
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_UNITS,
) -> pd.DataFrame:
    """Return Krippendorff's alpha, with the t interval of the jackknife over units on Fisher's z [1]_.

    α = 1 − D_o/D_e over units with at least two ratings, r_u ratings on unit u, N in all, n_c of value c:
    D_o = Σ_u r_u d_u / N, d_u the mean δ² over the unit's pairs of ratings; D_e = Σ_ck n_c n_k δ²_ck / (N (N−1));
    δ² as in `analysis.stats.agreement.closeness.distances`. Limits tanh(artanh α ± t(e−1) s), s the jackknife standard
    error of artanh α, e the effective number of units in which disagreement was seen (`jackknife_figures`), in the
    ordinal metric with δ² held as it is.

    Args:
        ratings: one row per rating, as in `analysis.stats.agreement.ratings.rated_units`.
        metric: "nominal", "ordinal", "interval" or "ratio".
        by: columns that name the groups; none = one row for the whole table.
        level: two-sided confidence level.
        minimum_n: fewer units rated twice are not estimable. Nor are fewer than `MINIMUM_OFF_MODE` units off the most
            frequent value (`MINIMUM_OFF_HEAVY_MODE` in the interval and ratio metrics where that holds more than half
            of the ratings), or a disagreement that rests on one unit: t or bootstrap intervals cover .4–.8 there.

    Returns:
        A table of estimates (1 = full agreement, 0 = as by chance), indexed by group; n counts units with two
        ratings or more. Further columns: std_error (jackknife, of α itself), effective, df.

    Raises:
        ValueError: as in `rated_units` and `distances`.

    R: ``irr::kripp.alpha(x, method)`` (raters × units; no interval), ``irrCAC::krippen.alpha.raw(x, weights)``
    (interval α ± t s of a linearised variance; "ordinal" weights there are not Krippendorff's). Hayes and
    Krippendorff bootstrap the ratings as if independent, which is narrower than sampling units.

    References:
        .. [1] Krippendorff K (2004) Content Analysis, 2nd ed., chapter 11; Hayes AF, Krippendorff K (2007) Commun
           Methods Meas 1:77–89; Efron B, Stein C (1981) Ann Stat 9:586–596.
    """
    units = rated_units(ratings, by)
    units = units.within(units.raters > 1)
    distance = distances(units.values, metric, units.total(units.given))
    size = units.raters
    apart = _pairs(units.given, distance, units.group) / (size - 1)

    def disagreements(sums: Floats, group: Integers) -> tuple[Floats, Floats]:
        n = sums[:, 0]
        return ratio(sums[:, 1], n), ratio(_pairs(sums[:, 2:], distance, group), n * (n - 1))

    parts = jackknife(units, np.column_stack([size, apart, units.given]), disagreements)
    figures = z_limits(jackknife_figures(units, parts), level)
    heavy = (_few_off_heavy_mode(units) & (metric in ("interval", "ratio")), HEAVY)
    reason = agreement_reason(figures, minimum_n, few_off_mode(units), heavy)
    return agreement_table(figures, reason, f"Krippendorff alpha ({metric}), jackknife t on Fisher z", level)


def _few_off_heavy_mode(units: RatedUnits) -> Booleans:
    """Return in which groups one value holds more than half of the ratings and too few units left it."""
    times = units.total(units.given)
    heavy = times.max(axis=1, initial=0.0) > HALF * times.sum(axis=1)
    return heavy & (off_mode(units) < MINIMUM_OFF_HEAVY_MODE)


def _pairs(given: Floats, distance: Floats, group: Integers) -> Floats:
    """Return Σ_ck m_c m_k δ²_ck per row m of ``given``, with the distances of its group."""
    if len(distance) == 1:
        return np.einsum("ic,ic->i", given @ distance[0], given)
    return np.einsum("ic,ick,ik->i", given, distance[group], given)
