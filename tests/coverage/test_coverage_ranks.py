"""Do rank sets hold the true ranks as often as they promise, ties included?"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from analysis.stats.ranks import Ranking, marginal_rank_sets, simultaneous_rank_sets

SEED, RUNS = 20_240_930, 400
LEVEL = 0.95
DRAWS = 200
#: Each unit has a test of its own: larger groups only cost time.
MOST_MARGINAL = 10
#: True values in units of the mean standard error: all tied, equally spaced, three clusters.
SHAPES = {
    "tied": lambda size: np.zeros(size),
    "spaced": lambda size: np.arange(size) * 1.5,
    "clustered": lambda size: np.arange(size) % 3 * 4.0,
}
#: Shape, units, whether standard errors differ (from .5 to 1.5 of their mean).
CELLS = [(shape, size, unequal) for shape in SHAPES for size, unequal in ((10, True), (30, False))]
SETS = {"simultaneous": simultaneous_rank_sets, "marginal": marginal_rank_sets}


def cell(kind: str, shape: str, size: int, unequal: bool, runs: int) -> float:
    """Return how often all true ranks (simultaneous), or the mean how often each (marginal), lie in the sets.

    Tied units may take each of their ranks: the whole range must lie inside. Every run has draws of its own.
    """
    generator = np.random.default_rng(SEED)
    truth = SHAPES[shape](size)
    error = np.linspace(0.5, 1.5, size) if unequal else np.ones(size)
    error = generator.permutation(error)
    first = 1 + (truth > truth[:, None]).sum(axis=1)
    last = size - (truth < truth[:, None]).sum(axis=1)
    inside = []
    for run in range(runs):
        units = pd.DataFrame({"estimate": truth + error * generator.standard_normal(size), "std_error": error})
        sets = SETS[kind](units, Ranking(seed=run, draws=DRAWS))
        inside.append((sets["low"].le(first) & sets["high"].ge(last)).to_numpy())
    held = np.array(inside)
    return float(held.all(axis=1).mean() if kind == "simultaneous" else held.mean(axis=0).min())


def table(runs: int) -> pd.DataFrame:
    """Return one row per kind and cell: coverage (marginal: of the worst unit) and the bound of two errors."""
    rows = []
    for kind in SETS:
        for shape, size, unequal in CELLS:
            bound = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)
            where = f"{shape}, {size} units, {'un' if unequal else ''}equal errors"
            if kind == "marginal" and size > MOST_MARGINAL:
                continue
            found = cell(kind, shape, size, unequal, runs)
            row = {"estimator": kind, "cell": where, "runs": runs, "coverage": found, "bound": bound}
            rows.append({**row, "holds": found >= bound})
    return pd.DataFrame(rows)


simulated = lru_cache(table)


@pytest.mark.parametrize("kind", SETS)
def test_sets_hold_the_true_ranks(kind: str):
    rows = simulated(RUNS).query("estimator == @kind")
    assert rows["holds"].all(), rows.to_string()


def test_sets_of_tied_units_are_not_idle():
    # All tied: every rejection is an error, so the level is met, not exceeded by far
    rows = simulated(RUNS).query("estimator == 'simultaneous' and cell.str.startswith('tied')")
    assert rows["coverage"].mean() <= 0.98
