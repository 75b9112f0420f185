"""Do the intervals agree with R and with the published tables?

R 4.2.2, survey 4.1.1. Each block names its R call; closed forms agree to a relative error of 1e-8.
"""

import numpy as np
import pandas as pd

from analysis.stats.intervals.clusters import cluster_mean, cluster_share
from analysis.stats.intervals.means import mean_t
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.shares import clopper_pearson, wilson

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


def test_nps_by_hand():
    # 5 promoters, 3 passives, 2 detractors: (5.75 - 2.75)/13 = 3/13; variance (8.5/13 - 9/169)/13 = 101.5/2197.
    half = 1.959963984540054 * (101.5 / 2197) ** 0.5
    close(nps(5, 3, 2)[["estimate", "low", "high"]], [[30, 100 * (3 / 13 - half), 100 * (3 / 13 + half)]])
