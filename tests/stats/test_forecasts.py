"""How many open cases will pass their limit, and do the draws follow their distribution?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.survival.forecasts import breach_forecast
from analysis.stats.survival.kaplan_meier import kaplan_meier

SHOWN = ["n", "estimate", "low", "high", "std_error", "passed"]
CURVE = kaplan_meier(pd.DataFrame({"time": [2, 4, 6, 8], "events": [10, 10, 15, 0], "censored": [0, 5, 0, 10]}))
WAITING = pd.DataFrame({"age": [0, 3, 4, 9], "limit": [5, 6, 7, 9], "cases": [20, 10, 10, 3]})


def waiting(*rows: tuple[float, float, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["age", "limit", "cases"])


def refusal(table: pd.DataFrame) -> str:
    assert table[["estimate", "low", "high", "std_error", "chance_error", "curve_error"]].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


def mixture_quantile(p: float, cases: int, n: int, done: int) -> int:
    """Return the quantile of an even mixture of beta-binomials, Beta(n - d + 1, d) and Beta(n - d, d + 1)."""
    numbers = np.arange(cases + 1)
    parts = [stats.betabinom(cases, n - done + 1, done), stats.betabinom(cases, n - done, done + 1)]
    return int(np.searchsorted(sum(part.cdf(numbers) for part in parts) / 2, p))


@pytest.mark.parametrize(("cases", "n", "done"), [(400, 40, 10), (200, 20, 5), (1_000, 300, 270), (50, 30, 29)])
def test_the_interval_is_that_of_the_beta_binomials(cases: int, n: int, done: int):
    # nothing censored, events at several times: the product of the betas is one beta
    counts = pd.DataFrame({"time": [1, 2, 3, 9], "events": [1, 1, done - 2, n - done], "censored": 0})
    table = breach_forecast(kaplan_meier(counts), waiting((0, 5, cases)), seed=1)
    expected = np.array([mixture_quantile(tail, cases, n, done) for tail in (0.025, 0.975)])
    spread = np.sqrt(cases * 0.25 + cases**2 * 0.25 / n)
    assert np.abs(table[["low", "high"]].to_numpy()[0] - expected).max() <= 1 + 0.2 * spread
    np.testing.assert_allclose(table["estimate"], cases * (n - done) / n, rtol=1e-12)


def test_the_parts_by_hand():
    # 30 * (40/50 * 30/40) of new cases, 1/4 + 3 that have passed: 40 * .6 + 3; Greenwood 10/(50*40) + 10/(40*30)
    table = breach_forecast(CURVE, waiting((0, 5, 40), (9, 9, 3)), seed=1)
    expected = [27, np.sqrt(40 * 0.6 * 0.4), 24 * np.sqrt(10 / 2_000 + 10 / 1_200)]
    np.testing.assert_allclose(table[["estimate", "chance_error", "curve_error"]], [expected], rtol=1e-12)
    np.testing.assert_allclose(table["std_error"], np.hypot(*expected[1:]), rtol=1e-12)


def test_the_same_seed_gives_the_same_and_order_does_not_matter():
    table = breach_forecast(CURVE, WAITING, seed=1)
    split = pd.concat([WAITING, WAITING.iloc[::-1]]).assign(cases=lambda one: one["cases"].astype(float) / 2)
    with pytest.raises(ValueError, match="cases"):
        breach_forecast(CURVE, split, seed=1)
    shuffled = pd.concat([WAITING.iloc[::-1].assign(cases=1), WAITING.assign(cases=WAITING["cases"] - 1)])
    pd.testing.assert_frame_equal(table, breach_forecast(CURVE.iloc[::-1], shuffled, seed=1))


def test_draws_hang_on_the_seed():
    many = waiting((0, 5, 10_000))
    assert not breach_forecast(CURVE, many, seed=1)["low"].equals(breach_forecast(CURVE, many, seed=2)["low"])


def test_a_group_is_not_moved_by_another():
    both = pd.concat([CURVE.assign(g="b"), CURVE.assign(g="a")])
    table = breach_forecast(both, pd.concat([WAITING.assign(g="b"), waiting((0, 3, 5)).assign(g="a")]), 1, ["g"])
    assert table.loc["b", SHOWN].tolist() == breach_forecast(CURVE, WAITING, 1)[SHOWN].iloc[0].tolist()
    assert table.index.tolist() == ["a", "b"]


def test_limits_enclose_the_estimate_in_whole_numbers():
    table = breach_forecast(CURVE, WAITING, seed=1)
    assert 0 <= table["low"].item() <= table["estimate"].item() <= table["high"].item() <= 43
    sure = breach_forecast(kaplan_meier(pd.DataFrame({"time": [1, 9], "events": [9_999, 1], "censored": 0})),
                           waiting((0, 5, 1)), seed=1)
    assert sure[["low", "high"]].to_numpy().tolist() == [[0, 1]]


def test_a_limit_that_nobody_passed_leaves_room_for_some():
    # all 20 done by 4: p is 0, but its exact upper limit is .168; the interval must not be 0 to 0
    done = kaplan_meier(pd.DataFrame({"time": [2, 4], "events": [5, 15], "censored": 0}))
    table = breach_forecast(done, waiting((0, 9, 30)), seed=1)
    assert table["estimate"].item() == 0
    assert 1 <= table["high"].item() <= 8


def test_those_past_their_limit_are_certain():
    table = breach_forecast(CURVE.iloc[:0], waiting((9, 9, 3), (9, 5, 1)), seed=1)
    assert table[[*SHOWN, "status"]].to_numpy().tolist() == [[4, 4, 4, 4, 0, 4, "ok"]]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no cases"),
        ([(0, 5, 0)], "no cases"),
        ([(0, 5, 3), (0, 9, 1)], "no earlier case was followed from the age to the limit"),
        ([(8, 9, 1)], "no earlier case was followed from the age to the limit"),
    ],
)
def test_there_is_no_forecast_beyond_the_curve(rows: list[tuple[float, float, int]], reason: str):
    assert refusal(breach_forecast(CURVE, waiting(*rows), seed=1)) == reason


def test_rows_without_cases_do_not_count():
    assert breach_forecast(CURVE, waiting((0, 5, 3), (0, 99, 0)), seed=1)["status"].item() == "ok"


def test_few_earlier_cases_say_nothing():
    assert refusal(breach_forecast(CURVE, waiting((0, 5, 3)), 1, (), 51)) == "fewer than 51 earlier cases"
    assert breach_forecast(CURVE.assign(g=1), waiting((0, 5, 3)).assign(g=1).iloc[:0], 1, ["g"]).empty
