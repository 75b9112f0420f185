"""Who is at risk at a time, and does every reading keep to its own group?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.risk_sets import (
    CASES,
    GROUP,
    LEAVING,
    first_row,
    followed_cases,
    last_row,
    level_of,
    ordered,
    previous,
    risk_sets,
    running_product,
    running_sum,
    value_at,
)

COUNTS = pd.DataFrame({
    "g": ["b", "a", "a", "a", "b"],
    "time": [2, 5, 1, 5, 4],
    "events": [1, 2, 1, 1, 0],
    "censored": [0, 0, 1, 3, 0],
})
IDS = np.array([0, 0, 1, 1, 1])


def test_cases_at_risk_have_not_left_before():
    table = risk_sets(COUNTS, ["g"])
    assert table[["g", "time", "at_risk", "events", "censored"]].to_numpy().tolist() == [
        ["a", 1, 8, 1, 1], ["a", 5, 6, 3, 3], ["b", 2, 1, 1, 0],
    ]
    assert table[[GROUP, LEAVING, CASES]].to_numpy().tolist() == [[0, 2, 8], [0, 6, 8], [1, 1, 1]]


def test_order_of_rows_does_not_matter():
    pd.testing.assert_frame_equal(risk_sets(COUNTS, ["g"]), risk_sets(COUNTS.iloc[::-1], ["g"]))


def test_a_group_without_a_case_keeps_a_row():
    assert risk_sets(COUNTS.assign(events=0, censored=0), ["g"])["at_risk"].eq(0).all()
    assert risk_sets(COUNTS.iloc[:0], ["g"]).empty


@pytest.mark.parametrize("column", ["time", "events", "other", "censored"])
def test_every_kind_of_event_is_a_count(column: str):
    counts = COUNTS.assign(other=0).astype({column: float})
    with pytest.raises(ValueError, match=column):
        risk_sets(counts.assign(**{column: 0.5}), events=["events", "other"])


def test_running_figures_start_anew_in_each_group():
    values = np.array([2.0, 3.0, 4.0, 5.0, 0.5])
    assert running_sum(values, IDS).tolist() == [2, 5, 4, 9, 9.5]
    assert running_product(values, IDS).tolist() == [2, 6, 4, 20, 10]
    assert previous(values, IDS, 1.0).tolist() == [1, 2, 1, 4, 5]
    assert previous(values[:0], IDS[:0], 1.0).tolist() == []


def test_rows_are_found_within_each_group():
    wanted = np.array([False, False, True, False, True])
    assert first_row(wanted, IDS, 3).tolist() == [-1, 2, -1]
    assert last_row(wanted, IDS, 3).tolist() == [-1, 4, -1]
    found = value_at(np.array([-1, 2]), np.array([1.0, 2.0, 3.0]), otherwise=9.0)
    assert found.tolist() == [9, 3]
    assert np.isnan(value_at(np.array([-1]), np.ones(1))).all()


def test_a_curve_is_read_by_group_and_time():
    rows, ids, groups = ordered(COUNTS, ["g"])
    assert rows[["g", "time"]].to_numpy().tolist() == [["a", 1], ["a", 5], ["a", 5], ["b", 2], ["b", 4]]
    assert ids.tolist() == [0, 0, 0, 1, 1]
    assert groups.tolist() == ["a", "b"]


def test_cases_followed_are_those_not_censored_before():
    # 10 cases: 2 done at 1, 4 of 8 censored at 2, so half are followed to 3 whether they are done or not
    rows = pd.DataFrame({"time": [1, 2, 3], "at_risk": [10, 8, 4], "survival": [0.8, 0.8, 0.4]})
    ids = np.zeros(3, dtype=np.int64)
    for time, followed in {0.5: 10, 1: 10, 2: 10, 2.5: 5, 3: 5, 4: 5}.items():
        assert followed_cases(rows, time, ids, 1).tolist() == [followed]


def test_the_level_is_that_of_the_curve():
    assert level_of(pd.DataFrame({"level": [0.9]})) == 0.9
    assert level_of(pd.DataFrame({"level": []})) == 0.95
