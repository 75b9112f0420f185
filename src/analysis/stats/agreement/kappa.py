"""How far do two or more raters agree beyond what their own shares of each value would give by chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.agreement.chance import chance_corrected
from analysis.stats.agreement.closeness import Weights, agreement_weights
from analysis.stats.agreement.limits import (
    Jackknife,
    agreement_reason,
    agreement_table,
    few_off_mode,
    jackknife,
    jackknife_figures,
    z_limits,
)
from analysis.stats.agreement.ratings import MINIMUM_UNITS, RatedUnits, rated_units
from analysis.stats.estimates import LEVEL, Floats, Integers, group_ids, ratio


def cohen_kappa(
    ratings: pd.DataFrame,
    weights: Weights = "identity",
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_UNITS,
) -> pd.DataFrame:
    """Return Cohen's (weighted) kappa of two raters, with the jackknife's t interval on Fisher's z [1]_.

    κ = 1 − Σ d_kl p_kl / Σ d_kl p_k· p_·l over the units both rated, d = 1 − weight. std_error is the
    non-null one of Fleiss, Cohen and Everitt; limits as in
    `analysis.stats.agreement.krippendorff.krippendorff_alpha`.

    Args:
        ratings: one row per rating, as in `analysis.stats.agreement.ratings.rated_units`, with rater: two per group.
        weights: "identity", "linear", "quadratic" or "ordinal", as in `agreement_weights`.
        by: columns that name the groups, such as the pair of raters; none = one row for the whole table.
        level: two-sided confidence level.
        minimum_n: fewer units rated by both are not estimable; further conditions as in `krippendorff_alpha`.

    Returns:
        A table of estimates (1 = full agreement, 0 = as by chance), indexed by group; n counts units both rated.
        Further columns: std_error, effective, df.

    Raises:
        ValueError: rater is missing, a group has more than two raters, or as in `rated_units` and `agreement_weights`.

    R: ``vcd::Kappa(table, weights = "Fleiss-Cohen")`` (quadratic; "Equal-Spacing" is linear) and
    ``psych::cohen.kappa(table)`` give the same estimate and standard error; their limits are estimate ± z s, which
    cover less for few units or a rare value. statsmodels ``cohens_kappa`` holds estimate and std_error of one table,
    with a warning where the raters agree fully; here all groups are computed at once.

    References:
        .. [1] Cohen J (1968) Psychol Bull 70:213–220; Fleiss JL, Cohen J, Everitt BS (1969) Psychol Bull 72:323–327.
    """
    units = rated_units(ratings, by)
    weight = agreement_weights(units.values, weights)
    pairs, first, second = _pairs(ratings, by, units)
    values = len(pairs.values)

    def disagreements(sums: Floats, _: Integers) -> tuple[Floats, Floats]:
        n, one, other = sums[:, 1], sums[:, 2 : 2 + values], sums[:, 2 + values :]
        return ratio(sums[:, 0], n), ratio(np.einsum("ik,kl,il->i", one, 1 - weight, other), n**2)

    given = np.eye(values)
    features = np.column_stack([1 - weight[first, second], np.ones(len(first)), given[first], given[second]])
    parts = jackknife(pairs, features, disagreements)
    figures = z_limits(jackknife_figures(pairs, parts), level)
    figures = figures.assign(std_error=_linearised_error(pairs, features, parts, 1 - weight))
    reason = agreement_reason(figures, minimum_n, few_off_mode(pairs))
    return agreement_table(figures, reason, f"Cohen kappa ({weights}), jackknife t on Fisher z", level)


def fleiss_kappa(
    ratings: pd.DataFrame,
    weights: Weights = "identity",
    by: Sequence[str] = (),
    level: float = LEVEL,
    minimum_n: int = MINIMUM_UNITS,
) -> pd.DataFrame:
    """Return Fleiss' kappa of any number of raters, not necessarily the same on each unit [1]_.

    (p_a − p_e)/(1 − p_e) as in Gwet's AC (`analysis.stats.agreement.gwet.gwet_ac`), but p_e = Σ w_kl π_k π_l. With
    ratings missing it is Gwet's generalisation; std_error is his linearised one. Limits, arguments, result and errors
    as in `analysis.stats.agreement.krippendorff.krippendorff_alpha`, with ``weights`` for the metric. κ is biased down
    by (1 − κ)/N for N ratings: the limits, not the estimate, are centred without that bias (which is alpha).

    R: ``irr::kappam.fleiss(x)`` (the same estimate where nothing is missing; its z is for κ = 0 only),
    ``irrCAC::fleiss.kappa.raw(x, weights)`` (the same estimate and std_error; limits estimate ± t(n−1) s).

    References:
        .. [1] Fleiss JL (1971) Psychol Bull 76:378–382; Gwet KL (2014) Handbook of Inter-Rater Reliability, 4th ed.
    """
    units = rated_units(ratings, by)
    weight = agreement_weights(units.values, weights)

    def chance(shares: Floats) -> tuple[Floats, Floats]:
        slope = shares @ weight
        return (slope * shares).sum(axis=1), slope

    figures = chance_corrected(units, weight, chance)
    centre = 1 - (1 - figures["estimate"]) * (1 - ratio(1.0, units.total(units.raters)))
    limits = z_limits(figures.assign(estimate=centre), level)
    figures = figures.assign(low=limits["low"], high=limits["high"])
    reason = agreement_reason(figures, minimum_n, few_off_mode(units.within(units.raters > 1)))
    return agreement_table(figures, reason, f"Fleiss kappa ({weights}), jackknife t on Fisher z", level)


def _pairs(ratings: pd.DataFrame, by: Sequence[str], units: RatedUnits) -> tuple[RatedUnits, Integers, Integers]:
    """Return the units rated by both raters of their group, and the places on the scale of the two ratings."""
    if "rater" not in ratings:
        raise ValueError("Cohen's kappa needs the column rater: without it use fleiss_kappa")
    rows = ratings[ratings["value"].notna() & (ratings["count"].gt(0) if "count" in ratings else True)]
    group, _ = group_ids(rows, by)
    rater = pd.DataFrame({"group": group, "rater": rows["rater"].to_numpy()})
    if bool((rater.drop_duplicates().groupby("group").size() > 2).any()):
        raise ValueError("Cohen's kappa compares two raters: name the pair in by, or use fleiss_kappa")
    place = units.values.get_indexer(pd.Index(rows["value"]))
    unit, _ = group_ids(rows, [*by, "unit"])
    order = np.lexsort((pd.factorize(rater["rater"], sort=True)[0], unit))
    both = units.raters > 1
    pair = place[order][both[unit[order]]].reshape(-1, 2)
    return units.within(both), pair[:, 0], pair[:, 1]


def _linearised_error(pairs: RatedUnits, features: Floats, parts: Jackknife, distance: Floats) -> Floats:
    """Return the standard error of Fleiss, Cohen and Everitt per group, √(Σ x_i²) / n.

    x_i = (D_o − d_i)/D_e + (D_o/D_e²)(a_i + b_i − 2 D_e), a_i and b_i the distances of the unit's first and second
    rating from all of the other rater.
    """
    values, own, n = len(distance), pairs.group, pairs.size()
    margins = ratio(pairs.total(features[:, 2:]), n[:, None])
    one, other = features[:, 2 : 2 + values], features[:, 2 + values :]
    from_other = (one @ distance * margins[own, values:]).sum(axis=1)
    from_one = (other @ distance * margins[own, :values]).sum(axis=1)
    observed, expected = parts.observed[own], parts.expected[own]
    chance = ratio(observed * (from_other + from_one - 2 * expected), expected**2)
    influence = ratio(observed - features[:, 0], expected) + chance
    return ratio(np.sqrt(pairs.total(influence**2)), n)
