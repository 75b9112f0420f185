"""Are shares, figures and variances of the categories those of the counts?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.categories import weighed_categories

TABLE = pd.DataFrame({"category": ["b", "a", "b", "c"], "n_before": [10, 60, 30, 0], "total_before": [5, 48, 15, 0]})
TABLE = TABLE.assign(n_after=[35, 30, 35, 0], total_after=[20, 27, 22, 0])


def test_rows_of_a_category_are_added_and_empty_ones_left_out():
    cells, size, groups = weighed_categories(TABLE, "share")
    assert cells["category"].tolist() == ["a", "b"]
    assert {period: total.tolist() for period, total in size.items()} == {"before": [100], "after": [100]}
    np.testing.assert_allclose(cells[["w_before", "r_before"]], [[0.6, 0.8], [0.4, 0.5]], rtol=1e-12)
    np.testing.assert_allclose(cells[["w", "r", "gap"]], [[0.45, 0.85, 0.1], [0.55, 0.55, 0.1]], rtol=1e-12)
    assert len(groups) == 1


@pytest.mark.parametrize(("kind", "expected"), [
    # .8 * .2 / 60; (60 * .8 * .2 / 59) / 60 with squares = totals; 48 / 60^2
    ("share", 0.16 / 60), ("mean", 0.16 / 59), ("rate", 48 / 3600),
])
def test_variances_by_hand(kind, expected: float):
    table = TABLE.assign(squares_before=TABLE["total_before"], squares_after=TABLE["total_after"])
    np.testing.assert_allclose(weighed_categories(table, kind)[0]["v_before"].iloc[0], expected, rtol=1e-12)


def test_an_absent_category_takes_the_figure_of_the_other_period():
    cells = weighed_categories(TABLE.iloc[:2].assign(n_after=[0, 30], total_after=[0, 27]), "share")[0]
    assert cells[["r_after", "gap", "w_after"]].iloc[1].tolist() == [0.5, 0, 0]
