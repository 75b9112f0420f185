"""Do the sizes reach what they were asked for, and refuse what cannot be asked?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.means import t_limits
from analysis.stats.intervals.sample_sizes import (
    answers_for_mean_change,
    answers_for_mean_width,
    answers_for_nps_width,
    answers_for_share_change,
    answers_for_share_width,
    rule_of_three,
    smallest_detectable_change,
)
from analysis.stats.intervals.shares import wilson


@pytest.mark.parametrize("half_width", [0.02, 0.05, 0.1])
def test_the_wilson_size_is_the_smallest_that_reaches_the_width(half_width: float):
    n = int(answers_for_share_width(0.5, half_width)["wilson"])
    halves = wilson([(n - 2) / 2 // 1, n // 2], [n // 2 * 2 - 2, n]).eval("(high - low) / 2")
    assert halves[1] <= half_width * (1 + 1e-3)
    assert halves[0] > half_width


def test_three_over_n_is_no_more_than_all():
    table = rule_of_three([0, 1, 100])
    assert table["three_over_n"].tolist()[1:] == [1, 0.03]
    assert table["status"].tolist() == ["not estimable: no cases", "ok", "ok"]


def test_half_of_the_changes_as_wide_as_the_interval_are_seen():
    differences = pd.DataFrame({"low": [-3.0, np.nan], "high": [5.0, np.nan], "level": 0.95})
    found = smallest_detectable_change(differences, power=0.5)
    assert found[0] == 4
    assert np.isnan(found[1])


def test_a_tiny_mean_needs_two_answers_and_a_great_change_too():
    assert answers_for_mean_width(0.001, 5) == 2
    assert answers_for_mean_change(100, 1) == 2


@pytest.mark.parametrize("call", [
    lambda: answers_for_share_width(0, 0.1), lambda: answers_for_share_width(0.5, 5),
    lambda: answers_for_mean_width(0, 1), lambda: answers_for_nps_width(1, 0, 5),
    lambda: answers_for_nps_width(0.8, 0.3, 5), lambda: rule_of_three(1.5),
    lambda: answers_for_share_change(0.5, 0.5), lambda: answers_for_share_change(0.5, 0.6, power=1),
    lambda: answers_for_mean_width(np.nan, 1), lambda: answers_for_mean_width(np.inf, 1),
    lambda: answers_for_nps_width(0.4, 0.2, np.nan), lambda: answers_for_nps_width(np.nan, 0.2, 5),
    lambda: answers_for_mean_change(np.nan, 1), lambda: answers_for_mean_change(1, np.inf),
    lambda: answers_for_mean_change(0, 1), lambda: answers_for_mean_change(1, 1, level=95),
    lambda: smallest_detectable_change(pd.DataFrame({"low": [0.0], "high": 1.0, "level": 0.95}), power=0),
])
def test_what_cannot_be_asked_is_refused(call):
    with pytest.raises(ValueError, match=r"must|strictly"):
        call()


def test_the_t_interval_of_the_mean_reaches_the_width():
    n = answers_for_mean_width(1.2, 0.1)
    size = np.array([n - 1, n])
    halves = t_limits(pd.DataFrame({"estimate": 0.0, "std_error": 1.2 / np.sqrt(size), "df": size - 1}))["high"]
    assert halves[1] <= 0.1 < halves[0]
