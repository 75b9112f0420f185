"""Do decompositions, standardised differences and composites agree with published tables and R 4.2.2?

Das Gupta P (1993) Standardization and decomposition of rates, US Bureau of the Census P23-186, as printed by DasGuptR
2.1.0: to all digits printed. R by formula or metafor 3.8-1: relative error 1e-8.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.bridge import bridge
from analysis.stats.composites.composite import Drawing, composite, grade_probabilities
from analysis.stats.composites.decomposition import category_parts, change_parts
from analysis.stats.composites.factors import factor_effects
from analysis.stats.composites.scores import Scheme, component_scores
from analysis.stats.composites.strata import direct_standardisation, mantel_haenszel, simpson, stratum_differences

# Example 5.1: household headship, United States 1970 and 1985: size of age group (per mille), rate (per mille)
SIZE_1970 = [129, 109, 95, 80, 78, 84, 86, 78, 70, 59, 47, 36, 49]
SIZE_1985 = [101, 112, 116, 109, 94, 77, 63, 60, 63, 59, 51, 40, 55]
RATE_1970 = [19, 258, 457, 496, 512, 516, 518, 549, 587, 604, 628, 666, 668]
RATE_1985 = [22, 243, 458, 525, 561, 556, 560, 574, 572, 612, 639, 686, 722]
HEADSHIP = pd.DataFrame({"category": range(13), "n_before": SIZE_1970, "n_after": SIZE_1985})
HEADSHIP["total_before"] = HEADSHIP["n_before"] * RATE_1970
HEADSHIP["total_after"] = HEADSHIP["n_after"] * RATE_1985
# Charig CR et al. (1986) Br Med J 292:879: open surgery, percutaneous nephrolithotomy; stones below 2 cm, and larger
STONES = pd.DataFrame({"stratum": ["small", "large"], "count_1": [81, 192], "n_1": [87, 263]})
STONES = STONES.assign(count_0=[234, 55], n_0=[270, 80])
# datasets::UCBAdmissions, departments A-F: men admitted, applied; women admitted, applied
BERKELEY = pd.DataFrame({"stratum": list("ABCDEF"), "count_1": [512, 353, 120, 138, 53, 22]})
BERKELEY = BERKELEY.assign(n_1=[825, 560, 325, 417, 191, 373], count_0=[89, 17, 202, 131, 94, 24])
BERKELEY = BERKELEY.assign(n_0=[108, 25, 593, 375, 393, 341])


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=1e-8)


def product(table: pd.DataFrame) -> float:
    return float(table.prod(axis=1).sum())


def test_headship_is_das_guptas_table():
    # per cent: rate 1.7403, age structure 1.2269, crude 44.7268 -> 47.6940, 2.9672
    table = change_parts(HEADSHIP, "rate")[["estimate", "before", "after"]] / 10
    close(table["estimate"], [1.7403, 1.2269, 2.9672])
    close(table.iloc[0][["before", "after"]], [44.7268, 47.6940])


def test_headship_by_category_adds_up_to_the_table():
    own = category_parts(HEADSHIP, "rate")[["performance", "mix"]] / 10
    close(own.sum(), [1.7403, 1.2269])
    # aged 15-19, by hand: .115 * .3 and (2.05 - (44.7268 + 47.6940)/2) * -.028
    close(own.iloc[0], [0.0345, 1.2364912])


def test_parts_of_a_share_and_their_errors_are_r():
    # r <- c(48/60, 20/40, 27/30, 42/70), w likewise; numerical Jacobian J of the parts, S block-diagonal
    # (binomial, multinomial): sqrt(diag(J %*% S %*% t(J))); the mix .027391017818913378 with its second order,
    # sqrt(.027391017818913378^2 + sum((v1 + v2) / 4 * (w1 * (1 - w1) + w2 * (1 - w2)) / 100))
    table = pd.DataFrame({"category": ["a", "b"], "n_before": [60, 40], "total_before": [48, 20]})
    found = change_parts(table.assign(n_after=[30, 70], total_after=[27, 42]), "share")
    close(found["estimate"], [0.1, -0.09, 0.01])
    close(found["std_error"], [0.063837824659693898, 0.02770435435113356, 0.065688659598903826])
    close(found["high"] - found["estimate"], 1.959963984540054 * found["std_error"])


def test_the_bridge_of_headship_telescopes():
    # 44.0 published, 44.5 as known later, 44.7268 under the definition of the table, 47.6940 now
    steps = bridge(change_parts(HEADSHIP, "rate"), pd.DataFrame({"published": [440.0], "known_now": [445.0]}))
    close(steps["estimate"] / 10, [0.5, 0.2268, 1.7403, 1.2269, 3.694])


@pytest.mark.parametrize(("before", "after", "expected"), [
    # 2.1: mean earnings; 2.2: birth rates; 2.3: non-marital births; 2.4: total fertility
    ([10930, 0.717892], [16591, 0.825974], [4369.913, 1487.262]),
    ([51.78746, 0.45919, 0.52638], [84.90502, 0.75756, 0.51065], [10.4340333, 10.5608476, -0.6670084]),
    ([25.3, 0.214, 0.279, 0.949], [32.7, 0.290, 0.473, 0.986], [0.6889411, 0.8125381, 1.3829055, 0.1047547]),
    ([0.58, 0.76, 0.84, 0.66, 16.573], [0.72, 0.97, 0.97, 0.56, 16.158],
     [1.0909785, 1.2298438, 0.7278399, -0.8398707, -0.1290187]),
])
def test_products_are_das_guptas_tables(before: list[float], after: list[float], expected: list[float]):
    found = factor_effects(pd.DataFrame([before]), pd.DataFrame([after]), product)
    digits = len(str(expected[0]).split(".")[1])
    np.testing.assert_allclose(found["effect"], expected, rtol=0, atol=0.6 * 10**-digits)


def test_vectors_are_das_guptas_table():
    # Example 4.3: birth rate of Taiwan 1960, 1970 = sum of fertility, share married, share of women
    factors = {1960: [[393, 407, 369, 274, 184, 90, 16], [0.122, 0.622, 0.903, 0.930, 0.916, 0.873, 0.800],
                      [0.043, 0.041, 0.036, 0.032, 0.026, 0.020, 0.018]],
               1970: [[488, 452, 338, 156, 63, 22, 3], [0.082, 0.527, 0.866, 0.941, 0.942, 0.923, 0.876],
                      [0.058, 0.038, 0.032, 0.030, 0.026, 0.023, 0.019]]}
    before, after = (pd.DataFrame(np.transpose(factors[year]), columns=list("bmw")) for year in factors)
    effects = factor_effects(before, after, product)["effect"]
    np.testing.assert_allclose(effects, [-7.285632, -2.720633, -1.565181], rtol=0, atol=6e-7)


def test_a_ratio_is_das_guptas_table():
    # Example 4.4: illegitimacy ratio, United States 1963 and 1983
    old = {"A": [0.200, 0.163, 0.146, 0.154, 0.168, 0.169], "B": [0.866, 0.325, 0.119, 0.099, 0.099, 0.121],
           "C": [0.007, 0.021, 0.023, 0.015, 0.008, 0.002], "D": [0.454, 0.326, 0.195, 0.107, 0.051, 0.015]}
    new = {"A": [0.169, 0.195, 0.190, 0.174, 0.150, 0.122], "B": [0.931, 0.563, 0.311, 0.216, 0.199, 0.191],
           "C": [0.018, 0.026, 0.023, 0.016, 0.008, 0.002], "D": [0.380, 0.201, 0.149, 0.079, 0.025, 0.006]}

    def figure(t: pd.DataFrame) -> float:
        unmarried = float((t["A"] * t["B"] * t["C"]).sum())
        return unmarried / (unmarried + float((t["A"] * (1 - t["B"]) * t["D"]).sum()))

    found = factor_effects(pd.DataFrame(old), pd.DataFrame(new), figure)["effect"]
    np.testing.assert_allclose(found, [-0.00620498, 0.04866154, 0.02705922, 0.02470928], rtol=0, atol=6e-9)


def test_mantel_haenszel_is_metafor():
    # rma.mh(measure = "RD", ai = x1, n1i = n1, ci = x0, n2i = n0): beta, ci.lb, ci.ub, se
    columns = ["estimate", "low", "high", "std_error"]
    stones = [0.05383557024347472, -0.01192944521749143, 0.11960058570444088, 0.03355419588304286]
    berkeley = [-0.01842519619085252, -0.04748243534654223, 0.01063204296483719, 0.01482539443831086]
    close(mantel_haenszel(STONES)[columns], [stones])
    close(mantel_haenszel(BERKELEY)[columns], [berkeley])


def test_direct_standardisation_is_r():
    # weighted.mean(x1 / n1 - x0 / n0, n1 + n0)
    close(direct_standardisation(STONES)["estimate"], [0.05367121738560376])
    close(direct_standardisation(BERKELEY)["estimate"], [-0.042636797771302914])


def test_directly_standardised_limits_are_r():
    # P <- (sum(x) + 1)/(sum(n) + 2); p <- (x + 2 * P)/(n + 2); W <- (n1 + n0)/sum(n1 + n0)
    # d + c(-1, 1) * qnorm(.975) * sqrt(sum(W^2 * (p1 * (1 - p1)/n1 + p0 * (1 - p0)/n0)))
    close(direct_standardisation(STONES)[["low", "high"]], [[-0.012304230900474181, 0.11964666567168171]])
    close(direct_standardisation(BERKELEY)[["low", "high"]], [[-0.078986368870287482, -0.0062872266723183398]])


def test_stratum_and_pooled_differences_are_newcombes():
    # Wilson limits and method 10 written out in R
    limits = ["estimate", "low", "high"]
    small = [0.064367816091953967, -0.017170863850388643, 0.12317900098889772]
    large = [0.042538022813688237, -0.06466681627237704, 0.16173573696284313]
    close(stratum_differences(STONES)[limits], [large, small])
    close(simpson(STONES).loc["pooled", limits], [-0.045714285714285707, -0.10446127526178889, 0.013331496874977151])


def test_berkeley_is_bickels_reversal():
    # Bickel et al. (1975): men are favoured over all departments, women within four of the six shown
    table = simpson(BERKELEY)
    np.testing.assert_allclose(table.loc["pooled", "estimate"], 1198 / 2691 - 557 / 1835, rtol=1e-12)
    assert table["sign_turns"].all()
    assert table["against"].tolist() == [4, 4]
    assert not table["certain"].any()


def estimates(levels: list[float], errors: list[float]) -> pd.DataFrame:
    half = 1.959963984540054 * np.array(errors)
    table = pd.DataFrame({"component": list("abc"), "n": 50, "estimate": levels, "level": 0.95, "status": "ok"})
    return table.assign(low=table["estimate"] - half, high=table["estimate"] + half)


SCHEME = Scheme(pd.DataFrame({"floor": [0.5, 100, 0], "target": [1.0, 20, 10], "weight": [2, 1, 1]}, list("abc")))


def test_scores_are_r():
    # pmin(pmax(100 * (c(.8, 50, 12) - floor) / (target - floor), 0), 100)
    close(component_scores(estimates([0.8, 50, 12], [0.1, 5, 1]), SCHEME)["estimate"], [60, 62.5, 100])


def test_a_composite_of_normal_parts_is_r():
    # s <- c(.02, 3, .4) * 100 / c(.5, 80, 10); w <- c(2, 1, 1) / 4
    # sum(w * c(60, 62.5, 40)) + c(-1, 1) * qnorm(.975) * sqrt(sum((w * s)^2)); within 1 % of the half-width
    row = composite(estimates([0.8, 50, 4], [0.02, 3, 0.4]), SCHEME, Drawing(seed=1)).iloc[0]
    close(row["estimate"], 55.625)
    np.testing.assert_allclose([row["low"], row["high"]], [50.872781963114875, 60.377218036885125], atol=0.047)


def test_grades_of_normal_parts_are_r():
    # diff(pnorm(c(-Inf, 50, 58, Inf), 55.625, sqrt(sum((w * s)^2))))
    bands = pd.Series({"A": 58, "B": 50, "C": 0})
    found = grade_probabilities(estimates([0.8, 50, 4], [0.02, 3, 0.4]), SCHEME, Drawing(seed=1), bands)
    expected = [0.16366042032862427, 0.82616715766783555, 0.010172422003540195]
    np.testing.assert_allclose(found["probability"], expected, atol=0.003)


def test_mantel_haenszel_of_small_strata_is_metafor():
    # rma.mh(measure = "RD", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0, to = "none", level = 90): beta, ci.lb,
    # ci.ub, se; one stratum has nobody of the kind in a group, one nobody of the other kind
    table = pd.DataFrame({"stratum": range(4), "count_1": [0, 5, 12, 3], "n_1": [7, 20, 30, 3]})
    table = table.assign(count_0=[2, 9, 4, 1], n_0=[15, 22, 11, 8])
    expected = [-0.00397403410044484, -0.1561205591599358, 0.1481724909590461, 0.09249851936155269]
    close(mantel_haenszel(table, level=0.9)[["estimate", "low", "high", "std_error"]], [expected])
