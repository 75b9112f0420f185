"""Do agreement and reliability agree with published tables and with R?

R 4.2.2 with psych 2.2.9, vcd 1.4-11. Relative error 1e-8 against R; published values to the digits printed.
"""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from analysis.stats.agreement.cronbach import cronbach_alpha, cronbach_of_covariance, item_analysis
from analysis.stats.agreement.decision_study import lengthened, raters_needed, variance_components
from analysis.stats.agreement.gwet import gwet_ac
from analysis.stats.agreement.intraclass import intraclass, spearman_brown
from analysis.stats.agreement.kappa import cohen_kappa, fleiss_kappa
from analysis.stats.agreement.krippendorff import krippendorff_alpha
from analysis.stats.agreement.person_rater_item import three_way_components, three_way_reliability
from analysis.stats.agreement.severity import pass_severity_test, rater_severity, severity_test

TOLERANCE = 1e-8
NA = np.nan


def long(scores: object) -> pd.DataFrame:
    """Return units × raters as a long table."""
    matrix = np.asarray(scores, float)
    unit, rater = np.indices(matrix.shape).reshape(2, -1)
    return pd.DataFrame({"unit": unit, "rater": rater, "value": matrix.ravel()})


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


# Krippendorff (2011) Computing Krippendorff's alpha-reliability, example C: 4 observers, 12 units.
FOUR_OBSERVERS = long(
    np.array([
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3],
        [NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA],
    ]).T
)
# Shrout and Fleiss (1979), table 2: 6 targets, 4 judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
# Holmquist N, McMahon C, Williams O (1967), pathologists A and B, as in Agresti, Categorical Data
# Analysis.
PATHOLOGISTS = np.array([[22, 2, 2, 0, 0], [5, 7, 14, 0, 0], [0, 2, 36, 0, 0], [0, 1, 14, 7, 0], [0, 0, 3, 0, 3]])
TABLE = pd.DataFrame(
    [
        {"unit": f"{i}{j}", "rater": rater, "value": value, "count": int(PATHOLOGISTS[i, j])}
        for i in range(5)
        for j in range(5)
        for rater, value in (("A", i), ("B", j))
    ]
)
# Fleiss (1971), table 1: 30 patients, 6 psychiatrists, 5 diagnoses; raters per diagnosis.
PSYCHIATRISTS = np.array([
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
])  # fmt: skip
# Seven respondents, three items.
ITEMS = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3, 2], "b": [2, 2, 3, 5, 4, 3, 1], "c": [1, 3, 3, 4, 5, 2, 2]})


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_four_observers_is_as_published(metric, published: float):
    assert round(krippendorff_alpha(FOUR_OBSERVERS, metric)["estimate"].item(), 3) == published


def test_ratio_alpha_of_four_observers_is_as_published():
    # Krippendorff (2011), section C: .797
    assert round(krippendorff_alpha(FOUR_OBSERVERS, "ratio")["estimate"].item(), 3) == 0.797


def test_ac1_of_four_observers_is_gwets():
    # irrCAC vignette, gwet.ac1.raw(cac.raw4raters)$est: coeff.val .77544, coeff.se .14295
    table = gwet_ac(FOUR_OBSERVERS)
    np.testing.assert_allclose(table[["estimate", "std_error"]], [[0.77544, 0.14295]], atol=5e-6)


def test_fleiss_kappa_of_four_observers_is_gwets():
    # irrCAC vignette, fleiss.kappa.raw(cac.raw4raters)$est: .76117, .15302
    table = fleiss_kappa(FOUR_OBSERVERS)
    np.testing.assert_allclose(table[["estimate", "std_error"]], [[0.76117, 0.15302]], atol=5e-6)


@pytest.mark.parametrize(("weights", "ac2", "kappa"), [
    # irrCAC 0.4.4 (PyPI), CAC(x, weights=..., categories=[1, 2, 3, 4, 5], digits=14): gwet(), fleiss()
    ("linear", (0.85873913643261, 0.11732902188136), (0.81794476709731, 0.14850435549945)),
    ("quadratic", (0.9140007235516, 0.10396224464506), (0.86493506493507, 0.14603361075691)),
    ("ordinal", (0.89893976990751, 0.10690352381544), (0.85020618939703, 0.14703569387396)),
])
def test_weighted_coefficients_with_ratings_missing_are_irrcac(weights, ac2: tuple, kappa: tuple):
    close(gwet_ac(FOUR_OBSERVERS, weights)[["estimate", "std_error"]], [ac2])
    close(fleiss_kappa(FOUR_OBSERVERS, weights)[["estimate", "std_error"]], [kappa])


