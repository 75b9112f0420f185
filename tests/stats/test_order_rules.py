"""Which points complete a trend or a zigzag, and how often does chance make one?"""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.order_rules import NELSON_ORDER, OrderRule, order_false_alarms, order_signals

TREND, ZIGZAG = NELSON_ORDER


def signalling(values: object, rule: OrderRule = TREND) -> list[int]:
    return np.flatnonzero(order_signals(values, (rule,))[rule.name]).tolist()


def test_six_in_a_row_rising_or_falling_signal_and_go_on():
    assert signalling([5, 1, 2, 3, 4, 5, 6, 7, 0]) == [6, 7]
    assert signalling(-np.arange(6.0)) == [5]


@pytest.mark.parametrize("broken", [[1, 2, 3, 3, 4, 5, 6], [1, 2, 3, np.nan, 4, 5, 6, 7]])
def test_equal_neighbours_and_missing_points_end_a_trend(broken: list[float]):
    assert signalling(broken) == []


def test_fourteen_alternating_points_signal():
    assert signalling(np.resize([0.0, 1.0], 15), ZIGZAG) == [13, 14]
    assert signalling(np.r_[np.resize([0.0, 1.0], 13), -1], ZIGZAG) == []


def test_signals_keep_the_index_and_tell_any():
    table = order_signals(pd.Series(np.arange(7.0), index=list("abcdefg")))
    assert table.index[table["any"]].tolist() == ["f", "g"]


@pytest.mark.parametrize("rule", [OrderRule("trend", 4, "trend"), OrderRule("zigzag", 5, "alternating")])
def test_false_alarms_count_the_orders_of_seven_points(rule: OrderRule):
    signals = np.array([order_signals(order, (rule,))["any"] for order in permutations(range(7))])
    row = order_false_alarms(rule, 7, 3).iloc[0]
    share = signals.any(axis=1).mean()
    expected = [share, 1 - (1 - share) ** 3, 3 * share, 3 * signals.sum(axis=1).mean()]
    columns = ["alarm_chart", "alarm_any", "expected_charts", "expected_alarms"]
    np.testing.assert_allclose(row[columns].astype(float), expected, rtol=1e-12)


@pytest.mark.parametrize("values", [[], [1.0], [np.nan] * 3])
def test_few_points_signal_nothing(values: list[float]):
    assert not order_signals(values)["any"].any()
    assert order_false_alarms(TREND, 5)["alarm_chart"].item() == 0


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="three points"):
        OrderRule("two", 2, "trend")
    with pytest.raises(ValueError, match="whole numbers"):
        order_false_alarms(TREND, 0)
