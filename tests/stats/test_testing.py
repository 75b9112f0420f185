"""Does a p-value say the same as the interval it stands beside?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.clusters import cluster_share, korn_graubard
from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import wilson
from analysis.stats.testing import (
    benjamini_hochberg,
    holm,
    one_sided_design_share_p,
    one_sided_p,
    one_sided_share_p,
    rejections,
    two_sided_p,
)


def estimates(estimate: float, low: float, high: float, status: str = "ok") -> pd.DataFrame:
    return pd.DataFrame({"n": [9], "estimate": estimate, "low": low, "high": high, "level": 0.95, "status": status})


def test_a_share_by_hand():
    # two of two at .5: 1/4 above, 1 below; nothing asked, nothing said
    assert one_sided_share_p([2, 0], [2, 0], 0.5, "above").tolist()[0] == 0.25
    assert one_sided_share_p(2, 2, 0.5, "below").item() == 1
    assert np.isnan(one_sided_share_p([2, 0], [2, 0], 0.5, "above")[1])


@pytest.mark.parametrize(("count", "target"), [(3, 0.5), (1, 90), (1, np.nan)])
def test_what_is_not_a_share_is_refused(count: int, target: float):
    with pytest.raises(ValueError, match="target"):
        one_sided_share_p(count, 2, target, "above")


def test_an_interval_that_ends_at_the_target_is_p_of_two_and_a_half_percent():
    np.testing.assert_allclose(one_sided_p(estimates(5, 3, 9), 9, "below"), 0.025, rtol=1e-12)
    np.testing.assert_allclose(one_sided_p(estimates(5, 3, 9), 3, "above"), 0.025, rtol=1e-12)
    np.testing.assert_allclose(one_sided_p(estimates(5, 3, 9), 9, "above"), 0.975, rtol=1e-12)


@pytest.mark.parametrize("scale", ["identity", "log", "logit"])
def test_p_and_verdict_agree_on_every_scale(scale):
    table = wilson(range(1, 40), 40)
    p = one_sided_p(table, 0.6, "below", scale)
    assert p.lt(0.025).eq(table["high"].lt(0.6)).all()


def test_scales_are_transformed_as_in_r():
    # log: 2 is log 2 below 4, half the interval log 4: pnorm(-qnorm(.975) / 2), R 4.2.2
    np.testing.assert_allclose(one_sided_p(estimates(2, 0.5, 8), 4, "below", "log"), 0.16354750384557, rtol=1e-10)
    # logit: .5, .8, .9 are 0, log 4, log 9: pnorm(-qnorm(.975) * log(4) / log(9))
    expected = 0.108117885404924
    np.testing.assert_allclose(one_sided_p(estimates(0.5, 0.1, 0.9), 0.8, "below", "logit"), expected, rtol=1e-10)


def test_few_degrees_of_freedom_have_a_longer_tail():
    # 4.75 below the target with a standard error of .73: R pt(-4.75 / .73, 7); a normal tail says 3.8e-11
    half = 2.36462425159278 * 0.73  # R qt(.975, 7)
    table = estimates(70.25, 70.25 - half, 70.25 + half)
    np.testing.assert_allclose(one_sided_p(table.assign(df=7), 75, "below"), 0.000165994430346335, rtol=1e-10)
    assert one_sided_p(table, 75, "below").item() < 1e-6


def test_missing_degrees_of_freedom_are_normal():
    both = pd.concat([estimates(5, 3, 9)] * 2, ignore_index=True)
    p = one_sided_p(both.assign(df=[np.nan, 3]), 10, "below")
    assert p[0] == one_sided_p(estimates(5, 3, 9), 10, "below").item()
    assert p[0] < p[1]


def design(share: float, n: int, **spread: float) -> pd.DataFrame:
    """Return a share of n answers apart: se^2 = p(1-p)/n on n - 1 degrees of freedom, unless said otherwise."""
    apart = {"std_error": (share * (1 - share) / n) ** 0.5, "df": n - 1}
    return pd.DataFrame([{"n": n, "estimate": share, **apart, **spread}])


@pytest.mark.parametrize(("worse", "target"), [("above", 0.06), ("below", 0.2)])
def test_a_share_without_design_effect_has_the_binomial_p(worse, target):
    # n* = n: R sum(dbinom(15:148, 148, .06)) and sum(dbinom(0:15, 148, .2))
    expected = one_sided_share_p(15, 148, target, worse)
    np.testing.assert_allclose(one_sided_design_share_p(design(15 / 148, 148), target, worse), expected, rtol=1e-9)


EIGHT = pd.DataFrame({"cluster": range(8), "n": [3, 3, 6, 3, 3, 6, 3, 3], "total": [1, 0, 3, 1, 0, 2, 1, 0]})


def test_a_clustered_share_as_in_r():
    # R survey 4.1: the docstring's uniroot on these eight clusters, target .06
    p = one_sided_design_share_p(cluster_share(EIGHT), 0.06, "above")
    np.testing.assert_allclose(p, 0.00244807968172, rtol=1e-8)


@pytest.mark.parametrize(("worse", "limit", "target"), [("above", "low", 0.06), ("below", "high", 0.7)])
def test_the_limit_that_leaves_p_meets_the_target(worse, limit, target):
    found = cluster_share(EIGHT)
    p = one_sided_design_share_p(found, target, worse).item()
    np.testing.assert_allclose(korn_graubard(found, 1 - 2 * p)[limit], target, rtol=1e-9)


def test_a_design_share_at_its_best_is_no_evidence():
    none, every = design(0.0, 20, std_error=0.0), design(1.0, 20, std_error=0.0)
    assert one_sided_design_share_p(none, 0.06, "above").tolist() == [1]
    assert one_sided_design_share_p(every, 0.9, "below").tolist() == [1]
    # all of 20 failed: .06^20 by the binomial
    np.testing.assert_allclose(one_sided_design_share_p(every, 0.06, "above"), 0.06**20, rtol=1e-9)
    assert one_sided_design_share_p(none, np.nan, "above").isna().all()


def test_a_rate_of_zero_is_compared_on_the_plain_scale():
    table = rate(0, 1)
    expected = one_sided_p(table, 2, "above", "identity")
    pd.testing.assert_series_equal(one_sided_p(table, 2, "above", "log"), expected)
    assert expected.between(0.5, 1).all()


def test_without_an_estimate_there_is_no_p():
    assert one_sided_p(estimates(np.nan, np.nan, np.nan, "not estimable: no answers"), 1, "above").isna().all()


def test_only_two_sides_exist():
    with pytest.raises(ValueError, match="above"):
        one_sided_p(estimates(5, 3, 9), 9, "higher")


def test_holm_by_hand_keeps_gaps_and_index():
    # 3 tests: 3 * .01, then max(.03, 2 * .02), then max(.04, .5)
    p = pd.Series([0.5, np.nan, 0.01, 0.02], index=list("abcd"), name="p")
    np.testing.assert_allclose(holm(p), [0.5, np.nan, 0.03, 0.04], rtol=1e-12)
    assert holm(p).index.tolist() == list("abcd")


def test_holm_of_nothing_is_nothing():
    assert holm(pd.Series([np.nan, np.nan])).isna().all()
    assert holm(pd.Series([], dtype=float)).empty


def test_holm_refuses_what_is_no_p():
    with pytest.raises(ValueError, match="test statistics"):
        holm(pd.Series([0.1, 1.2]))


def test_benjamini_hochberg_by_hand_keeps_gaps_and_index():
    # 3 tests: .5, then min(3/2 * .02, .5), then min(3 * .01, .03)
    p = pd.Series([0.5, np.nan, 0.01, 0.02], index=list("abcd"), name="p")
    np.testing.assert_allclose(benjamini_hochberg(p), [0.5, np.nan, 0.03, 0.03], rtol=1e-12)
    assert benjamini_hochberg(p).index.tolist() == list("abcd")
    assert benjamini_hochberg(pd.Series([], dtype=float)).empty


def test_two_sides_are_twice_the_smaller():
    table = pd.concat([estimates(5, 3, 9), estimates(5, 3, 9), estimates(5, 3, 7)], ignore_index=True)
    np.testing.assert_allclose(two_sided_p(table, [9, 3, 5]), [0.05, 0.05, 1], rtol=1e-12)
    assert two_sided_p(estimates(np.nan, np.nan, np.nan, "not estimable: no answers"), 1).isna().all()


def test_expected_false_rejections_by_hand():
    p = pd.Series([0.001, 0.02, 0.04, np.nan])
    # each: 3 tests at .05. Holm: .003, .04, .04; worst with 2 true hypotheses, 1 - .975^2 + .05^2.
    # Benjamini-Hochberg: all three rejected, of which 5 %
    expected = {"each": (3, 0.15), "holm": (3, 0.051875), "benjamini-hochberg": (3, 0.15)}
    for rule, (rejected, false) in expected.items():
        row = rejections(p, rule).iloc[0]
        assert (row["tests"], row["rejected"], row["status"], row["rule"]) == (3, rejected, "ok", rule)
        np.testing.assert_allclose(row["expected_false"], false, rtol=1e-12)


def test_one_test_under_holm_is_plain():
    np.testing.assert_allclose(rejections(pd.Series([0.5]), alpha=0.1)["expected_false"], [0.1], rtol=1e-12)


def test_no_test_rejects_nothing_and_says_so():
    row = rejections(pd.Series([np.nan])).iloc[0]
    assert (row["tests"], row["rejected"], row["status"]) == (0, 0, "not estimable: no tests")
    assert np.isnan(row["expected_false"])


@pytest.mark.parametrize(("p", "rule", "alpha"), [(2, "each", 0.05), (0.5, "bonferroni", 0.05), (0.5, "holm", 5)])
def test_wrong_questions_are_refused(p, rule, alpha):
    with pytest.raises(ValueError, match=r"p-values|rule must|alpha"):
        rejections(pd.Series([float(p)]), rule, alpha)


def test_only_three_scales_exist():
    with pytest.raises(ValueError, match="scale must be"):
        one_sided_p(estimates(5, 3, 9), 9, "above", "sqrt")  # type: ignore[arg-type]
