"""Do charts raise as many false alarms as they say, no more and no fewer?"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.bursts import burst_chart
from analysis.stats.charts.cusum import cumulated, reached
from analysis.stats.charts.false_alarms import runs_false_alarms
from analysis.stats.charts.order_rules import NELSON_ORDER, order_false_alarms, order_signals
from analysis.stats.charts.risk_adjusted import (
    RiskAdjustedDesign,
    risk_adjusted_limit,
    risk_adjusted_run_length,
    risk_weights,
)
from analysis.stats.charts.run_length import CusumDesign, designed_limit, reference_value
from analysis.stats.charts.runs import NELSON, WESTERN_ELECTRIC, runs_signals

RUNS, SEED = 4_000, 20_250_330
MONTHS = 12
#: A series ends with so many missing points, more than any rule remembers, so that many can be watched in one pass.
GAP = 15
RULES = {rule.name: (rule,) for rule in (*WESTERN_ELECTRIC, *NELSON[1:])} | {
    "all of Western Electric": WESTERN_ELECTRIC,
    "all of Nelson": NELSON,
}
#: expected count, rate ratio, dispersion, of CUSUMs designed for a false alarm in 60 months
CUSUMS = ((0.5, 1.5, 1.0), (2.0, 1.5, 1.0), (20.0, 1.3, 1.0), (8.0, 1.5, 3.0), (200.0, 1.2, 12.0), (8.0, 0.6, 1.5))
#: In control 60 months; followed so many, by when nearly every run has ended.
RUN_LENGTH, FOLLOWED = 60.0, 900
SEASONS = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / MONTHS)
#: Equality is asked of all cells at once, on both sides: three Monte-Carlo errors each are 5 % for all of them.
ERRORS = 3
ROUNDING = 1e-12
COLUMNS = ["estimator", "cell", "runs", "false_alarms", "bound", "holds"]


@lru_cache
def simulated_runs(runs: int) -> pd.DataFrame:
    """Return per chart in control of a year and per set of rules whether it signals."""
    z = np.full((runs, MONTHS + GAP), np.nan)
    z[:, :MONTHS] = np.random.default_rng(SEED).standard_normal((runs, MONTHS))
    signals = {name: runs_signals(z.ravel(), rules)["any"].to_numpy() for name, rules in RULES.items()}
    return pd.DataFrame({name: hit.reshape(runs, -1).any(axis=1) for name, hit in signals.items()})


def runs_cell(name: str, runs: int) -> dict:
    rate, stated = simulated_runs(runs)[name].mean(), runs_false_alarms(RULES[name], MONTHS)["alarm_chart"].item()
    # Nelson 7 cannot signal within 12 points: exactly none may.
    error = ERRORS * np.sqrt(stated * (1 - stated) / runs)
    values = ["runs rules", name, runs, rate, stated, abs(rate - stated) <= error + ROUNDING]
    return dict(zip(COLUMNS, values, strict=True))


def order_cells(runs: int) -> list[dict]:
    """Compare Nelson's trend and zigzag in two years in control with the counted orders."""
    z = np.full((runs, 2 * MONTHS + 1), np.nan)
    z[:, :-1] = np.random.default_rng(SEED).standard_normal((runs, 2 * MONTHS))
    rows = []
    for rule in NELSON_ORDER:
        rate = order_signals(z.ravel(), (rule,))["any"].to_numpy().reshape(runs, -1).any(axis=1).mean()
        stated = order_false_alarms(rule, 2 * MONTHS)["alarm_chart"].item()
        holds = abs(rate - stated) <= ERRORS * np.sqrt(stated * (1 - stated) / runs)
        rows.append(dict(zip(COLUMNS, ["runs rules", rule.name, runs, rate, stated, holds], strict=True)))
    return rows


