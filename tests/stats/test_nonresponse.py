"""What is said of those who did not answer when all, few or none did?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.shares import wilson
from analysis.stats.survey.linearisation import WEIGHT_ONE
from analysis.stats.survey.nonresponse import (
    CannotAdjust,
    checked_answers,
    response_rate,
    share_bounds,
    weighting_class_weights,
)

CLASSES = pd.DataFrame({"class": ["a", "a", "b"], "invited": [10, 20, 12], "responded": [5, 5, 12]}, index=[7, 8, 9])


def test_the_response_rate_is_wilsons_share_of_the_invited():
    shown = ["n", "estimate", "low", "high"]
    np.testing.assert_array_equal(response_rate(40, 100)[shown], wilson(40, 100)[shown])
    assert response_rate(40, 100)["method"].item() == "response rate (RR1), Wilson"
    assert response_rate(0, 0)["status"].item() == "not estimable: no answers"


def test_more_answers_than_invitations_are_refused():
    with pytest.raises(ValueError, match="exceeds"):
        response_rate(11, 10)


def test_weights_within_a_class_stand_for_the_silent_by_hand():
    # a: 30 invited, 10 answered; b: all answered
    assert weighting_class_weights(CLASSES).to_dict() == {7: 3 * WEIGHT_ONE, 8: 3 * WEIGHT_ONE, 9: WEIGHT_ONE}


def test_the_sum_of_weights_is_that_of_the_invited():
    table = CLASSES.assign(weight=np.array([1, 2, 3]) * WEIGHT_ONE)
    raised = weighting_class_weights(table) * table["responded"]
    assert raised.sum() == (table["weight"] * table["invited"]).sum()


def test_a_silent_class_is_refused_and_an_empty_one_is_not():
    with pytest.raises(CannotAdjust, match="merge"):
        weighting_class_weights(CLASSES.assign(responded=[0, 0, 12]))
    assert weighting_class_weights(CLASSES.assign(invited=[10, 20, 0], responded=[5, 5, 0])).loc[9] == WEIGHT_ONE


@pytest.mark.parametrize(("column", "value"), [("responded", 99), ("invited", 1.5), ("weight", 0)])
def test_wrong_counts_are_refused(column: str, value: float):
    with pytest.raises(ValueError, match=r"exceed|counts|positive integer"):
        weighting_class_weights(CLASSES.assign(**{column: value}))


def test_bounds_by_hand():
    # 70 of 100 who answered, 100 silent: from 70/200 to 170/200
    row = share_bounds(70, 100, 200).iloc[0]
    assert row[["n", "estimate", "worst", "best"]].tolist() == [100, 0.7, 0.35, 0.85]
    assert row[["invited", "response_share"]].tolist() == [200, 0.5]
    assert row["low"] < row["worst"]
    assert row["best"] < row["high"]


def test_without_silent_people_the_bounds_are_wilsons():
    shown = ["n", "estimate", "low", "high"]
    np.testing.assert_array_equal(share_bounds(70, 100, 100)[shown], wilson(70, 100)[shown])


def test_no_answers_leave_everything_open():
    table = share_bounds([0, 5], [0, 9], [50, 50])
    assert table["status"].tolist() == ["not estimable: no answers", "not estimable: fewer than 10 answers"]
    assert table[["estimate", "low", "high"]].isna().all().all()


def test_rows_keep_their_index():
    count = pd.Series([5, 6], index=["x", "y"])
    assert checked_answers(count, 10, 20).index.tolist() == ["x", "y"]
    assert share_bounds(count, 10, 20).index.tolist() == ["x", "y"]


@pytest.mark.parametrize("numbers", [(11, 10, 20), (5, 21, 20), (0.5, 10, 20)])
def test_counts_must_nest(numbers: tuple):
    with pytest.raises(ValueError, match=r"exceed|counts"):
        share_bounds(*numbers)
