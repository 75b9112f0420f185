"""Do curves, quantiles, shares done, restricted means and landmarks agree with R survival?

R 4.2.2, survival 3.5.3, conf.type = "log-log" unless said. Relative error 1e-8.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.forecasts import breach_forecast
from analysis.stats.survival.kaplan_meier import kaplan_meier, quantile, share_by
from analysis.stats.survival.outlooks import breach_probability
from analysis.stats.survival.restricted_means import restricted_mean

TOLERANCE = 1e-8
# survival::aml, x == "Maintained" (Miller RG (1997) Survival Analysis, p. 49)
AML = pd.DataFrame(
    {
        "time": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161],
        "events": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0],
        "censored": [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1],
    }
)
# aggregate(cbind(status == 2, status == 1) ~ time, survival::lung, sum) as time/events/censored
LUNG_COUNTS = """
    5/1/0 11/3/0 12/1/0 13/2/0 15/1/0 26/1/0 30/1/0 31/1/0 53/2/0 54/1/0 59/1/0 60/2/0 61/1/0 62/1/0 65/2/0 71/1/0
    79/1/0 81/2/0 88/2/0 92/1/1 93/1/0 95/2/0 105/1/1 107/2/0 110/1/0 116/1/0 118/1/0 122/1/0 131/1/0 132/2/0
    135/1/0 142/1/0 144/1/0 145/2/0 147/1/0 153/1/0 156/2/0 163/3/0 166/2/0 167/1/0 170/1/0 173/0/1 174/0/1 175/1/1
    176/1/0 177/1/1 179/2/0 180/1/0 181/2/0 182/1/0 183/1/0 185/0/1 186/1/0 188/0/1 189/1/0 191/0/1 192/0/1 194/1/0
    196/0/1 197/1/1 199/1/0 201/2/0 202/1/1 203/0/1 207/1/0 208/1/0 210/1/0 211/0/1 212/1/0 218/1/0 221/0/1 222/1/1
    223/1/0 224/0/1 225/0/2 226/1/0 229/1/0 230/1/0 235/0/1 237/0/1 239/2/0 240/0/1 243/0/1 245/1/0 246/1/0 252/0/1
    259/0/1 266/0/1 267/1/0 268/1/0 269/1/1 270/1/0 272/0/1 276/0/1 279/0/1 283/1/0 284/1/1 285/2/0 286/1/0 288/1/0
    291/1/0 292/0/2 293/1/0 296/0/1 300/0/1 301/1/1 303/1/1 305/1/0 306/1/0 310/2/0 315/0/1 320/1/0 329/1/0 332/0/1
    337/1/0 340/1/0 345/1/0 348/1/0 350/1/0 351/1/0 353/2/0 356/0/1 361/1/0 363/2/0 364/1/1 371/2/0 376/0/1 382/0/1
    384/0/1 387/1/0 390/1/0 394/1/0 404/0/1 413/0/1 426/1/0 428/1/0 429/1/0 433/1/0 442/1/0 444/1/1 450/1/0 455/1/0
    457/1/0 458/0/1 460/1/0 473/1/0 477/1/0 511/0/2 519/1/0 520/1/0 524/2/0 529/0/1 533/1/0 543/0/1 550/1/0 551/0/1
    558/1/0 559/0/1 567/1/0 574/1/0 583/1/0 588/0/1 613/1/0 624/1/0 641/1/0 643/1/0 654/1/0 655/1/0 687/1/0 689/1/0
    705/1/0 707/1/0 728/1/0 731/1/0 735/1/0 740/0/1 765/1/0 791/1/0 806/0/1 814/1/0 821/0/1 840/0/1 883/1/0 965/0/1
    1010/0/1 1022/0/1
