"""Do the intervals agree with R and with the published tables?

R 4.2.2, survey 4.1.1. Each block names its R call; closed forms agree to a relative error of 1e-8.
"""

import numpy as np
import pandas as pd

from analysis.stats.intervals.clusters import cluster_mean, cluster_share
from analysis.stats.intervals.differences import mean_difference, share_difference
from analysis.stats.intervals.means import mean_t
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.sample_sizes import (
    answers_for_mean_change,
    answers_for_mean_width,
    answers_for_nps_width,
    answers_for_share_change,
    answers_for_share_width,
    rule_of_three,
    smallest_detectable_change,
)
from analysis.stats.intervals.shares import clopper_pearson, jeffreys, modified_wilson, wilson

TOLERANCE = 1e-8
COUNT, N = [81, 15, 0, 1], [263, 148, 20, 29]
# Newcombe RG (1998) Stat Med 17:857-872, table I, methods 3 (score) and 5 (Clopper-Pearson), four decimals.
NEWCOMBE_SCORE = [[0.2553, 0.3662], [0.0624, 0.1605], [0.0000, 0.1611], [0.0061, 0.1718]]
NEWCOMBE_EXACT = [[0.2527, 0.3676], [0.0578, 0.1617], [0.0000, 0.1684], [0.0009, 0.1776]]
# for each: prop.test(x, n, correct = FALSE)$conf.int
R_WILSON = [
    [0.25528851987827428, 0.36620957698280016],
    [0.06238639953073628, 0.16048724172330800],
    [0.0, 0.16112515805281930],
    [0.00611321429276266, 0.17175521879320282],
]
# for each: binom.test(x, n)$conf.int
R_EXACT = [
    [0.252736745585271205, 0.367621922601351403],
    [0.057844010083448555, 0.161650490349478981],
    [0.0, 0.168433470983085365],
    [0.000872646883579923, 0.177644295488722848],
]
# data(api); aggregate(cbind(n = 1, total = (sch.wide == "Yes")) ~ dnum, apiclus1, sum), and total = api00
DISTRICTS = pd.DataFrame(
    {
        "cluster": [61, 135, 178, 197, 255, 406, 413, 437, 448, 510, 568, 637, 716, 778, 815],
        "n": [13, 34, 4, 13, 16, 2, 1, 4, 12, 21, 9, 11, 37, 2, 4],
        "total": [11, 31, 3, 10, 15, 2, 1, 4, 12, 18, 7, 11, 32, 1, 2],
        "api00": [9372, 22508, 2077, 8593, 11369, 1116, 551, 1888, 9111, 13761, 6386, 7359, 20394, 905, 2493],
    }
)


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE, atol=1e-15)


def limits(table: pd.DataFrame) -> np.ndarray:
    return table[["low", "high"]].to_numpy()


def test_wilson_is_r():
    close(limits(wilson(COUNT, N)), R_WILSON)


def test_wilson_is_newcombe_table_one():
    np.testing.assert_allclose(limits(wilson(COUNT, N)), NEWCOMBE_SCORE, atol=5.1e-5)


def test_wilson_at_ninety_percent_is_r():
    # prop.test(81, 263, correct = FALSE, conf.level = .9)$conf.int
    close(limits(wilson(81, 263, level=0.9)), [[0.263313617188481, 0.356566349608488]])


def test_clopper_pearson_is_r():
    close(limits(clopper_pearson(COUNT, N)), R_EXACT)


def test_clopper_pearson_is_newcombe_table_one():
    np.testing.assert_allclose(limits(clopper_pearson(COUNT, N)), NEWCOMBE_EXACT, atol=5.1e-5)


def test_mean_t_is_r():
    # t.test(rep(1:5, c(1, 2, 5, 20, 30)))$conf.int
    table = mean_t(pd.DataFrame({"value": [1, 2, 3, 4, 5], "count": [1, 2, 5, 20, 30]}))
    close(limits(table), [[4.07307793634395, 4.54761171882846]])


def test_cluster_mean_is_r():
    # d <- svydesign(ids = ~dnum, weights = ~1, data = apiclus1)
    # m <- svymean(~api00, d); SE(m); confint(m, df = degf(d))
    table = cluster_mean(DISTRICTS.assign(total=DISTRICTS["api00"]))
    expected = [[644.1693989071039, 23.7790107208869, 593.1684932610909, 695.1703045531168]]
    close(table[["estimate", "std_error", "low", "high"]], expected)


def test_cluster_mean_of_a_share_is_r():
    # m <- svymean(~as.numeric(sch.wide == "Yes"), d); SE(m); confint(m, df = degf(d))
    table = cluster_mean(DISTRICTS)
    expected = [[0.87431693989071, 0.0205642374474379, 0.830211037166265, 0.918422842615156]]
    close(table[["estimate", "std_error", "low", "high"]], expected)


def test_cluster_share_is_r():
    # svyciprop(~as.numeric(sch.wide == "Yes"), d, method = "beta")
    close(limits(cluster_share(DISTRICTS)), [[0.823118604941657, 0.915076523703784]])


def test_limits_of_huge_counts_at_other_levels_are_r():
    # prop.test(999999, 1e6, correct = FALSE, conf.level = .99)$conf.int; binom.test(999999, 1e6, conf.level = .99)
    close(limits(wilson(999_999, 10**6, level=0.99)), [[0.99999148256616521, 0.9999998825945251]])
    close(limits(clopper_pearson(999_999, 10**6, level=0.99)), [[0.99999256989438801, 0.99999999498745817]])
    # attr(svyciprop(~as.numeric(sch.wide == "Yes"), d, method = "beta", level = .99), "ci")
    close(limits(cluster_share(DISTRICTS, level=0.99)), [[0.80215771217408416, 0.92780320989425502]])


