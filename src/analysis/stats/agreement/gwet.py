"""How far do raters agree beyond chance, when nearly all cases deserve the same rating?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.agreement.chance import chance_corrected
from analysis.stats.agreement.closeness import Weights, agreement_weights
from analysis.stats.agreement.limits import agreement_reason, agreement_table, z_limits
from analysis.stats.agreement.ratings import MINIMUM_UNITS, rated_units
from analysis.stats.estimates import LEVEL, Floats, ratio


def gwet_ac(
    ratings: pd.DataFrame,
    weights: Weights = "identity",
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_UNITS,
) -> pd.DataFrame:
    """Return Gwet's AC1 (identity weights) or AC2, with a t interval on Fisher's z [1]_.

    (p_a − p_e) / (1 − p_e); p_a the weighted agreement of pairs of raters, averaged over units rated twice or more;
    p_e = Σ w_kl / (q (q−1)) · Σ_k π_k (1 − π_k) with q values and π_k the mean share of value k over all units.
    std_error is Gwet's linearised one, without finite-population correction.

    Args:
        ratings: one row per rating, as in `analysis.stats.agreement.ratings.rated_units`. q counts the values that
            occur anywhere in the table; pass a categorical ``value`` to count those never given.
        weights: "identity", "linear", "quadratic" or "ordinal", as in
            `analysis.stats.agreement.closeness.agreement_weights`.
        by: columns that name the groups; none = one row for the whole table.
        level: two-sided confidence level.
        minimum_n: fewer units rated twice are not estimable; nor are ratings
            without disagreement, or with all of it on one unit.

    Returns:
        A table of estimates (1 = full agreement), indexed by group; n counts units with two ratings or more. Further
        columns: std_error, effective (units that carry the disagreement), df.

    Raises:
        ValueError: as in `rated_units` and `agreement_weights`.

    R: ``irrCAC::gwet.ac1.raw(x, weights)`` gives the same estimate and std_error; its limits are estimate ± t(n−1) s,
    cut at 1, which cover .64–.80 of high agreements at n = 10–30. Here tanh(artanh x ± t(df) s/(1 − x²)), df the
    smaller of n − 1 and the number of equal units that would leave the disagreement as uncertain as it is.

    References:
        .. [1] Gwet KL (2008) Br J Math Stat Psychol 61:29–48; Gwet KL (2014) Handbook of Inter-Rater Reliability,
           4th ed., chapters 4–5.
    """
    units = rated_units(ratings, by)
    weight = agreement_weights(units.values, weights)
    values = len(units.values)
    scale = float(weight.sum()) / (values * (values - 1)) if values > 1 else 0.0

    def chance(shares: Floats) -> tuple[Floats, Floats]:
        return scale * (shares * (1 - shares)).sum(axis=1), scale * (1 - shares)

    figures = chance_corrected(units, weight, chance)
    on_z = ratio(figures["std_error"], 1 - figures["estimate"] ** 2)
    effective = figures["effective_observed"]
    df = np.fmin(effective, figures["n"] - 1)
    figures = z_limits(figures.assign(z_error=on_z, effective=effective, df=df), level)
    name = "Gwet AC1" if weights == "identity" else f"Gwet AC2 ({weights})"
    reason = agreement_reason(figures, minimum_n)
    return agreement_table(figures, reason, f"{name}, linearised t on Fisher z", level)
