"""Do tests and differences between groups agree with published tables, R survival and R coin?

R 4.2.2, survival 3.5.3, coin 1.4.2. Relative error 1e-8.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.kaplan_meier import kaplan_meier
from analysis.stats.survival.log_rank import log_rank, observed_expected
from analysis.stats.survival.restricted_means import restricted_mean, restricted_mean_difference

TOLERANCE = 1e-8
# Freireich EJ et al. (1963) Blood 21:699-716: weeks of remission, + still in remission; MASS::gehan, in pairs
CONTROL = "1 22 3 12 8 17 2 11 8 12 2 5 4 15 8 23 5 11 4 1 8"
SIX_MP = "10 7 32+ 23 22 6 16 34+ 32+ 25+ 11+ 20+ 19+ 6 17+ 35+ 6 13 9+ 6+ 10+"
# survival::veteran, time/status/celltype (1 squamous, 2 smallcell, 3 adeno, 4 large)/trt
VETERAN_CASES = """
    72/1/1/1 411/1/1/1 228/1/1/1 126/1/1/1 118/1/1/1 10/1/1/1 82/1/1/1 110/1/1/1 314/1/1/1 100/0/1/1 42/1/1/1 8/1/1/1
    144/1/1/1 25/0/1/1 11/1/1/1 30/1/2/1 384/1/2/1 4/1/2/1 54/1/2/1 13/1/2/1 123/0/2/1 97/0/2/1 153/1/2/1 59/1/2/1
    117/1/2/1 16/1/2/1 151/1/2/1 22/1/2/1 56/1/2/1 21/1/2/1 18/1/2/1 139/1/2/1 20/1/2/1 31/1/2/1 52/1/2/1 287/1/2/1
    18/1/2/1 51/1/2/1 122/1/2/1 27/1/2/1 54/1/2/1 7/1/2/1 63/1/2/1 392/1/2/1 10/1/2/1 8/1/3/1 92/1/3/1 35/1/3/1
    117/1/3/1 132/1/3/1 12/1/3/1 162/1/3/1 3/1/3/1 95/1/3/1 177/1/4/1 162/1/4/1 216/1/4/1 553/1/4/1 278/1/4/1 12/1/4/1
    260/1/4/1 200/1/4/1 156/1/4/1 182/0/4/1 143/1/4/1 105/1/4/1 103/1/4/1 250/1/4/1 100/1/4/1 999/1/1/2 112/1/1/2
    87/0/1/2 231/0/1/2 242/1/1/2 991/1/1/2 111/1/1/2 1/1/1/2 587/1/1/2 389/1/1/2 33/1/1/2 25/1/1/2 357/1/1/2 467/1/1/2
    201/1/1/2 1/1/1/2 30/1/1/2 44/1/1/2 283/1/1/2 15/1/1/2 25/1/2/2 103/0/2/2 21/1/2/2 13/1/2/2 87/1/2/2 2/1/2/2
    20/1/2/2 7/1/2/2 24/1/2/2 99/1/2/2 8/1/2/2 99/1/2/2 61/1/2/2 25/1/2/2 95/1/2/2 80/1/2/2 51/1/2/2 29/1/2/2 24/1/3/2
    18/1/3/2 83/0/3/2 31/1/3/2 51/1/3/2 90/1/3/2 52/1/3/2 73/1/3/2 8/1/3/2 36/1/3/2 48/1/3/2 7/1/3/2 140/1/3/2
    186/1/3/2 84/1/3/2 19/1/3/2 45/1/3/2 80/1/3/2 52/1/4/2 164/1/4/2 19/1/4/2 53/1/4/2 15/1/4/2 43/1/4/2 340/1/4/2
    133/1/4/2 111/1/4/2 231/1/4/2 378/1/4/2 49/1/4/2
