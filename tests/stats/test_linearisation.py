"""What counts as a sampling unit, and what does a stratum with a single one add?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.linearisation import (
    WEIGHT_ONE,
    degrees_of_freedom,
    design_weights,
    linearised_covariance,
    linearised_variance,
    sampled_rows,
    sampled_units,
)

ONE_DOMAIN = np.zeros(6, dtype=np.int64)
ANSWERS = pd.DataFrame(
    {
        "stratum": list("aaabbb"),
        "cluster": ["x", "x", "y", None, None, None],
        "value": [1.0, 2, 3, 4, np.nan, 6],
        "count": [1, 2, 1, 3, 2, 1],
    }
)


def rows() -> pd.DataFrame:
    return sampled_rows(ANSWERS, ONE_DOMAIN)


def test_rows_are_added_up_in_a_fixed_order():
    twice = pd.concat([ANSWERS, ANSWERS]).iloc[::-1]
    pd.testing.assert_frame_equal(
        sampled_rows(twice, np.zeros(12, dtype=np.int64)), rows().assign(count=rows()["count"] * 2)
    )


def test_units_are_clusters_and_answers_without_one():
    assert sampled_units(rows()).tolist() == [2, 6]


def test_degrees_of_freedom_count_units_inside_the_domain():
    inside = rows()[rows()["value"].notna()]
    assert degrees_of_freedom(inside, 1).tolist() == [(2 - 1) + (4 - 1)]
    assert degrees_of_freedom(inside.iloc[:0], 2).tolist() == [0, 0]


def test_variance_by_hand():
    # stratum a: units 1 + 2 · 2 = 5 and 3; stratum b: 4, 4, 4, 6 and two 0 outside the domain, mean 3
    inside = rows()[rows()["value"].notna()]
    variance = linearised_variance(inside.assign(influence=inside["value"]), rows(), 1)
    np.testing.assert_allclose(variance, 2 / 1 * (1 + 1) + 6 / 5 * (3 * 1 + 9 + 2 * 9), rtol=1e-14)


def test_covariance_of_several_figures_is_their_variance_and_bilinear():
    influence = rows()["value"].fillna(0).to_numpy()
    other = influence**2
    matrix = linearised_covariance(rows(), np.column_stack([influence, other, influence + other]))
    inside = rows()[rows()["value"].notna()]
    alone = linearised_variance(inside.assign(influence=inside["value"]), rows(), 1)
    np.testing.assert_allclose(matrix[0, 0], alone, rtol=1e-14)
    np.testing.assert_allclose(matrix[0, 2], matrix[0, 0] + matrix[0, 1], rtol=1e-14)


def test_a_lonely_unit_adds_its_square():
    lonely = ANSWERS.iloc[:1]
    single = sampled_rows(lonely, ONE_DOMAIN[:1])
    assert linearised_variance(single.assign(influence=3.0), single, 1).tolist() == [9]
    assert linearised_covariance(single, np.array([[3.0]])).tolist() == [[9]]


def test_nobody_inside_has_no_variance():
    assert np.isnan(linearised_variance(rows().iloc[:0].assign(influence=0.0), rows(), 1)).all()


def test_weights_are_kept_in_billionths():
    assert design_weights(ANSWERS.assign(weight=2 * WEIGHT_ONE)).tolist() == [2.0] * 6
    assert design_weights(ANSWERS).tolist() == [1.0] * 6


@pytest.mark.parametrize(
    ("change", "message"),
    [({"weight": 0}, "positive integer"), ({"value": np.inf}, "finite"), ({"count": -1}, "counts")],
)
def test_wrong_input_is_named(change: dict, message: str):
    with pytest.raises(ValueError, match=message):
        sampled_rows(ANSWERS.assign(**change), ONE_DOMAIN)
