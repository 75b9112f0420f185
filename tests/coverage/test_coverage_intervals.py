"""Do the intervals keep their promised 95 %, by exact enumeration of every sample?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.intervals.clusters import cluster_share
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import clopper_pearson, wilson

SIZES = (10, 20, 30, 50, 100, 200, 300)
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
MEANS = (1, 3, 10, 30, 100)
#: Shares of promoters and detractors: even, favourable, top-heavy, unfavourable.
NPS_SHAPES = ((0.3, 0.3), (0.5, 0.2), (0.85, 0.03), (0.2, 0.5))


def covered(table: pd.DataFrame, truth: float, probability: np.ndarray) -> float:
    inside = table["low"].le(truth) & table["high"].ge(truth)
    return float(probability[inside.to_numpy()].sum())


def share_coverage(interval, n: int, share: float) -> float:
    counts = np.arange(n + 1)
    return covered(interval(counts, n), share, stats.binom.pmf(counts, n, share))


def test_wilson_keeps_its_level_over_the_grid():
    coverage = pd.Series({(n, p): share_coverage(wilson, n, p) for n in SIZES for p in SHARES})
    assert 0.94 <= coverage.mean() <= 0.97
    assert coverage.min() >= 0.90
    assert coverage.idxmin() == (10, 0.99)


def test_wilson_at_ten_answers_is_the_published_cell():
    # .99^10: only ten of ten answers give an interval that reaches .99, nine of ten end at .982.
    np.testing.assert_allclose(share_coverage(wilson, 10, 0.99), 0.99**10, rtol=1e-12)


@pytest.mark.parametrize("n", range(11, 18))
def test_wilson_falls_below_ninety_percent_between_the_grid_points(n: int):
    # The docstring says so: with p = .99 only a sample without a failure covers, .99^n.
    np.testing.assert_allclose(share_coverage(wilson, n, 0.99), 0.99**n, rtol=1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_clopper_pearson_never_covers_less_than_its_level(n: int):
    assert min(share_coverage(clopper_pearson, n, p) for p in SHARES) >= 0.95


@pytest.mark.parametrize("n", [10, 20, 50])
@pytest.mark.parametrize(("promoter", "detractor"), NPS_SHAPES)
def test_nps_keeps_its_level(n: int, promoter: float, detractor: float):
    pairs = np.array([(a, b) for a in range(n + 1) for b in range(n + 1 - a)])
    passives = n - pairs.sum(axis=1)
    chance = stats.multinomial.pmf(np.c_[pairs, passives], n, [promoter, detractor, 1 - promoter - detractor])
    coverage = covered(nps(pairs[:, 0], passives, pairs[:, 1]), 100 * (promoter - detractor), chance)
    assert 0.94 <= coverage <= 0.97


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_limits_never_cover_less_than_their_level(mean: int):
    counts = np.arange(400)
    assert covered(rate(counts, 1), mean, stats.poisson.pmf(counts, mean)) >= 0.95


@pytest.mark.parametrize("dispersion", [1.5, 2, 3, 4, 12])
@pytest.mark.parametrize("mean", MEANS)
def test_gamma_poisson_limits_never_cover_less_than_their_level(mean: int, dispersion: float):
    counts = np.arange(2_000)
    chance = stats.nbinom.pmf(counts, mean / (dispersion - 1), 1 / dispersion)
    assert covered(rate(counts, 1, dispersion), mean, chance) >= 0.95


@pytest.mark.parametrize("correlation", [0.05, 0.1])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_cluster_share_keeps_its_level_within_two_monte_carlo_errors(share: float, correlation: float):
    runs, clusters, size = 4_000, 20, 5
    generator = np.random.default_rng(20_240_930)
    spread = 1 / correlation - 1
    of_cluster = generator.beta(share * spread, (1 - share) * spread, runs * clusters)
    sums = pd.DataFrame({"run": np.repeat(np.arange(runs), clusters), "total": generator.binomial(size, of_cluster)})
    table = cluster_share(sums.assign(cluster=np.tile(np.arange(clusters), runs), n=size), ["run"])
    assert covered(table, share, np.full(runs, 1 / runs)) >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / runs)