"""
VETERAN = pd.DataFrame(
    [map(int, case.split("/")) for case in VETERAN_CASES.split()], columns=["time", "events", "celltype", "trt"]
).assign(censored=lambda table: 1 - table["events"])
# survival::aml
AML = pd.DataFrame({
    "time": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
    "events": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    "x": ["Maintained"] * 11 + ["Nonmaintained"] * 12,
}).assign(censored=lambda table: 1 - table["events"])


def remissions(treatment: str, weeks: str) -> pd.DataFrame:
    rows = [(treatment, pair, int(week.rstrip("+")), week.endswith("+")) for pair, week in enumerate(weeks.split())]
    table = pd.DataFrame(rows, columns=["treat", "pair", "time", "censored"])
    return table.assign(censored=table["censored"] * 1, events=~table["censored"] * 1)


GEHAN = pd.concat([remissions("6-MP", SIX_MP), remissions("control", CONTROL)], ignore_index=True)


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


def test_leukaemia_log_rank_is_published_and_r():
    # 16.79: Kleinbaum DG, Klein M (2012) Survival Analysis, 3rd ed., p. 69; survdiff(Surv(time, cens) ~ treat, gehan)
    table = log_rank(GEHAN, "treat")
    close(table[["statistic", "df", "p_chi2"]], [[16.7929409892165, 1, 4.16880910933453e-05]])
    assert round(table["statistic"].item(), 2) == 16.79


def test_leukaemia_observed_and_expected_are_r():
    # survdiff(Surv(time, cens) ~ treat, gehan)$obs, $exp; Kleinbaum and Klein: 9 against 19.26, 21 against 10.74
    table = observed_expected(GEHAN, "treat")
    close(table, [[21, 9, 19.2505009480311], [21, 21, 10.7494990519689]])
    assert table.index.tolist() == ["6-MP", "control"]


def test_leukaemia_peto_peto_is_r():
    # survdiff(Surv(time, cens) ~ treat, gehan, rho = 1)
    close(log_rank(GEHAN, "treat", rho=1)[["statistic", "p_chi2"]], [[14.4571508187171, 0.000143384444819391]])
    weighted = observed_expected(GEHAN, "treat", rho=1)
    close(weighted["observed"], [5.12151463950564, 14.5528516920678])
    close(weighted["expected"], [11.9985596770776, 7.67580665449588])


def test_leukaemia_within_pairs_is_r():
    # survdiff(Surv(time, cens) ~ treat + strata(pair), gehan); rowSums($obs), rowSums($exp)
    table = log_rank(GEHAN, "treat", ["pair"])
    close(table[["statistic", "p_chi2"]], [[10.7142857142857, 0.0010631149171586]])
    close(observed_expected(GEHAN, "treat", ["pair"])[["observed", "expected"]], [[9, 16.5], [21, 13.5]])


@pytest.mark.parametrize(
    ("data", "group", "expected"),
    [
        (GEHAN, "treat", 9.48560141296184e-05),
        (AML, "x", 0.0665724037128788),
        (VETERAN, "celltype", 8.616284398554885e-05),
    ],
)
def test_permutation_p_is_coin(data: pd.DataFrame, group: str, expected: float):
    # pvalue(logrank_test(Surv(time, event) ~ group, data, ties.method = "mid-ranks"))
    close(log_rank(data, group)["p_permutation"], [expected])


def test_stratified_permutation_p_is_coin_by_stratum():
    # over trt: T <- T + statistic(it, "linear") - expectation(it); V <- V + covariance(it), it the logrank_test of a
    # stratum; pchisq(t(T) %*% MASS::ginv(V) %*% T, 3, lower.tail = FALSE)
    close(log_rank(VETERAN, "celltype", ["trt"])["p_permutation"], [0.0002109337619665565])


def test_aml_log_rank_is_r():
    # survdiff(Surv(time, status) ~ x, aml); rho = 1
    close(log_rank(AML, "x")[["statistic", "p_chi2"]], [[3.39638869897760109, 0.06533932204050513]])
    close(log_rank(AML, "x", rho=1)["statistic"], [2.779279544751773])


def test_veteran_log_rank_is_r():
    # survdiff(Surv(time, status) ~ celltype + strata(trt), veteran); without strata, rho = 1; with strata, rho = 1
    table = log_rank(VETERAN, "celltype", ["trt"])
    close(table[["statistic", "df", "p_chi2"]], [[22.78211993533777, 3, 4.48336907606213e-05]])
    close(log_rank(VETERAN, "celltype", rho=1)["statistic"], [19.709622458061506])
    close(log_rank(VETERAN, "celltype", ["trt"], rho=1)["statistic"], [18.90512849772252])
    # with strata, rho = .5
    close(log_rank(VETERAN, "celltype", ["trt"], rho=0.5)["statistic"], [21.223077652749215])


def test_veteran_observed_and_expected_are_r():
    # rowSums of survdiff(Surv(time, status) ~ celltype + strata(trt), veteran)$obs, $exp
    table = observed_expected(VETERAN, "celltype", ["trt"])
    close(table["observed"], [31, 45, 26, 26])
    close(table["expected"], [45.18183739468918, 30.63713889224923, 16.37431039909829, 35.80671331396331])


def test_p_is_the_smaller_statistic_against_f():
    # R: pf(qchisq(9.48560141296184e-05, 1, lower.tail = FALSE), 1, 30 - 2, lower.tail = FALSE), coin's being smaller
    close(log_rank(GEHAN, "treat")["p"], [0.0005441374092585538])


def test_leukaemia_restricted_means_are_r():
    # summary(survfit(Surv(time, cens) ~ treat, gehan), rmean = 20)$table; limits by qnorm(.975) as in survRM2
    table = restricted_mean(kaplan_meier(GEHAN, ["treat"]), 20, ["treat"], minimum_n=5)
    close(table["estimate"], [16.11652661064426, 8.428571428571429])
    close(table["std_error"], [1.251560196005047, 1.268082682503922])
    close(table.loc["6-MP", ["low", "high"]], [13.66351370199047, 18.56953951929804])


def test_leukaemia_difference_of_restricted_means_is_r():
    # the same table: d <- a[1, 5] - a[2, 5]; se <- sqrt(a[1, 6]^2 + a[2, 6]^2); d + c(-1, 1) * qnorm(.975) * se
    means = restricted_mean(kaplan_meier(GEHAN, ["treat"]), 20, ["treat"], minimum_n=5)
    first, second = (means.loc[[treat]].reset_index(drop=True) for treat in ("6-MP", "control"))
    table = restricted_mean_difference(first, second)
    close(table[["estimate", "std_error"]], [[7.687955182072828, 1.781694871152335]])
    close(table[["low", "high", "p"]], [[4.195897403174522, 11.18001296097114, 1.596264999036524e-05]])
