"""Do the intervals keep their promised 95 %, by exact enumeration where there is one, else by simulation?

`table` gives one row per cell of METHODS' grid: n 10 … 300, p .5 … .99, three item shapes, within-cluster correlation
0 … .1. A cell is left out of the bound only where the estimator says "not estimable".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.intervals.clusters import cluster_mean, cluster_share
from analysis.stats.intervals.differences import mean_difference, share_difference
from analysis.stats.intervals.means import mean_t
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.rate_ratios import rate_ratio
from analysis.stats.intervals.rates import pearson_dispersion, rate
from analysis.stats.intervals.shares import clopper_pearson, jeffreys, modified_wilson, wilson

SEED = 20_240_930
RUNS, FITTED = 4_000, 400
LOWEST, MEAN = 0.90, (0.94, 0.97)
VALUES = np.arange(1, 6)
SHAPES = {"even": [0.2] * 5, "favourable": [0.03, 0.05, 0.12, 0.4, 0.4], "top-heavy": [0.02, 0.01, 0.02, 0.1, 0.85]}
SHARES = np.arange(50, 100) / 100
SIZES = (10, 20, 30, 50, 100, 200, 300)
CORRELATIONS = (0, 0.05, 0.1)
#: Clusters, smallest and largest cluster: equal and very unequal ones.
CLUSTERS = ((5, 1, 39), (8, 10, 10), (10, 1, 19), (10, 10, 10), (20, 1, 9), (20, 5, 5), (30, 2, 2), (60, 1, 9))
#: Shares of promoters and detractors: even, favourable, top-heavy, unfavourable.
NPS_SHAPES = ((0.3, 0.3), (0.5, 0.2), (0.85, 0.03), (0.2, 0.5))
MEANS = (1, 3, 10, 30, 100)
DISPERSIONS = (1, 1.5, 3, 12)
#: Known to fall short, which is why no published figure uses them: shown beside those that keep the promise.
NOT_PROMISED = ("wilson", "jeffreys")
#: Exact by construction, so wider than asked: held to "at least" alone.
CONSERVATIVE = ("clopper_pearson", "rate", "rate, estimated dispersion", "rate_ratio", "cluster_share")

Row = dict[str, object]


def row(estimator: str, cell: str, found: pd.DataFrame, truth: float, chance: np.ndarray | None = None) -> Row:
    """Return a cell's coverage among the samples that gave an interval; ``chance`` = exact enumeration."""
    ok = found["status"].eq("ok").to_numpy()
    runs, weight = (len(found), np.full(len(found), 1 / len(found))) if chance is None else (0, chance)
    inside = (found["low"].le(truth) & found["high"].ge(truth)).to_numpy() & ok
    estimable = float(weight[ok].sum())
    coverage = float(weight[inside].sum()) / estimable if estimable else np.nan
    error = 0.0 if chance is not None else 2 * np.sqrt(LOWEST * (1 - LOWEST) / max(ok.sum(), 1))
    return {"estimator": estimator, "cell": cell, "runs": runs, "coverage": coverage, "mean": coverage,
            "estimable": round(estimable, 12), "bound": LOWEST - error, "holds": not coverage < LOWEST - error}


def share_coverage(interval: Callable[..., pd.DataFrame], n: int) -> np.ndarray:
    """Return the exact coverage of samples of n, for each of `SHARES`."""
    found, counts = interval(np.arange(n + 1), n), np.arange(n + 1)[:, np.newaxis]
    low, high = (found[end].to_numpy()[:, np.newaxis] for end in ("low", "high"))
    return (((low <= SHARES) & (high >= SHARES)) * stats.binom.pmf(counts, n, SHARES)).sum(axis=0)


def shares() -> Iterator[Row]:
    """Per n, the lowest coverage over `SHARES`; the mean over them stands beside it."""
    for interval in (modified_wilson, wilson, jeffreys, clopper_pearson):
        for n in range(10, 301):
            found = share_coverage(interval, n)
            yield {"estimator": interval.__name__, "cell": f"n {n}, worst p {SHARES[found.argmin()]:.2f}", "runs": 0,
                   "coverage": found.min(), "mean": found.mean(), "estimable": 1.0, "bound": LOWEST,
                   "holds": bool(found.min() >= LOWEST)}


