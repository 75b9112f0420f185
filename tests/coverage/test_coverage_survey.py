"""Do weighted survey figures keep their promised 95 % when answers come in strata and clusters?

Simulated surveys: two strata, clusters of five (of two for n = 10) with Dirichlet-distributed answers of a given
intraclass correlation, a stratum sampled 1.6 times as thinly as the other, and two in five answers at 2.5 times the
weight of the rest. Runs are the domains of one table, each with strata of its own, so that one call estimates them all.
Coverage is that of the samples that give a figure; cells where fewer than a fifth do show the estimator refusing.
"""

from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.association import rao_scott
from analysis.stats.survey.design import WEIGHT_ONE, design_mean, design_nps, design_share
from analysis.stats.survey.differences import Pair, design_difference
from analysis.stats.survey.quantiles import Quantile, design_quantile
from analysis.stats.survey.raked_figures import raked_mean
from analysis.stats.survey.raking import CannotRake, Raking
from analysis.stats.survey.weighting_effect import weighting_effect

RUNS, ITERATIVE_RUNS = 4_000, 400
SEED = 20_240_930
ITEMS = {"even": (0.2,) * 5, "favourable": (0.03, 0.07, 0.2, 0.4, 0.3), "top-heavy": (0.01, 0.02, 0.04, 0.13, 0.8)}
SCORES = {"even": (0.3, 0.4, 0.3), "favourable": (0.2, 0.3, 0.5), "top-heavy": (0.03, 0.12, 0.85)}
POINTS, PROMOTION = np.arange(1.0, 6.0), np.array([-100.0, 0.0, 100.0])
SHARES = (0.5, 0.8, 0.95, 0.99)
HEAVY, HEAVY_SHARE, THIN_STRATUM = 2.5, 0.4, 1.6
CORRELATIONS = (0.0, 0.1)
#: Fewer samples with a figure than this share of them: the estimator refuses the cell.
REFUSING = 0.2
ESTIMATORS = ("design_mean", "design_nps", "design_share", "design_difference", "design_quantile", "raked_mean",
              "weighting_effect")
#: Raked runs estimated by one call, of which the influences are one matrix.
RAKED_TOGETHER = 20


def survey(chances: tuple[float, ...], values: np.ndarray, n: int, correlation: float, runs: int) -> pd.DataFrame:
    """Return the reduced answers of ``runs`` surveys of n people each."""
    generator = np.random.default_rng([SEED, n, int(1_000 * correlation), int(1_000 * chances[0])])
    size = 5 if n >= 20 else 2
    clusters = n // size
    run, cluster = np.repeat(np.arange(runs), clusters), np.tile(np.arange(clusters), runs)
    of_cluster = np.broadcast_to(np.asarray(chances), (len(run), len(chances)))
    if correlation:
        of_cluster = generator.dirichlet(np.asarray(chances) * (1 / correlation - 1), len(run))
        of_cluster = of_cluster / of_cluster.sum(axis=1, keepdims=True)
    heavy = generator.binomial(size, HEAVY_SHARE, len(run))
    parts = []
    for weight, people in ((1.0, size - heavy), (HEAVY, heavy)):
        counts = generator.multinomial(people, of_cluster)
        row, answer = np.nonzero(counts)
        design = np.where(cluster[row] % 2, THIN_STRATUM, 1.0) * weight * WEIGHT_ONE
        labels = {"run": run[row], "stratum": 2 * run[row] + cluster[row] % 2, "cluster": cluster[row]}
        counted = {"weight": design.astype(np.int64), "value": values[answer], "count": counts[row, answer]}
        parts.append(pd.DataFrame({**labels, **counted}))
    return pd.concat(parts, ignore_index=True)


def covered(name: str, cell: str, table: pd.DataFrame, truth: float) -> dict:
    """Return one row of the table of coverage."""
    told = table[table["status"].eq("ok")]
    inside = (told["low"].le(truth) & told["high"].ge(truth)).mean() if len(told) else np.nan
    error = 2 * np.sqrt(0.9 * 0.1 / max(len(told), 1))
    holds = bool(inside >= 0.90 - error) or len(told) < REFUSING * len(table)
    return {
        "estimator": name, "cell": cell, "runs": len(table), "coverage": inside, "estimable": len(told) / len(table),
        "bound": 0.90, "holds": holds,
    }  # fmt: skip


def mean_cell(shape: str, n: int, correlation: float, runs: int) -> dict:
    answers = survey(ITEMS[shape], POINTS, n, correlation, runs)
    cell = f"{shape}, n = {n}, ICC = {correlation}"
    return covered("design_mean", cell, design_mean(answers, ["run"]), float(POINTS @ ITEMS[shape]))


