"""Do weighted survey figures agree with R survey?

R 4.2.2, survey 4.1.1, options(survey.lonely.psu = "adjust"). Relative error 1e-8; raked weights are exact to the
billionth they are kept in.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.design import design_mean, design_nps, design_share, design_share_logit
from analysis.stats.survey.raking import raked_weights

TOLERANCE = 1e-8
ALL = ["estimate", "std_error", "df", "low", "high", "deff"]
# data(api); aggregate(count ~ stype + pw + (sch.wide == "Yes") + (awards == "Yes"), apistrat, sum); pw in billionths
SCHOOLS = pd.DataFrame(
    {
        "stratum": list("HMEHMEHME"),
        "weight": [15_100_000_381, 20_360_000_610, 44_209_999_084] * 3,
        "value": [0, 0, 0, 1, 1, 1, 1, 1, 1],
        "awards": [False] * 6 + [True] * 3,
        "count": [24, 15, 9, 10, 11, 18, 16, 24, 73],
    }
)
# Strata, nested clusters, unequal weights, unanswered rows, a lonely unit in stratum 3, an unanswered unit in 4.
MIXED = pd.DataFrame(
    {
        "stratum": [1, 1, 1, 2, 2, 2, 2, 3, 4, 4],
        "cluster": [1, 1, 2, 1, 2, 2, 3, 1, 1, 2],
        "weight": [int(w * 1e9) for w in (1, 2, 1.5, 3, 2, 2, 1, 4, 1.25, 2)],
        "value": [5, 2, 4, 3, 1, 5, np.nan, 4, np.nan, 2],
        "count": [3, 4, 6, 5, 4, 2, 9, 2, 8, 7],
    }
)
CELLS = pd.DataFrame(
    {
        "a": ["x", "y", "z"] * 2,
        "b": ["m"] * 3 + ["f"] * 3,
        "count": [12, 5, 8, 20, 9, 3],
        "weight": [int(w * 1e9) for w in (1, 1.5, 2, 1, 2.5, 1.2)],
    }
)
MARGINS = pd.DataFrame({"variable": list("aaabb"), "category": list("xyzmf"), "customers": [500, 300, 200, 430, 570]})


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


def test_stratified_mean_is_r():
    # d <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = apistrat)
    # m <- svymean(~yes, d, deff = "replace"); SE(m); degf(d); confint(m, df = degf(d)); deff(m)
    expected = [0.8279480114158234, 0.0247568028754561, 197, 0.7791256395217491, 0.8767703833098978, 0.8562082924887467]
    close(design_mean(SCHOOLS)[ALL], [expected])


def test_effective_sample_size_is_kish():
    # sum(apistrat$pw)^2 / sum(apistrat$pw^2)
    close(design_mean(SCHOOLS)[["n_eff", "deff_kish"]], [[168.581331280756, 200 / 168.581331280756]])


def test_share_limits_are_r_beta():
    # svyciprop(~yes, d, method = "beta")
    close(design_share(SCHOOLS)[["low", "high"]], [[0.773157461316037, 0.874156694039711]])


def test_share_limits_are_r_logit():
    # svyciprop(~yes, d, method = "xlogit"); its default "logit" gives 0.773542009331, 0.871455182360
    close(design_share_logit(SCHOOLS)[["low", "high"]], [[0.773542009725692, 0.871455182758530]])


def test_a_domain_is_estimated_within_the_whole_design():
    # s <- subset(d, awards == "No"); m <- svymean(~yes, s, deff = "replace"); degf(s); confint(m, df = degf(s))
    table = design_mean(SCHOOLS, ["awards"])
    expected = [0.5234860880476366, 0.0585676823674069, 84, 0.4070178287194486, 0.6399543473758247, 1.1825889025565977]
    close(table.loc[False, ALL], expected)
    assert table.loc[True, "status"] == "not estimable: fewer than 5 answers off the mode"


def test_a_domain_as_gaps_is_the_same_as_by():
    inside = SCHOOLS.assign(value=SCHOOLS["value"].where(~SCHOOLS["awards"]))
    # svyciprop(~yes, subset(d, awards == "No"), method = "beta")
    close(design_share(inside)[["low", "high"]], [[0.402947513711530, 0.642051230819729]])


def test_strata_clusters_gaps_and_a_lonely_unit_are_r():
    # y <- x[rep(1:10, x$count), ]
    # d <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~w, nest = TRUE, data = y)
    # s <- subset(d, !is.na(v)); m <- svymean(~v, s, deff = "replace"); degf(s); confint(m, df = degf(s))
    expected = [2.898550724637681, 0.293853412465157, 2, 1.634201537348278, 4.162899911927084, 1.939777204085763]
    close(design_mean(MIXED)[ALL], [expected])


def test_nps_is_r_with_limits_cut():
    # s: -100 for v <= 3, 0 for 4, 100 for 5; m <- svymean(~s, subset(d, !is.na(s))); confint(m, df = 2)[1] = -129.9
    score = MIXED["value"].map({1: -100, 2: -100, 3: -100, 4: 0, 5: 100})
    expected = [[-55.0724637681159, 17.3897061446597, -100, 19.7494028447451]]
    close(design_nps(MIXED.assign(value=score))[["estimate", "std_error", "low", "high"]], expected)


def test_a_domain_across_clusters_is_r():
    # svyby(~v, ~(w >= 2), subset(d, !is.na(v)), svymean)
    table = design_mean(MIXED.assign(heavy=MIXED["weight"].ge(2e9)), ["heavy"], minimum_n=1)
    close(table.loc[True, ["estimate", "std_error"]], [2.6140350877192979, 0.29634758969169417])


def test_raked_weights_are_r():
    # rake(svydesign(ids = ~1, weights = ~w, data = y), list(~a, ~b), list(pop_a, pop_b),
    #      control = list(maxit = 1000, epsilon = 1e-13))
    expected = [
        15.8284171119986,
        15.2349482569699,
        20.4855316713959,
        15.5029497328008,
        24.8694731905722,
        12.0385822096111,
    ]
    close(raked_weights(CELLS, MARGINS) / 1e9, expected)


def test_trimmed_weights_are_r():
    # m <- mean(weights(r)); trimWeights(r, upper = 1.3 * m, lower = .7 * m, strict = TRUE)
    expected = [
        16.2247669383561,
        15.6312980833275,
        20.8818814977534,
        15.8992995591584,
        22.8070175438597,
        12.2807017543860,
    ]
    close(raked_weights(CELLS, MARGINS, (0.7, 1.3)) / 1e9, expected)


def test_a_lonely_unit_is_adjusted_and_the_other_policies_are_told_apart():
    # options(survey.lonely.psu = "adjust" | "certainty" | "remove" | "average"); SE(svymean(~v, s)); "fail" stops
    adjust, certainty, average = 0.2938534124651573, 0.2646534508033707, 0.3055954821265788
    variance = design_mean(MIXED)["std_error"].item() ** 2
    close(variance, adjust**2)
    # stratum 3: two answers of weight 4, one point from certainty, whose z is Σ w (v − m) / Σ w
    mass = (MIXED["weight"] * MIXED["count"])[MIXED["value"].notna()].sum() / 1e9
    z = 2 * 4 * (4 - design_mean(MIXED)["estimate"].item()) / mass
    close(variance - z**2, certainty**2)
    close((variance - z**2) * 4 / 3, average**2)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        # m <- mean(weights(r)); trimWeights(r, lower = bounds[1] * m, upper = bounds[2] * m, strict = TRUE)
        ((0.8, 1.2), [16.4713186765033, 15.87784982147462, 21.05263157894737,
                      16.14585129730553, 21.05263157894737, 14.04772132879045]),
        ((0.0, 1.1), [17.31940052819162, 16.72593167316295, 19.29824561403509,
                      16.99393314899385, 19.29824561403509, 13.52956562580411]),
        ((0.9, 3.0), [15.78947368421053, 15.78947368421053, 19.3509164093526,
                      15.78947368421053, 23.73485792852892, 15.78947368421053]),
    ],
)  # fmt: skip
def test_trimming_in_several_rounds_is_r(bounds: tuple[float, float], expected: list[float]):
    close(raked_weights(CELLS, MARGINS, bounds) / 1e9, expected)
