"""Do effects of measures agree with R and with what was published?

R 4.2.2 with sandwich, lmtest, nlme, clubSandwich, strucchange. Relative error 1e-8 in closed form; averages over the
autocorrelation 1e-8 (R: ``integrate`` over ``nlme::gls`` fits and ``uniroot``, each to 1e-10).
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.stats.models.changepoint import change_likelihood, changepoint, level_search
from analysis.stats.models.differences import (
    DifferenceRule,
    difference_in_differences,
    event_study,
    lead_trend,
    two_by_two,
)
from analysis.stats.models.newey_west import newey_west_regression
from analysis.stats.models.power import detectable_difference
from analysis.stats.models.randomisation import placebo_windows, randomisation_test
from analysis.stats.models.regression_to_mean import (
    Population,
    corrected_change,
    expected_improvement,
    improvement_probability,
)
from analysis.stats.models.segmented import SegmentedDesign, segmented_regression

CLOSED, AVERAGED = 1e-8, 1e-8
# datasets::Seatbelts[133:192, "DriversKilled"], January 1980 to December 1984; the belt law came on 31 January 1983
DRIVERS = [115, 95, 92, 100, 95, 114, 102, 104, 132, 136, 117, 137, 111, 106, 98, 84, 94, 105, 123, 109]
DRIVERS += [130, 153, 134, 99, 115, 104, 131, 108, 103, 115, 122, 122, 125, 137, 138, 152, 120, 95, 100, 89]
DRIVERS += [82, 89, 60, 84, 113, 126, 122, 118, 92, 86, 81, 84, 87, 90, 79, 96, 122, 120, 137, 154]
BELTS = SegmentedDesign(change=1983 * 12 + 2, harmonics=1)
# datasets::Nile, 1871 to 1970
NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140]
NILE += [1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969]
NILE += [831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759]
NILE += [781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890]
NILE += [744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]
TREATED = ("Chrysler", "General Electric", "Goodyear", "IBM")
FEW = {"minimum_treated": 2, "minimum_units": 3}
NUMBERS = ["estimate", "low", "high", "p"]


def close(actual: object, expected: object, rtol: float = CLOSED) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol)


def drivers() -> pd.DataFrame:
    return pd.DataFrame({"month": 1980 * 12 + 1 + np.arange(60), "value": DRIVERS, "n": [3, 1, 2, 5, 4, 2] * 10})


def nile(years: int = 100) -> pd.DataFrame:
    return pd.DataFrame({"month": 1871 + np.arange(years), "value": NILE[:years]})


def grunfeld() -> pd.DataFrame:
    """Investment of 11 firms 1944-1954 (statsmodels' Grunfeld); four take part in a made-up measure from 1950 on."""
    data = sm.datasets.grunfeld.load_pandas().data.query("year >= 1944")
    panel = pd.DataFrame({"unit": data["firm"], "period": data["year"].astype(int), "value": data["invest"]})
    number = panel["unit"].map({firm: place for place, firm in enumerate(sorted(panel["unit"].unique()))})
    return panel.assign(
        treated=panel["unit"].isin(TREATED), after=panel["period"] >= 1950, n=(number + panel["period"]) % 5 + 1
    )


def with_holes() -> pd.DataFrame:
    holes = 'unit == "IBM" and period == 1946 or unit == "US Steel" and period >= 1953'
    return grunfeld().query(f'not ({holes} or unit == "Goodyear" and period == 1951)')


def test_segmented_regression_is_r():
    # one <- function(r) gls(y ~ s + a + as + s1 + c1, d, correlation = corAR1(r, ~m, fixed = TRUE), method = "REML")
    # weight of r: exp(logLik(one(r))); F(v) = integrate(pt((v - c'b)/sqrt(c'Vc), 54) * weight, -1, 1)/integrate(weight)
    # low, high: uniroot(F - .025), uniroot(F - .975); p = 2 min(F(0), 1 - F(0))
    expected = [
        [-28.94693569590255, -48.27769727765101, -7.633278834264346, 0.01307640902116369],
        [0.422346388579251, -1.033468541409681, 2.03656915076037, 0.5518349971366658],
        [-24.30112542153093, -45.15088902892432, 0.913211471261636, 0.05570517797307706],
        [-19.65531514715914, -51.10929946013879, 18.50218793131577, 0.2197317317235774],
    ]
    table = segmented_regression(drivers().drop(columns="n"), BELTS)
    close(table.iloc[2:][NUMBERS], expected, AVERAGED)
    close(table["autocorrelation"], np.full(6, 0.3591178891685516), AVERAGED)


def test_segmented_regression_with_weights_is_r():
    # the same with weights = varFixed(~1/n); effect at the end
    row = segmented_regression(drivers(), BELTS).loc["effect at the end"]
    expected = [-22.96104126396125, -48.85242201211670, 3.603221779308567, 0.08353368598561861]
    close(row[NUMBERS].astype(float), expected, AVERAGED)
    close(row["autocorrelation"], 0.3092974271425197, AVERAGED)


def test_segmented_regression_over_a_missing_month_is_r():
    # 12 months before the law and 6 after, the fifth before it missing: corAR1(form = ~m) counts months
    since = drivers()["month"] - BELTS.change
    months = drivers()[since.between(-12, 5) & since.ne(-5)].drop(columns="n")
    table = segmented_regression(months, SegmentedDesign(BELTS.change, minimum_before=11))
    mean = [-60.08751590231131, -89.83307779153111, -23.89153607866949, 0.00913589427840833]
    end = [-83.02254741588426, -129.651114087697, -31.85720984476612, 0.01245730673850498]
    close(table.iloc[-2:][NUMBERS], [mean, end], AVERAGED)


def test_newey_west_is_r():
    # f <- lm(y ~ s + a + as + s1 + c1); coeftest(f, vcov = NeweyWest(f, lag = 3, prewhite = FALSE, adjust = TRUE))
    expected = [
        [123.8596258491652122, 3.0964639057398959, 8.215914578103124e-42],
        [0.4439062743044033, 0.1244982172178261, 7.695415550147085e-04],
        [-31.1736616355110137, 7.9769981199078526, 2.615113706277370e-04],
        [0.2694643877619174, 0.6356386217546887, 6.733030344140384e-01],
        [-11.2778425929456692, 2.3300754919544637, 1.125946035083797e-05],
        [13.7396381922750042, 2.4703593518677383, 8.509324939663043e-07],
    ]
    table = newey_west_regression(drivers().drop(columns="n"), BELTS)
    close(table[["coefficient", "std_error", "p"]], expected)
    assert table["lag"].eq(3).all()


def test_newey_west_with_weights_and_without_adjustment_is_r():
    # fw <- lm(..., weights = n); coeftest(fw, vcov = NeweyWest(fw, lag = 5, prewhite = FALSE, adjust = FALSE))
    expected = [2.4748888122807511, 0.1057784075399925, 5.8692373901815271, 0.4512875339347421]
    expected += [2.6734672013771847, 2.3697617900233521]
    table = newey_west_regression(drivers(), BELTS, lag=5, adjust=False)
    close(table["std_error"], expected)
    close(table["t"].iloc[2], -4.8446169753474910)


def test_two_by_two_is_card_and_krueger():
    # Card D, Krueger AB (1994) Am Econ Rev 84:772-793, table 3, rows 1 and 2: full-time equivalents per store
    cells = pd.DataFrame({"treated": [1, 1, 0, 0], "after": [0, 1, 0, 1], "n": [321, 319, 77, 77]})
    table = two_by_two(cells.assign(mean=[20.44, 21.03, 23.33, 21.17], std_error=[0.51, 0.52, 1.35, 0.94]))
    np.testing.assert_allclose(table["estimate"], 2.76, atol=0.02)  # published from unrounded means


@pytest.mark.parametrize(
    ("weighted", "expected"),
    [
        (False, [-52.13391428571447, 63.66087392900941, 6.368421052631578, 0.4423862247758683]),
        (True, [-59.70306742460106, 74.92158008114329, 6.337699761664404, 0.4543340486167657]),
    ],
)
def test_bell_mccaffrey_is_clubsandwich(weighted: bool, expected: list[float]):
    # m <- lm(invest ~ factor(unit) + factor(period) + d, weights = n)
    # coef_test(m, vcovCR(m, unit, type = "CR2"), test = "Satterthwaite", coefs = "d")
    panel = grunfeld() if weighted else grunfeld().drop(columns="n")
    table = difference_in_differences(panel, DifferenceRule(**FEW))
    close(table[["estimate", "std_error", "df", "p"]], [expected])


def test_bell_mccaffrey_of_an_unbalanced_panel_is_clubsandwich():
    table = difference_in_differences(with_holes(), DifferenceRule(**FEW))
    expected = [-62.50090358404067, 82.39676473851132, 6.219356112496725, 0.4758841073928948]
    close(table[["estimate", "std_error", "df", "p"]], [expected])


def test_cluster_robust_errors_are_r():
    # ct <- coeftest(m, vcovCL(m, ~unit, type = "HC1"), df = 10)["d", ]; ct[1] + c(-1, 1) * qt(.975, 10) * ct[2]
    table = difference_in_differences(with_holes(), DifferenceRule("CR1", **FEW))
    close(table[["std_error", "p"]], [[85.3876636560430882, 0.4809913628670044]])
    close(table[["low", "high"]], [[-252.7564744564066, 127.7546672883253]])
    full = difference_in_differences(grunfeld(), DifferenceRule("CR1", **FEW))
    close(full["std_error"], 77.6968769829985746)


def test_lead_trend_is_r():
    # lm(invest ~ factor(unit) + factor(period) + I(treated * period), subset = after == 0, weights = n)
    first = lead_trend(grunfeld(), DifferenceRule("CR1", **FEW))
    close(first[["estimate", "std_error", "p"]], [[0.9136293103856288, 6.7428203788781236, 0.8949079162140603]])
    second = lead_trend(grunfeld(), DifferenceRule(**FEW))
    # vcovCR with treated * (period - 1944): with the years as they are clubSandwich loses five digits and the df
    close(second[["std_error", "df", "p"]], [[6.163111949048259, 4.238787957649099, 0.8889393436640898]])


def test_event_study_is_r():
    # lm(invest ~ factor(unit) + factor(period) + e1944 + ... (without 1949), weights = n); coef_test as above
    table = event_study(grunfeld(), DifferenceRule(**FEW))
    first = [-16.219444444444939, 18.72234948978272, 3.431109717886987]
    later = [-45.012158158400389, 61.77112284785617, 5.710375618761161]
    close(table.loc[[1944, 1952], ["estimate", "std_error", "df"]], [first, later])
    plain = event_study(grunfeld(), DifferenceRule("CR1", **FEW))
    close(plain.loc[[1948, 1953], "std_error"], [20.64727861752338, 137.21025943054363])
    assert table.index.tolist() == [*range(1944, 1949), *range(1950, 1955)]


def test_event_study_with_an_unseen_period_is_r():
    # without the treated firms in 1951 lm has NA for e1951; the others without that column, as above
    table = event_study(grunfeld().query("not (treated and period == 1951)"), DifferenceRule(**FEW))
    first = [-29.75148976541209933, 39.95784348451749679, 5.71532697651880195, 0.48600493594844929]
    later = [-44.85722716281902223, 61.85344001894723931, 5.71319042695968005, 0.49693308038996875]
    close(table.loc[[1946, 1952], ["estimate", "std_error", "df", "p"]], [first, later])
    assert table["status"].ne("ok").tolist() == [period == 1951 for period in table.index]


def test_randomisation_is_r():
    # combn(units, 4): lm(invest ~ factor(unit) + factor(period) + d, weights = n) for each of 330 sets;
    # ends: bisection on the share of sets as large after delta * d is taken off
    table = randomisation_test(with_holes(), seed=1)
    close(table[["estimate", "p"]], [[-62.50090358404067, 0.8212121212121212]])
    np.testing.assert_allclose(table[["low", "high"]], [[-334.9130129590407, 172.6263547167406]], atol=400 / 2**17)
    assert table["assignments"].item() == 330


def test_fishers_tea_lady():
    # Fisher RA (1935): 4 of 8 cups all right by chance in 1 of choose(8, 4) = 70 ways; two-sided 2 of 70
    cups = pd.DataFrame({"unit": np.repeat(np.arange(8), 2), "period": np.tile([0, 1], 8)})
    cups = cups.assign(treated=cups["unit"] < 4, after=cups["period"] > 0)
    cups = cups.assign(value=(cups["treated"] & cups["after"]).astype(float))
    table = randomisation_test(cups, seed=1)
    close(table[["estimate", "p", "smallest_p"]], [[1, 2 / 70, 2 / 70]])


def test_placebo_windows_are_r():
    # subset(P, period < 1950) with after = period >= 1945: the only earlier start that leaves five years
    table = placebo_windows(grunfeld())
    close(table["estimate"], [19.44326484943389, -59.70306742460106])


def test_detectable_difference_is_r():
    # x <- precip[1:12], changes of twelve units from one period to the next; the levels that assignments can keep:
    # power.t.test(n = 12, sd = sd(x), power = .8, sig.level = 2 * 67603/choose(24, 12), tol = 1e-12)$delta
    rain = [67, 54.7, 7, 48.5, 14, 17.2, 20.7, 13, 43.4, 40.2, 38.9, 54.5]
    known = pd.DataFrame({"unit": np.tile(np.arange(12), 2), "period": np.repeat([0, 1], 12), "n": 1.0})
    known = known.assign(value=np.r_[np.zeros(12), rain])

    def plan(treated: int, units: int) -> pd.DataFrame:
        rows = pd.DataFrame({"unit": np.tile(np.arange(units), 2), "period": np.repeat([0, 1], units), "n": 1.0})
        return rows.assign(treated=rows["unit"] < treated, after=rows["period"] == 1)

    close(detectable_difference(known, plan(12, 24))["estimate"], 23.71130255488676)
    # the same with power = .9, sig.level = 2 * 135207/choose(24, 12)
    close(detectable_difference(known, plan(12, 24), level=0.9, power=0.9)["estimate"], 24.43715159851114)
    # k <- 309/choose(17, 5); uniroot(function(l) 1 - pt(qt(1 - k/2, 15), 15, ncp = l) - .8, c(1, 6),
    # tol = 1e-13)$root * sd(x) * sqrt(1/5 + 1/12)
    table = detectable_difference(known, plan(5, 17))
    close(table["estimate"], 31.62218710799958)
    # sqrt(11/qchisq(c(.975, .025), 11))
    close(table[["low", "high"]] / 31.62218710799958, [[0.7083951508622658, 1.697878017724006]])


def test_sup_f_of_the_nile_is_strucchange():
    # max(Fstats(Nile ~ 1)$Fstats), breakpoint 28 (1898 is the last year of the old level, published in Zeileis A,
    # Kleiber C, Kraemer W, Hornik K (2003) Comput Stat Data Anal 44:109-123; their interval is 1895-1902)
    row = changepoint(nile(), seed=1).iloc[0]
    close(row["sup_f"], 75.929769427485425)
    assert row["estimate"] == 1899
    assert 1895 <= row["low"] - 1 <= row["high"] - 1 <= 1902
    close([row["before"], row["after"]], [np.mean(NILE[:28]), np.mean(NILE[28:])])


def test_sup_f_with_weights_is_the_largest_anova():
    # w <- rep(c(3, 1, 2, 5, 4), 20); anova(lm(Nile ~ 1, weights = w), lm(Nile ~ a, weights = w))$F[2] per k in 15:85
    row = changepoint(nile().assign(n=[3, 1, 2, 5, 4] * 20), seed=1).iloc[0]
    close(row["sup_f"], 81.02228876280914)
    assert row["estimate"] == 1899


def test_likelihood_of_the_month_is_r():
    # Nile 1871-1910; per candidate k (last of the old level) integrate over r in (-1, 1) of
    # g <- gls(y ~ step, correlation = corAR1(r, ~m, fixed = TRUE)); exp(logLik(g) - log(vcov(g)[2, 2]/sigma^2)/2)
    node, share, of_month = change_likelihood(level_search(nile(40)))
    expected = [0.11195560064077335, 0.11719530023219962, 0.59761559893572469, 0.04997368488407637]
    close(of_month.loc[1897:1900], expected, AVERAGED)
    close(share @ node, 0.1409110637064416, AVERAGED)


def test_improvement_without_action_is_r():
    # integrate(function(x) dnorm(x) * pnorm(x * sqrt((1 - R)/(1 + R))), qnorm(1 - s), Inf, rel.tol = 1e-12)$value / s
    expected = {(0.7, 0.1): 0.7661051104044373, (0.9, 0.25): 0.6139088808905242, (0.5, 0.05): 0.8781057123282527}
    close([improvement_probability(*cell) for cell in expected], list(expected.values()))
    # sd * (1 - R) * dnorm(qnorm(1 - s)) / s
    close(expected_improvement(0.7, 1, 0.1), 0.5264949957974603)
    close(expected_improvement(0.4, 12.5, 0.25), 9.533297180523208)


def test_improvement_without_action_is_a_bivariate_normal_rectangle():
    # P(first > z, second < first) / share, the rectangle from Genz's routine (scipy) on (−first, second − first)
    reliability, share = 0.7, 0.1
    z, step = stats.norm.isf(share), reliability - 1
    law = stats.multivariate_normal([0, 0], [[1, -step], [-step, -2 * step]])
    np.testing.assert_allclose(improvement_probability(reliability, share), law.cdf([-z, 0]) / share, rtol=1e-5)


def test_corrected_change_is_r():
    # t.test(s - (m + R * (f - m))) with R = .6, m = 50; then s - (48 + R * (f - 50)) at conf.level = .9
    pairs = pd.DataFrame({"first": [62, 71, 66, 80, 75, 69, 90, 84], "second": [60, 66, 70, 71, 70, 64, 79, 80]})
    table = corrected_change(pairs, Population(50, 0.6))
    expected = [5.225, 2.637094184271248, 7.812905815728749, 1.094425811621261, 0.002025854118571224]
    close(table[["estimate", "low", "high", "std_error", "p"]], [expected])
    moved = corrected_change(pairs, Population(50, 0.6, second_mean=48), level=0.9)
    close(moved[["estimate", "low", "high"]], [[7.225, 5.151524272444092, 9.298475727555907]])
