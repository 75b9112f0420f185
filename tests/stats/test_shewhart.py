"""Do charts answer few points, missing points and points without variation in words?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.shewhart import (
    count_chart,
    individuals_chart,
    moving_range_chart,
    rate_chart,
    share_chart,
)

CHARTS = [individuals_chart, moving_range_chart, share_chart, rate_chart, count_chart]
LIMITS = ["centre", "limit_low", "limit_high", "z"]


def points(count, **columns) -> pd.DataFrame:
    count = np.asarray(count, dtype=float)
    frame = {"period": np.arange(len(count)), "count": count, "value": count, "n": 50, "exposure": 1.0}
    return pd.DataFrame(frame | columns)


def waves(length: int) -> np.ndarray:
    return 10 + np.arange(length) % 3


@pytest.mark.parametrize("chart", CHARTS)
def test_fewer_than_twenty_points_give_no_limits(chart):
    table = chart(points(waves(19)))
    assert table["status"].iloc[1:].eq("not estimable: fewer than 20 baseline points").all()
    assert table[LIMITS].isna().all(axis=None)
    assert not table["beyond"].any()
    assert table["estimate"].iloc[1:].notna().all()


@pytest.mark.parametrize("chart", CHARTS)
def test_the_baseline_is_the_first_points_and_later_ones_move_no_limit(chart):
    short, long = chart(points(waves(20))), chart(points([*waves(20), 45]), 20)
    np.testing.assert_allclose(long[LIMITS].iloc[:20], short[LIMITS])
    assert long["beyond"].tolist() == [False] * 20 + [True]


@pytest.mark.parametrize("chart", CHARTS)
def test_points_that_are_all_equal_have_no_limits(chart):
    table = chart(points(np.zeros(25)))
    assert table["status"].iloc[1:].eq("not estimable: no variation in the baseline").all()
    assert table[LIMITS].isna().all(axis=None)


@pytest.mark.parametrize("chart", CHARTS)
def test_the_order_of_rows_does_not_matter(chart):
    table = points(waves(25))
    pd.testing.assert_frame_equal(chart(table.sample(frac=1, random_state=1)), chart(table))


@pytest.mark.parametrize("chart", CHARTS)
def test_an_empty_table_is_an_empty_chart(chart):
    assert chart(points([])).empty


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("period", [[1, 1, 2], [1, None, 2]])
def test_a_period_stands_once(chart, period):
    with pytest.raises(ValueError, match="period"):
        chart(points([1, 2, 3], period=period))


@pytest.mark.parametrize("baseline", [0, 2.5])
def test_the_baseline_is_a_number_of_points(baseline):
    with pytest.raises(ValueError, match="baseline"):
        count_chart(points(waves(20)), baseline)


def test_limits_are_cut_at_the_ends_of_the_domain():
    assert share_chart(points(np.arange(20) % 2))["limit_low"].eq(0).all()
    assert share_chart(points(50 - np.arange(20) % 2))["limit_high"].eq(1).all()
    assert rate_chart(points(np.arange(20) % 2))["limit_low"].eq(0).all()
    assert moving_range_chart(points(waves(20)))["limit_low"].dropna().eq(0).all()


def test_z_is_three_at_the_limit():
    for chart in CHARTS:
        row = chart(points(waves(20))).iloc[5]
        half = row["limit_high"] - row["centre"]
        np.testing.assert_allclose(row["z"], 3 * (row["estimate"] - row["centre"]) / half)


def test_more_answers_narrow_the_limits_of_a_share():
    table = share_chart(points(waves(21), n=np.where(np.arange(21) < 20, 50, 200)))
    width = (table["limit_high"] - table["centre"]).to_numpy()
    np.testing.assert_allclose(width[0], 2 * width[20])


def test_points_without_answers_or_exposure_are_left_out():
    empty = np.where(np.arange(21) == 3, 0, 1)
    share, rate = share_chart(points(empty, n=2 * empty)), rate_chart(points(waves(21), exposure=empty))
    assert share["status"].iloc[3] == "not estimable: no answers"
    assert rate["status"].iloc[3] == "not estimable: no exposure"
    assert share["status"].drop(3).eq("ok").all()
    assert share["centre"].iloc[0] == 0.5


def test_a_missing_value_has_no_range_and_its_neighbours_meet():
    table = points(waves(24).astype(float))
    table.loc[3, "value"] = np.nan
    ranges = moving_range_chart(table)
    assert ranges["status"].iloc[[0, 3]].tolist() == ["not estimable: no point before it", "not estimable: no value"]
    assert ranges["estimate"].iloc[4] == abs(table["value"][4] - table["value"][2])
    assert individuals_chart(table)["n"].iloc[3] == 0


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="exceeds n"):
        share_chart(points([3], n=2))
    with pytest.raises(ValueError, match="exposure"):
        rate_chart(points([3], exposure=-1.0))
    with pytest.raises(ValueError, match="finite"):
        individuals_chart(points([np.inf]))
    with pytest.raises(ValueError, match="count"):
        count_chart(points([1.5]))
