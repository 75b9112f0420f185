"""Do composites, parts of a change and standardised differences keep 95 %, clipped or not?

A cell is one truth; coverage counts the runs that are estimable, and a cell with fewer than half of them is shown but
not judged for its mean. Bounds: .90 for every cell, .94 for the mean of an estimator (METHODS §1).
"""

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.composites.composite import Drawing, composite, grade_probabilities
from analysis.stats.composites.decomposition import change_parts
from analysis.stats.composites.scores import Scheme
from analysis.stats.composites.strata import direct_standardisation, mantel_haenszel
from analysis.stats.intervals.shares import wilson

LEAST, LEAST_MEAN, MOST_MEAN = 0.90, 0.94, 0.97
JUDGED = 0.5
SEED = 20_240_930
RUNS = 4_000
#: Where the target of a composite lies from the truth, in standard errors; far = never clipped, at = on the clip.
PLACES = {"far": 10.0, "at": 0.0, "one error": 1.0, "beyond": -6.0, "mixed": np.nan}
#: Quasi-random draws a run: fewer than in a report, more than the interval needs to be told from a wrong one.
DRAWS = 256
#: How far the floor lies below the truth.
FLOOR = 1.0


def composite_cell(kind: str, parts: int, n: int, share: float, place: str, *, runs: int) -> tuple[float, float]:
    """Return coverage and the share estimable of a composite of shares (Wilson) or of means (t), unequal weights."""
    generator = np.random.default_rng(SEED)
    truth = np.linspace(share - (1 - share) / 4, share + (1 - share) / 4, parts)
    error = np.sqrt(truth * (1 - truth) / n)
    if kind == "shares":
        table = wilson(generator.binomial(n, truth, (runs, parts)).ravel(), n)
    else:
        value = truth + error * generator.standard_normal((runs, parts))
        spread = error * np.sqrt(generator.chisquare(n - 1, (runs, parts)) / (n - 1)) * stats.t.ppf(0.975, n - 1)
        numbers = {"estimate": value, "low": value - spread, "high": value + spread}
        table = pd.DataFrame({k: v.ravel() for k, v in numbers.items()}).assign(n=n, level=0.95, status="ok")
    names = [f"c{k}" for k in range(parts)]
    away = np.where(np.arange(parts) % 2, 0.0, 10.0) if place == "mixed" else np.full(parts, PLACES[place])
    plan = pd.DataFrame({"floor": truth - FLOOR, "target": truth + away * error}, index=names)
    scheme = Scheme(plan.assign(weight=np.arange(1, parts + 1)))
    run = pd.DataFrame({"run": np.repeat(np.arange(runs), parts), "component": names * runs})
    found = composite(run.join(table), scheme, Drawing(seed=SEED, draws=DRAWS), ["run"])
    scores = np.minimum(100 * FLOOR / (FLOOR + away * error), 100)
    aim = float((scores * np.arange(1, parts + 1)).sum() / np.arange(1, parts + 1).sum())
    return held(found, aim)


def held(found: pd.DataFrame, truth: float) -> tuple[float, float]:
    """Return coverage among the estimable rows, up to rounding, and their share."""
    told = found[found["status"].eq("ok")]
    inside = told["low"].le(truth + 1e-9) & told["high"].ge(truth - 1e-9)
    return (float(inside.mean()) if len(told) else np.nan), len(told) / len(found)


def parts_cell(kind: str, part: str, categories: int, n: int, share: float, *, runs: int) -> tuple[float, float]:
    """Return coverage and the share estimable of a part of a change; the mix moves, the shares rise unevenly."""
    generator = np.random.default_rng(SEED)
    mix = {2: ([0.5, 0.5], [0.7, 0.3]), 4: ([0.1, 0.2, 0.3, 0.4], [0.25] * 4)}[categories]
    before = np.linspace(share - (1 - share) / 2, share + (1 - share) / 2, categories)
    after = before + np.linspace(-0.1, 0.3, categories) * (1 - share) / 2
    figures, columns = (before, after), {}
    for period, weights, figure in zip(("before", "after"), mix, figures, strict=True):
        size = np.tile(np.multiply(n, weights), (runs, 1))
        size = size if kind == "rate" else generator.multinomial(n, weights, runs)
        events = generator.poisson(size * figure) if kind == "rate" else generator.binomial(size, figure)
        columns |= {f"n_{period}": size.ravel(), f"total_{period}": events.ravel(), f"squares_{period}": events.ravel()}
    run = {"run": np.repeat(np.arange(runs), categories), "category": np.tile(np.arange(categories), runs)}
    found = change_parts(pd.DataFrame(run | columns), kind, ["run"]).xs(part, level="part")
    w0, w1 = (np.array(weights) for weights in mix)
    truth = {"performance": (w0 + w1) / 2 * (after - before), "mix": (before + after) / 2 * (w1 - w0)}
    truth["change"] = truth["performance"] + truth["mix"]
    return held(found, float(truth[part].sum()))


def strata_cell(estimator: str, strata: int, n: int, share: float, gap: float, *, runs: int) -> tuple[float, float]:
    """Return coverage and the share estimable of a common difference, groups of opposite mixes."""
    generator = np.random.default_rng(SEED)
    weights = np.linspace(1, 3, strata) / np.linspace(1, 3, strata).sum()
    one, other = (np.maximum(np.round(n * mix), 1).astype(int) for mix in (weights, weights[::-1]))
    base = np.linspace(share - (1 - share) / 2, share + (1 - share) / 2, strata)
    shares = (base + gap * (1 - base), base)
    run = {"run": np.repeat(np.arange(runs), strata), "stratum": np.tile(np.arange(strata), runs)}
    for group, size, figure in zip((1, 0), (one, other), shares, strict=True):
        counts = generator.binomial(size, figure, (runs, strata)).ravel()
        run |= {f"n_{group}": np.tile(size, runs), f"count_{group}": counts}
    weight = {"Mantel-Haenszel": one * other / (one + other), "direct": one + other}[estimator]
    common = {"Mantel-Haenszel": mantel_haenszel, "direct": direct_standardisation}[estimator]
    return held(common(pd.DataFrame(run), ["run"]), float(np.average(shares[0] - shares[1], weights=weight)))