def counts(cell: tuple[float, float, float], seasons: np.ndarray, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts in control (run, month) and their expectation per month."""
    expected = np.resize(cell[0] * seasons, FOLLOWED)
    generator = np.random.default_rng([SEED, int(10 * cell[0])])
    if cell[2] == 1:
        return generator.poisson(expected, (runs, FOLLOWED)), expected
    return generator.negative_binomial(expected / (cell[2] - 1), 1 / cell[2], (runs, FOLLOWED)), expected


def run_lengths(cell: tuple[float, float, float], seasons: np.ndarray, runs: int) -> tuple[np.ndarray, float]:
    """Return the month of the first false alarm per run, and the run length the limit was designed for."""
    design = CusumDesign(RUN_LENGTH, cell[1], cell[2])
    limit = designed_limit(cell[0] * seasons, design)
    drawn, expected = counts(cell, seasons, runs)
    sign = 1 if cell[1] > 1 else -1
    step = sign * (drawn - reference_value(expected, design))
    total, first = np.zeros(runs), np.full(runs, FOLLOWED)
    for month in range(FOLLOWED):
        total = np.maximum(0.0, total + step[:, month])
        first = np.where((first == FOLLOWED) & reached(total, limit.limit), month + 1, first)
    return first, limit.run_length_in_control


def cusum_cell(cell: tuple[float, float, float], seasons: np.ndarray, runs: int) -> dict:
    lengths, stated = run_lengths(cell, seasons, runs)
    holds = abs(lengths.mean() - stated) <= ERRORS * lengths.std() / np.sqrt(runs) and stated >= RUN_LENGTH
    name = f"mean {cell[0]:g}, ratio {cell[1]:g}, dispersion {cell[2]:g}{', seasons' if len(seasons) > 1 else ''}"
    values = ["CUSUM, false alarms per month", name, runs, 1 / lengths.mean(), 1 / stated, holds]
    return dict(zip(COLUMNS, values, strict=True))


def risk_adjusted_run_lengths(risks: np.ndarray, limit: float, runs: int) -> np.ndarray:
    """Return the case of the first false alarm per run; the odds ratio watched for is 2."""
    generator = np.random.default_rng(SEED)
    total, first = np.zeros(runs), np.full(runs, 2 * FOLLOWED)
    for case in range(2 * FOLLOWED):
        risk = generator.choice(risks, runs)
        total = np.maximum(0.0, total + risk_weights(generator.random(runs) < risk, risk, 2.0))
        first = np.where((first == 2 * FOLLOWED) & reached(total, limit), case + 1, first)
    return first


def risk_adjusted_cell(runs: int) -> dict:
    """Compare the run length of fifty typical risks, most of them small, with the simulated one."""
    risks = np.random.default_rng(SEED).beta(1.2, 14, 50)
    limit = risk_adjusted_limit(risks, RiskAdjustedDesign(2 * RUN_LENGTH))
    stated, first = risk_adjusted_run_length(limit, risks, 2.0), risk_adjusted_run_lengths(risks, limit, runs)
    holds = abs(first.mean() - stated) <= ERRORS * first.std() / np.sqrt(runs)
    values = ["risk-adjusted CUSUM, false alarms per case", "fifty risks", runs, 1 / first.mean(), 1 / stated, holds]
    return dict(zip(COLUMNS, values, strict=True))


@lru_cache
def table(runs: int = RUNS) -> pd.DataFrame:
    rows = [runs_cell(name, runs) for name in RULES] + order_cells(runs)
    rows += [cusum_cell(cell, np.ones(1), runs) for cell in CUSUMS]
    return pd.DataFrame([*rows, cusum_cell(CUSUMS[3], SEASONS, runs), risk_adjusted_cell(runs)])


@pytest.mark.parametrize("estimator", ["runs rules", "CUSUM, false", "risk-adjusted CUSUM, false"])
def test_the_stated_rate_of_false_alarms_is_the_simulated_one(estimator: str):
    rows = table()[lambda frame: frame["estimator"].str.startswith(estimator)]
    assert len(rows)
    assert rows["holds"].all(), rows[~rows["holds"]]


def test_the_sum_of_one_series_is_the_simulated_one():
    # the loop over months above and the function under test are two ways to the same first alarm
    cell, design = CUSUMS[0], CusumDesign(RUN_LENGTH, CUSUMS[0][1])
    drawn, expected = counts(cell, np.ones(1), 5)
    limit = designed_limit(cell[0], design).limit
    steps = drawn - reference_value(expected, design)
    first = [int(np.argmax(reached(cumulated(row, limit)[0], limit))) for row in steps]
    assert [month + 1 for month in first] == run_lengths(cell, np.ones(1), 5)[0].tolist()


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_limits_of_a_long_baseline_are_left_as_seldom_as_said(dispersion: float):
    # exact limits: at most .0027 of the points, counts being discrete
    generator = np.random.default_rng(SEED)
    mean = 20 * np.exp(generator.normal(0, 0.5, 20_000))
    drawn = generator.poisson(mean if dispersion == 1 else mean * generator.gamma(mean / 2, 2 / mean))
    points = pd.DataFrame({"period": np.arange(20_000), "count": drawn, "exposure": mean})
    assert burst_chart(points)["beyond"].mean() <= 0.0027 + 2 * np.sqrt(0.0027 / 20_000)
