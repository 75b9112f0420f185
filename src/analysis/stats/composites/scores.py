"""How far along from floor to target is each component, and which of them are there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import OK, Booleans, Floats, group_ids

#: A score runs from 0 (floor or worse) to 100 (target or better).
FULL = 100.0
#: Least share of the weight that must be present for a composite: METHODS §9.
MINIMUM_WEIGHT = 0.8
#: Shares of the weight are sums of decimals: .2 + .6 may fall short of .8 by rounding.
ROUNDING = 1e-9
PLAN = ("floor", "target", "weight")


@dataclass(frozen=True)
class Scheme:
    """What a composite is made of: a table indexed by component, columns floor, target, weight.

    floor scores 0 and target 100, in the unit of the component; floor above target where less is better. Weights are
    0 or more; only their proportions count.
    """

    components: pd.DataFrame
    #: A composite needs this share of the weight.
    minimum_weight: float = MINIMUM_WEIGHT

    def __post_init__(self) -> None:
        floor, target, weight = (self.components[name].to_numpy(float) for name in PLAN)
        if not np.isfinite([floor, target, weight]).all() or bool((floor == target).any()):
            raise ValueError("each component needs a floor, a target other than that, and a weight")
        if not self.components.index.is_unique or bool((weight < 0).any()) or not weight.sum() > 0:
            raise ValueError("components must be named once, with weights of 0 or more, not all 0")

    @property
    def names(self) -> list[str]:
        """The components, sorted: so the order of the plan's rows does not matter."""
        return sorted(self.components.index)

    def column(self, name: str) -> Floats:
        """Return floor, target or weight in the order of the names."""
        return self.components.loc[self.names, name].to_numpy(float)


@dataclass(frozen=True)
class Scores:
    """Unclipped scores of all units (rows) and components (columns, sorted), NaN where a component is missing."""

    units: pd.Index
    n: Floats
    centre: Floats
    #: One standard deviation towards worse and towards better: (estimate − low)/z and (high − estimate)/z.
    down: Floats
    up: Floats
    #: Weights, renormalised over the components present; 0 for those missing.
    weight: Floats
    present: Booleans
    #: Share of the plan's weight that is present.
    weight_present: Floats

    @property
    def composite(self) -> Floats:
        """Weighted mean of the clipped scores."""
        return np.asarray((self.weight * clipped(np.nan_to_num(self.centre))).sum(axis=1), dtype=np.float64)


def component_scores(estimates: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Return each estimate as a score, 100 (x − floor)/(target − floor) clipped to 0–100, limits carried along.

    A monotone map: the score's interval covers whenever the estimate's does. Where less is better the limits change
    places.

    Args:
        estimates: a table of estimates with the column component.
        scheme: floor and target of each component, in its unit.

    Returns:
        The table with estimate, low, high as scores (0–100), other columns and index as they were; std_error, in the
        old unit, is dropped.

    Raises:
        ValueError: a component is not in the scheme.

    R: ``pmin(pmax(100 * (x - floor) / (target - floor), 0), 100)``.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 5 (min–max, with goalposts).
    """
    floor, target, _ = _plan_of(estimates, scheme)
    scores = {name: clipped(_scaled(estimates[name], floor, target)) for name in ("estimate", "low", "high")}
    turned = target < floor
    low, high = (np.where(turned, scores[b], scores[a]) for a, b in (("low", "high"), ("high", "low")))
    rest = estimates.drop(columns=[name for name in ("std_error",) if name in estimates])
    return rest.assign(estimate=scores["estimate"], low=low, high=high)


def scores_of(estimates: pd.DataFrame, scheme: Scheme, by: Sequence[str] = ()) -> Scores:
    """Return the units' scores, spreads and weights as arrays, from a long table of estimates.

    Args:
        estimates: a table of estimates (with level) with the column component and the columns of ``by``; one row per
            unit and component. A row whose status is not "ok" counts as missing.
        scheme: the composite's plan.
        by: columns that name the units; none = one.

    Raises:
        ValueError: a component is not in the scheme, or occurs twice in a unit.

    R: none; rearranges a table.
    """
    floor, target, _ = _plan_of(estimates, scheme)
    ids, units = group_ids(estimates, by)
    place = pd.Index(scheme.names).get_indexer(pd.Index(estimates["component"]))
    if pd.DataFrame({"unit": ids, "component": place}).duplicated().any():
        raise ValueError("a component occurs twice in a unit: are columns missing from `by`?")
    z = stats.norm.ppf((1 + estimates["level"].to_numpy(float)) / 2)
    values = {name: _scaled(estimates[name], floor, target) for name in ("estimate", "low", "high")}
    ends = np.sort([values["low"], values["high"]], axis=0)
    usable = estimates["status"].eq(OK).to_numpy() & np.isfinite([values["estimate"], *ends]).all(axis=0)

    def spread(column: Floats) -> Floats:
        matrix = np.full((len(units), len(scheme.names)), np.nan)
        matrix[ids[usable], place[usable]] = column[usable]
        return matrix

    centre = spread(values["estimate"])
    present = np.isfinite(centre)
    weight = scheme.column("weight") / scheme.column("weight").sum() * present
    share = weight.sum(axis=1)
    down = np.maximum(spread((values["estimate"] - ends[0]) / z), 0.0)
    up = np.maximum(spread((ends[1] - values["estimate"]) / z), 0.0)
    n = np.nansum(spread(estimates["n"].to_numpy(float)), axis=1)
    weight = weight / np.where(share > 0, share, 1.0)[:, None]
    return Scores(units, n, centre, down, up, weight, present, share)


def missing_of(scores: Scores, scheme: Scheme) -> tuple[list[str], list[str]]:
    """Return per unit the names of the missing components that weigh, and why there is no composite ("" = there is)."""
    weighing = scheme.column("weight") > 0
    gaps = [", ".join(np.array(scheme.names, dtype=str)[weighing & ~row]) for row in scores.present]
    enough = (scores.weight_present >= scheme.minimum_weight - ROUNDING) & (scores.weight_present > 0)
    low = f"less than {scheme.minimum_weight:.0%} of the weight is present, missing: "
    return gaps, ["" if kept else low + gap for kept, gap in zip(enough, gaps, strict=True)]


def clipped(score: Floats) -> Floats:
    """Return the score held within 0–100.

    R: ``pmin(pmax(score, 0), 100)``.
    """
    return np.clip(score, 0.0, FULL)


def _plan_of(estimates: pd.DataFrame, scheme: Scheme) -> list[Floats]:
    unknown = sorted(set(estimates["component"]) - set(scheme.components.index))
    if unknown:
        raise ValueError(f"not in the scheme: {', '.join(map(str, unknown))}; was a component renamed?")
    plan = scheme.components.loc[estimates["component"]]
    return [plan[name].to_numpy(float) for name in PLAN]


def _scaled(values: pd.Series, floor: Floats, target: Floats) -> Floats:
    return np.asarray(FULL * (values.to_numpy(float, na_value=np.nan) - floor) / (target - floor), dtype=np.float64)