def nps_cell(shape: str, n: int, correlation: float, runs: int) -> dict:
    answers = survey(SCORES[shape], PROMOTION, n, correlation, runs)
    cell = f"{shape}, n = {n}, ICC = {correlation}"
    return covered("design_nps", cell, design_nps(answers, ["run"]), float(PROMOTION @ SCORES[shape]))


def share_cell(share: float, n: int, correlation: float, runs: int) -> dict:
    answers = survey((1 - share, share), np.array([0.0, 1.0]), n, correlation, runs)
    return covered("design_share", f"p = {share}, n = {n}, ICC = {correlation}", design_share(answers, ["run"]), share)


def difference_cell(shape: str, n: int, correlation: float, runs: int) -> dict:
    """Compare the answers of heavy weight with the others: the two share their clusters."""
    answers = survey(ITEMS[shape], POINTS, n, correlation, runs)
    unit = np.where(answers["stratum"] % 2, THIN_STRATUM, 1.0) * WEIGHT_ONE
    answers = answers.assign(heavy=answers["weight"].gt(1.5 * unit))
    table = design_difference(answers, Pair("heavy", True, False), ["run"])
    return covered("design_difference", f"{shape}, n = {n}, ICC = {correlation}", table, 0.0)


def quantile_cell(probability: float, n: int, correlation: float, runs: int) -> dict:
    """Estimate a quantile of log-normal times, whose logarithms share a part within clusters."""
    answers = survey((1.0,), np.array([0.0]), n, 0.0, runs)
    answers = answers.loc[answers.index.repeat(answers["count"])].assign(count=1).reset_index(drop=True)
    generator = np.random.default_rng([SEED, n])
    cluster = answers.groupby(["stratum", "cluster"]).ngroup().to_numpy()
    shared = generator.standard_normal(cluster.max() + 1)[cluster] * np.sqrt(correlation)
    logs = shared + generator.standard_normal(len(answers)) * np.sqrt(1 - correlation)
    probit = {0.5: 0.0, 0.9: 1.2815515655446004}
    table = design_quantile(answers.assign(value=np.exp(logs)), Quantile(probability), ["run"])
    cell = f"p = {probability}, n = {n}, ICC = {correlation}"
    return covered("design_quantile", cell, table, float(np.exp(probit[probability])))


