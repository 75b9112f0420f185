"""What do the intervals answer to few, equal, absent and wrong answers?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.clusters import cluster_mean, cluster_share, korn_graubard
from analysis.stats.intervals.means import mean_t, t_limits
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.shares import clopper_pearson, wilson

NUMBERS = ["estimate", "low", "high"]
TWO = pd.DataFrame({"cluster": ["a", "b"], "n": [20, 20], "total": [8, 12]})


def answers(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"value": range(1, len(counts) + 1), "count": counts})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


@pytest.mark.parametrize("share", [wilson, clopper_pearson])
def test_shares_of_few_answers_are_not_estimable(share):
    table = share(pd.Series([0, 1, 9, 9], index=list("wxyz")), [0, 1, 9, 10])
    expected = ["not estimable: no answers", *["not estimable: fewer than 10 answers"] * 2, "ok"]
    assert table["status"].tolist() == expected
    assert table.index.tolist() == list("wxyz")
    assert table.loc["w":"y", NUMBERS].isna().all().all()


def test_the_minimum_is_the_callers():
    # One failure of one: the exact upper limit is 1 and the lower .025.
    np.testing.assert_allclose(clopper_pearson(1, 1, minimum_n=1)[NUMBERS], [[1, 0.025, 1]], rtol=1e-12)


@pytest.mark.parametrize("share", [wilson, clopper_pearson])
def test_all_equal_answers_touch_the_end_exactly(share):
    table = share([0, 50], 50)
    assert (table["low"][0], table["high"][1]) == (0.0, 1.0)
    np.testing.assert_allclose(table["high"][0], 1 - table["low"][1], rtol=1e-12)


@pytest.mark.parametrize("share", [wilson, clopper_pearson])
@pytest.mark.parametrize(("count", "n"), [(11, 10), (-1, 10), (2.5, 10), (1, np.nan)])
def test_what_is_not_a_share_is_refused(share, count: float, n: float):
    with pytest.raises(ValueError, match="count"):
        share(count, n)


def test_no_rows_give_no_rows():
    assert wilson([], []).empty
    assert nps([], [], []).empty
    assert cluster_mean(TWO.iloc[:0].assign(g=[]), ["g"]).empty


def test_a_mean_needs_thirty_answers_and_five_off_the_mode():
    assert refusal(mean_t(answers())) == "not estimable: no answers"
    assert refusal(mean_t(answers(10, 19))) == "not estimable: fewer than 30 answers"
    assert refusal(mean_t(answers(0, 0, 40))) == "not estimable: fewer than 5 answers off the mode"
    assert refusal(mean_t(answers(4, 400))) == "not estimable: fewer than 5 answers off the mode"
    assert mean_t(answers(5, 25))["status"].item() == "ok"


def test_means_are_grouped_and_gaps_left_out():
    table = pd.DataFrame({"g": list("bbab"), "value": [1, 2, 3, np.nan], "count": [20, 20, 2, 100]})
    means = mean_t(table, ["g"])
    assert means["n"].to_dict() == {"a": 2, "b": 40}
    assert means.loc["b", "estimate"] == 1.5
    assert means.loc["a", "status"] == "not estimable: fewer than 30 answers"


def test_two_clusters_by_hand():
    # m = .5, residuals -2 and 2: variance 2/1 * 8 / 40^2 = .01, one degree of freedom, t = 12.7062047364
    table = cluster_mean(TWO)
    np.testing.assert_allclose(table[["estimate", "std_error", "df"]], [[0.5, 0.1, 1]], rtol=1e-12)
    np.testing.assert_allclose(table["high"], 0.5 + 12.7062047364 * 0.1, rtol=1e-10)


def test_clusters_need_two_and_a_difference():
    assert refusal(cluster_mean(TWO.iloc[:0])) == "not estimable: no answers"
    assert refusal(cluster_mean(TWO.assign(cluster="a"))) == "not estimable: fewer than 2 clusters"
    assert refusal(cluster_mean(TWO.assign(total=10))) == "not estimable: no variation between clusters"
    assert refusal(cluster_share(TWO.assign(cluster="a"))) == "not estimable: fewer than 2 clusters"
    assert refusal(cluster_share(TWO.assign(n=4, total=0))) == "not estimable: fewer than 10 answers"


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


def test_t_limits_need_a_degree_of_freedom():
    table = t_limits(pd.DataFrame({"estimate": [1.0, 1.0], "std_error": [1.0, 1.0], "df": [1, 0]}))
    np.testing.assert_allclose(table["high"], [13.7062047364, np.nan], rtol=1e-10)


def test_nps_limits_stay_on_the_scale():
    table = nps(promoters=[12, 0, 0, 4], passives=0, detractors=[0, 12, 0, 5])
    assert (table["high"][0], table["low"][1]) == (100.0, -100.0)
    assert table["status"].tolist()[2:] == ["not estimable: no answers", "not estimable: fewer than 10 answers"]
