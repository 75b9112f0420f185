"""Do shares ended by competing causes agree with R survival, with a case done by hand, and with one cause with 1 - S?

R 4.2.2, survival 3.5.3, conf.type = "log-log". Relative error 1e-8.
"""

import numpy as np
import pandas as pd

from analysis.stats.survival.cumulative_incidence import cumulative_incidence, incidence_by
from analysis.stats.survival.kaplan_meier import kaplan_meier

# MASS::Melanoma (Andersen PK et al. (1993) Statistical Models Based on Counting Processes, p. 709) as days / died of
# melanoma / died otherwise / alive
MELANOMA_COUNTS = """
    10/0/1/0 30/0/1/0 35/0/0/1 99/0/1/0 185/1/0/0 204/1/0/0 210/1/0/0 232/1/1/0 279/1/0/0 295/1/0/0 355/0/1/0
    386/1/0/0 426/1/0/0 469/1/0/0 493/0/1/0 529/1/0/0 621/1/0/0 629/1/0/0 659/1/0/0 667/1/0/0 718/1/0/0 752/1/0/0
    779/1/0/0 793/1/0/0 817/1/0/0 826/0/1/0 833/1/0/0 858/1/0/0 869/1/0/0 872/1/0/0 967/1/0/0 977/1/0/0 982/1/0/0
    1041/1/0/0 1055/1/0/0 1062/1/0/0 1075/1/0/0 1156/1/0/0 1228/1/0/0 1252/1/0/0 1271/1/0/0 1312/1/0/0 1427/0/1/0
    1435/1/0/0 1499/0/0/1 1506/1/0/0 1508/0/0/1 1510/0/0/1 1512/0/0/1 1516/1/0/0 1525/0/1/0 1542/0/0/1 1548/1/0/0
    1557/0/0/1 1560/1/0/0 1563/0/0/1 1584/1/0/0 1605/0/0/1 1621/1/0/0 1627/0/0/1 1634/0/0/1 1641/0/0/2 1648/0/0/1
    1652/0/0/1 1654/0/0/2 1667/1/0/0 1678/0/0/1 1685/0/0/1 1690/1/0/0 1710/0/0/2 1726/1/0/0 1745/0/0/1 1762/0/0/1
    1779/0/0/1 1787/0/0/2 1793/0/0/1 1804/0/0/1 1812/0/0/1 1836/0/0/1 1839/0/0/2 1854/0/0/1 1856/0/0/1 1860/0/1/0
    1864/0/0/1 1899/0/0/1 1914/0/0/1 1919/0/0/1 1920/0/0/1 1927/0/0/1 1933/1/0/0 1942/0/0/1 1955/0/0/1 1956/0/0/1
    1958/0/0/1 1963/0/0/1 1970/0/0/1 2005/0/0/1 2007/0/0/1 2011/0/0/1 2024/0/0/1 2028/0/0/1 2038/0/0/1 2056/0/0/1
    2059/0/0/1 2061/1/0/0 2062/1/0/0 2075/0/0/1 2085/0/1/0 2102/0/0/1 2103/1/0/0 2104/0/0/1 2108/1/0/0 2112/0/0/1
    2150/0/0/1 2156/0/0/1 2165/0/0/1 2209/0/0/1 2227/0/0/2 2256/1/0/0 2264/0/0/1 2339/0/0/1 2361/0/0/1 2387/0/0/1
    2388/1/0/0 2403/0/0/1 2426/0/0/2 2431/0/0/1 2460/0/0/1 2467/1/0/0 2492/0/0/1 2493/0/0/1 2521/0/0/1 2542/0/0/1
    2559/0/0/1 2565/1/0/0 2570/0/0/1 2660/0/0/1 2666/0/0/1 2676/0/0/1 2738/0/0/1 2782/1/0/0 2787/0/0/1 2984/0/0/1
    3032/0/0/1 3040/0/0/1 3042/1/0/0 3067/0/0/1 3079/0/0/1 3101/0/0/1 3144/0/0/1 3152/0/0/1 3154/0/1/0 3180/0/0/1
    3182/0/1/0 3185/0/0/1 3199/0/0/1 3228/0/0/1 3229/0/0/1 3278/0/0/1 3297/0/0/1 3328/0/0/1 3330/0/0/1 3338/1/0/0
    3383/0/0/1 3384/0/0/1 3385/0/0/1 3388/0/0/1 3402/0/0/1 3441/0/0/1 3458/0/1/0 3459/0/0/2 3476/0/0/1 3523/0/0/1
    3667/0/0/1 3695/0/0/2 3776/0/0/2 3830/0/0/1 3856/0/0/1 3872/0/0/1 3909/0/0/1 3968/0/0/1 4001/0/0/1 4103/0/0/1
    4119/0/0/1 4124/0/0/1 4207/0/0/1 4310/0/0/1 4390/0/0/1 4479/0/0/1 4492/0/0/1 4668/0/0/1 4688/0/0/1 4926/0/0/1
    5565/0/0/1
"""
MELANOMA = pd.DataFrame(
    [map(int, row.split("/")) for row in MELANOMA_COUNTS.split()], columns=["time", "melanoma", "other", "censored"]
)
# t <- c(1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11); e <- factor(c(1, 2, 1, 0, 1, 2, 0, 1, 2, 1, 2, 1), 0:2)
TWELVE = pd.DataFrame({"time": [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "e": [1, 2, 1, 0, 1, 2, 0, 1, 2, 1, 2, 1]})
TWELVE = TWELVE.assign(a=TWELVE["e"].eq(1) * 1, b=TWELVE["e"].eq(2) * 1, censored=TWELVE["e"].eq(0) * 1)


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=1e-8)