def promoter_scores() -> Iterator[Row]:
    for n in (10, 20, 50, 100):
        pairs = np.array([(a, b) for a in range(n + 1) for b in range(n + 1 - a)])
        found = nps(pairs[:, 0], n - pairs.sum(axis=1), pairs[:, 1])
        for up, down in NPS_SHAPES:
            chance = stats.multinomial.pmf(np.c_[pairs, n - pairs.sum(axis=1)], n, [up, down, 1 - up - down])
            yield row("nps", f"n {n}, promoters {up}, detractors {down}", found, 100 * (up - down), chance)


def drawn_answers(shape: str, n: int, runs: int, seed: int) -> pd.DataFrame:
    counts = np.random.default_rng(seed).multinomial(n, SHAPES[shape], runs)
    return pd.DataFrame({"run": np.repeat(np.arange(runs), 5), "value": np.tile(VALUES, runs), "count": counts.ravel()})


def means(runs: int) -> Iterator[Row]:
    for shape, shares_of in SHAPES.items():
        truth = float(np.dot(shares_of, VALUES))
        for n in SIZES:
            found = mean_t(drawn_answers(shape, n, runs, SEED + n), ["run"])
            yield row("mean_t", f"{shape}, n {n}", found, truth)
            if n >= 30:
                base = mean_t(drawn_answers(shape, 30, runs, SEED - n), ["run"])
                yield row("mean_difference", f"{shape}, n {n} and 30", mean_difference(found, base), 0)


def drawn_clusters(shape: np.ndarray, correlation: float, sizes: np.ndarray, seed: int) -> np.ndarray:
    """Return the answers per category of each cluster, Dirichlet-multinomial with the within-cluster correlation."""
    generator = np.random.default_rng(seed)
    of_cluster = generator.dirichlet(shape * (1 / correlation - 1), sizes.shape) if correlation else shape
    return generator.multinomial(sizes, of_cluster)


def clustered(estimator: Callable[..., pd.DataFrame], items: dict[str, tuple[list[float], np.ndarray]],
              runs: int) -> Iterator[Row]:
    for name, (shape, values) in items.items():
        for correlation in CORRELATIONS:
            for clusters, *ends in CLUSTERS:
                sizes = np.random.default_rng(SEED).integers(*ends, (runs, clusters), endpoint=True)
                total = drawn_clusters(np.array(shape), correlation, sizes, SEED + clusters) @ values
                sums = pd.DataFrame({"run": np.repeat(np.arange(runs), clusters), "n": sizes.ravel(),
                                     "cluster": np.tile(np.arange(clusters), runs), "total": total.ravel()})
                cell = f"{name}, {clusters} clusters of {ends[0]}-{ends[1]}, correlation {correlation}"
                yield row(estimator.__name__, cell, estimator(sums, ["run"]), float(np.dot(shape, values)))


def people(runs: int) -> Iterator[Row]:
    """Means over people of the mean of six ratings each, everybody counting alike."""
    for name, shape in SHAPES.items():
        for correlation in (0.1, 0.3):
            for n in (5, 8, 20):
                total = drawn_clusters(np.array(shape), correlation, np.full((runs, n), 6), SEED + n) @ VALUES / 6
                sums = pd.DataFrame({"run": np.repeat(np.arange(runs), n), "n": 1, "total": total.ravel(),
                                     "cluster": np.tile(np.arange(n), runs)})
                found = cluster_mean(sums, ["run"], minimum_n=7)
                yield row("cluster_mean, people", f"{name}, {n} people, correlation {correlation}", found,
                          float(np.dot(shape, VALUES)))


def dispersions(drawn: np.ndarray) -> np.ndarray:
    """Return `pearson_dispersion` of each row around its mean; NaN without an event."""
    mean = drawn.mean(axis=1)
    return drawn.var(axis=1, ddof=1) / np.where(mean > 0, mean, np.nan)


def rates(runs: int) -> Iterator[Row]:
    counts = np.arange(2_000)
    for mean in MEANS:
        for phi in DISPERSIONS:
            law = stats.poisson(mean) if phi == 1 else stats.nbinom(mean / (phi - 1), 1 / phi)
            yield row("rate", f"mean {mean}, dispersion {phi}", rate(counts, 1, phi), mean, law.pmf(counts))
            for months in (12, 24, 60):
                drawn = law.rvs((runs, months), random_state=np.random.default_rng(SEED + months))
                found = rate(drawn[:, -3:].sum(axis=1), 3, dispersions(drawn))
                yield row("rate, estimated dispersion", f"mean {mean}, dispersion {phi}, {months} months", found, mean)


