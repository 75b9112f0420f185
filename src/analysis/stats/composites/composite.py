"""How sure are we of a weighted mean of scores, and of the grade it gives?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.composites.scores import FULL, Scheme, Scores, clipped, missing_of, scores_of
from analysis.stats.estimates import LEVEL, OK, Booleans, Floats, checked_level, estimate_table

#: Quasi-random draws (a power of 2): limits then agree with closed forms to about .5 % of the half-width.
DRAWS = 16_384
#: A score nearer than this many standard deviations to an end of the scale may truly lie on either side of it.
NEAR = 3.0
#: The normal quantile at which a limit's asymmetry is read: that of 95 % limits.
ASYMMETRY_AT = 1.959963984540054
#: Numbers held at a time (units × components × draws): 8 MB an array.
CHUNK = 1_000_000
METHOD = "composite, split-normal draws"
TOO_WIDE = "no component has an interval with a width"


@dataclass(frozen=True)
class Drawing:
    """How the components' errors are drawn: seed, level, number, and their correlation."""

    #: Same seed, same limits.
    seed: int
    #: Two-sided level of the composite's interval.
    level: float = LEVEL
    #: A power of 2.
    draws: int = DRAWS
    #: Of the components' errors (a correlation matrix, components × components); None = independent.
    correlation: pd.DataFrame | None = None

    def normal(self, names: list[str]) -> Floats:
        """Return components × draws, standard normal with the given correlation, from a scrambled Sobol sequence."""
        power = int(self.draws).bit_length() - 1
        if self.draws != 2**power:
            raise ValueError("draws must be a power of 2: the sequence is balanced only then")
        uniform = stats.qmc.Sobol(len(names), rng=np.random.default_rng(self.seed)).random_base2(power).T
        return self._root(names) @ stats.norm.ppf(np.clip(uniform, np.finfo(float).eps, 1 - np.finfo(float).eps))

    def _root(self, names: list[str]) -> Floats:
        if self.correlation is None:
            return np.eye(len(names))
        if not set(names) <= set(self.correlation.index) or not set(names) <= set(self.correlation.columns):
            raise ValueError("correlation must have every component as a row and as a column")
        matrix = self.correlation.loc[names, names].to_numpy(float)
        roots, vectors = np.linalg.eigh(matrix)
        if not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1) or bool((roots < -1e-8).any()):
            raise ValueError("correlation must be symmetric with 1 on its diagonal and no negative eigenvalue")
        return np.asarray(vectors @ np.diag(np.sqrt(np.maximum(roots, 0.0))), dtype=np.float64)