def column(curve: pd.DataFrame, cause: str, name: str) -> pd.Series:
    return curve.loc[curve["cause"].eq(cause), name]


def test_melanoma_incidence_is_r():
    # f <- survfit(Surv(time, factor(status, c(2, 1, 3))) ~ 1, Melanoma); s <- summary(f, times = c(365, 1826, 3652));
    # s$pstate, s$lower, s$upper
    curve = cumulative_incidence(MELANOMA, ["melanoma", "other"])
    table = pd.concat([incidence_by(curve, time) for time in (365, 1826, 3652)])[["estimate", "low", "high"]]
    first = [0.02941318522096112, 0.01215920976671775, 0.05961117312384753]
    second = [0.22353959842346702, 0.16867790112601874, 0.28333537594390690]
    close(table.loc["melanoma"], [first, second, [0.33871750891435043, 0.26010902851801188, 0.41882425109100874]])
    first = [0.02446269017145617, 0.009226373917969155, 0.05294847050444783]
    second = [0.04419778972983621, 0.021753270883993800, 0.07875181681965250]
    close(table.loc["other"], [first, second, [0.10594706413575571, 0.053986498281865060, 0.17793602490295360]])


def test_melanoma_limits_at_eighty_percent_are_r():
    # the same with conf.int = .8, times = 1826
    table = incidence_by(cumulative_incidence(MELANOMA, ["melanoma", "other"], level=0.8), 1826)
    expected = [[0.18697890609929466, 0.26221356423764119], [0.028268047319425647, 0.065339745468870711]]
    close(table[["low", "high"]], expected)


def test_melanoma_standard_errors_are_r():
    # s$std.err at 204 ... 3667: here at the last death not later than 365, 1826, 3652
    curve = cumulative_incidence(MELANOMA, ["melanoma", "other"])
    at = curve[curve["time"].isin([355, 1812, 3523])]
    melanoma = [0.01182996083525546, 0.02943048607161789, 0.04083600782373657]
    close(column(at, "melanoma", "std_error"), melanoma)
    close(column(at, "other", "std_error"), [0.01080559715257077, 0.01440499317241226, 0.03186819959323786])


def test_twelve_cases_are_r():
    # f <- survfit(Surv(t, e) ~ 1); f$pstate[, 2]; f$pstate[, 1] is the share still open
    curve = cumulative_incidence(TWELVE, ["a", "b"])
    first = [1 / 12, 1 / 6, 1 / 6, *[0.26041666666666663] * 3, *[0.37291666666666662] * 2]
    close(column(curve, "a", "incidence"), [*first, *[0.48541666666666661] * 2, 0.59791666666666665])
    close(column(curve, "b", "survival")[:9], [11 / 12, 0.75, 0.75, 0.65625, 0.5625, 0.5625, 0.45, 0.3375, 0.225])


def test_twelve_cases_have_the_standard_errors_of_r():
    # f$std.err[, 2]; f$std.err[, 3]
    curve = cumulative_incidence(TWELVE, ["a", "b"])
    first = [0.07978559231302819, *[0.10758287072798384] * 2, *[0.13001722085903622] * 3, *[0.15077334883827251] * 2]
    close(column(curve, "a", "std_error"), [*first, *[0.15892149074277967] * 2, 0.15644420801009989])
    first = [0, *[0.07978559231302819] * 3, *[0.11400977028267098] * 3, *[0.14278953995271293] * 2]
    close(column(curve, "b", "std_error"), [*first, *[0.15644420801009989] * 2])


def test_twelve_cases_by_hand():
    # F_a(2) = 1/12 + 11/12 * 1/11 = 2/12 and nobody censored: its variance is binomial, 1/6 * 5/6 / 12
    curve = cumulative_incidence(TWELVE, ["a", "b"])
    close(column(curve, "a", "std_error").iloc[1], np.sqrt(1 / 6 * 5 / 6 / 12))


def test_one_cause_alone_is_one_minus_kaplan_meier():
    counts = MELANOMA.assign(events=MELANOMA["melanoma"] + MELANOMA["other"])
    curve, alone = kaplan_meier(counts), cumulative_incidence(counts, ["events"])
    close(alone["incidence"], 1 - curve["survival"])
    close(alone["std_error"], curve["std_error"])
