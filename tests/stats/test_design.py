"""What do weighted figures answer to one unit, equal answers, gaps and wrong weights?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.clusters import cluster_mean
from analysis.stats.intervals.means import mean_t
from analysis.stats.survey.design import (
    WEIGHT_ONE,
    design_figures,
    design_mean,
    design_nps,
    design_share,
    design_share_logit,
)

NUMBERS = ["estimate", "low", "high", "std_error"]
PLAIN = pd.DataFrame({"value": [1, 2, 3, 4, 5], "count": [1, 2, 5, 20, 30]})
HALF = pd.DataFrame({"cluster": list("aabb"), "value": [1, 0, 1, 0], "count": [8, 12, 12, 8]})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_without_design_it_is_the_plain_mean():
    figures = ["n", *NUMBERS]
    np.testing.assert_allclose(design_mean(PLAIN)[figures], mean_t(PLAIN)[figures], rtol=1e-12)


def test_equal_weights_by_cluster_are_the_cluster_mean():
    yes, sizes = np.array([8, 12, 10, 7, 15, 11, 3]), np.array([20, 21, 22, 23, 24, 25, 26])
    sums = pd.DataFrame({"cluster": range(7), "n": sizes, "total": yes})
    answers = pd.concat([sums.assign(value=1, count=yes), sums.assign(value=0, count=sizes - yes)])
    np.testing.assert_allclose(design_mean(answers)[NUMBERS], cluster_mean(sums)[NUMBERS], rtol=1e-12)


def test_the_order_of_rows_changes_no_bit():
    table = PLAIN.assign(weight=[3, 1, 7, 2, 5], stratum=[1, 2, 1, 2, 1])
    pd.testing.assert_frame_equal(design_mean(table), design_mean(table.iloc[::-1]), check_exact=True)


def test_weights_matter_only_by_ratio():
    table = PLAIN.assign(weight=[3, 1, 7, 2, 5])
    heavy = design_mean(table.assign(weight=table["weight"] * WEIGHT_ONE))
    np.testing.assert_allclose(heavy[NUMBERS], design_mean(table)[NUMBERS], rtol=1e-12)


def test_few_or_equal_answers_are_not_estimable():
    assert refusal(design_mean(PLAIN.iloc[:0])) == "not estimable: no answers"
    assert refusal(design_mean(PLAIN.assign(value=np.nan))) == "not estimable: no answers"
    assert refusal(design_mean(PLAIN.iloc[:4])) == "not estimable: fewer than 30 answers"
    assert refusal(design_mean(PLAIN.assign(value=3))) == "not estimable: fewer than 5 answers off the mode"
    assert refusal(design_nps(PLAIN.assign(value=100))) == "not estimable: fewer than 5 answers off the mode"
    assert refusal(design_share(HALF.assign(count=2))) == "not estimable: fewer than 10 answers"


def test_one_unit_per_stratum_leaves_no_degree_of_freedom():
    assert (
        refusal(design_share(HALF.assign(stratum=HALF["cluster"])))
        == "not estimable: no more sampling units than strata"
    )
    assert refusal(design_mean(HALF.assign(cluster="a"))) == "not estimable: no more sampling units than strata"


def test_a_share_of_all_keeps_an_interval_where_the_logit_has_none():
    everybody = PLAIN.assign(value=1)
    # 58 of 58: binom.test(58, 58)$conf.int[1] is .025^(1/58)
    np.testing.assert_allclose(design_share(everybody)[["low", "high"]], [[0.025 ** (1 / 58), 1]], rtol=1e-10)
    assert refusal(design_share_logit(everybody)) == "not estimable: no variation between sampling units"


@pytest.mark.parametrize("weight", [0, -1, 0.5, np.nan])
def test_weights_must_be_positive_integers(weight: float):
    with pytest.raises(ValueError, match="weight must be a positive integer"):
        design_mean(PLAIN.assign(weight=weight))


@pytest.mark.parametrize("figure", [design_share, design_share_logit, design_nps])
def test_values_must_be_recoded_first(figure):
    with pytest.raises(ValueError, match="recoded"):
        figure(PLAIN)


def test_answers_off_the_mode_count_by_what_unequal_weights_leave_of_them():
    # 6 of 60 off the mode; weights of 1 and 9 halve what an answer is worth: (Σw)² / nΣw² = (30 + 270)² / (60 · 2460)
    table = pd.DataFrame({"value": [5, 5, 4, 4], "count": [27, 27, 3, 3]})
    assert design_mean(table)["status"].item() == "ok"
    assert refusal(design_mean(table.assign(weight=[1, 9, 1, 9]))) == "not estimable: fewer than 5 answers off the mode"


def test_all_clusters_alike_have_no_variation():
    alike = HALF.assign(count=10)
    assert refusal(design_mean(alike)) == "not estimable: no variation between sampling units"


def test_the_limits_of_a_score_stay_on_its_scale():
    wide = pd.DataFrame({"cluster": list("aabb"), "value": [100, -100, 100, -100], "count": [20, 2, 10, 18]})
    assert design_nps(wide)[["low", "high"]].to_numpy().tolist() == [[-100, 100]]


def test_fewer_than_thirty_scores_are_not_estimable():
    few = pd.DataFrame({"value": [100, 0, -100], "count": [10, 9, 10]})
    assert refusal(design_nps(few)) == "not estimable: fewer than 30 answers"


def test_figures_before_any_limits():
    shown = ["n", "estimate", "std_error", "df"]
    np.testing.assert_array_equal(design_figures(PLAIN)[shown], design_mean(PLAIN)[shown])
