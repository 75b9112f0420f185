"""Do the intervals of the regressions keep 95 %, and the monthly alarm its 5 %, in simulation?"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.models.alarms import AlarmPlan, forecast, tail
from analysis.stats.models.coefficients import ratio_table
from analysis.stats.models.counts import count_fit
from analysis.stats.models.logistic import firth
from analysis.stats.models.ordinal import proportional_odds
from analysis.stats.models.trend import season_columns

RUNS = 400
SEED = 20_261_123
LEVEL = 0.95
GROWTH = np.log(1.1)
#: Exposure grows by 2 % a month, and months differ by up to 30 %: as a wave, or one month alone.
DRIFT, WAVE = 0.02, 0.3
YEAR = 12
#: Thresholds of the latent overall score: even, favourable, top-heavy answers.
SHAPES = {"even": (-2.0, -0.7, 0.7, 2.0), "favourable": (-4.0, -2.5, -1.0, 1.0), "top-heavy": (-5.5, -4.5, -3.0, -1.5)}
SLOPES = np.array([0.8, 0.4, 0.0])
TRENDS = [(dispersion, *series) for dispersion in (1, 1.5, 3) for series in ((24, 5), (24, 40), (36, 40))]
ALARMS = [(dispersion, *series) for dispersion in (1, 1.5, 3) for series in ((24, 5), (36, 40))]
ORDINAL = [(shape, n) for shape in SHAPES for n in (100, 300)]
BINARY = [(method, share) for method in ("logit", "firth") for share in (0.5, 0.8, 0.95)]
#: Least coverage of an exactly enumerated cell: discrete tables cannot keep .95 in each.
EXACT = 0.94


def counts_of(generator: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Negative binomial (NB2) counts whose variance is ``dispersion`` times the mean where the mean is average."""
    if dispersion == 1:
        return generator.poisson(mean).astype(float)
    size = mean.mean() / (dispersion - 1)
    return generator.negative_binomial(size, size / (size + mean)).astype(float)


