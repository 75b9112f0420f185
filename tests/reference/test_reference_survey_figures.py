"""Do totals, ratios, quantiles, differences, raked figures and tests under a design agree with R survey?

R 4.2.2, survey 4.1.1, options(survey.lonely.psu = "adjust"). Relative error 1e-8. The survey of 120 is made by the same
integer arithmetic in R:
    i <- 0:119; x <- data.frame(stratum = i %% 3, cluster = (i %/% 3) %% 8, w = c(1, 1.5, 2, 3.25)[(i * 5) %% 4 + 1],
      v = (i * i + 3 * i) %% 17 + (i %% 7) / 8, x = 1 + (i * 7) %% 13, g = c("a", "b", "c")[(i * i) %% 3 + 1],
      r = c("u", "v")[(i %/% 5) %% 2 + 1], k = c("p", "q", "s")[((i * i * 3 + i %/% 4) %% 11) %/% 4 + 1],
      y = ((i * 3 + i %/% 7) %% 10 < 7) + 0); x$v[i %% 10 == 9] <- NA
    d <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~w, nest = TRUE, data = x); s <- subset(d, !is.na(v))
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.association import rao_scott
from analysis.stats.survey.differences import Pair, design_difference
from analysis.stats.survey.nonresponse import response_rate, share_bounds, weighting_class_weights
from analysis.stats.survey.quantiles import Quantile, design_quantile
from analysis.stats.survey.raked_figures import raked_mean, raked_nps, raked_share
from analysis.stats.survey.raking import Raking
from analysis.stats.survey.tipping import tipping_point
from analysis.stats.survey.totals import design_ratio, design_total

LIMITS = ["estimate", "std_error", "df", "low", "high"]
I = np.arange(120)  # noqa: E741 - the name in the R code above
SURVEY = pd.DataFrame(
    {
        "stratum": I % 3,
        "cluster": (I // 3) % 8,
        "weight": (np.array([1, 1.5, 2, 3.25])[(I * 5) % 4] * 1e9).astype(np.int64),
        "value": np.where(I % 10 == 9, np.nan, (I * I + 3 * I) % 17 + (I % 7) / 8),
        "x": 1 + (I * 7) % 13,
        "g": np.array(["a", "b", "c"])[(I * I) % 3],
        "r": np.array(["u", "v"])[(I // 5) % 2],
        "k": np.array(["p", "q", "s"])[((I * I * 3 + I // 4) % 11) // 4],
        "y": ((I * 3 + I // 7) % 10 < 7).astype(float),
        "count": 1,
    }
)
RATIO = SURVEY.rename(columns={"value": "numerator", "x": "denominator"})
MARGINS = pd.DataFrame(
    {"variable": list("kkkrr"), "category": list("pqsuv"), "customers": [800, 700, 500, 1100, 900]}
)


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=1e-8)


def test_a_total_is_r():
    # m <- svytotal(~v, s); SE(m); degf(s); confint(m, df = degf(s))
    close(design_total(SURVEY)[LIMITS], [[1300, 153.5093609000069, 21, 980.7598077770476, 1619.240192222952]])


def test_a_total_of_a_domain_is_r():
    # b <- subset(d, g == "b"); m <- svytotal(~y, b); SE(m); degf(b); confint(m, df = degf(b))
    table = design_total(SURVEY.assign(value=SURVEY["y"]), ["g"])
    close(table.loc["b", LIMITS], [115.75, 14.89816623423357, 14, 83.79661138642933, 147.7033886135707])


def test_a_ratio_is_r():
    # m <- svyratio(~v, ~x, s); SE(m); confint(m, df = degf(s)); then with u <- subset(s, r == "u")
    whole = [0.8987210508123056, 0.08476605959239215, 21, 0.7224403797209553, 1.075001721903656]
    close(design_ratio(RATIO)[LIMITS], [whole])
    domain = [0.8144140625, 0.1050697005615046, 21, 0.5959096585509034, 1.032918466449097]
    close(design_ratio(RATIO, ["r"]).loc["u", LIMITS], domain)


def test_a_ratio_of_a_published_survey_is_r():
    # data(scd): Levy and Lemeshow; sd <- svydesign(data = scd, prob = ~1, id = ~ambulance, strata = ~ESA, nest = TRUE)
    # m <- svyratio(~alive, ~arrests, sd); SE(m); confint(m, df = degf(sd))
    arrests, alive = [120, 78, 185, 228, 670, 530], [25, 24, 30, 49, 80, 70]
    scd = pd.DataFrame({"stratum": [1, 1, 2, 2, 3, 3], "cluster": [1, 2] * 3, "count": 1})
    table = design_ratio(scd.assign(numerator=alive, denominator=arrests), minimum_n=1)
    close(table[LIMITS], [[0.1535063500828272, 0.009807303599974755, 3, 0.1222951329762919, 0.1847175671893624]])


@pytest.mark.parametrize(
    ("rule", "probability", "expected"),
    [
        # q <- svyquantile(~v, s, probability, qrule = rule)$v: quantile, ci.2.5, ci.97.5, se
        ("math", 0.25, [2.125, 1.125, 3.5, 0.5710194722018213]),
        ("math", 0.5, [4.625, 3.75, 10, 1.50268282158374]),
        ("math", 0.8, [11.25, 11, 11.5, 0.1202146257266992]),
        ("school", 0.25, [2.1875, 1.125, 3.5, 0.5710194722018213]),
    ],
)
def test_quantiles_of_the_design_are_r(rule: str, probability: float, expected: list[float]):
    table = design_quantile(SURVEY, Quantile(probability, rule))
    close(table[["estimate", "low", "high", "std_error"]], [expected])


def test_the_median_of_a_domain_is_r():
    # u <- subset(s, r == "u"); svyquantile(~v, u, .5); degf(u)
    table = design_quantile(SURVEY, Quantile(), ["r"])
    expected = [4.375, 3, 6.75, 0.9016096929502441, 21]
    close(table.loc["u", ["estimate", "low", "high", "std_error", "df"]], expected)


@pytest.mark.parametrize(
    ("rule", "probability", "expected"),
    [
        # i <- 0:39; u <- data.frame(v = ((i * 17) %% 41) / 4, w = c(1, 2, 3)[i %% 3 + 1])
        # svyquantile(~v, svydesign(ids = ~1, weights = ~w, data = u), probability, qrule = rule)$v
        ("math", 0.5, [5, 3.25, 6.75, 0.8651840885152119]),
        ("hf1", 0.3, [3, 1.25, 5, 0.9269829519805842]),
        ("hf2", 0.3, [3, 1.25, 5, 0.9269829519805842]),
        ("hf4", 0.5, [4.875, 2.929013703756451, 6.481479444365323, 0.8781533810772013]),
        ("hf4", 0.3, [2.808333333333334, 0.803827966130241, 4.071172033869759, 0.8076725997465143]),
        ("hf5", 0.5, [5, 3.136708113990576, 6.732437829014136, 0.888848038868492]),
        ("hf5", 0.3, [2.933333333333333, 0.9430623729041929, 4.196172033869759, 0.8041539191035781]),
        ("hf6", 0.5, [5, 3.039282478302693, 6.692658561026974, 0.9030979588957379]),
        ("hf6", 0.3, [2.833333333333333, 0.8203321176002442, 4.127452692526338, 0.8175051714935246]),
        ("hf7", 0.5, [5, 3.234133749678459, 6.772217097001299, 0.8745981188412461]),
        ("hf7", 0.3, [3.033333333333333, 1.339816911820707, 4.905809214333269, 0.8814970856861695]),
        ("hf8", 0.3, [2.9, 0.9079965856744932, 4.173265586755285, 0.8071596527020176]),
        ("hf9", 0.5, [5, 3.112351705068606, 6.722493012017346, 0.8924105188753034]),
        ("hf9", 0.3, [2.908333333333333, 0.917224424419151, 4.178992198533904, 0.8062941653130755]),
    ],
)
def test_every_rule_is_r_on_values_that_do_not_tie(rule: str, probability: float, expected: list[float]):
    i = np.arange(40)
    weight = np.array([1, 2, 3])[i % 3] * 1_000_000_000
    untied = pd.DataFrame({"value": ((i * 17) % 41) / 4, "weight": weight, "count": 1})
    close(design_quantile(untied, Quantile(probability, rule))[["estimate", "low", "high", "std_error"]], [expected])


def test_a_difference_is_r():
    # x$a <- (x$r == "u") + 0; t <- svytotal(~I(v * a) + a + I(v * (1 - a)) + I(1 - a), s)
    # names(t) <- c("ta", "na", "tb", "nb"); m <- svycontrast(t, quote(ta / na - tb / nb)); confint(m, df = degf(s))
    expected = [-1.103131357163615, 1.035100688939913, 21, -3.255741080570217, 1.049478366242986]
    close(design_difference(SURVEY, Pair("r", "u", "v"))[LIMITS], [expected])


def test_a_difference_of_two_domains_of_three_is_r():
    # sg <- subset(s, g != "c"); m <- svyglm(v ~ g, sg); -coef(m)[2]; SE(m)[2]; degf(sg)
    table = design_difference(SURVEY, Pair("g", "a", "b"))
    close(table[["estimate", "std_error", "df"]], [[0.5096507352941171, 1.239247466550527, 21]])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # svychisq(~r + k, d), svychisq(~r + k, d, statistic = "Chisq"): statistic, parameter, p.value
        ("F", "k", [0.1202429998880575, 1.693815848947428, 35.570132827896, 0.8548117823590677]),
        ("Chisq", "k", [0.3656056671852757, 2, np.nan, 0.8867049413340566]),
    ],
)
def test_association_is_r(first: str, second: str, expected: list[float]):
    close(rao_scott(SURVEY, "r", second, first)[["statistic", "df", "df_residual", "p"]], [expected])


def test_association_in_a_domain_is_r():
    # svychisq(~g + k, subset(d, r == "u")), then statistic = "Chisq"
    inside = SURVEY.assign(g=SURVEY["g"].where(SURVEY["r"].eq("u")))
    second, first = (rao_scott(inside, "g", "k", name)[["statistic", "df", "p"]] for name in ("F", "Chisq"))
    close(second, [[0.6929051163832827, 1.926982693822032, 0.5008291506804396]])
    close(first, [[2.239879695865612, 2, 0.5001210467382798]])


def test_association_without_clusters_is_r():
    # svychisq(~y + r, svydesign(ids = ~1, strata = ~stratum, weights = ~w, data = x))
    table = rao_scott(SURVEY.drop(columns="cluster"), "y", "r")
    expected = [[0.02532448663417951, 1, 117, 0.8738355587979231]]
    close(table[["statistic", "df", "df_residual", "p"]], expected)


def test_association_in_schools_of_california_is_r():
    # data(api); d <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1); svychisq(~sch.wide + stype, d)
    cells = {"nE": "0 3 0 1 1 0 0 0 0 1 1 0 5 0 0", "nH": "0 0 0 0 0 0 0 0 0 1 1 0 0 0 1",
             "nM": "2 0 1 2 0 0 0 0 0 1 0 0 0 1 1", "yE": "10 31 2 9 12 2 1 2 9 15 3 8 25 1 2",
             "yH": "0 0 1 0 0 0 0 1 1 1 3 1 3 0 0", "yM": "1 0 0 1 3 0 0 1 2 2 1 2 4 0 0"}  # fmt: skip
    schools = pd.DataFrame({name: map(int, row.split()) for name, row in cells.items()}).rename_axis("cluster")
    counts = schools.melt(ignore_index=False, value_name="count").reset_index()
    counts = counts.assign(wide=counts["variable"].str[0], type=counts["variable"].str[1])
    second, first = (rao_scott(counts, "wide", "type", name) for name in ("F", "Chisq"))
    expected = [[5.090462615289773, 1.494639777707456, 20.92495688790438, 0.02307161682581901]]
    close(second[["statistic", "df", "df_residual", "p"]], expected)
    close(first[["statistic", "df", "p"]], [[11.94089208074534, 2, 0.006155171751860629]])


def test_a_raked_mean_is_r():
    # r <- rake(d, list(~k, ~r), list(mk, mr), control = list(maxit = 1000, epsilon = 1e-13)); s <- subset(r, !is.na(v))
    # m <- svymean(~v, s, na.rm = TRUE, deff = "replace"); SE(m); degf(s); confint(m, df = degf(s)); deff(m)
    expected = [6.351722573868997, 0.5019952791075515, 21, 5.307766241448998, 7.395678906288997, 1.134907286455082]
    close(raked_mean(SURVEY, Raking(MARGINS))[[*LIMITS, "deff"]], [expected])


def test_a_raked_mean_of_a_domain_is_r():
    # the same with s <- subset(r, !is.na(v) & g == "b")
    expected = [6.244512843978073, 0.5420386736590171, 14, 5.081955512377591, 7.407070175578556, 0.8987721111006483]
    close(raked_mean(SURVEY, Raking(MARGINS), ["g"]).loc["b", [*LIMITS, "deff"]], expected)


def test_a_raked_and_trimmed_mean_is_r():
    # mw <- mean(weights(r)); t <- trimWeights(r, lower = .5 * mw, upper = 1.6 * mw, strict = TRUE)
    # the same with s <- subset(t, !is.na(v))
    expected = [6.375784904383706, 0.5056098911171714, 21, 5.324311574785182, 7.42725823398223, 1.146256993808888]
    close(raked_mean(SURVEY, Raking(MARGINS, (0.5, 1.6)))[[*LIMITS, "deff"]], [expected])


def test_a_raked_share_is_r():
    # m <- svymean(~y, r); SE(m); confint(svyciprop(~y, r, method = "beta")); sum(weights(r))^2 / sum(weights(r)^2)
    table = raked_share(SURVEY.assign(value=SURVEY["y"]), Raking(MARGINS))
    expected = [0.7270406195155206, 0.03701080681347517, 0.6424678630186982, 0.8010828033760671, 101.0966121137114]
    close(table[["estimate", "std_error", "low", "high", "n_eff"]], [expected])


def test_a_raked_score_is_r():
    # score <- c(-100, 0, 100)[((i * i * 5 + i) %% 8) %/% 3 + 1]; m <- svymean(~score, r); confint(m, df = degf(r))
    score = np.array([-100, 0, 100])[((I * I * 5 + I) % 8) // 3]
    expected = [-25.87466598294948, 18.17313591769346, 21, -63.66777103950263, 11.91843907360374]
    close(raked_nps(SURVEY.assign(value=score), Raking(MARGINS))[LIMITS], [expected])


def test_weighting_classes_are_r():
    # postStratify(subset(d, answered), ~class, svytable(~class, d)), one row per invitation
    classes = {"class": list("aabb"), "invited": [10, 20, 12, 8], "responded": [6, 9, 12, 2]}
    counts = pd.DataFrame({**classes, "weight": [1_000_000_000, 2_000_000_000, 1_500_000_000, 3_000_000_000]})
    close(weighting_class_weights(counts) / 1e9, [2.083333333333333, 4.166666666666667, 2.625, 5.25])


def test_bounds_under_non_response_are_r():
    # prop.test(70, 200, correct = FALSE)$conf.int[1]; prop.test(170, 200, correct = FALSE)$conf.int[2]
    close(share_bounds(70, 100, 200)[["low", "high"]], [[0.2872882412735808, 0.89286406437758]])


def test_the_response_rate_is_r():
    # prop.test(100, 200, correct = FALSE)$conf.int
    close(response_rate(100, 200)[["low", "high"]], [[0.4313608596038919, 0.5686391403961081]])


def test_the_tipping_point_of_the_limit_is_r():
    # (.55 - .5 * prop.test(70, 100, correct = FALSE)$conf.int[1]) / .5
    answers = pd.DataFrame({"count": [70], "n": [100], "invited": [200]})
    close(tipping_point(answers, 0.55, "below")["limit_share"], [1.1 - 0.6041514536665333])
