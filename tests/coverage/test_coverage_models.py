"""Do the intervals of the regressions keep 95 %, and the monthly alarm its 5 %, in simulation?

Bounds are those of METHODS §1 and §2. Odds ratios are enumerated exactly over shares of .5 to .99; where fewer than
half of the tables give one, the estimator refuses the cell, and no more than 5 % of all tables may mislead.
"""

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
from analysis.stats.models.trend import Season, season_columns

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
ALARMS = [(dispersion, *series) for dispersion in (1, 1.5, 3, 12) for series in ((24, 5), (36, 40))]
#: A baseline of a year and a half with one wave in the model, where the season is a single month.
SHORT_ALARMS = [(dispersion, 18, mean, True) for dispersion in (1, 3) for mean in (5, 40)]
ORDINAL = [(shape, n) for shape in SHAPES for n in (100, 300)]
#: Cases per group, share of the first group, share of the second.
BINARY = [
    (method, n, share, other)
    for method, sizes in (("logit", (15, 30)), ("firth", (6, 10)))
    for n in sizes
    for share in (0.5, 0.8, 0.9, 0.95, 0.99)
    for other in (0.5, 0.8)
]
#: METHODS: no cell below, the mean over the grid within these, alarms in this share of unchanged years.
LOWEST, MEANS, RAISED = 0.90, (0.94, 0.97), (0.02, 0.06)
REFUSING = 0.5