def test_nps_by_hand():
    # 5 promoters, 3 passives, 2 detractors: (5.75 - 2.75)/13 = 3/13; variance (8.5/13 - 9/169)/13 = 101.5/2197.
    half = 1.959963984540054 * (101.5 / 2197) ** 0.5
    close(nps(5, 3, 2)[["estimate", "low", "high"]], [[30, 100 * (3 / 13 - half), 100 * (3 / 13 + half)]])


def test_modified_wilson_by_hand_and_newcombe_elsewhere():
    # qchisq(.05, 2 * (1:3)) / 2 / n; 81/263 is far from the ends. n = 29: two answers from an end, n = 148: three.
    table = modified_wilson([1, 2, 3, 81], [29, 29, 148, 263])
    close(table["low"], [0.00176873428922588, 0.01225384519650559, 0.02819625679875701 * 29 / 148, R_WILSON[0][0]])
    close(table["high"].iloc[[0, 3]], [R_WILSON[3][1], R_WILSON[0][1]])


def test_jeffreys_is_r():
    # qbeta(c(.025, .975), x + .5, n - x + .5) for 5/20, 0/10 and 19/20, the ends set to 0
    expected = [[0.102398485683045, 0.464194629240868], [0, 0.217196267509211], [0.789181363750735, 0.994550967418573]]
    close(limits(jeffreys([5, 0, 19], [20, 10, 20])), expected)


def test_difference_of_shares_is_newcombe_table_two():
    # Newcombe RG (1998) Stat Med 17:873-890, table II, method 10, rows a-h.
    rows = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20), (10, 10, 0, 20)]
    pairs = pd.DataFrame(rows, columns=["count", "n", "base_count", "base_n"])
    expected = [[0.0524, 0.3339], [0.1705, 0.8090], [0.0582, 0.8062], [-0.0381, 0.1926], [-0.1611, 0.2775], [0.6791, 1]]
    np.testing.assert_allclose(limits(share_difference(pairs, minimum_n=1)), expected, atol=5.1e-5)


def test_difference_of_means_is_r():
    # t.test(extra ~ group, data = sleep): group means .75 and 2.33
    first, second = (pd.DataFrame({"n": [10], "estimate": mean, "std_error": error, "df": 9, "status": "ok"})
                     for mean, error in ((0.75, 0.565734527455728), (2.33, 0.633166644731069)))
    table = mean_difference(first, second)
    close(table[["estimate", "low", "high", "df"]], [[-1.58, -3.36548323071171, 0.20548323071171, 17.7764735161785]])


def test_rule_of_three_is_r():
    # binom.test(0, n, alternative = "less")$conf.int[2]
    table = rule_of_three([30, 100])
    close(table[["high", "three_over_n"]], [[0.0950338528553041, 0.1], [0.0295130496070399, 0.03]])


def test_smallest_detectable_change_is_the_published_multiple():
    # Bloom HS (1995): 2.80 standard errors at 5 % two-sided and power 80 %; qnorm(.975) + qnorm(.8)
    half = 1.959963984540054  # of a standard error of 1
    differences = pd.DataFrame({"low": [-half], "high": [half], "level": 0.95})
    close(smallest_detectable_change(differences), [2.80158521811297])


def test_answers_for_a_width_are_the_textbook():
    # Cochran: 385 for p = .5, 5 points; ceiling(qnorm(.975)^2 * .5 * .5 / .05^2). Wilson's is z^2/(4h^2) - z^2 there.
    assert answers_for_share_width(0.5, 0.05).to_dict() == {"wilson": 381, "wald": 385}
    # n <- 2; while (qt(.975, n - 1) * s / sqrt(n) > h) n <- n + 1
    assert (answers_for_mean_width(1.2, 0.1), answers_for_mean_width(1, 0.5)) == (556, 18)
    # ceiling(qnorm(.975)^2 * 100^2 * (.4 + .2 - .2^2) / 14^2)
    assert answers_for_nps_width(0.4, 0.2, 14) == 110


def test_answers_for_a_change_are_r():
    # power.prop.test(p1 = .75, p2 = .8, power = .8)$n is 1093.739; (.5, .75, power = .9) is 76.707
    assert (answers_for_share_change(0.75, 0.8), answers_for_share_change(0.5, 0.75, power=0.9)) == (1094, 77)
    # power.t.test(delta = 1, sd = 1, power = .9)$n is 22.02; delta = .2, sd = 1.1, power = .8: 475.8; delta = 5: 2.117
    found = [answers_for_mean_change(1, 1, power=0.9), answers_for_mean_change(0.2, 1.1), answers_for_mean_change(5, 1)]
    assert found == [23, 476, 3]


def test_answers_at_other_levels_and_powers_are_r():
    # power.prop.test(p1 = .1, p2 = .02, power = .95, sig.level = .01)$n is 310.49
    assert answers_for_share_change(0.1, 0.02, level=0.99, power=0.95) == 311
    # power.t.test(delta = .05, sd = 1, power = .99, sig.level = .01, strict = TRUE)$n: 19226.7; delta = 3, sd = 2: 5.48
    assert answers_for_mean_change(0.05, 1, level=0.99, power=0.99) == 19_227
    assert answers_for_mean_change(-3, 2, power=0.6) == 6
