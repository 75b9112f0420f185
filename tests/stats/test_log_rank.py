"""Does the log-rank test compare only what can be compared, whatever the order of rows and names of groups?"""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.survival.log_rank import log_rank, observed_expected

COUNTS = pd.DataFrame({
    "g": ["a"] * 8 + ["b"] * 8,
    "time": [*range(1, 9), *range(3, 11)],
    "events": [1, 1, 0, 1, 1, 1, 0, 1] * 2,
    "censored": [0, 0, 1, 0, 0, 0, 1, 0] * 2,
})
TESTED = ["statistic", "p", "p_chi2", "p_permutation"]


def refusal(table: pd.DataFrame) -> str:
    assert table[TESTED].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


def test_four_cases_by_hand():
    # a at 1, 3 and b at 2, 4: E_a = 1/2 + 1/3 + 1/2 = 4/3, observed 2
    counts = pd.DataFrame({"g": list("abab"), "time": [1, 2, 3, 4], "events": 1, "censored": 0})
    np.testing.assert_allclose(observed_expected(counts, "g"), [[2, 2, 4 / 3], [2, 2, 8 / 3]], rtol=1e-12)


def test_the_variance_by_hand():
    # ten events, one of a in each risk set of two: E = 5, V = 10/4 over ten strata; all events a's: (10 - 5)^2 / 2.5
    pair = pd.DataFrame({"g": ["a", "b"], "time": [1, 2], "events": [1, 0], "censored": [0, 1]})
    counts = pd.concat([pair.assign(s=stratum) for stratum in range(10)])
    np.testing.assert_allclose(log_rank(counts, "g", ["s"])[["statistic", "df", "n", "events"]], [[10, 1, 20, 10]])


def test_the_permutation_variance_is_that_of_all_permutations():
    # two permuted statistics of one sample differ by O - E alone, the variance being common: its mean square over all
    # divisions of the cases must be the degrees of freedom
    cases = COUNTS[["time", "events", "censored"]].iloc[:8].assign(events=1, censored=0, time=[1, 2, 2, 3, 4, 5, 5, 9])
    cases = pd.concat([cases, cases.iloc[:2]], ignore_index=True)
    chosen = enumerate(combinations(range(10), 3))
    parts = [cases.assign(run=run, g=np.isin(np.arange(10), few) * 1) for run, few in chosen]
    p = log_rank(pd.concat(parts), "g", by=["run"])["p_permutation"]
    np.testing.assert_allclose(stats.chi2.isf(p, 1).mean(), 1, rtol=1e-8)


def test_order_and_repetition_of_rows_do_not_matter():
    apart = pd.concat([COUNTS, COUNTS.iloc[::-1]], ignore_index=True)
    twice = COUNTS.assign(events=COUNTS["events"] * 2, censored=COUNTS["censored"] * 2)
    pd.testing.assert_frame_equal(log_rank(twice, "g"), log_rank(apart, "g"))
    pd.testing.assert_frame_equal(observed_expected(twice, "g"), observed_expected(apart, "g"))


def test_tests_do_not_touch_each_other():
    other = COUNTS.assign(time=COUNTS["time"] + COUNTS["g"].eq("b") * 50)
    both = pd.concat([COUNTS.assign(unit="x"), other.assign(unit="y")])
    table = log_rank(both, "g", by=["unit"])
    np.testing.assert_allclose(table.loc["x", TESTED].astype(float), log_rank(COUNTS, "g")[TESTED].iloc[0])
    assert observed_expected(both, "g", by=["unit"]).index.tolist() == [(u, g) for u in "xy" for g in "ab"]


def test_p_is_the_most_cautious():
    table = log_rank(COUNTS, "g")
    assert table["p"].item() >= max(table["p_chi2"].item(), table["p_permutation"].item())
    assert table["method"].item() == "log-rank, rho = 0"
    assert log_rank(COUNTS.assign(s=1), "g", ["s"], rho=1)["method"].item() == "log-rank, rho = 1, stratified"


def test_equal_groups_do_not_differ():
    alike = pd.concat([COUNTS.assign(g="a"), COUNTS.assign(g="b")])
    np.testing.assert_allclose(log_rank(alike, "g")[TESTED], [[0, 1, 1, 1]], atol=1e-12)


def test_groups_that_never_meet_take_no_degree_of_freedom():
    apart = COUNTS.assign(g=COUNTS["g"].map({"a": "c", "b": "d"}), s=2)
    table = log_rank(pd.concat([COUNTS.assign(s=1), apart]), "g", ["s"])
    assert table[["groups", "df"]].to_numpy().tolist() == [[4, 2]]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (COUNTS.iloc[:0], "no cases"),
        (COUNTS.assign(events=0, censored=0), "no cases"),
        (COUNTS.iloc[:1], "fewer than 2 groups"),
        (COUNTS.assign(g="a"), "fewer than 2 groups"),
        (COUNTS.assign(events=0, censored=1), "fewer than 10 events"),
        (COUNTS.assign(g=COUNTS["time"], s=COUNTS["time"]), "no event while cases of two groups were at risk"),
        (COUNTS.assign(time=0, events=1, censored=0), "no event while cases of two groups were at risk"),
    ],
)
def test_there_is_no_test_of_what_cannot_be_compared(counts: pd.DataFrame, reason: str):
    assert refusal(log_rank(counts, "g", ["s"] if "s" in counts else [])) == reason


def test_nobody_has_no_expectation():
    assert observed_expected(COUNTS.iloc[:0], "g").empty
    assert log_rank(COUNTS.assign(unit=1).iloc[:0], "g", by=["unit"]).empty


@pytest.mark.parametrize("column", ["time", "events", "censored"])
def test_only_whole_numbers_are_counted(column: str):
    for function in (log_rank, observed_expected):
        with pytest.raises(ValueError, match=column):
            function(COUNTS.astype({column: float}).assign(**{column: -1.0}), "g")
