"""What do units do when none of them is special, and which of them do not?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.charts.limits import FunnelLaw, Kind, Limits
from analysis.stats.charts.overdispersion import additive_variance, winsorised_dispersion
from analysis.stats.charts.predictive import predictive_p
from analysis.stats.estimates import LEVEL, Booleans, Floats, checked_level, ratio
from analysis.stats.intervals.rates import pearson_dispersion
from analysis.stats.testing import holm

#: Fewer units say too little about how much units differ; limits that do not ask that compare two, or one to a target.
MINIMUM_UNITS = {"exact": 2, "multiplicative": 5, "additive": 5, "gamma-Poisson": 5}
#: Fewer events in all units together say too little about their dispersion.
MINIMUM_EVENTS = 10
#: Family-wise error of the flags.
FAMILY_ERROR = 0.05
#: The null is never learnt from fewer than this share of the units, however many are flagged.
LEAST_INNOCENT = 0.5


@dataclass(frozen=True)
class FunnelDesign:
    """How a funnel is drawn and tested.

    ``limits``: "gamma-Poisson" (for decisions; rates only), "exact" (binomial or Poisson: no difference beyond chance
    is allowed for), "multiplicative" or "additive" (Spiegelhalter, for the picture). ``target``: centre given from
    outside; None = Σ count / Σ size. ``level``: of each unit's own interval. ``family_error``: of the flags.
    """

    limits: Limits
    target: float | None = None
    level: float = LEVEL
    family_error: float = FAMILY_ERROR


def null_law(kind: Kind, count: Floats, size: Floats, design: FunnelDesign) -> FunnelLaw:
    """Return the law of an innocent unit: centre, and φ or τ² from winsorised z-scores [1]_.

    φ of "multiplicative" is at least 1. The dispersion of "gamma-Poisson" is left at 1 here: `judged` finds it.

    Args:
        kind: "share" or "rate".
        count: events per unit.
        size: denominators or exposures, positive.
        design: see `FunnelDesign`.

    References:
        .. [1] Spiegelhalter DJ (2005) Stat Med 24:1185–1202, section 4.
    """
    centre = float(ratio(count.sum(), size.sum())) if design.target is None else design.target
    law = FunnelLaw(kind, design.limits, centre)
    if design.limits not in ("multiplicative", "additive") or objection(count, size, law, design):
        return law
    variance = law.variance(size)
    dispersion = winsorised_dispersion((count / size - centre) / np.sqrt(variance))
    if design.limits == "multiplicative":
        return replace(law, dispersion=max(1.0, dispersion))
    return replace(law, between=additive_variance(dispersion, variance))


def objection(count: Floats, size: Floats, law: FunnelLaw, design: FunnelDesign) -> str:
    """Return why these units (all with a size) have no funnel, "" if they have one."""
    least = 1 if design.limits == "exact" and design.target is not None else MINIMUM_UNITS[design.limits]
    if len(size) < least:
        return f"fewer than {least} units"
    if not law.variance(np.ones(1))[0] > 0:
        return "no event in any unit" if count.sum() == 0 else "no unit without an event"
    few = design.limits == "gamma-Poisson" and count.sum() < MINIMUM_EVENTS
    return f"fewer than {MINIMUM_EVENTS} events in all units" if few else ""


def judged(count: Floats, size: Floats, law: FunnelLaw, design: FunnelDesign) -> tuple[pd.DataFrame, FunnelLaw]:
    """Return z, p, p_holm and flagged per unit, and the law, for "gamma-Poisson" with its dispersion.

    "gamma-Poisson" is judged in steps: flagged units leave the null and the others are judged anew, until no further
    one is flagged. Under a true null any flag needs one in the first step, so the family-wise error is that of it.

    Args:
        count: events per unit.
        size: denominators or exposures, positive.
        law: of `null_law`, without `objection`.
        design: see `FunnelDesign`.
    """
    checked_level(design.family_error)
    if law.limits == "gamma-Poisson":
        p, null = _stepwise(count, size, design)
        centre = float(count[null].sum() / size[null].sum())
        dispersion = max(1.0, pearson_dispersion(count[null], centre * size[null], null.sum() - 1))
        centre = centre if design.target is None else design.target
        law = replace(law, centre=centre, dispersion=dispersion)
        z = _signed(p, count - centre * size)
    elif law.limits == "exact":
        p = _exact_p(count, size, law)
        z = (count / size - law.centre) / np.sqrt(law.variance(size))
    else:
        z = (count / size - law.centre) / np.sqrt(law.dispersion * law.variance(size) + law.between)
        p = 2 * stats.norm.sf(np.abs(z))
    adjusted = holm(pd.Series(p)).to_numpy()
    flags = pd.DataFrame({"z": z, "p": p, "p_holm": adjusted, "flagged": adjusted <= design.family_error})
    return flags, law


def _stepwise(count: Floats, exposure: Floats, design: FunnelDesign) -> tuple[Floats, Booleans]:
    """Return p per unit and the units of the null it was learnt from."""
    null = np.ones(len(count), dtype=bool)
    p = predictive_p(count, exposure, null, design.target)
    while len(p) * p[null].min() <= design.family_error:
        rest = null & (holm(pd.Series(p)).to_numpy() > design.family_error)
        enough = rest.sum() >= max(LEAST_INNOCENT * len(count), MINIMUM_UNITS["gamma-Poisson"] - 1)
        if not enough or rest.sum() == null.sum() or count[rest].sum() < MINIMUM_EVENTS:
            break
        null = rest
        p = predictive_p(count, exposure, null, design.target)
    return p, null


def _exact_p(count: Floats, size: Floats, law: FunnelLaw) -> Floats:
    counts = stats.binom(size, law.centre) if law.kind == "share" else stats.poisson(law.centre * size)
    return np.minimum(1.0, 2 * np.minimum(counts.cdf(count), counts.sf(count - 1)))


def _signed(p: Floats, difference: Floats) -> Floats:
    """Return the normal quantile of a two-sided p, with the sign of the difference."""
    return np.sign(difference) * stats.norm.isf(np.maximum(p, np.finfo(float).tiny) / 2)
