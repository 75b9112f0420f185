"""Does a p-value say the same as the interval it stands beside?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import wilson
from analysis.stats.testing import (
    benjamini_hochberg,
    holm,
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
