"""Does every table of estimates keep its contract?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.estimates import (
    COLUMNS,
    aligned,
    checked_level,
    counts_of,
    estimate_table,
    first_reason,
    group_ids,
    ratio,
    sums_by,
)

FIGURES = pd.DataFrame({"n": [5, 7], "estimate": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.3, 0.4], "std_error": 1.0})


def test_a_reason_withholds_every_number():
    table = estimate_table(FIGURES, np.array(["", "too few"]), "by hand", 0.9)
    assert table["status"].tolist() == ["ok", "not estimable: too few"]
    assert table.loc[1, ["estimate", "low", "high", "std_error"]].isna().all()
    assert table.loc[0, ["estimate", "low", "high", "level", "method"]].tolist() == [0.1, 0.0, 0.3, 0.9, "by hand"]
    assert tuple(table.columns) == (*COLUMNS, "std_error")


def test_a_number_that_is_not_finite_is_never_ok():
    table = estimate_table(FIGURES.assign(high=[np.inf, np.nan]), np.array(["", ""]), "by hand", 0.95)
    assert table["status"].eq("not estimable: the method gives no finite interval").all()
    assert table["estimate"].isna().all()


def test_the_first_reason_wins():
    reason = first_reason([0, 3, 12, 12], 10, (np.array([True, True, True, False]), "odd"), of="cases")
    assert reason.tolist() == ["no cases", "fewer than 10 cases", "odd", ""]


def test_scalars_are_repeated_on_the_index_of_the_series():
    table = aligned(count=pd.Series([1, 2], index=["a", "b"]), n=10)
    assert table.to_dict("index") == {"a": {"count": 1, "n": 10}, "b": {"count": 2, "n": 10}}


def test_an_empty_column_gives_an_empty_table():
    assert aligned(count=[], n=10).empty


@pytest.mark.parametrize("bad", [-1, 0.5, np.nan, np.inf])
def test_what_is_not_a_count_is_refused(bad: float):
    with pytest.raises(ValueError, match="n must hold counts"):
        counts_of(pd.DataFrame({"n": [1, bad]}), "n")


def test_counts_come_back_in_the_order_asked():
    first, second = counts_of(pd.DataFrame({"a": [1, 2], "b": [3, 4]}), "b", "a")
    assert (first.tolist(), second.tolist()) == ([3, 4], [1, 2])


def test_groups_are_numbered_in_order_of_their_names():
    ids, groups = group_ids(pd.DataFrame({"g": ["b", "a", "b"]}), ["g"])
    assert (ids.tolist(), groups.tolist()) == ([1, 0, 1], ["a", "b"])


def test_without_groups_the_whole_table_is_one():
    ids, groups = group_ids(pd.DataFrame({"g": ["b", "a"]}), [])
    assert (ids.tolist(), groups.tolist()) == ([0, 0], [0])


def test_nothing_is_divided_by_nothing():
    np.testing.assert_array_equal(ratio([1.0, 1.0, 6.0], [0.0, -1.0, 3.0]), [np.nan, np.nan, 2.0])


def test_sums_cover_groups_without_rows():
    assert sums_by(np.array([0, 2, 2]), [1, 2, 3], 4).tolist() == [1, 0, 5, 0]


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_zero_and_one_is_refused(level: float):
    with pytest.raises(ValueError, match="strictly between"):
        checked_level(level)
