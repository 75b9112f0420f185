"""Which of two units is better for certain, when many pairs are compared?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.estimates import LEVEL, Booleans, Floats, Integers, checked_level

#: Draws behind a critical value. By the rank rule of `Comparison.place` the level is kept on average for any number;
#: with this many the level given the draws strays by .003 (one standard error), and 500 units take seconds.
DRAWS = 4_000
#: Draws held at a time: 500 units × 256 draws × 8 bytes is 1 MB, within a processor's cache.
CHUNK = 256
#: After the first step only draws among the largest can hold the critical value: this share is looked at first.
TOP_SHARE = 0.2
#: A relative difference that rounding alone can make.
ROUNDING = 1e-8


@dataclass(frozen=True)
class Comparison:
    """How units are compared: the seed of the draws, the level and the kind of test."""

    #: Seed of the draws; same seed, same answer.
    seed: int
    #: One minus the family-wise error.
    level: float = LEVEL
    #: Whether fallen hypotheses make room for the others (step-down); never fewer fall.
    stepwise: bool = True
    #: Gaussian draws behind each critical value.
    draws: int = DRAWS

    @property
    def place(self) -> int:
        """Which smallest of the draws' maxima is critical: ⌈(draws + 1) · level⌉, so that the level is kept.

        Raises:
            ValueError: there are too few draws for the level.
        """
        place = int(np.ceil((self.draws + 1) * checked_level(self.level) - ROUNDING))
        if place > self.draws:
            raise ValueError(f"{self.draws} draws are too few for a level of {self.level}: 1/(1 - level) at least")
        return place


def better_pairs(values: Floats, covariance: Floats, comparison: Comparison) -> Booleans:
    """Return for all ordered pairs at once whether unit j is better (larger) than unit k for certain.

    The hypotheses "θ_j ≤ θ_k" are tested by t_jk = (x_j − x_k)/se(x_j − x_k) against the quantile of the largest t
    under N(0, Σ), from seeded draws; step-down repeats that over the hypotheses still standing [1]_. With the
    probability of the level none that is true falls, whichever of them are.

    Args:
        values: estimates θ.
        covariance: of the estimates; no two may differ without error.
        comparison: seed, level, draws.

    Returns:
        units × units, row better than column.

    R: no base function; ``multcomp::glht(m, mcp(g = "Tukey"))`` is the single step with two-sided t quantiles.

    References:
        .. [1] Romano JP, Wolf M (2005) Econometrica 73:1237–1282.
    """
    family = _Family.of(covariance, comparison)
    blocks = [(j, slice(j + 1, None)) for j in range(len(values) - 1)]
    hypotheses = ~np.eye(len(values), dtype=bool)
    return family.fallen(values, hypotheses, blocks) if len(values) > 1 else hypotheses


def own_pairs(values: Floats, covariance: Floats, comparison: Comparison) -> tuple[Integers, Integers]:
    """Return per unit how many others are better, and how many worse, in tests about that unit alone.

    As `better_pairs`, with the 2(p−1) hypotheses of one unit as the family, and a critical value for each unit.
    Arguments as there. The answers about two units are not held together with the probability of the level.

    R: no base function; ``multcomp::glht(m, mcp(g = "Dunnett"))`` is the single step for one unit.
    """
    family = _Family.of(covariance, comparison)
    better, worse = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    for j in range(len(values)) if len(values) > 1 else ():
        hypotheses = np.zeros(covariance.shape, dtype=bool)
        hypotheses[j], hypotheses[:, j], hypotheses[j, j] = True, True, False
        fallen = family.fallen(values, hypotheses, [(j, slice(j)), (j, slice(j + 1, None))])
        better[j], worse[j] = fallen[:, j].sum(), fallen[j].sum()
    return better, worse


def difference_errors(covariance: Floats) -> Floats:
    """Return the standard error of each difference, √(σ_jj + σ_kk − 2σ_jk); 0 where two estimates move as one.

    R: ``sqrt(outer(diag(S), diag(S), "+") - 2 * S)``.
    """
    variance = np.diag(covariance)
    total = variance[:, None] + variance
    squared = total - 2 * covariance
    return np.sqrt(np.where(squared > total * ROUNDING, squared, 0.0))


@dataclass(frozen=True)
class _Family:
    """Draws (units × draws) and 1/se of the differences, which the tests of one question share."""

    draws: Floats
    precision: Floats
    comparison: Comparison

    @classmethod
    def of(cls, covariance: Floats, comparison: Comparison) -> _Family:
        errors = np.where(np.eye(len(covariance), dtype=bool), 1.0, difference_errors(covariance))
        size = (len(covariance), comparison.draws)
        normal = np.random.default_rng(comparison.seed).standard_normal(size)
        return cls(_root(covariance, normal), 1 / errors, comparison)

    def fallen(self, values: Floats, hypotheses: Booleans, blocks: list[tuple[int, slice]]) -> Booleans:
        """Return which hypotheses fall; ``blocks`` name the pairs (a unit, others) that hold them."""
        t, standing = (values[:, None] - values) * self.precision, hypotheses.copy()
        place = self.comparison.place
        largest = self.largest(self.draws, standing, blocks)
        critical = np.partition(largest, place - 1)[place - 1]
        top = np.flatnonzero(largest >= np.quantile(largest, 1 - TOP_SHARE))
        fell = standing & (t > critical)
        while fell.any():
            standing &= ~fell
            if not self.comparison.stepwise:
                break
            fell = standing & (t > self._next_critical(standing, blocks, (top, largest[top].min())))
        return hypotheses & ~standing

    def _next_critical(
        self, standing: Booleans, blocks: list[tuple[int, slice]], top: tuple[Integers, float]
    ) -> float:
        """Return the critical value over the standing hypotheses, if possible from the draws on ``top`` alone."""
        beyond = self.comparison.draws - self.comparison.place
        among = np.sort(self.largest(np.take(self.draws, top[0], axis=1), standing, blocks))
        # The draws left aside reach at most the least maximum of the first step on top: exact from there on.
        if len(among) <= beyond or among[-beyond - 1] < top[1]:
            among = np.sort(self.largest(self.draws, standing, blocks))
        return float(among[-beyond - 1])

    def largest(self, draws: Floats, standing: Booleans, blocks: list[tuple[int, slice]]) -> Floats:
        """Return per draw the largest (z_j − z_k)/se_jk over the standing ordered pairs."""
        largest = np.full(draws.shape[1], -np.inf)
        for start in range(0, len(largest), CHUNK):
            block, into = draws[:, start : start + CHUNK], largest[start : start + CHUNK]
            for j, others in blocks:
                scaled = block[j] - block[others]
                scaled *= self.precision[j, others, None]
                np.maximum(into, _rows(scaled, standing[j, others]).max(axis=0, initial=-np.inf), out=into)
                np.maximum(into, -_rows(scaled, standing[others, j]).min(axis=0, initial=np.inf), out=into)
        return largest


def _rows(scaled: Floats, mask: Booleans) -> Floats:
    """Return the rows of the mask, without a copy where it has all."""
    return scaled if mask.all() else scaled[mask]


def _root(covariance: Floats, normal: Floats) -> Floats:
    """Return the draws N(0, covariance) made of standard normal ones."""
    variance = np.diag(covariance)
    if np.array_equal(covariance, np.diag(variance)):
        return np.asarray(np.sqrt(variance)[:, None] * normal, dtype=np.float64)
    roots, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors @ (np.sqrt(np.maximum(roots, 0.0))[:, None] * normal), dtype=np.float64)