def raked_cell(shape: str, n: int, correlation: float, runs: int) -> dict:
    """Rake to two margins that go with the answers; the categories of a run are its own."""
    chances = np.asarray(ITEMS[shape])
    answers = survey(ITEMS[shape], POINTS, n, correlation, runs)
    answers = answers.loc[answers.index.repeat(answers["count"])].assign(count=1).reset_index(drop=True)
    generator = np.random.default_rng([SEED, n, 1])
    top = answers["value"].eq(5).to_numpy()
    known = {"a": (0.7, 0.4), "b": (0.75, 0.5)}
    for name, (among_top, else_) in known.items():
        answers[name] = 2 * answers["run"] + (generator.random(len(answers)) < np.where(top, among_top, else_))
    yes = {name: chances[4] * share + (1 - chances[4]) * other for name, (share, other) in known.items()}
    tables = [raked_runs(some, yes) for _, some in answers.groupby(answers["run"] // RAKED_TOGETHER)]
    return covered("raked_mean", f"{shape}, n = {n}, ICC = {correlation}", pd.concat(tables), float(POINTS @ chances))


def raked_runs(answers: pd.DataFrame, yes: dict[str, float]) -> pd.DataFrame:
    """Return the raked means of some runs; a run whose margins its answers cannot meet has none."""
    margin = [(name, code, 1e6 * (share if code % 2 else 1 - share))
              for name, share in yes.items() for code in sorted(answers[name].unique())]  # fmt: skip
    try:
        margins = pd.DataFrame(margin, columns=["variable", "category", "customers"])
        return raked_mean(answers, Raking(margins), ["run"])
    except CannotRake:
        runs = [some for _, some in answers.groupby("run")]
        return pd.concat([raked_runs(some, yes) for some in runs]) if len(runs) > 1 else pd.DataFrame()


def effect_cell(shape: str, n: int, runs: int) -> dict:
    """Weight half a sample to a fifth of the customers: those who answer too often, whose answers are all 4 or 5."""
    generator = np.random.default_rng([SEED, n, 3])
    chances = {"many": np.asarray(ITEMS[shape]), "few": np.array([0, 0, 0, 0.4, 0.6])}
    size = generator.binomial(n, 0.5, runs)
    parts = []
    for one, people in (("many", n - size), ("few", size)):
        counts = generator.multinomial(people, chances[one])
        run, answer = np.nonzero(counts)
        parts.append(pd.DataFrame({"run": run, "segment": [f"{one} {number}" for number in run],
                                   "value": POINTS[answer], "count": counts[run, answer]}))  # fmt: skip
    answers = pd.concat(parts)
    tables = []
    for _, some in answers.groupby(answers["run"] // RAKED_TOGETHER):
        names = sorted(some["segment"].unique())
        customers = [800 if name.startswith("many") else 200 for name in names]
        margins = pd.DataFrame({"variable": "segment", "category": names, "customers": customers})
        strata = some.assign(stratum=some["run"])
        tables.append(weighting_effect(strata, Raking(margins), ["run"]))
    truth = 0.3 * float(POINTS @ chances["many"] - POINTS @ chances["few"])
    return covered("weighting_effect", f"{shape}, n = {n}", pd.concat(tables), truth)


def association_cell(chances: tuple[float, ...], n: int, runs: int) -> dict:
    """Test an answer against another that has nothing to do with it but shares the clusters; covered: not alarmed."""
    answers = survey(chances, np.arange(float(len(chances))), n, 0.1, runs)
    generator = np.random.default_rng([SEED, n, 2])
    cluster = answers.groupby(["stratum", "cluster"]).ngroup().to_numpy()
    yes = generator.binomial(answers["count"], generator.beta(3.6, 5.4, cluster.max() + 1)[cluster])
    both = pd.concat([answers.assign(other=1, count=yes), answers.assign(other=0, count=answers["count"] - yes)])
    found = pd.concat([rao_scott(one, "value", "other") for _, one in both.groupby("run")])
    told = found[found["status"].eq("ok")]
    quiet = float(told["p"].ge(0.05).mean())
    holds = quiet >= 0.90 - 2 * np.sqrt(0.9 * 0.1 / len(told))
    return {"estimator": "rao_scott F", "cell": f"{len(chances)} x 2, n = {n}, ICC = 0.1", "runs": len(found),
            "coverage": quiet, "estimable": len(told) / len(found), "bound": 0.90, "holds": holds}  # fmt: skip


MEAN_GRID = list(product(ITEMS, (30, 60, 100, 300), CORRELATIONS))
CELLS = {
    mean_cell: MEAN_GRID,
    nps_cell: [(shape, n, 0.1) for shape, n in product(SCORES, (30, 60, 100, 300))],
    share_cell: [*product(SHARES, (10,), CORRELATIONS), *product(SHARES, (30, 100, 300), (0.1,))],
    difference_cell: list(product(ITEMS, (100,), CORRELATIONS)),
    quantile_cell: list(product((0.5, 0.9), (30, 100), CORRELATIONS)),
    raked_cell: list(product(ITEMS, (60, 100), CORRELATIONS)),
    effect_cell: list(product(ITEMS, (60, 100, 300))),
    association_cell: [((0.5, 0.5), 40), ((0.6, 0.3, 0.1), 100)],
}
#: Cells whose figure is iterative, or whose call estimates one run.
SLOW = (quantile_cell, raked_cell, effect_cell, association_cell)


@lru_cache
def table(runs: int = RUNS) -> pd.DataFrame:
    """Return one row per cell; iterative ones take a tenth of the runs."""
    slow = runs * ITERATIVE_RUNS // RUNS
    rows = [make(*cell, slow if make in SLOW else runs) for make, cells in CELLS.items() for cell in cells]
    return pd.DataFrame(rows)


def cells_of(estimator: str) -> pd.DataFrame:
    """Return the cells in which the estimator does not refuse."""
    found = table()[table()["estimator"].eq(estimator)]
    return found[found["estimable"].ge(REFUSING)]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_no_cell_falls_below_ninety_percent(estimator: str):
    cells = cells_of(estimator)
    assert len(cells) > 0
    assert cells["holds"].all(), cells[~cells["holds"]].to_string()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_mean_over_the_grid_is_at_least_ninety_four_percent(estimator: str):
    cells = cells_of(estimator)
    error = np.sqrt((cells["coverage"] * (1 - cells["coverage"]) / cells["runs"]).sum()) / len(cells)
    assert cells["coverage"].mean() >= 0.94 - 2 * error
    # Korn and Graubard's interval is cautious near 1 in small samples: its mean over the grid may be above 97 %.
    assert estimator == "design_share" or cells["coverage"].mean() <= 0.97 + 2 * error


@pytest.mark.parametrize("cell", ["p = 0.9, n = 30, ICC = 0.0", "p = 0.9, n = 30, ICC = 0.1"])
def test_a_quantile_near_the_end_of_a_small_sample_is_refused(cell: str):
    found = table().set_index(["estimator", "cell"])
    assert found.loc[("design_quantile", cell), "estimable"] == 0


def test_independent_answers_are_rarely_called_associated():
    alarms = table()[table()["estimator"].eq("rao_scott F")]
    assert len(alarms) > 0
    assert alarms["holds"].all()