def ratios(runs: int) -> Iterator[Row]:
    for mean, base in ((3, 3), (3, 10), (10, 30), (30, 30), (30, 100), (100, 100)):
        for phi in DISPERSIONS:
            laws = [stats.poisson(m) if phi == 1 else stats.nbinom(m / (phi - 1), 1 / phi) for m in (mean, base)]
            drawn = [law.rvs(runs, random_state=np.random.default_rng(SEED + i)) for i, law in enumerate(laws)]
            table = pd.DataFrame({"count": drawn[0], "exposure": 1, "base_count": drawn[1], "base_exposure": 1})
            found = rate_ratio(table.assign(dispersion=phi))
            yield row("rate_ratio", f"means {mean} and {base}, dispersion {phi}", found, mean / base)


def differences() -> Iterator[Row]:
    for n, base in ((10, 10), (10, 50), (30, 30), (50, 100), (100, 100)):
        x, y = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(base + 1), indexing="ij"))
        found = share_difference(pd.DataFrame({"count": x, "n": n, "base_count": y, "base_n": base}))
        for p in (0.5, 0.8, 0.9, 0.95, 0.99):
            for q in (0.5, 0.8, 0.9, 0.95, 0.99):
                chance = stats.binom.pmf(x, n, p) * stats.binom.pmf(y, base, q)
                yield row("share_difference", f"n {n} and {base}, p {p} and {q}", found, p - q, chance)


@lru_cache
def table(runs: int = RUNS) -> pd.DataFrame:
    """Return one row per cell; closed forms with ``runs`` samples, fitted ones with a tenth."""
    items = {name: (shape, VALUES) for name, shape in SHAPES.items()}
    kinds = {f"p {p}": ([1 - p, p], np.array([0, 1])) for p in (0.5, 0.8, 0.9, 0.95, 0.99)}
    fitted = runs * FITTED // RUNS
    parts = (shares(), promoter_scores(), means(runs), people(runs), clustered(cluster_mean, items, runs),
             clustered(cluster_share, kinds, runs), rates(fitted), ratios(fitted), differences())
    return pd.DataFrame([one for part in parts for one in part])


@pytest.mark.parametrize("estimator", [
    "modified_wilson", "clopper_pearson", "nps", "mean_t", "mean_difference", "cluster_mean", "cluster_mean, people",
    "cluster_share", "rate", "rate, estimated dispersion", "rate_ratio", "share_difference",
])
def test_every_cell_and_the_mean_keep_the_bound(estimator: str):
    cells = table()[table()["estimator"].eq(estimator)]
    assert cells.loc[~cells["holds"], ["cell", "coverage"]].to_dict("records") == []
    weighed = np.average(cells["mean"].fillna(0), weights=cells["estimable"])
    assert MEAN[0] <= weighed <= (1 if estimator in CONSERVATIVE else MEAN[1])


@pytest.mark.parametrize("estimator", ["clopper_pearson", "rate"])
def test_exact_intervals_never_cover_less_than_their_level(estimator: str):
    assert table().loc[table()["estimator"].eq(estimator), "coverage"].min() >= 0.95


@pytest.mark.parametrize(("estimator", "lowest", "cell"), [
    ("wilson", 0.99**17, "n 17, worst p 0.99"), ("jeffreys", 0.8688, "n 10, worst p 0.78")])
def test_intervals_not_for_publishing_fail_where_their_docstring_says(estimator: str, lowest: float, cell: str):
    cells = table()[table()["estimator"].eq(estimator)].set_index("cell")
    assert cells["coverage"].idxmin() == cell
    assert abs(cells["coverage"].min() - lowest) < 1e-4
    assert MEAN[0] <= cells["mean"].mean() <= MEAN[1]


def test_dispersions_are_those_of_the_estimator():
    drawn = np.random.default_rng(SEED).poisson(3, (5, 12))
    expected = [pearson_dispersion(one, np.full(12, one.mean()), 11) for one in drawn]
    np.testing.assert_allclose(dispersions(drawn), expected, rtol=1e-12)


def test_too_few_answers_give_no_mean():
    cells = table()[table()["estimator"].eq("mean_t")].set_index("cell")["estimable"]
    assert (cells["even, n 10"], cells["even, n 30"]) == (0, 1)
    assert cells["top-heavy, n 30"] < 0.6
