"""What do clusters answer when they are few, alike or empty?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.clusters import cluster_mean, cluster_share, korn_graubard

NUMBERS = ["estimate", "low", "high"]
# Seven means, all different, 20 answers each.
SEVEN = pd.DataFrame({"cluster": list("abcdefg"), "n": 20, "total": [5, 10, 15, 7, 12, 11, 17]})
TWO = pd.DataFrame({"cluster": ["a", "b"], "n": [20, 20], "total": [8, 12]})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_clusters_without_answers_do_not_count():
    more = pd.concat([TWO, pd.DataFrame({"cluster": ["c"], "n": [0], "total": [0]})])
    assert cluster_mean(more)["clusters"].item() == 2


def test_a_clustered_share_of_none_is_the_exact_limit_of_all_answers():
    # 100 clusters of 1: no loss of degrees of freedom, so 1 - .025^(1/100), as Clopper-Pearson has it.
    none = pd.DataFrame({"cluster": range(100), "n": 1, "total": 0})
    np.testing.assert_allclose(cluster_share(none)[NUMBERS], [[0, 0, 1 - 0.025 ** (1 / 100)]], rtol=1e-10)


def test_a_clustered_share_counts_each_answer_once():
    with pytest.raises(ValueError, match="total exceeds n"):
        cluster_share(TWO.assign(total=21))


def test_korn_graubard_without_design_effect_is_clopper_pearson():
    # se^2 = p(1-p)/n and df = n - 1 leave n* = n: binom.test(15, 148)$conf.int (R 4.2.2)
    share = 15 / 148
    figures = pd.DataFrame({"n": [148], "estimate": share, "std_error": (share * (1 - share) / 148) ** 0.5, "df": 147})
    limits = korn_graubard(figures)[["low", "high"]]
    np.testing.assert_allclose(limits, [[0.057844010083448555, 0.161650490349478981]], rtol=1e-8)


def test_seven_clusters_by_hand():
    # m = 77/140 = .55; residuals -6 -1 4 -4 1 0 6, squares 106; variance 7/6 * 106 / 140^2; t(6) = 2.44691185114497
    table, error = cluster_mean(SEVEN), (7 / 6 * 106) ** 0.5 / 140
    np.testing.assert_allclose(table[["estimate", "std_error", "df"]], [[0.55, error, 6]], rtol=1e-12)
    np.testing.assert_allclose(table["high"], 0.55 + 2.44691185114497 * error, rtol=1e-10)


def test_clusters_need_two_and_a_difference():
    assert refusal(cluster_mean(TWO.iloc[:0])) == "not estimable: no answers"
    assert refusal(cluster_mean(TWO.assign(cluster="a"))) == "not estimable: fewer than 2 clusters"
    assert refusal(cluster_mean(TWO.assign(total=10))) == "not estimable: no variation between clusters"
    assert refusal(cluster_share(TWO.assign(cluster="a"))) == "not estimable: fewer than 2 clusters"
    assert refusal(cluster_share(TWO.assign(n=4, total=0))) == "not estimable: fewer than 10 answers"


def test_a_mean_needs_six_clusters_off_the_commonest_mean():
    assert cluster_mean(SEVEN)["status"].item() == "ok"
    alike = SEVEN.assign(total=[5, 10, 15, 7, 12, 12, 17])  # two clusters at .6, five elsewhere
    assert refusal(cluster_mean(alike)) == "not estimable: fewer than 6 clusters off the commonest mean"


def test_no_clusters_give_no_rows():
    assert cluster_mean(TWO.iloc[:0].assign(g=[]), ["g"]).empty


@pytest.mark.parametrize("estimator", [cluster_mean, cluster_share])
def test_a_cluster_with_answers_must_have_a_total(estimator):
    with pytest.raises(ValueError, match="total must"):
        estimator(SEVEN.assign(total=[np.nan, 10, 15, 7, 12, 11, 17]))