#: Estimator, cell, function that simulates it, largest share of the runs asked for (composites cost more).
CELLS: list[tuple[str, str, Callable[..., tuple[float, float]], float]] = [
    *(("composite", f"{kind}, {parts} parts, n {n}, p {p}, target {place}",
       partial(composite_cell, kind, parts, n, p, place), 0.25)
      for kind, n, p in [("shares", 30, 0.6), ("shares", 30, 0.9), ("shares", 300, 0.9), ("means", 30, 0.6)]
      for parts, place in product((2, 6), PLACES)),
    *((f"{part} of a {kind}", f"{k} categories, n {n}, p {p}", partial(parts_cell, kind, part, k, n, p), 1.0)
      for kind, part, k, n, p in product(("share", "mean", "rate"), ("performance", "mix", "change"), (2, 4),
                                         (50, 100, 300), (0.5, 0.9, 0.95))),
    *((estimator, f"{k} strata, n {n}, p {p}, gap {gap}", partial(strata_cell, estimator, k, n, p, gap), 1.0)
      for estimator, k, n, p, gap in product(("Mantel-Haenszel", "direct"), (2, 10), (30, 100, 300), (0.5, 0.9, 0.99),
                                             (0.0, 0.2))),
]


def table(runs: int) -> pd.DataFrame:
    """Return one row per cell: coverage, share estimable, the bound less two Monte-Carlo errors, whether met."""
    rows = []
    for estimator, name, simulate, part in CELLS:
        made = int(runs * part)
        coverage, estimable = simulate(runs=made)
        bound = LEAST - 2 * np.sqrt(LEAST * (1 - LEAST) / max(made * estimable, 1))
        row = {"estimator": estimator, "cell": name, "runs": made, "coverage": coverage, "estimable": estimable}
        rows.append({**row, "bound": bound, "holds": bool(coverage >= bound or estimable == 0)})
    return pd.DataFrame(rows)


simulated = lru_cache(table)


def graded(runs: int) -> pd.DataFrame:
    """Return, per tenth of the probability told of a grade, that probability and how often the grade is the true one.

    The true scores of three components are spread evenly from well below the floor to well above the target.
    """
    generator = np.random.default_rng(SEED)
    names, weight, error = ["a", "b", "c"], np.array([1.0, 2.0, 3.0]), np.array([5.0, 12.0, 25.0])
    truth = generator.uniform(-150, 250, (runs, 3))
    value = truth + error * generator.standard_normal((runs, 3))
    half = stats.norm.ppf(0.975) * error
    numbers = {"estimate": value, "low": value - half, "high": value + half}
    rows = pd.DataFrame({name: part.ravel() for name, part in numbers.items()}).assign(
        n=30, level=0.95, status="ok", run=np.repeat(np.arange(runs), 3), component=names * runs)
    scheme = Scheme(pd.DataFrame({"floor": 0.0, "target": 100.0, "weight": weight}, index=names))
    bands = pd.Series({"A": 80.0, "B": 60.0, "C": 40.0, "D": 0.0})
    told = grade_probabilities(rows, scheme, Drawing(SEED, draws=DRAWS), bands, ["run"])["probability"].unstack("grade")
    score = (np.clip(truth, 0, 100) * weight).sum(axis=1) / weight.sum()
    own = pd.cut(score, [-1, 40, 60, 80, 101], right=False, labels=list("DCBA"))
    right = pd.DataFrame({grade: own == grade for grade in told.columns})
    frame = pd.DataFrame({"told": told.to_numpy().ravel(), "right": right.to_numpy().ravel()})
    return frame.groupby((10 * frame["told"]).clip(upper=9.99).astype(int)).agg(
        told=("told", "mean"), right=("right", "mean"), n=("right", "size"))


def test_a_grade_told_with_seventy_percent_is_the_true_one_in_seventy_of_a_hundred():
    cells = graded(RUNS)
    assert len(cells) == 10
    error = np.sqrt(cells["told"] * (1 - cells["told"]) / cells["n"])
    assert (cells["right"] - cells["told"]).abs().le(2.8 * error).all(), cells.to_string()  # ten cells: 2 errors, Holm


@pytest.mark.parametrize("estimator", sorted({estimator for estimator, *_ in CELLS}))
def test_no_cell_falls_below_ninety_percent(estimator: str):
    rows = simulated(RUNS).query("estimator == @estimator")
    assert rows["holds"].all(), rows.to_string()


@pytest.mark.parametrize("estimator", sorted({estimator for estimator, *_ in CELLS}))
def test_the_mean_keeps_the_level(estimator: str):
    rows = simulated(RUNS).query("estimator == @estimator and estimable >= @JUDGED")
    inner = rows[~rows["cell"].str.contains("beyond|at$|mixed")]
    # A truth on the clip is a hard case: there the interval may be wider, and only the lower bound is asked.
    assert inner["coverage"].mean() <= MOST_MEAN, rows.to_string()
    assert rows["coverage"].mean() >= LEAST_MEAN, rows.to_string()