def test_fleiss_kappa_of_psychiatrists_is_as_published():
    ratings = [(unit, value) for unit, row in enumerate(PSYCHIATRISTS) for value in range(5) for _ in range(row[value])]
    table = fleiss_kappa(pd.DataFrame(ratings, columns=["unit", "value"]))
    # Fleiss (1971): .430
    assert round(table["estimate"].item(), 3) == 0.430
    close(table["estimate"], [statsmodels_fleiss(PSYCHIATRISTS)])


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # vcd::Kappa(m), vcd::Kappa(m, weights = "Equal-Spacing"), vcd::Kappa(m, weights = "Fleiss-Cohen")
        ("identity", (0.49841834717279548, 0.05660447718180215)),
        ("linear", (0.64919305909477021, 0.04866801026356925)),
        ("quadratic", (0.77856395742324458, 0.04091463692133566)),
    ],
)
def test_cohen_kappa_is_r(weights, expected: tuple[float, float]):
    close(cohen_kappa(TABLE, weights)[["estimate", "std_error"]], [expected])


def test_cohen_kappa_is_statsmodels():
    result = cohens_kappa(PATHOLOGISTS)
    close(cohen_kappa(TABLE)[["estimate", "std_error"]], [[result.kappa, result.std_kappa]])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        # psych::ICC(x, lmer = FALSE)$results; Shrout and Fleiss print .17 .29 .71 .44 .62 .91
        ("ICC1", (0.1657417684054756, -0.13293232487475087, 0.7225600623281211)),
        ("ICC2", (0.2897637795275592, 0.01878651337471205, 0.7610843696489531)),
        ("ICC3", (0.7148407148407149, 0.34246476503392537, 0.9458582599553595)),
        ("ICC1k", (0.4427971336792689, -0.88444215523811898, 0.9124154203407756)),
        ("ICC2k", (0.6200505475989893, 0.07113681530250349, 0.9272320401677220)),
        ("ICC3k", (0.9093155423770695, 0.67567471381630473, 0.9858916781690623)),
    ],
)
def test_intraclass_correlations_are_r(form, expected: tuple[float, float, float]):
    close(intraclass(long(JUDGES), form)[["estimate", "low", "high"]], [expected])


@pytest.mark.parametrize(("form", "level", "expected"), [
    # psych::ICC(x[, 1:2], lmer = FALSE, alpha = .05 or .1)$results, where n = 6 exceeds 5 (k - 1)
    ("ICC2", 0.95, (0.12565445026177999, -0.023653221543257143, 0.59985148403791511)),
    ("ICC2k", 0.9, (0.22325581395348820, -0.043468758953977289, 0.66789614504610229)),
])
def test_limits_of_two_judges_can_be_those_of_shrout_and_fleiss(form, level: float, expected: tuple):
    table = intraclass(long(JUDGES[:, :2]), form, level=level, interval="shrout-fleiss")
    close(table[["estimate", "low", "high"]], [expected])


def test_f_test_of_judges_is_r():
    table = intraclass(long(JUDGES), "ICC3")
    close(table[["f", "df1", "df2", "p"]], [[11.027247956403272, 5, 15, 0.0001345665164843369]])


def test_cronbach_alpha_is_r():
    # psych::alpha(x): $total$raw_alpha, $feldt
    expected = [[0.9299999999999999, 0.7390195519225242, 0.9869554942609088]]
    close(cronbach_alpha(ITEMS)[["estimate", "low", "high"]], expected)
    close(cronbach_of_covariance(ITEMS.cov(), 7)[["estimate", "low", "high"]], expected)


def test_cronbach_alpha_is_as_documented():
    # pingouin.cronbach_alpha of its example: (0.5917188485995826, array([0.195, 0.84 ]))
    rows = "3224145143 5546351255 7535564336 2343322266 6556544467 1223425235 4335352124 2544372246 6255516523 "
    rows += "5246435317 4135253234 4423253423 5556233244 6555422146 4435531323"
    answers = pd.DataFrame([list(map(int, row)) for row in rows.split()])
    table = cronbach_alpha(answers)
    close(table["estimate"], [0.5917188485995826])
    np.testing.assert_allclose(table[["low", "high"]], [[0.195, 0.840]], atol=5e-4)


def test_item_analysis_is_r():
    # psych::alpha(x)$item.stats$r.drop, $alpha.drop$raw_alpha, of the judges
    table = item_analysis(pd.DataFrame(JUDGES, columns=list("abcd")))
    rest = [0.8057873703521801, 0.8593040509596617, 0.8444792822226260, 0.7902036646570129]
    close(table["item_rest_correlation"], rest)
    dropped = [0.8833922261484098, 0.8665048543689320, 0.8715486194477791, 0.9178743961352658]
    close(table["alpha_if_dropped"], dropped)


