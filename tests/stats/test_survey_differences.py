"""What does the difference of two domains answer to one domain alone, few answers and equal ones?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.design import design_mean
from analysis.stats.survey.differences import Pair, design_difference

PAIR = Pair("g", "a", "b")
ANSWERS = pd.DataFrame({"g": list("aaabbb"), "value": [1, 2, 3, 1, 2, 3], "count": [20, 30, 10, 15, 12, 33]})
NUMBERS = ["estimate", "low", "high", "std_error"]


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_domains_in_strata_of_their_own_have_independent_means():
    # their variances add up; df = (60 - 1) + (60 - 1)
    table = ANSWERS.assign(stratum=ANSWERS["g"])
    row, means = design_difference(table, PAIR).iloc[0], design_mean(table, ["g"])
    np.testing.assert_allclose(row["estimate"], (110 - 138) / 60, rtol=1e-13)
    np.testing.assert_allclose(row["std_error"] ** 2, (means["std_error"] ** 2).sum(), rtol=1e-12)
    assert row[["n", "df", "n_first", "n_second"]].tolist() == [120, 118, 60, 60]
    np.testing.assert_allclose([row["first"], row["second"]], means["estimate"], rtol=1e-13)


def test_clusters_with_answers_in_both_make_the_difference_surer():
    # some clusters are better than others in both domains by the same: what is left is a point in one of them
    table = pd.concat([ANSWERS.assign(cluster=k, value=ANSWERS["value"] + k % 3) for k in range(6)])
    table.loc[table["cluster"].eq(5) & table["g"].eq("a"), "value"] += 1
    alone = design_mean(table, ["g"])["std_error"]
    assert design_difference(table, PAIR)["std_error"].item() < 0.5 * np.sqrt((alone**2).sum())


def test_the_other_way_round_has_the_other_sign():
    there, back = (design_difference(ANSWERS, pair).iloc[0] for pair in (PAIR, Pair("g", "b", "a")))
    np.testing.assert_allclose(there[["low", "high"]].astype(float), -back[["high", "low"]].astype(float), rtol=1e-13)


def test_each_unit_has_its_own_and_gaps_lie_outside():
    table = pd.concat([ANSWERS.assign(u=1), ANSWERS.assign(u=2, value=[5, 2, 3, 1, 2, np.nan])])
    found = design_difference(table, PAIR, ["u"], minimum_n=20)
    np.testing.assert_allclose(found["estimate"], [-28 / 60, 190 / 60 - 39 / 27], rtol=1e-13)
    assert found["n_second"].tolist() == [60, 27]


@pytest.mark.parametrize(("table", "reason"), [
    (ANSWERS.iloc[:0], "no answers"), (ANSWERS.assign(value=np.nan), "no answers"),
    (ANSWERS.iloc[:3], "fewer than 30 answers where g is b"),
    (ANSWERS.iloc[3:], "fewer than 30 answers where g is a"),
    (ANSWERS.assign(value=[1, 1, 1, 1, 2, 3]), "fewer than 5 answers off the mode where g is a"),
    (ANSWERS.assign(cluster=1), "no more sampling units than strata"),
    (pd.concat([ANSWERS.assign(cluster=k) for k in range(2)]), "no variation between sampling units"),
])  # fmt: skip
def test_what_cannot_be_told_says_why(table: pd.DataFrame, reason: str):
    assert refusal(design_difference(table, PAIR)) == f"not estimable: {reason}"


def test_a_domain_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="the same"):
        design_difference(ANSWERS, Pair("g", "a", "a"))