def months_of(months: int, mean: float, growth: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected counts, design with season, and exposure of the months and the year after them."""
    month = np.arange(months + YEAR)
    exposure = np.exp(DRIFT * month)
    expected = exposure * np.exp(WAVE * np.sin(2 * np.pi * month / YEAR) + growth * month / YEAR)
    design = np.c_[np.ones(len(month)), season_columns(pd.Series(month), "two harmonics")]
    return mean * expected / expected[:months].mean(), design, exposure


def trend(dispersion: float, months: int, mean: float, runs: int) -> float:
    expected, design, exposure = (values[:months] for values in months_of(months, mean, GROWTH))
    design = np.c_[design, np.arange(months) / YEAR]
    generator = np.random.default_rng(SEED)
    fits = [count_fit(counts_of(generator, expected, dispersion), design, exposure) for _ in range(runs)]
    last = [(fit.coefficients[-1], np.sqrt(fit.covariance[-1, -1]), fit.df, fit.scale) for fit in fits]
    return covered(pd.DataFrame(last, columns=["coefficient", "std_error", "df", "scale"]), GROWTH)


def covered(figures: pd.DataFrame, truth: float) -> float:
    table = ratio_table(figures.assign(n=1), np.full(len(figures), ""), "coverage", LEVEL)
    return float(table["low"].le(np.exp(truth)).mul(table["high"].ge(np.exp(truth))).mean())


def alarms(dispersion: float, months: int, mean: float, runs: int) -> float:
    """Return the share of unchanged years with any alarm: the smallest of twelve p under Holm's first bound."""
    expected, design, exposure = months_of(months, mean, 0.0)
    generator, plan, raised = np.random.default_rng(SEED), AlarmPlan(), 0
    for _ in range(runs):
        counts = counts_of(generator, expected, dispersion)
        past = (counts[:months], design[:months], exposure[:months])
        p = tail(forecast(past, design[months:], exposure[months:]), counts[months:])
        raised += bool(p.min() * YEAR <= plan.family_error)
    return raised / runs


def ordinal(shape: str, n: int, runs: int) -> float:
    """Return the coverage over all three slopes of drivers scored 1-5."""
    generator = np.random.default_rng(SEED)
    rows = []
    for _ in range(runs):
        drivers = generator.integers(1, 6, (n, 3)) - 3.0
        answer = np.digitize(drivers @ SLOPES + generator.logistic(size=n), SHAPES[shape]).astype(float)
        fit = proportional_odds(drivers, answer, np.ones(n))
        rows += list(zip(fit.slopes - SLOPES, fit.std_errors, strict=True))
    figures = pd.DataFrame(rows, columns=["coefficient", "std_error"]).assign(df=np.inf, scale=1.0)
    return covered(figures, 0.0)


def binary(method: str, share: float) -> float:
    """Return the exact coverage of an odds ratio of two groups, given that it is estimable."""
    truth = share / (1 - share)  # against even odds
    tables = odds_ratios(method)
    n = tables.attrs["n"]
    chance = stats.binom.pmf(tables["a"], n, share) * stats.binom.pmf(tables["b"], n, 0.5)
    ok = tables["status"].eq("ok")
    inside = tables["low"].le(truth) & tables["high"].ge(truth)
    return float(chance[ok & inside].sum() / chance[ok].sum())


@lru_cache
def odds_ratios(method: str) -> pd.DataFrame:
    """Return the odds ratio of every 2 x 2 table: ``a`` events of n in one group, ``b`` of n in the other."""
    fit, n = {"logit": (logit_row, 15), "firth": (firth_row, 6)}[method]
    tables = [fit(a, b, n).assign(a=a, b=b) for a, b in np.ndindex(n + 1, n + 1)]
    found = pd.concat(tables)
    found.attrs["n"] = n
    return found


def logit_row(a: int, b: int, n: int) -> pd.DataFrame:
    """The fit of `logit`, which refuses a table with an empty cell as separated."""
    if not (0 < a < n and 0 < b < n):
        return pd.DataFrame({"low": [np.nan], "high": np.nan, "status": "not estimable: separation"})
    fit = proportional_odds(np.array([[1.0], [1], [0], [0]]), np.array([1.0, 0, 1, 0]), np.array([a, n - a, b, n - b]))
    row = {"n": 2 * n, "coefficient": fit.slopes, "std_error": fit.std_errors, "df": np.inf, "scale": 1.0}
    return ratio_table(pd.DataFrame(row), np.array([""]), "logit", LEVEL)


def firth_row(a: int, b: int, n: int) -> pd.DataFrame:
    return firth(pd.DataFrame({"x": [1, 0], "count": [a, b], "n": n}), ["x"], minimum_n=1).loc[["x"]]


@lru_cache
def table(runs: int) -> pd.DataFrame:
    rows = [("trend", cell, trend(*cell, runs), runs) for cell in TRENDS]
    rows += [("ordinal", cell, ordinal(*cell, runs), runs) for cell in ORDINAL]
    intervals = pd.DataFrame(rows, columns=["estimator", "cell", "coverage", "runs"])
    intervals["bound"] = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / intervals["runs"])
    rows = [(cell[0], cell, binary(*cell), 0, EXACT) for cell in BINARY]
    exact = pd.DataFrame(rows, columns=["estimator", "cell", "coverage", "runs", "bound"])
    rows = [("alarm", cell, alarms(*cell, runs), runs) for cell in ALARMS]
    raised = pd.DataFrame(rows, columns=["estimator", "cell", "false_alarms", "runs"])
    error = AlarmPlan().family_error
    raised["bound"] = error + 2 * np.sqrt(error * (1 - error) / raised["runs"])
    both = pd.concat([intervals, exact, raised], ignore_index=True)
    return both.assign(holds=both["coverage"].ge(both["bound"]) | both["false_alarms"].le(both["bound"]))


@pytest.mark.parametrize("estimator", ["trend", "ordinal", "logit", "firth", "alarm"])
def test_every_cell_keeps_its_promise(estimator: str):
    cells = table(RUNS).query("estimator == @estimator")
    assert len(cells) >= 3
    assert cells["holds"].all(), cells[~cells["holds"]]


def test_intervals_are_not_wide_for_nothing():
    cells = table(RUNS).dropna(subset="coverage").query("estimator in ('trend', 'ordinal')")
    assert 0.94 <= cells["coverage"].mean() <= 0.97


def test_an_alarm_is_not_impossible():
    assert table(RUNS)["false_alarms"].max() > 0.01