def severity_sums(scores: np.ndarray) -> pd.DataFrame:
    table = long(scores).rename(columns={"unit": "cell", "value": "total"})
    return table.assign(n=1, total_of_squares=table["total"] ** 2)


def test_severity_is_r():
    # m <- lm(y ~ 0 + r + u); C <- diag(4) * 4/3 - 1/3; C %*% coef(m)[1:4]; sqrt(diag(C %*% vcov(m)[1:4, 1:4] %*% t(C)))
    table = rater_severity(severity_sums(JUDGES))
    close(table["estimate"], [3.166666666666668, -3.722222222222224, -1.277777777777777, 1.833333333333335])
    close(table["std_error"], [0.4759655553467533] * 4)
    # qt(.975, 15)
    close(table["high"] - table["estimate"], [0.4759655553467533 * 2.131449545559775] * 4)


def test_severity_f_test_is_r():
    # anova(lm(y ~ u), lm(y ~ 0 + r + u)): F = (97.458333333333/3) / (15.291666666667/15)
    table = severity_test(severity_sums(JUDGES))
    close(table[["statistic", "df_between", "df"]], [[97.4583333333333333 / 3 / (15.2916666666666667 / 15), 3, 15]])


def test_pass_severity_test_is_r():
    # mantelhaen.test(table(r, y > 4, u), correct = FALSE)
    table = pass_severity_test(severity_sums((JUDGES > 4).astype(float)))
    np.testing.assert_allclose(table[["statistic", "p"]], [[10.411764705882, 0.01537155071893]], rtol=1e-10)


def test_components_of_judges_are_hand_computable():
    # Shrout and Fleiss, table 3: BMS 11.24, JMS 32.49, EMS 1.02; components by Brennan (2001), section 2.2.
    table = variance_components(long(JUDGES))
    np.testing.assert_allclose(table["mean_square"], [11.24, 32.49, 1.02], atol=5e-3)
    between, judges, error = 1349 / 120, 1949.5 / 60 - 1 / 180, 367 / 360
    close(table["raw"], [(between - error) / 4, (judges - error) / 6, error])


def test_nested_components_are_the_one_way_table():
    # Shrout and Fleiss, table 3: WMS 6.26
    table = variance_components(long(JUDGES).drop(columns="rater"))
    np.testing.assert_allclose(table["mean_square"], [11.24, 6.26], atol=5e-3)


def test_lengthened_by_four_judges_is_their_mean():
    # psych::ICC: ICC3k from ICC3, ICC2k from ICC2
    close(lengthened(intraclass(long(JUDGES), "ICC3"), 4)["low"], [0.67567471381630473])
    close(lengthened(intraclass(long(JUDGES), "ICC2"), 4)["high"], [0.9272320401677220])


def test_spearman_brown_is_the_textbooks():
    # Lord and Novick (1968), section 5.10: a test of reliability .5, doubled, has 2/3.
    close(spearman_brown(np.array([0.5]), 2), [2 / 3])


def test_raters_needed_reverse_spearman_brown():
    # ceiling(.8 (1 - rho) / (rho (1 - .8))) at rho = .7148, .9459, .3425: 1.60, .23, 7.68
    close(raters_needed(intraclass(long(JUDGES), "ICC3"), 0.8)[["estimate", "low", "high"]], [[2, 1, 8]])


def cube() -> pd.DataFrame:
    """Return whole scores of 12 persons, 2 raters and 3 items."""
    person, rater, item = np.indices((12, 2, 3)).reshape(3, -1)
    apart = (person * (rater + 1)) % 5 + (person * (item + 2)) % 7 + (person * item * rater) % 4
    value = 2 * person + rater + item + apart
    return pd.DataFrame({"person": person, "rater": rater, "item": item, "value": value})


def test_three_way_components_are_r():
    # m <- summary(aov(value ~ person * rater * item))[[1]][["Mean Sq"]]; components by Brennan (2001), table 3.2
    table = three_way_components(cube())
    squares = [381.4078282828281203, 66.125, 40.0555555555557703, 4.2159090909090855, 7.4191919191919391, 3.5]
    close(table["mean_square"], [*squares, 0.3181818181818207])
    raw = [61.6818181818181586, 1.6313131313131357, 1.2272727272727393, 1.2992424242424216, 3.5505050505050590]
    close(table["raw"], [*raw, 0.2651515151515072, 0.3181818181818207])


def test_three_way_coefficients_are_brennans():
    # R, from the components above: p/(p + pr/2 + pi/3 + pri/6) and p/(p + r/2 + i/3 + pr/2 + pi/3 + ri/6 + pri/6)
    close(three_way_reliability(cube(), 2, 3)["estimate"], [0.9703285607878837])
    close(three_way_reliability(cube(), 2, 3, absolute=True)["estimate"], [0.9513380178835137])
