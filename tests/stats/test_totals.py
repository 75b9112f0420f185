"""What do totals and ratios answer to equal values, few answers and nothing to divide by?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.design import WEIGHT_ONE, design_mean
from analysis.stats.survey.totals import design_ratio, design_total

ANSWERS = pd.DataFrame({"cluster": [1, 1, 2, 2, 3, 4], "value": [1, 0, 1, 0, 1, 0], "count": [8, 4, 5, 5, 9, 7]})
RATIO = ANSWERS.rename(columns={"value": "numerator"}).assign(denominator=1)
NUMBERS = ["estimate", "low", "high", "std_error"]


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_a_total_counts_weights():
    doubled = design_total(ANSWERS.assign(weight=2 * WEIGHT_ONE))
    assert doubled["estimate"].item() == 2 * 22
    np.testing.assert_allclose(doubled[NUMBERS], 2 * design_total(ANSWERS)[NUMBERS], rtol=1e-14)


def test_the_spread_of_a_total_of_ones_is_that_of_the_clusters_sizes():
    # sizes 12, 10, 9, 7: n/(n-1) · Σ (size − 9.5)² = 4/3 · 13
    everybody = design_total(ANSWERS.assign(value=1))
    np.testing.assert_allclose(everybody[["estimate", "std_error"]], [[38, np.sqrt(4 / 3 * 13)]], rtol=1e-14)


def test_a_ratio_to_one_is_the_mean():
    shown = ["n", "df", *NUMBERS]
    np.testing.assert_allclose(design_ratio(RATIO)[shown], design_mean(ANSWERS)[shown], rtol=1e-13)


def test_too_little_is_not_estimable():
    assert refusal(design_total(ANSWERS.iloc[:0])) == "not estimable: no answers"
    assert refusal(design_total(ANSWERS.iloc[:2])) == "not estimable: fewer than 30 answers"
    rare = ANSWERS.assign(value=[0] * 5 + [1], count=[8, 8, 8, 8, 8, 2])
    assert refusal(design_total(rare)) == "not estimable: fewer than 5 answers off the mode"
    assert refusal(design_total(ANSWERS.assign(value=0))) == "not estimable: no variation between sampling units"
    assert refusal(design_total(ANSWERS.assign(cluster=1))) == "not estimable: no more sampling units than strata"


def test_a_ratio_needs_something_below_the_line():
    empty = RATIO.assign(denominator=0)
    assert refusal(design_ratio(empty)) == "not estimable: the denominators add up to 0 or less"
    assert refusal(design_ratio(RATIO.assign(numerator=np.nan))) == "not estimable: no answers"
    alike = RATIO.assign(numerator=2, denominator=4)
    assert refusal(design_ratio(alike)) == "not estimable: fewer than 5 answers off the mode"


def test_an_answer_without_denominator_lies_outside():
    table = design_ratio(RATIO.assign(denominator=[1, 1, 1, 1, 1, np.nan]))
    np.testing.assert_allclose(table[["n", "estimate"]], [[31, 22 / 31]], rtol=1e-14)


@pytest.mark.parametrize(("figure", "table"), [(design_total, ANSWERS), (design_ratio, RATIO)])
def test_infinite_values_are_refused(figure, table: pd.DataFrame):
    with pytest.raises(ValueError, match="finite"):
        figure(table.assign(value=np.inf, numerator=np.inf))