def composite(
    estimates: pd.DataFrame, scheme: Scheme, drawing: Drawing, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return each unit's composite, Σ w · score, with the uncertainty of its components carried through by draws.

    score = 100 (x − floor)/(target − floor) clipped to 0–100; weights renormalised over the components present. The
    error of a component is split normal [1]_: standard deviations (estimate − low)/z below and (high − estimate)/z
    above. Limits are quantiles of estimate + Σ w · error. One component alone: exactly its own limits, scaled and
    clipped.

    Of several, with errors drawn as they are, skewed limits shift the sum by more than its spread, and at the ends
    of the scale clipping shifts estimate and draws the same way: six components at their targets then covered .12.
    So (a) errors are centred on 0, plus the second-order shift of the sum, Σ w³ a s²/Σ w² s² with s = (up + down)/2
    and a = (up − down)/(2 · 1.96) from the deviations up and down; (b) within `NEAR` standard deviations of the
    target the error of the upper limit is max(error, 0) unclipped, and near the floor that of the lower min(error, 0).
    Both err on the wide side: in simulation .93 and more, near 1 where all components are near an end.

    Args:
        estimates: a table of estimates with the column component and the columns of ``by``; one row per unit and
            component.
        scheme: floors, targets, weights.
        drawing: seed, level, correlation of the errors.
        by: columns that name the units; none = one.

    Returns:
        A table of estimates (0–100) indexed by unit, with weight_present (share of the plan's weight) and missing
        (names). n is the sum over the components present. "not estimable" below the scheme's minimum_weight, naming
        what is missing.

    Raises:
        ValueError: a component is not in the scheme or occurs twice in a unit; draws or correlation are wrong.

    R: none; ``sum(w * s) + c(-1, 1) * qnorm(.975) * sqrt(sum((w * se)^2))`` where nothing is skewed or clipped.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 7 (uncertainty analysis); Wallis
           KF (2014) Stat Sci 29:106–112, for the split normal.
    """
    scores = scores_of(estimates, scheme, by)
    tails = (1 - checked_level(drawing.level)) / 2
    value = scores.composite
    draws = _chunks(scores, drawing.normal(scheme.names), _confidence_draws)
    limits = [np.quantile(part, [tails, 1 - tails], axis=1).T for part in draws]
    low, high = np.concatenate([np.empty((0, 2)), *limits]).T
    alone, own = _own_limits(scores, drawing.level)
    low, high = np.where(alone, own, [low, high])
    gaps, reason = missing_of(scores, scheme)
    figures = pd.DataFrame(
        {"n": scores.n.astype(int), "estimate": value, "low": np.minimum(low, value), "high": np.maximum(high, value)},
        index=scores.units,
    ).assign(weight_present=scores.weight_present, missing=gaps)
    narrow = (np.nan_to_num(scores.down) + np.nan_to_num(scores.up)).sum(axis=1) <= 0
    why = [told or (TOO_WIDE if flat else "") for told, flat in zip(reason, narrow, strict=True)]
    return estimate_table(figures, np.array(why, dtype=str), METHOD, drawing.level)


def grade_probabilities(
    estimates: pd.DataFrame, scheme: Scheme, drawing: Drawing, bands: pd.Series, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return how probable each grade of a unit is, given the estimates of its components.

    The true score of each component is drawn from its split normal around the estimate and clipped, and the composite
    weighed from these: its posterior where nothing was known of the components before (flat priors). Of units whose
    grade reads 70 %, seven in ten have it. It is not the law behind the limits of `composite`, which err on the wide
    side where scores are clipped.

    Args:
        estimates: as in `composite`, like scheme, drawing and by.
        scheme: as there.
        drawing: as there.
        bands: index = grades, values = the lowest score of each; the lowest band must start at 0.
        by: as there.

    Returns:
        Index ``by`` and grade (best first): from_score, probability, status. Probabilities of a unit sum to 1; NaN
        where its composite is not estimable.

    Raises:
        ValueError: a band is named twice, no band starts at 0, or one lies outside 0–100; and as in `composite`.

    R: ``prop.table(table(cut(draws, c(bands, Inf), right = FALSE)))``.

    References:
        .. [1] OECD, JRC (2008) Handbook on Constructing Composite Indicators, step 7.
    """
    starts = checked_bands(bands)
    scores = scores_of(estimates, scheme, by)
    told = composite(estimates, scheme, drawing, by)["status"].to_numpy(str)
    parts = []
    for draws in _chunks(scores, drawing.normal(scheme.names), _posterior_draws):
        reached = np.array([(draws >= start).mean(axis=1) for start in starts])
        parts.append(np.diff(reached, axis=0, prepend=0.0).T)
    shares = np.concatenate([np.empty((0, len(starts))), *parts])
    tables = [
        pd.DataFrame({"from_score": start, "probability": np.where(told == OK, shares[:, k], np.nan), "status": told})
        .set_axis(scores.units)
        .assign(grade=starts.index[k])
        for k, start in enumerate(starts)
    ]
    table = pd.concat(tables).set_index("grade", append=bool(by))
    return table.sort_index(level=list(range(len(by))), sort_remaining=False, kind="stable") if by else table


def checked_bands(bands: pd.Series) -> pd.Series:
    """Return the bands, best first; raise ValueError unless they cover 0–100 and each grade is named once.

    R: ``sort(bands, decreasing = TRUE)``.
    """
    starts = bands.astype(float).sort_values(ascending=False)
    if not bands.index.is_unique or not starts.is_unique or not bool(starts.between(0, FULL).all()):
        raise ValueError("each grade must have a lowest score of its own within 0 and 100")
    if starts.empty or starts.iloc[-1] != 0:
        raise ValueError("the lowest grade must start at 0, or some scores have no grade")
    return starts


def _chunks(scores: Scores, normal: Floats, draws: Callable[[Scores, slice, Floats], Floats]) -> list[Floats]:
    """Return units × draws of the composite, a chunk of units at a time."""
    step = max(1, CHUNK // normal.size)
    return [draws(scores, slice(start, start + step), normal) for start in range(0, len(scores.units), step)]


def _posterior_draws(scores: Scores, rows: slice, normal: Floats) -> Floats:
    """Return draws of the composite, each component drawn around its estimate and clipped."""
    centre, down, up = (np.nan_to_num(part[rows])[..., None] for part in (scores.centre, scores.down, scores.up))
    drawn = clipped(centre + normal * np.where(normal > 0, up, down))
    return np.asarray((scores.weight[rows][..., None] * drawn).sum(axis=1), dtype=np.float64)


def _confidence_draws(scores: Scores, rows: slice, normal: Floats) -> Floats:
    """Return sorted draws: the lower half from the errors of the lower limit, the upper from those of the upper."""
    centre, down, up = (np.nan_to_num(part[rows])[..., None] for part in (scores.centre, scores.down, scores.up))
    weight = scores.weight[rows][..., None]
    alone = (weight > 0).sum(axis=1, keepdims=True) == 1
    error = normal * np.where(normal > 0, up, down)
    error = error - np.where(alone, 0.0, (up - down) / np.sqrt(2 * np.pi))
    moved = clipped(centre + error) - clipped(centre)
    upper = np.where(_may_cross(centre, np.maximum(down, up), FULL) & ~alone, np.maximum(error, 0.0), moved)
    lower = np.where(_may_cross(centre, np.maximum(down, up), 0.0) & ~alone, np.minimum(error, 0.0), moved)
    shift = np.where(alone[:, :, 0], 0.0, _second_order_shift(weight[..., 0], down[..., 0], up[..., 0]))
    base = (weight * clipped(centre)).sum(axis=1) + shift
    below, above = (np.sort((weight * side).sum(axis=1), axis=1) for side in (lower, upper))
    half = normal.shape[1] // 2
    return clipped(base + np.concatenate([below[:, :half], above[:, half:]], axis=1))


def _own_limits(scores: Scores, level: float) -> tuple[Booleans, Floats]:
    """Return which units have a single component that weighs, and its own limits, clipped (2 × units)."""
    z, weighing = stats.norm.ppf((1 + level) / 2), scores.weight > 0
    ends = np.array([scores.centre - z * scores.down, scores.centre + z * scores.up])
    own = clipped(np.where(weighing, np.nan_to_num(ends), 0.0)).sum(axis=2)
    return weighing.sum(axis=1) == 1, clipped(own)


def _may_cross(centre: Floats, spread: Floats, end: float) -> Booleans:
    return np.asarray(np.abs(centre - end) <= NEAR * spread, dtype=np.bool_)


def _second_order_shift(weight: Floats, down: Floats, up: Floats) -> Floats:
    """Return Σ w³ a s²/Σ w² s² per unit; for a single component it is a, its own asymmetry."""
    a, spread = (up - down) / (2 * ASYMMETRY_AT), (up + down) / 2
    above, below = (weight**3 * a * spread**2).sum(axis=1), (weight**2 * spread**2).sum(axis=1)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)[:, None]
