"""Do the regressions agree with R and with published tables?

R 4.2.2 with MASS 7.3, ordinal 2022.11, brglm2 0.9; relative error 1e-5 (all fits iterate), 1e-8 in closed form.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.alarms import holm_of, monthly_alarm
from analysis.stats.models.counts import count_regression
from analysis.stats.models.drivers import key_drivers, lmg_shares, proportionality, variance_inflation
from analysis.stats.models.logistic import firth, logit
from analysis.stats.models.ordinal import proportional_odds
from analysis.stats.models.separation import Separation, separation
from analysis.stats.models.trend import monthly_trend

# MASS::housing$Freq: satisfaction (3) within influence (3) within type (4) within contact (2)
HOUSING = [
    21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12, 6, 7, 9, 18, 6, 7,
    15, 13, 13, 7, 5, 11, 14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43, 48, 45, 86, 15, 25, 62, 20, 23, 20, 10, 22,
    24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
]
# MASS::survey, complete in Smoke, Sex and Height: heights (cm) per (male, category of Smoke: never … heavy)
SMOKING = {
    (0, 1): [
        150, 152, 153.5, 154.94, 155, 155, 156, 156.2, 157, 157, 157, 157.48, 157.48, 157.48, 158, 159, 159, 160,
        160, 160, 160.02, 162.5, 162.56, 162.56, 162.56, 162.56, 163, 163, 164, 164, 164, 164, 165, 165, 165, 165,
        165, 165, 165, 165, 165, 165.1, 165.1, 166.5, 167, 167, 167, 167.64, 167.64, 167.64, 167.64, 168, 168, 168,
        168, 168.5, 168.9, 169, 169, 170, 170, 170, 170, 170, 170, 170, 170.18, 170.18, 171, 171, 171.5, 172, 172,
        172, 172.72, 172.72, 172.72, 173, 173, 175, 175, 175, 175.26, 176.5, 178, 180.34,
    ],
    (0, 2): [
        160.02, 165.1, 167, 168, 168, 169.2, 170, 172,
    ],
    (0, 3): [
        152.4, 160.02, 167,
    ],
    (0, 4): [
        163, 165.1, 166.4, 170, 170.18,
    ],
    (1, 1): [
        154.94, 160, 160, 165, 165, 165, 165, 165, 167, 167, 167.64, 168, 168, 170, 170, 170, 170, 170, 170.18,
        171, 172, 172.72, 172.72, 173, 173, 174, 175, 175, 175.26, 175.26, 175.26, 176.5, 177, 177, 177.8, 178,
        179, 179, 179.1, 180, 180, 180, 180, 180, 180, 180, 180.34, 180.34, 180.34, 180.34, 180.34, 180.34, 180.34,
        182.5, 182.88, 182.88, 182.88, 183, 183, 183, 184, 185, 185, 185, 185, 185, 185.42, 185.42, 187, 187,
        187.96, 187.96, 188, 189, 190, 190.5, 190.5, 190.5, 191.8, 195, 196, 200,
    ],
    (1, 2): [
        171, 172, 175.26, 176, 177, 182.88, 185, 190,
    ],
    (1, 3): [
        172.72, 177.8, 178.5, 179.1, 180, 180.34, 182, 187, 187.96, 189, 190,
    ],
    (1, 4): [
        171, 176, 179, 184, 193.04,
    ],
}
# datasets::swiss
SWISS = {
    "Fertility": [
        80.2, 83.1, 92.5, 85.8, 76.9, 76.1, 83.8, 92.4, 82.4, 82.9, 87.1, 64.1, 66.9, 68.9, 61.7, 68.3, 71.7, 55.7,
        54.3, 65.1, 65.5, 65, 56.6, 57.4, 72.5, 74.2, 72, 60.5, 58.3, 65.4, 75.5, 69.3, 77.3, 70.5, 79.4, 65, 92.2,
        79.3, 70.4, 65.7, 72.7, 64.4, 77.6, 67.6, 35, 44.7, 42.8,
    ],
    "Agriculture": [
        17, 45.1, 39.7, 36.5, 43.5, 35.3, 70.2, 67.8, 53.3, 45.2, 64.5, 62, 67.5, 60.7, 69.3, 72.6, 34, 19.4, 15.2,
        73, 59.8, 55.1, 50.9, 54.1, 71.2, 58.1, 63.5, 60.8, 26.8, 49.5, 85.9, 84.9, 89.7, 78.2, 64.9, 75.9, 84.6,
        63.1, 38.4, 7.7, 16.7, 17.6, 37.6, 18.7, 1.2, 46.6, 27.7,
    ],
    "Examination": [
        15, 6, 5, 12, 17, 9, 16, 14, 12, 16, 14, 21, 14, 19, 22, 18, 17, 26, 31, 19, 22, 14, 22, 20, 12, 14, 6, 16,
        25, 15, 3, 7, 5, 12, 7, 9, 3, 13, 26, 29, 22, 35, 15, 25, 37, 16, 22,
    ],
    "Education": [
        12, 9, 5, 7, 15, 7, 7, 8, 7, 13, 6, 12, 7, 12, 5, 2, 8, 28, 20, 9, 10, 3, 12, 6, 1, 8, 3, 10, 19, 8, 2, 6,
        2, 6, 3, 9, 3, 13, 12, 11, 13, 32, 7, 7, 53, 29, 29,
    ],
    "Catholic": [
        9.96, 84.84, 93.4, 33.77, 5.16, 90.57, 92.85, 97.16, 97.67, 91.38, 98.61, 8.52, 2.27, 4.43, 2.82, 24.2,
        3.3, 12.11, 2.15, 2.84, 5.23, 4.52, 15.14, 4.2, 2.4, 5.23, 2.56, 7.72, 18.46, 6.1, 99.71, 99.68, 100,
        98.96, 98.22, 99.06, 99.46, 96.83, 5.62, 13.79, 11.22, 16.92, 4.97, 8.65, 42.34, 50.43, 58.33,
    ],
    "Infant.Mortality": [
        22.2, 22.2, 20.2, 20.3, 20.6, 26.6, 23.6, 24.9, 21, 24.4, 24.5, 16.5, 19.1, 22.7, 18.7, 21.2, 20, 20.2,
        10.8, 20, 18, 22.4, 16.7, 15.3, 21, 23.8, 18, 16.3, 20.9, 22.5, 15.1, 19.8, 18.3, 19.4, 20.2, 17.8, 16.3,
        18.1, 20.3, 20.5, 18.9, 23, 20, 19.5, 18, 18.2, 19.3,
    ],
}
# MASS::quine: days absent per ethnicity (1 = N), sex (1 = M), age (F0 … F3), learner (1 = slow)
QUINE = {
    "0101": [2, 11, 14], "0100": [5, 5, 13, 20, 22], "0111": [6, 6, 15], "0110": [7, 14], "0121": [6, 32, 53, 57],
    "0120": [14, 16, 16, 17, 40, 43, 46], "0130": [8, 23, 23, 28, 34, 36, 38], "0001": [3],
    "0000": [5, 11, 24, 45], "0011": [5, 6, 6, 9, 13, 23, 25, 32, 53, 54], "0010": [5, 5, 11, 17, 19],
    "0021": [8, 13, 14, 20, 47, 48, 60, 81], "0020": [2], "0030": [0, 2, 3, 5, 10, 14, 21, 36, 40],
    "1101": [6, 17, 67], "1100": [0, 0, 2, 7, 11, 12], "1111": [0, 0, 5, 5, 5, 11, 17], "1110": [3, 4],
    "1121": [22, 30, 36], "1120": [0, 1, 5, 7, 8, 16, 27], "1130": [0, 10, 14, 27, 30, 41, 69], "1001": [25],
    "1000": [10, 11, 20, 33], "1011": [0, 1, 5, 5, 5, 5, 5, 7, 7, 11, 15], "1010": [5, 6, 6, 7, 14, 28],
    "1021": [0, 2, 2, 3, 5, 8, 10, 12, 14], "1020": [1], "1030": [1, 3, 3, 5, 9, 15, 18, 22, 22, 37],
}
# Heinze and Schemper's endometrial cancer data: neovasculation, pulsatility index, endometrium height, histology
ENDOMETRIAL = {
    "NV": [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
        0, 0, 1, 1, 0, 1, 0,
    ],
    "PI": [
        13, 16, 8, 34, 20, 5, 17, 10, 26, 17, 8, 7, 20, 10, 18, 16, 18, 8, 29, 12, 20, 38, 22, 7, 25, 15, 7, 28,
        11, 19, 10, 10, 18, 14, 21, 11, 17, 25, 16, 19, 15, 33, 24, 48, 12, 19, 2, 22, 40, 5, 0, 21, 15, 29, 15,
        12, 3, 20, 23, 12, 22, 42, 15, 13, 14, 19, 12, 13, 10, 12, 49, 6, 5, 17, 11, 21, 5, 19, 33,
    ],
    "EH": [
        1.64, 2.26, 3.14, 2.68, 1.28, 2.31, 1.8, 1.68, 1.56, 2.31, 2.01, 1.89, 3.15, 1.23, 1.27, 1.76, 2, 2.64,
        0.88, 1.27, 1.37, 0.97, 1.14, 0.88, 0.91, 0.58, 0.97, 1.5, 1.33, 2.37, 1.82, 3.13, 1.31, 1.92, 1.64, 2.01,
        1.88, 1.93, 2.11, 1.29, 1.72, 0.75, 1.92, 1.84, 1.11, 1.61, 1.18, 1.44, 1.18, 0.93, 1.17, 1.19, 1.06, 2.02,
        2.29, 2.33, 2.9, 1.7, 1.41, 2.25, 1.54, 1.97, 1.75, 2.16, 2.57, 1.37, 3.61, 2.04, 2.17, 1.69, 0.27, 1.84,
        1.3, 0.96, 1.01, 0.98, 0.35, 1.02, 0.85,
    ],
    "HG": [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1,
    ],
}
# datasets::esoph, cases and controls per age group (6) within alcohol group (4), summed over tobacco
ESOPH = [
    0, 61, 1, 88, 1, 77, 12, 77, 11, 60, 4, 23, 0, 45, 4, 76, 20, 61, 22, 62, 25, 28, 4, 8, 0, 5, 0, 20, 12, 27,
    24, 19, 13, 16, 2, 0, 1, 4, 4, 6, 13, 2, 18, 8, 6, 2, 3, 0,
]
# window(Seatbelts, end = c(1972, 12)): drivers killed, and kilometres driven
KILLED = [
    107, 97, 102, 87, 119, 106, 110, 106, 107, 134, 147, 180, 125, 134, 110, 102, 103, 111, 120, 129, 122, 183,
    169, 190, 134, 108, 104, 117, 157, 148, 130, 140, 136, 140, 187, 150, 159, 143, 114, 127, 159, 156, 138, 120,
    117, 170, 168, 198,
]
KMS = [
    9059, 7685, 9963, 10955, 11823, 12391, 13460, 14055, 12106, 11372, 9834, 9267, 9130, 8933, 11000, 10733, 12912,
    12926, 13990, 14926, 12900, 12034, 10643, 10742, 10266, 10281, 11527, 12281, 13587, 13049, 16055, 15220, 13824,
    12729, 11467, 11351, 10803, 10548, 12368, 13311, 13885, 14088, 16932, 16164, 14883, 13532, 12220, 12025,
]
ITERATIVE = 1e-5
FACTORS = ["InflMedium", "InflHigh", "TypeApartment", "TypeAtrium", "TypeTerrace", "ContHigh"]
AGES = ["N", "M", "F1", "F2", "F3", "slow"]
PROFILED = ["NV", "PI", "EH"]


def close(actual: object, expected: object, rtol: float = ITERATIVE) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol)


def housing() -> pd.DataFrame:
    value, influence, kind, contact = (grid.ravel() for grid in np.meshgrid(*map(range, (3, 3, 4, 2)), indexing="ij"))
    order = np.lexsort((value, influence, kind, contact))
    columns = [influence == 1, influence == 2, kind == 1, kind == 2, kind == 3, contact == 1]
    frame = pd.DataFrame(dict(zip(FACTORS, columns, strict=True)), dtype=float).assign(value=value + 1)
    return frame.iloc[order].assign(count=HOUSING)


def smoking() -> pd.DataFrame:
    rows = [(male, value, height) for (male, value), heights in SMOKING.items() for height in heights]
    return pd.DataFrame(rows, columns=["male", "value", "height"])


def wine() -> pd.DataFrame:
    # ordinal::wine: bottles per temperature (1 = warm), contact (1 = yes) and rating
    counts = {(0, 0): [4, 9, 5, 0, 0], (0, 1): [1, 7, 8, 2, 0], (1, 0): [0, 5, 8, 3, 2], (1, 1): [0, 1, 5, 7, 5]}
    rows = [(*cell, rating + 1, n) for cell, of_rating in counts.items() for rating, n in enumerate(of_rating)]
    return pd.DataFrame(rows, columns=["warm", "contact", "value", "count"])


def quine() -> pd.DataFrame:
    rows = [
        (code[0] == "1", code[1] == "1", code[2] == "1", code[2] == "2", code[2] == "3", code[3] == "1", days)
        for code, absences in QUINE.items()
        for days in absences
    ]
    return pd.DataFrame(rows, columns=[*AGES, "count"]).astype(float).assign(exposure=1.0)


def seatbelts() -> pd.DataFrame:
    return pd.DataFrame({"month": 12 * 1969 + np.arange(1, 49), "count": KILLED, "exposure": KMS})


def esoph() -> pd.DataFrame:
    cases, controls = np.reshape(ESOPH, (-1, 2)).T
    grid = {"age": np.tile(np.arange(1, 7), 4), "alcohol": np.repeat(np.arange(1, 5), 6)}
    return pd.DataFrame(grid).assign(count=cases, n=cases + controls)


def test_housing_is_polr():
    # h <- polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, Hess = TRUE, control = list(reltol = 1e-15))
    # summary(h)$coefficients; the same to 1e-8 from ordinal::clm. MASS 4th ed. p. 204 prints .566, 1.289, -.572 ...
    table = key_drivers(housing(), FACTORS)
    coefficients = [0.5663937379020461, 1.2888191103641085, -0.5723500020382993]
    coefficients += [-0.3661863706866988, -1.0910146589625562, 0.3602840045668640]
    errors = [0.10465278136387635, 0.12715614456755964, 0.11923800859644752]
    errors += [0.15517333201860650, 0.15148601856076188, 0.09553579500226009]
    close(table["coefficient"], coefficients, 1e-7)
    close(table["std_error"], errors, 1e-7)


def test_housing_odds_ratios_are_confint_default():
    # exp(confint.default(h)), and exp(coef(h))
    limits = [[1.4351624518632318, 2.1630287232971446], [2.8280788826956820, 4.6554593322494018]]
    limits += [[0.4466177432184819, 0.7127334346292276], [0.5115445906810818, 0.9398338077329674]]
    limits += [[0.2495934694102704, 0.4519844463801603], [1.1889104286309153, 1.7289784229921985]]
    close(key_drivers(housing(), FACTORS)[["low", "high"]], limits)


def test_housing_thresholds_and_deviance_are_polr():
    # h$zeta; h$deviance
    rows = housing()
    fit = proportional_odds(*(rows[columns].to_numpy(float) for columns in (FACTORS, "value", "count")))
    close(fit.thresholds, [-0.4961351381891936, 0.6907082592538447], 1e-7)
    close(-2 * fit.log_likelihood, 3479.149299058949, 1e-10)
    close(np.sqrt(np.diag(fit.covariance))[:2], [0.12484724287725923, 0.12547193784943711], 1e-7)


def test_housing_collinearity_and_explained_share_are_r():
    # car::vif(lm(sat ~ InflMedium + ... , data = expanded rows)); v <- weighted variance of the linear predictor (over
    # n), v / (v + pi^2/3)
    table = key_drivers(housing(), FACTORS)
    factors = [1.253354000224240, 1.268845932568960, 1.609617373597166]
    close(table["vif"], [*factors, 1.395271957093543, 1.441845885033171, 1.034150967708477], 1e-8)
    close(table["r2"], [0.1027508951991133] * 6)


def test_housing_importance_is_the_mean_over_all_orders():
    # the gain in summary(lm(sat ~ ..., weights = Freq))$r.squared averaged over all 720 orders, as shares
    shares = [0.09152358261120472, 0.52929455457090990, 0.05938505447793543]
    shares += [0.01355249179124641, 0.26036082423869961, 0.04588349231000403]
    close(key_drivers(housing(), FACTORS)["importance"], shares, 1e-8)


def test_swiss_importance_is_lindeman_merenda_gold():
    # relaimpo::calc.relimp(lm(Fertility ~ ., swiss), type = "lmg"): .0571, .1712, .2601, .1056, .1128 (Groemping 2006,
    # J Stat Softw 17(1), section 3); digits from all 120 orders of lm, divided by their sum
    shares = [0.08078165173569772, 0.24220256321601724, 0.36807951783643772, 0.14937727738908724, 0.15955898982276007]
    close(lmg_shares(pd.DataFrame(SWISS).corr().to_numpy()), shares, 1e-8)


def test_swiss_collinearity_is_car():
    # car::vif(lm(Fertility ~ ., swiss))
    factors = [2.284129377597298, 3.675419575544340, 2.774942781126952, 1.937160380263126, 1.107542225556954]
    close(variance_inflation(pd.DataFrame(SWISS).corr().to_numpy()), factors, 1e-8)


def test_wine_is_clm():
    # summary(ordinal::clm(rating ~ temp + contact, data = wine))$coefficients (Christensen, ordinal vignette: 2.503,
    # 1.528, standard errors .529, .477)
    table = key_drivers(wine(), ["warm", "contact"])
    close(table["coefficient"], [2.503102007898927, 1.527797658095058])
    close(table["std_error"], [0.5286801008248457, 0.4766226296482979])
    close(table["p"], [2.194605129728954e-06, 1.348439528607747e-03])


def test_smoking_is_clm_where_polr_rounds():
    # summary(ordinal::clm(Smoke ~ Sex + Height, data = na.omit(MASS::survey[...])))$coefficients. polr's numerical
    # Hessian errs by .6 % in the standard error of a height in centimetres (.02430427).
    table = key_drivers(smoking(), ["male", "height"])
    close(table["coefficient"], [0.09487729603748785, 0.02784258573318753])
    close(table["std_error"], [0.48099461819177503, 0.02416549975534116])


def test_smoking_is_brants_test_as_published():
    # brant::brant(polr(Smoke ~ Sex + Height, data = MASS::survey)), the package's example, prints 3.28 4 .51,
    # 1.58 2 .45, .02 2 .99; digits from one glm per cut and Brant's covariance in R
    table = proportionality(smoking(), ["male", "height"])
    close(table["chi2"], [3.27837480940099679, 1.58018925164891955, 0.01705291415231974], 1e-6)
    close(table["p"], [0.5123658613533251, 0.4538018518762351, 0.9915097900659177], 1e-6)
    assert table["df"].tolist() == [4, 2, 2]


def test_housing_is_brants_test():
    # as above, on polr(Sat ~ Infl + Type + Cont, weights = Freq)
    chi2 = [8.53449400126913460, 0.31733826428804263, 0.19650447448198069, 0.46815185432793865]
    table = proportionality(housing(), FACTORS)
    close(table["chi2"], [*chi2, 2.80475234185533262, 0.03122597553771884, 1.28594033535207863])
    close(table["p"]["omnibus"], 0.20149939004342896)


def test_quine_is_glm_nb():
    # q <- glm.nb(Days ~ Eth + Sex + Age + Lrn, data = quine); summary(q)$coefficients
    table = count_regression(quine(), AGES)
    coefficients = [2.894580016920523580, -0.569371703399029094, 0.082320264103728710, -0.448428148590178322]
    errors = [0.22842461540520106, 0.15333335955781852, 0.15991501488840873, 0.23974659324811001]
    close(table["coefficient"], [*coefficients, 0.088080139714913852, 0.356900947762783138, 0.292109142827853718])
    close(table["std_error"], [*errors, 0.23619302902574718, 0.24832436320594603, 0.18647471061088669])


def test_quine_theta_is_as_published():
    # q$theta, q$SE.theta (MASS 4th ed. p. 210 ff. and ?glm.nb: 1.274893, .161); Pearson of glm(family = poisson)
    row = count_regression(quine(), AGES).iloc[0]
    close(row["theta"], 1.27489264581100836)
    close(row["theta_std_error"], 0.16103517897359704)
    close(row["dispersion"], 13.166842627177477)
    assert row["scale"] == 1  # sum(residuals(q, "pearson")^2) / 139 = .9911945


def test_a_count_model_without_overdispersion_is_glm_poisson():
    # y <- c(7, 5, ...); t <- (1:24 - 12.5)/12; summary(glm(y ~ t, family = poisson, epsilon = 1e-14))$coefficients
    counts = [7, 5, 6, 8, 7, 6, 5, 9, 6, 7, 8, 5, 6, 7, 7, 6, 8, 5, 7, 6, 6, 9, 7, 5]
    table = count_regression(pd.DataFrame({"t": (np.arange(1, 25) - 12.5) / 12, "count": counts, "exposure": 1}), ["t"])
    close(table["coefficient"], [1.88453744073156959, 0.00475509798927543], 1e-8)
    close(table["std_error"], [0.07955602739377271, 0.13791464480498086], 1e-8)
    close(table["dispersion"], [0.2334955890575189] * 2)
    assert table["method"].str.contains("Poisson").all()


@pytest.mark.parametrize(("season", "year", "level", "errors", "theta"), [
    ("none", 0.01976678159984283, -4.48985514380169537, [0.03175174142195170, 0.03662330850288854], 17.58587611042888),
    ("harmonic", 0.01672163730081707, -4.50800908862456762, [0.01986074155719449, 0.02248759981864985],
     60.08408140291465),
    ("two harmonics", 0.006497571103724584, -4.513593958437864373, [0.01478335333049847, 0.01670529490973732],
     175.465523751809712),
    ("months", 0.005345730377378487, -4.514344454042471533, [0.01359830099167246, 0.01527768469856106],
     286.0793819803276),
])  # fmt: skip
def test_seatbelts_trend_is_glm_nb(season: str, year: float, level: float, errors: list[float], theta: float):
    # yr <- (mo - mean(range(mo)))/12; glm.nb(DriversKilled ~ yr + sin(pi*mo/6) + cos(pi*mo/6) + sin(pi*mo/3) +
    # cos(pi*mo/3) + offset(log(kms)), control = glm.control(epsilon = 1e-14, maxit = 200)); "months" has
    # C(factor(mo %% 12, levels = c(1:11, 0)), contr.sum)
    table = monthly_trend(seatbelts(), season)
    close(table["coefficient"], [year, level])
    close(table["std_error"], errors)
    close(table["theta"], [theta, theta])


def test_seatbelts_with_gaps_has_scaled_t_limits():
    # the same with one harmonic, without months 5-7, 20 and 41; sc <- sum(residuals(f, "pearson")^2)/39;
    # coef + c(-1, 1) * qt(.995, 39) * sqrt(sc) * se; 2 * pt(-abs(coef/se)/sqrt(sc), 39)
    table = monthly_trend(seatbelts().drop(index=[4, 5, 6, 19, 40]), "harmonic", level=0.99)
    close(np.log(table["low"]), [-0.04830022796128107, -4.58996097786279833])
    close(np.log(table["high"]), [0.078425263861873692, -4.448673627250331108])
    close(table.loc["year", ["p", "scale", "df"]].astype(float), [0.52352343759284525, 1.1507083573618382, 39])


def test_seatbelts_scale_and_dispersion_are_pearson():
    # sum(residuals(f, "pearson")^2) / f$df.residual of the fit with two harmonics, and of the Poisson fit
    table = monthly_trend(seatbelts())
    close(table["scale"], [1.149508198620018] * 2)
    close(table["dispersion"], [2.032146085262922] * 2)


def test_seatbelts_forecast_is_a_double_integral():
    # f <- glm.nb on months 1-36 with two harmonics; a <- uniroot(sum((y-mu)^2/(mu+a*mu^2)) - 31); V from mu/(1+a*mu);
    # integrate over u (0 to and from pchisq(d*(1 + a*M), d), d = 20.737), s = d/qchisq(u, d), of integrate over z
    # (dnorm) of pnbinom(n - 1, size = 1/al(s), mu = m*exp(z*sqrt(s*v)), lower.tail = FALSE), al(s) = max(0, s*(1 + a*M)
    # - 1)/M, both to 1e-9 and better
    months = seatbelts()
    table = monthly_alarm(months[:36], months[36:]).iloc[[0, 4, 11]]
    close(table["estimate"], [152.65906694981976, 133.96903741841175, 196.9730478130882])
    close(table["p"], [0.37535902168967, 0.099250860349297, 0.4789726893846], 1e-7)


def test_a_quiet_forecast_is_a_double_integral():
    # the same of round(y/10) with 26 and 22 in months 41 and 45: a = 0, so al(s) leaves 0 at s = 1; d = 20.307
    months = seatbelts().assign(count=lambda table: np.round(table["count"] / 10))
    months.loc[[40, 44], "count"] = [26, 22]
    table = monthly_alarm(months[:36], months[36:]).iloc[[4, 8, 11]]
    close(table["estimate"], [13.53376071027226, 14.37796211043124, 19.61786784502654])
    close(table["p"], [0.0091087883310625, 0.065128496025203, 0.49138302892517], 1e-6)


def test_holm_of_planned_looks_is_p_adjust():
    # p.adjust(c(.001, .004, .03), "holm", n = 12)
    close(holm_of(pd.Series([0.001, 0.004, 0.03]), 12), [0.012, 0.044, 0.300], 1e-12)


def test_esoph_is_glm():
    # glm(cbind(ncases, ncontrols) ~ a + b, family = binomial, epsilon = 1e-14); summary, confint.default
    table = logit(esoph(), ["age", "alcohol"])
    close(table["coefficient"], [-6.2283937460471988, 0.6920120270986516, 1.1360892219332146])
    close(table["std_error"], [0.43590647456156789, 0.07862678548843299, 0.10149813925311325])
    close(np.log(table["low"]), [-7.0827547368156969, 0.5379063593211664, 0.9371565244992816])
    close(np.log(table["high"]), [-5.3740327552787006, 0.8461176948761369, 1.3350219193671478])
    close(table["p"]["alcohol"], 4.402403873724285e-29)


def test_esoph_firth_is_brglm2_with_profile_limits():
    # glm(cbind(ncases, ncontrols) ~ a + b, binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-13); ends of
    # the 90 % profile by uniroot (tol 1e-11) on the penalised likelihood, maximised by optim over the others
    table = firth(esoph(), ["age", "alcohol"], level=0.9)
    close(table["coefficient"], [-6.1897302320052496, 0.6872613067717044, 1.1290442271202767])
    close(table["std_error"], [0.4333913992649778, 0.0782943273651121, 0.1011502842937685])
    close(np.log(table["low"]), [-6.9278074631723312, 0.5610800060041828, 0.9658425694038826])
    close(np.log(table["high"]), [-5.4998624347614227, 0.8188788917714532, 1.2985811547734123])


def test_endometrial_is_glm_without_the_separating_column():
    # summary(glm(HG ~ PI + EH, family = binomial, data = brglm2::endometrial, epsilon = 1e-14))$coefficients
    table = logit(pd.DataFrame(ENDOMETRIAL).assign(n=1).rename(columns={"HG": "count"}), ["PI", "EH"])
    close(table["coefficient"], [5.43920977584892906, -0.01959961231113022, -3.69306433974009263])
    close(table["std_error"], [1.4511616516179542, 0.0347443914152268, 0.8302161464961353])


def test_endometrial_separation_is_the_published_column():
    # Heinze and Schemper (2002): no maximum-likelihood estimate for NV; detectseparation::detect_separation gives Inf
    # for NV, 0 for the others
    cells = pd.DataFrame(ENDOMETRIAL)
    assert separation(cells[PROFILED], cells["HG"], "binary") == Separation("quasi-complete", ("NV",))


def test_endometrial_firth_is_as_published():
    # glm(HG ~ NV + PI + EH, binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-12); Heinze and Schemper
    # (2002) table II: NV 2.929, PI -.035, EH -2.604
    table = firth(pd.DataFrame(ENDOMETRIAL).assign(n=1).rename(columns={"HG": "count"}), PROFILED)
    close(table["coefficient"], [3.77455971364702858, 2.92927335319709403, -0.03475175987043382, -2.60416392529365481])
    errors = [1.48869166343565440, 1.55076372945303920, 0.03957814734776308, 0.77601764250156124]
    close(table["std_error"], errors)


def test_endometrial_profile_limits_are_as_published():
    # uniroot (tol 1e-9) on the penalised likelihood maximised by optim over the other coefficients; logistf prints
    # .6097 and 7.8546 for NV, Heinze and Schemper .61 and 7.85
    table = firth(pd.DataFrame(ENDOMETRIAL).assign(n=1).rename(columns={"HG": "count"}), PROFILED)
    low = [1.082537108469945, 0.6097244363370504, -0.12445872076750938, -4.365183247452235]
    high = [7.209280498367018, 7.8546317138369286, 0.04045547318092735, -1.232721057225117]
    close(np.log(table["low"]), low)
    close(np.log(table["high"]), high)
