"""Would other weights change the order of two units, or a grade?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.stats.composites.composite import checked_bands
from analysis.stats.composites.scores import Scheme, Scores, clipped, missing_of, scores_of
from analysis.stats.estimates import LEVEL, Booleans, Floats, estimate_table
from analysis.stats.intervals.shares import modified_wilson

RUNS = 10_000
#: Each weight moved by up to a quarter of itself, as in the handbook's uncertainty analysis of weights.
SHARE = 0.25
TIED = "the same score under the plan's weights"
NO_COMPOSITE = "a unit without a composite"


@dataclass(frozen=True)
class Perturbation:
    """How the plan's weights are varied: the seed, and either a share up and down or a Dirichlet law."""

    seed: int
    #: Each weight is multiplied by 1 + U(−share, share), then all are brought to the sum 1.
    share: float = SHARE
    #: If given, instead: Dirichlet(concentration · plan's weights), mean the plan's; larger = nearer to the plan.
    concentration: float | None = None
    runs: int = RUNS

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or self.runs < 1 or (self.concentration is not None and not self.concentration > 0):
            raise ValueError("share must lie strictly between 0 and 1; concentration and runs must be positive")


def perturbed_weights(scheme: Scheme, perturbation: Perturbation) -> pd.DataFrame:
    """Return varied weights, runs × components (sorted by name), each row summing to 1.

    A weight of 0 stays 0.

    Args:
        scheme: the plan's weights.
        perturbation: seed, law and runs.

    R: ``w * runif(k, 1 - share, 1 + share)``, normalised, or ``MCMCpack::rdirichlet(runs, concentration * w)``.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 7.
    """
    plan = scheme.column("weight") / scheme.column("weight").sum()
    generator = np.random.default_rng(perturbation.seed)
    size = (perturbation.runs, len(plan))
    if perturbation.concentration is None:
        drawn = plan * generator.uniform(1 - perturbation.share, 1 + perturbation.share, size)
    else:
        shape = np.where(plan > 0, perturbation.concentration * plan, 1.0)
        drawn = generator.standard_gamma(shape, size) * (plan > 0)
    return pd.DataFrame(drawn / drawn.sum(axis=1, keepdims=True), columns=scheme.names)


def order_changes(
    estimates: pd.DataFrame, scheme: Scheme, perturbation: Perturbation, by: Sequence[str]
) -> pd.DataFrame:
    """Return for each pair of units in what share of the varied weights their order is not that of the plan.

    Scores are the estimates, without their errors: this is about the weights alone.

    Args:
        estimates: as in `composite`, like scheme and by.
        scheme: as there.
        perturbation: how weights vary.
        by: columns that name the units.

    Returns:
        A table of estimates, one row per pair, index the columns of ``by`` for the one unit and "other " + name for
        the second; n = runs; modified Wilson limits, for the number of runs. Not estimable where a composite is not, or
        where the two tie under the plan's weights.

    R: none; ``mean(sign(w %*% (s1 - s2)) != sign(sum(plan * (s1 - s2))))``.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 7; Saisana M, Saltelli A,
           Tarantola S (2005) J R Stat Soc A 168:307–323.
    """
    scores = scores_of(estimates, scheme, by)
    varied = _varied(scores, perturbed_weights(scheme, perturbation))
    pairs = np.array(list(combinations(range(len(scores.units)), 2)), dtype=np.intp).reshape(-1, 2)
    plan = scores.composite[pairs[:, 0]] - scores.composite[pairs[:, 1]]
    changed = np.array(
        [np.sum(np.sign(varied[i] - varied[j]) != np.sign(gap)) for (i, j), gap in zip(pairs, plan, strict=True)]
    )
    lost = _lost(scores, scheme)
    reason = np.select([lost[pairs].any(axis=1), np.isclose(plan, 0)], [NO_COMPOSITE, TIED], default="")
    frame = scores.units.to_frame(index=False).set_axis(list(by), axis=1)
    one, other = (frame.take(pairs[:, side]).reset_index(drop=True) for side in (0, 1))
    index = pd.MultiIndex.from_frame(one.join(other.add_prefix("other ")))
    return _share_of_runs(changed, perturbation.runs, reason).set_axis(index)


def grade_changes(
    estimates: pd.DataFrame, scheme: Scheme, perturbation: Perturbation, bands: pd.Series, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return for each unit in what share of the varied weights its grade is not that of the plan.

    Args:
        estimates: as in `composite`, like scheme and by.
        scheme: as there.
        perturbation: how weights vary.
        bands: index = grades, values = the lowest score of each; the lowest must be 0.
        by: columns that name the units; none = one.

    Returns:
        A table of estimates indexed by unit, with grade, the plan's; n = runs; modified Wilson limits, for the
        number of runs.

    R: none; ``mean(cut(w %*% s, …) != cut(sum(plan * s), …))``.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 7.
    """
    starts = checked_bands(bands)
    scores = scores_of(estimates, scheme, by)
    lost = _lost(scores, scheme)
    ascending = starts.to_numpy()[::-1]
    plan = np.searchsorted(ascending, scores.composite, side="right")
    varied = np.searchsorted(ascending, _varied(scores, perturbed_weights(scheme, perturbation)), side="right")
    changed = (varied != plan[:, None]).sum(axis=1)
    table = _share_of_runs(changed, perturbation.runs, np.where(lost, NO_COMPOSITE, "")).set_axis(scores.units)
    grades = starts.index.to_numpy()[::-1][plan - 1] if len(plan) else np.array([], dtype=str)
    return table.assign(grade=pd.Series(grades, scores.units).where(~lost))


def _varied(scores: Scores, weights: pd.DataFrame) -> Floats:
    """Return units × runs of the composite, each run's weights renormalised over the components present."""
    value = clipped(np.nan_to_num(scores.centre)) * scores.present
    above, below = value @ weights.to_numpy().T, scores.present.astype(float) @ weights.to_numpy().T
    return np.asarray(above / np.where(below > 0, below, 1.0), dtype=np.float64)


def _lost(scores: Scores, scheme: Scheme) -> Booleans:
    return np.array([bool(why) for why in missing_of(scores, scheme)[1]], dtype=np.bool_)


def _share_of_runs(changed: Floats, runs: int, reason: np.ndarray) -> pd.DataFrame:
    limits = modified_wilson(changed.astype(float), np.full(len(changed), float(runs)), LEVEL, 1)
    figures = limits[["n", "estimate", "low", "high"]]
    return estimate_table(figures, reason.astype(str), "share of varied weights, modified Wilson", LEVEL)