def counts_of(generator: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Negative binomial (NB2) counts whose variance is ``dispersion`` times the mean where the mean is average."""
    if dispersion == 1:
        return generator.poisson(mean).astype(float)
    size = mean.mean() / (dispersion - 1)
    return generator.negative_binomial(size, size / (size + mean)).astype(float)


def months_of(
    months: int, mean: float, growth: float, season: Season = "two harmonics", peak: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected counts, design with season, and exposure of the months and the year after them."""
    month = np.arange(months + YEAR)
    exposure = np.exp(DRIFT * month)
    wave = np.where(month % YEAR == 0, WAVE, 0.0) if peak else WAVE * np.sin(2 * np.pi * month / YEAR)
    expected = exposure * np.exp(wave + growth * month / YEAR)
    design = np.c_[np.ones(len(month)), season_columns(pd.Series(month), season)]
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


def alarms(
    dispersion: float, months: int, mean: float, runs: int, season: Season = "two harmonics", peak: bool = False
) -> float:
    """Return the share of unchanged years with any alarm: the smallest of twelve p under Holm's first bound."""
    expected, design, exposure = months_of(months, mean, 0.0, season, peak)
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


def binary(method: str, n: int, share: float, other: float) -> dict:
    """Return the exact coverage of an odds ratio of two groups of n, given that it is estimable, as a row."""
    truth = share / (1 - share) / (other / (1 - other))
    tables = odds_ratios(method, n)
    chance = stats.binom.pmf(tables["a"], n, share) * stats.binom.pmf(tables["b"], n, other)
    ok = tables["status"].eq("ok").to_numpy()
    inside = ok & tables["low"].le(truth).to_numpy() & tables["high"].ge(truth).to_numpy()
    shown, missed = float(chance[ok].sum()), float(chance[ok & ~inside].sum())
    coverage = 1 - missed / shown if shown >= REFUSING else np.nan
    holds = coverage >= LOWEST if shown >= REFUSING else missed <= 1 - LEVEL
    told = {"estimator": method, "cell": (n, share, other), "coverage": coverage, "runs": 0, "bound": LOWEST}
    return told | {"estimable": shown, "holds": holds}


@lru_cache
def odds_ratios(method: str, n: int) -> pd.DataFrame:
    """Return the odds ratio of every 2 x 2 table: ``a`` events of n in one group, ``b`` of n in the other."""
    counts = pd.DataFrame(np.ndindex(n + 1, n + 1), columns=["a", "b"])
    if method == "firth":
        rows = [firth_row(*pair, n) for pair in counts.itertuples(index=False)]
        return pd.concat(rows, ignore_index=True).join(counts)
    # `logit` refuses a table with an empty cell as separated
    whole = (counts.min(axis=1).gt(0) & counts.max(axis=1).lt(n)).to_numpy()
    fits = [logit_fit(*pair, n) if ok else (np.nan, np.nan) for pair, ok in zip(counts.to_numpy(), whole, strict=True)]
    figures = pd.DataFrame(fits, columns=["coefficient", "std_error"]).assign(n=2 * n, df=np.inf, scale=1.0)
    return ratio_table(figures, np.where(whole, "", "separation"), "logit", LEVEL).join(counts)


def logit_fit(a: int, b: int, n: int) -> tuple[float, float]:
    fit = proportional_odds(np.array([[1.0], [1], [0], [0]]), np.array([1.0, 0, 1, 0]), np.array([a, n - a, b, n - b]))
    return fit.slopes.item(), fit.std_errors.item()


def firth_row(a: int, b: int, n: int) -> pd.DataFrame:
    return firth(pd.DataFrame({"x": [1, 0], "count": [a, b], "n": n}), ["x"], minimum_n=1).loc[["x"]]


@lru_cache
def table(runs: int) -> pd.DataFrame:
    rows = [("trend", cell, trend(*cell, runs), runs) for cell in TRENDS]
    rows += [("ordinal", cell, ordinal(*cell, runs), runs) for cell in ORDINAL]
    intervals = pd.DataFrame(rows, columns=["estimator", "cell", "coverage", "runs"])
    intervals["bound"] = LOWEST - 2 * np.sqrt(LOWEST * (1 - LOWEST) / intervals["runs"])
    intervals["holds"] = intervals["coverage"].ge(intervals["bound"])
    exact = pd.DataFrame([binary(*cell) for cell in BINARY])
    rows = [("alarm", cell, alarms(*cell, runs), runs) for cell in ALARMS]
    rows += [("alarm, one wave", cell, alarms(*cell[:3], runs, "harmonic", cell[3]), runs) for cell in SHORT_ALARMS]
    raised = pd.DataFrame(rows, columns=["estimator", "cell", "false_alarms", "runs"])
    error = AlarmPlan().family_error
    raised["bound"] = error + 2 * np.sqrt(error * (1 - error) / raised["runs"])
    raised["holds"] = raised["false_alarms"].le(raised["bound"])
    return pd.concat([intervals, exact, raised], ignore_index=True)


@pytest.mark.parametrize("estimator", ["trend", "ordinal", "logit", "firth", "alarm", "alarm, one wave"])
def test_every_cell_keeps_its_promise(estimator: str):
    cells = table(RUNS).query("estimator == @estimator")
    assert len(cells) >= 3
    assert cells["holds"].all(), cells[~cells["holds"]]


@pytest.mark.parametrize("estimator", ["trend", "ordinal", "logit", "firth"])
def test_intervals_are_not_wide_for_nothing(estimator: str):
    mean = table(RUNS).query("estimator == @estimator")["coverage"].mean()
    assert MEANS[0] <= mean <= MEANS[1]


def test_alarms_of_bursty_series_are_as_frequent_as_promised():
    # 36 months of 40 events; quieter or shorter series raise fewer
    cells = table(RUNS).query("estimator == 'alarm'").set_index("cell")
    found = [cells["false_alarms"][dispersion, 36, 40] for dispersion in (1.5, 3, 12)]
    errors = [2 * np.sqrt(share * (1 - share) / RUNS) for share in RAISED]
    assert RAISED[0] - errors[0] <= min(found) <= max(found) <= RAISED[1] + errors[1]


@pytest.mark.parametrize(("dispersion", "power"), [(1.5, 0.9), (3, 0.5)])
def test_a_month_of_twice_the_events_raises_an_alarm(dispersion: float, power: float):
    expected, design, exposure = months_of(36, 40, 0.0)
    generator, runs, raised = np.random.default_rng(SEED), 200, 0
    for _ in range(runs):
        past = (counts_of(generator, expected[:36], dispersion), design[:36], exposure[:36])
        doubled = counts_of(generator, 2 * expected, dispersion)[[41]]
        p = tail(forecast(past, design[[41]], exposure[[41]]), doubled)
        raised += p.item() * YEAR <= AlarmPlan().family_error
    np.testing.assert_allclose(raised / runs, power, atol=0.1)
