"""What does an interrupted time series answer with too few months, without noise, or with a known course?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.segmented import SegmentedDesign, segmented_columns, segmented_regression, usable_months

DESIGN = SegmentedDesign(change=100)
WITHHELD = ["estimate", "low", "high"]


def series(before: int = 24, after: int = 12, jump: float = 5.0, slope: float = 0.5) -> pd.DataFrame:
    since = np.arange(-before, after)
    noise = np.random.default_rng(1).standard_normal(before + after) / 100
    value = 50 + 0.2 * since + (since >= 0) * (jump + slope * since) + noise
    return pd.DataFrame({"month": 100 + since, "value": value})


def refused(table: pd.DataFrame) -> str:
    assert table[WITHHELD].isna().all().all()
    assert table["status"].nunique() == 1
    return table["status"].iloc[0]


def test_a_known_course_is_found():
    table = segmented_regression(series(), DESIGN)
    expected = [50, 0.2, 5, 0.5, 5 + 0.5 * 5.5, 5 + 0.5 * 11]
    np.testing.assert_allclose(table["estimate"], expected, atol=0.02)
    assert table["status"].eq("ok").all()
    assert table["low"].iloc[-1] < 10.5 < table["high"].iloc[-1] < table["low"].iloc[-1] + 0.1


def test_the_table_says_what_it_rests_on():
    row = segmented_regression(series(), DESIGN).iloc[0]
    assert (row["n"], row["before"], row["after"], row["df"]) == (36, 24, 12, 32)


def test_row_order_does_not_matter():
    table = segmented_regression(series().sample(frac=1, random_state=3), DESIGN)
    pd.testing.assert_frame_equal(table, segmented_regression(series(), DESIGN))


def test_a_season_is_taken_out():
    wave = series().assign(value=lambda x: x["value"] + 8 * np.sin(2 * np.pi * x["month"] / 12))
    table = segmented_regression(wave, SegmentedDesign(100, harmonics=1))
    np.testing.assert_allclose(table["estimate"].iloc[2], 5, atol=0.05)
    assert table["df"].iloc[0] == 30


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(11, 12, "fewer than 12 months before"), (12, 5, "fewer than 6 months after"), (0, 0, "no months")],
)
def test_too_few_months_are_refused(before: int, after: int, words: str):
    assert refused(segmented_regression(series(before, after), DESIGN)) == f"not estimable: {words}"


def test_the_least_of_months_is_enough():
    assert segmented_regression(series(12, 6), DESIGN)["status"].eq("ok").all()


def test_too_many_waves_for_the_months_are_refused():
    design = SegmentedDesign(100, harmonics=5)
    assert "more than coefficients" in refused(segmented_regression(series(12, 6), design))


def test_months_that_cannot_tell_season_from_change_are_refused():
    januaries = pd.DataFrame({"month": 12 * np.arange(40), "value": np.random.default_rng(1).standard_normal(40)})
    table = segmented_regression(januaries, SegmentedDesign(240, harmonics=1))
    assert "cannot be told apart" in refused(table)


@pytest.mark.parametrize("value", [0.0, 7.3])
def test_figures_all_alike_are_refused(value: float):
    assert "no variation" in refused(segmented_regression(series().assign(value=value), DESIGN))


def test_a_straight_line_is_refused():
    line = series().assign(value=lambda x: 3 * x["month"])
    assert "no variation" in refused(segmented_regression(line, DESIGN))


def test_months_without_weight_or_value_are_left_out():
    table = series().assign(n=10.0)
    table.loc[[3, 30], ["n", "value"]] = [[0, 1e9], [10, np.nan]]
    expected = segmented_regression(series().drop(index=[3, 30]), DESIGN)
    pd.testing.assert_frame_equal(segmented_regression(table, DESIGN), expected)


def test_no_weight_at_all_is_refused():
    assert refused(segmented_regression(series().assign(n=0), DESIGN)) == "not estimable: no months"


def test_the_unit_of_weights_does_not_matter():
    n = np.arange(36) % 5 + 1
    one, thousand = (segmented_regression(series().assign(n=n * scale), DESIGN) for scale in (1, 1000))
    np.testing.assert_allclose(one["low"], thousand["low"], rtol=1e-9)


def test_usable_months_are_sorted_and_weighted_one():
    usable = usable_months(pd.DataFrame({"month": [3, 1, 2], "value": [1.0, 2.0, np.inf]}))
    assert usable.to_numpy().tolist() == [[1, 2, 1], [3, 1, 1]]


def test_columns_by_hand():
    usable = usable_months(pd.DataFrame({"month": [9, 12, 15], "value": [1.0, 2.0, 3.0], "n": [1, 2, 4]}))
    regression = segmented_columns(usable, SegmentedDesign(12, harmonics=1))
    expected = [[1, -3, 0, 0, -1, 0], [1, 0, 1, 0, 0, 1], [1, 3, 1, 3, 1, 0]]
    np.testing.assert_allclose(regression.columns, expected, atol=1e-12)
    np.testing.assert_allclose(regression.weight, [0.25, 0.5, 1])


@pytest.mark.parametrize(
    ("change", "words"),
    [({"month": 1}, "twice"), ({"month": [0.5, *range(35)]}, "whole"), ({"n": -1}, "negative")],
)
def test_bad_series_are_refused(change: dict, words: str):
    with pytest.raises(ValueError, match=words):
        segmented_regression(series().assign(**change), DESIGN)


@pytest.mark.parametrize("harmonics", [-1, 6])
def test_waves_that_months_cannot_show_are_refused(harmonics: int):
    with pytest.raises(ValueError, match="harmonics"):
        SegmentedDesign(100, harmonics)


def test_a_wrong_level_is_refused():
    with pytest.raises(ValueError, match="level"):
        segmented_regression(series(5, 5), DESIGN, level=95)