"""
LUNG = pd.DataFrame([map(int, row.split("/")) for row in LUNG_COUNTS.split()], columns=["time", "events", "censored"])
# data.frame(t = 1:12, s = c(1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0)): S is exactly .75 at 3 and .5 from 6 to 8
TIED = pd.DataFrame({"time": range(1, 13), "events": [1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0]})
TIED["censored"] = 1 - TIED["events"]
# in the order of the R expression: expected number, chance, curve
EXPECTED = [4.1906314884510785, 1.4083266942091626, 0.3333032465573852]
ROW = ["estimate", "low", "high"]


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


def test_aml_curve_is_r():
    # f <- survfit(Surv(time, status) ~ 1, aml, subset = x == "Maintained", conf.type = "log-log"); f$surv; f$n.risk
    curve = kaplan_meier(AML)
    survival = [0.909090909090909, 0.818181818181818, 0.715909090909091, 0.613636363636364, 0.613636363636364]
    close(curve["survival"], [*survival, 0.490909090909091, *[0.368181818181818] * 2, *[0.184090909090909] * 2])
    assert curve["at_risk"].tolist() == [11, 10, 8, 7, 6, 5, 4, 3, 2, 1]


def test_aml_standard_error_is_r():
    # summary(f, censored = TRUE)$std.err
    first = [0.0866784172041448, 0.1162912998303329, 0.1396649705572278, 0.1526323310273120, 0.1526323310273120]
    last = [0.1641932672211358, 0.1626688858270948, 0.1626688858270948, 0.1534927457862937, 0.1534927457862937]
    close(kaplan_meier(AML)["std_error"], first + last)


def test_aml_low_is_r():
    # f$lower
    first = [0.5080802057699297, 0.4474286146821814, 0.3501903859079384, 0.2657520400012861, 0.2657520400012861]
    last = [0.1673309097768508, 0.0928295749369852, 0.0928295749369852, 0.0117384801231896, 0.0117384801231896]
    close(kaplan_meier(AML)["low"], first + last)


def test_aml_high_is_r():
    # f$upper
    first = [0.986673822667823, 0.951162228582492, 0.899023974191053, 0.835299243250221, 0.835299243250221]
    last = [0.753399790370811, 0.657040832398164, 0.657040832398164, 0.525014842726641, 0.525014842726641]
    close(kaplan_meier(AML)["high"], first + last)


def test_aml_quantiles_are_r():
    # quantile(f, c(.25, .5)): 18 (9, 34) and 31 (13, NA)
    curve = kaplan_meier(AML)
    close(quantile(curve, 0.25)[ROW], [[18, 9, 34]])
    assert quantile(curve, 0.5)["status"].item() == "not estimable: upper limit not reached by 161"


def test_lung_quantiles_are_r():
    # quantile(survfit(Surv(time, status) ~ 1, lung, conf.type = "log-log"), c(.1, .25, .5, .75))
    curve = kaplan_meier(LUNG)
    table = pd.concat([quantile(curve, p) for p in (0.1, 0.25, 0.5, 0.75)])
    close(table[ROW], [[79, 54, 105], [170, 144, 194], [310, 284, 361], [550, 457, 643]])


def test_lung_median_at_ninety_percent_is_r():
    # quantile(survfit(..., conf.int = .9), .5)
    table = quantile(kaplan_meier(LUNG, level=0.9), 0.5)
    close(table[[*ROW, "level"]], [[310, 285, 353, 0.9]])


def test_lung_shares_done_are_r():
    # s <- summary(f, times = c(100, 365)); 1 - s$surv, 1 - s$upper, 1 - s$lower
    curve = kaplan_meier(LUNG)
    table = pd.concat([share_by(curve, time) for time in (100, 365)])
    surv, lower = np.array([0.8639689676452436, 0.4092416244600644]), np.array([0.8122223197535393, 0.3387142690883233])
    upper = np.array([0.9023101805150436, 0.4783807676469144])
    close(table[ROW], np.c_[1 - surv, 1 - upper, 1 - lower])


def test_steps_exactly_at_p_are_r():
    # quantile(survfit(Surv(t, s) ~ 1, data, conf.type = "log-log"), c(.25, .5)): 3.5 (1, 6) and 7 (2, 10)
    curve = kaplan_meier(TIED)
    close(pd.concat([quantile(curve, 0.25), quantile(curve, 0.5)])[ROW], [[3.5, 1, 6], [7, 2, 10]])


def test_quantiles_without_open_cases_are_r():
    # quantile(survfit(Surv(1:12, rep(1, 12)) ~ 1, conf.type = "log-log"), c(.5, .75)): 6.5 (2, 10) and 9.5 (6, NA)
    curve = kaplan_meier(pd.DataFrame({"time": range(1, 13), "events": 1, "censored": 0}))
    close(quantile(curve, 0.5)[ROW], [[6.5, 2, 10]])
    assert quantile(curve, 0.75)["status"].item() == "not estimable: upper limit not reached by 12"


def test_log_limits_are_r():
    # f <- survfit(Surv(time, status) ~ 1, aml, subset = x == "Maintained", conf.type = "log"); f$lower; f$upper
    curve = kaplan_meier(AML, interval="log")
    low = [0.7541338450815255, 0.6192489873993635, 0.4884262874221285, *[0.3768670595016798] * 2]
    close(curve["low"], [*low, 0.2548599511993173, *[0.1548771178971911] * 2, *[0.0359178984891853] * 2])
    high = [1, 1, 1, *[0.999157600228473] * 2, 0.945584955200429, *[0.875260678143908] * 2, *[0.943525769474552] * 2]
    np.testing.assert_allclose(curve["high"], high, rtol=1e-8)


def test_plain_limits_are_r():
    # conf.type = "plain"; f$lower; f$upper
    curve = kaplan_meier(AML, interval="plain")
    low = [0.7392043331338484, 0.5902550587990167, 0.4421707787150773, *[0.3144824919464367] * 2]
    close(curve["low"], [*low, 0.1690962006517037, *[0.0493566605554544] * 2, 0, 0])
    high = [1, 1, 0.989647403103104, *[0.912790235326290] * 2, 0.812721981166478, *[0.687006975808182] * 2]
    close(curve["high"], [*high, *[0.484931162720207] * 2])


def test_lung_quantiles_with_log_limits_are_r():
    # quantile(survfit(Surv(time, status) ~ 1, lung), c(.1, .25, .5, .75)), R's default "log"
    curve = kaplan_meier(LUNG, interval="log")
    table = pd.concat([quantile(curve, p) for p in (0.1, 0.25, 0.5, 0.75)])
    close(table[ROW], [[79, 60, 107], [170, 145, 197], [310, 285, 363], [550, 460, 654]])
    assert table["method"].iloc[0] == "Kaplan-Meier quantile 0.1, log"


def test_lung_quantiles_with_plain_limits_are_r():
    # the same with conf.type = "plain"
    curve = kaplan_meier(LUNG, interval="plain")
    table = pd.concat([quantile(curve, p) for p in (0.1, 0.25, 0.5, 0.75)])
    close(table[ROW], [[79, 60, 107], [170, 145, 197], [310, 284, 361], [550, 457, 643]])


def test_lung_restricted_mean_is_r():
    # summary(survfit(Surv(time, status) ~ 1, lung), rmean = 100)$table[c("rmean", "se(rmean)")]
    table = restricted_mean(kaplan_meier(LUNG), 100)
    close(table[["estimate", "std_error"]], [[93.56541479326457, 1.30018454038784]])
    half = 1.959963984540054 * 1.30018454038784
    close(table[["low", "high"]], [[93.56541479326457 - half, 93.56541479326457 + half]])


@pytest.mark.parametrize(
    ("age", "limit", "expected"),
    [
        (100, 365, [196, 0.4736763006378067, 0.3944805403848232, 0.5486682621709920]),
        (200, 400, [144, 0.5539205173075310, 0.4589985480857062, 0.6388181657713948]),
    ],
)
def test_lung_landmarks_are_r(age: float, limit: float, expected: list[float]):
    # f <- survfit(Surv(time, status) ~ 1, lung, subset = time > age); f$n; summary(f, times = limit)
    table = breach_probability(kaplan_meier(LUNG), pd.DataFrame({"age": [age], "limit": [limit]}))
    close(table[["n", *ROW]], [expected])


def test_lung_forecast_errors_are_the_delta_method():
    # R: with S, and G the cumulated n.event / (n.risk (n.risk - n.event)), of survfit(Surv(time, status) ~ 1, lung);
    # p <- c(S(365) / S(100), S(400) / S(200)); c <- c(3, 5); sum(c * p); sqrt(sum(c * p * (1 - p)));
    # sqrt((c*p)[1]^2 * (G(365) - G(100)) + (c*p)[2]^2 * (G(400) - G(200)) + 2 * prod(c * p) * (G(365) - G(200)))
    waiting = pd.DataFrame({"age": [100, 200, 900], "limit": [365, 400, 900], "cases": [3, 5, 2]})
    table = breach_forecast(kaplan_meier(LUNG), waiting, seed=1)
    close(table["estimate"] - 2, EXPECTED[:1])
    close(table[["chance_error", "curve_error"]], [EXPECTED[1:]])
    close(table["std_error"], [np.hypot(*EXPECTED[1:])])
