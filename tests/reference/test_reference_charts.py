"""Do charts, runs rules and CUSUMs agree with published examples and with R?

R 4.2.2 with surveillance 1.20.3 and spc. Relative error 1e-8; published figures to the digits printed.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.bursts import burst_chart, gamma_poisson_limits
from analysis.stats.charts.cusum import cusum
from analysis.stats.charts.false_alarms import average_run_length as runs_average_run_length
from analysis.stats.charts.false_alarms import runs_false_alarms
from analysis.stats.charts.laney import laney_rate_chart, laney_share_chart
from analysis.stats.charts.order_rules import NELSON_ORDER, order_false_alarms
from analysis.stats.charts.risk_adjusted import risk_adjusted_run_length, risk_weights
from analysis.stats.charts.run_length import CusumDesign, average_run_length, designed_limit, reference_value
from analysis.stats.charts.runs import WESTERN_ELECTRIC, runs_signals
from analysis.stats.charts.shewhart import (
    count_chart,
    individuals_chart,
    moving_range_chart,
    rate_chart,
    share_chart,
)

TOLERANCE = 1e-8
BAND = ["centre", "limit_low", "limit_high"]
# Montgomery DC, Introduction to Statistical Quality Control: orange juice cans (Example 7.1), printed circuit boards
# (Example 7.3), personal computers (Example 7.4)
JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
# datasets::Nile[1:28], 1871-1898
NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994]
NILE += [1020, 960, 1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100]


def series(count: list[int], **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"period": np.arange(len(count)), "count": count, **columns})


def close(actual: object, expected: object, rtol: float = TOLERANCE) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol, atol=1e-15)


def test_orange_juice_is_montgomery_and_r():
    # printed: .2313, .0524, .4102; samples 15 and 23 beyond. R: p + c(-3, 3) * sqrt(p * (1 - p) / 50)
    chart = share_chart(series(JUICE, n=50))
    close(chart[BAND].iloc[0], [0.231333333333333, 0.0524275480719282, 0.4102391185947384])
    assert (chart.index[chart["beyond"]] + 1).tolist() == [15, 23]


def test_circuit_boards_are_montgomery_and_r():
    # printed: 19.85, 6.48, 33.22 (from the rounded mean); samples 6 and 20 beyond. R: m + c(-3, 3) * sqrt(m)
    chart = count_chart(series(BOARDS))
    close(chart[BAND].iloc[0], [19.84615384615385, 6.48144716716591, 33.21086052514178])
    assert (chart.index[chart["beyond"]] + 1).tolist() == [6, 20]


def test_personal_computers_are_montgomery_and_r():
    # printed: 1.93, .07, 3.79; none beyond. R: u + c(-3, 3) * sqrt(u / 5)
    chart = rate_chart(series(COMPUTERS, exposure=5))
    close(chart[BAND].iloc[0], [1.93, 0.0661330519589118, 3.7938669480410878])
    assert not chart["beyond"].any()


def test_individuals_are_r():
    # m <- mean(abs(diff(x))); mean(x) + c(-1, 1) * 2.66 * m; 3.268 * m
    nile = pd.DataFrame({"period": np.arange(28), "value": NILE})
    close(individuals_chart(nile)[BAND].iloc[0], [1097.75, 722.197407407407, 1473.302592592593])
    ranges = moving_range_chart(nile)
    close(ranges[BAND].iloc[1], [141.185185185185, 0, 461.393185185185])
    close(ranges["estimate"].iloc[1:4], [40, 197, 247])


def test_laney_shares_are_r():
    # z <- (p - pbar) / s; sz <- mean(abs(diff(z))) / 1.128; pbar + c(-3, 3) * s * sz, n 60, 70, 80, 50, 60 ...
    chart = laney_share_chart(series(JUICE, n=[50 + 10 * (i % 4) for i in range(1, 31)]))
    close(chart[["centre", "sigma_z"]].iloc[0], [0.177948717948718, 1.569352914527488])
    close(chart["limit_high"].iloc[:3], [0.410416694274599, 0.393172242984668, 0.379271891013290])


def test_laney_rates_are_r():
    # as above with s <- sqrt(ubar / e), e 1.5, 2, 1, 1.5 ...
    chart = laney_rate_chart(series(BOARDS, exposure=[1 + (i % 3) / 2 for i in range(1, 27)]))
    close(chart[["centre", "sigma_z"]].iloc[0], [13.06329113924051, 2.23474794988918])
    close(chart["limit_high"].iloc[:3], [32.8480369861489, 30.1973836500818, 37.2945571470276])


def test_gamma_poisson_limits_are_r():
    # phi <- sum((x - mu)^2 / mu) / 25; qnbinom(pnorm(c(-3, 3)), size = mu/(phi-1), prob = 1/phi) / e
    # pmin(1, 2 * pmin(pnbinom(x, ...), pnbinom(x - 1, ..., lower.tail = FALSE)))
    chart = burst_chart(series(BOARDS, exposure=[1 + (i % 3) / 2 for i in range(1, 27)]))
    close(chart[["centre", "dispersion"]].iloc[0], [13.06329113924051, 4.51394702842377])
    close(chart["limit_low"].iloc[:3], [1.33333333333333, 2, 0])
    close(chart["limit_high"].iloc[:3], [39.3333333333333, 34.5, 47])
    close(chart["p"].iloc[[0, 5, 19]], [0.812301614174089, 0.293351839775389, 0.258550943539552])


def test_poisson_limits_are_r():
    # qpois(pnorm(c(-3, 3)), 13.0632911392405)
    low, high, _ = gamma_poisson_limits(np.array([13.0]), np.array([13.0632911392405]), 1.0)
    assert (low.item(), high.item()) == (4, 25)


@pytest.mark.parametrize(
    ("rules", "published"),
    [
        ((1,), 370.40),
        ((1, 2), 225.44),
        ((1, 3), 166.05),
        ((1, 4), 152.73),
        ((1, 2, 3), 132.89),
        ((1, 2, 4), 122.05),
        ((1, 3, 4), 105.78),
        ((1, 2, 3, 4), 91.75),
    ],
)
def test_run_lengths_are_champ_and_woodall(rules: tuple[int, ...], published: float):
    # Champ CW, Woodall WH (1987) Technometrics 29:393-399, Table 1, shift 0
    watched = tuple(WESTERN_ELECTRIC[number - 1] for number in rules)
    np.testing.assert_allclose(runs_average_run_length(watched), published, atol=0.006)


@pytest.mark.parametrize(
    ("rule", "shift", "expected"),
    [(2, 0, 225.438406741616), (2, 0.4, 104.455941953262), (3, 1, 12.6643864016518), (4, 2, 4.89070958287388)],
)
def test_run_lengths_off_the_centre_are_r(rule: int, shift: float, expected: float):
    # spc::xshewhartrunsrules.arl(shift, type = "12"), "13", "14"
    close(runs_average_run_length((WESTERN_ELECTRIC[0], WESTERN_ELECTRIC[rule - 1]), shift), expected)


def test_false_alarms_of_rule_one_are_r():
    # 1 - (2 * pnorm(3) - 1)^12; 1 - (2 * pnorm(3) - 1)^360; 360 * 2 * pnorm(-3)
    row = runs_false_alarms(WESTERN_ELECTRIC[:1], 12, 30).iloc[0]
    close(
        row[["alarm_chart", "alarm_any", "expected_alarms"]],
        [1 - 0.997300203936740**12, 1 - 0.997300203936740**360, 360 * 0.00269979606326019],
    )


def test_false_alarms_of_nelsons_orders_are_counted_by_hand():
    # 2/6!; zigzag numbers (OEIS A000111) E14 = 199360981 and E15 = 1903757312: 2 E14/14!, 4 E14/14! - 2 E15/15!;
    # R: d <- apply(gtools::permutations(8, 8), 1, function(x) sign(diff(x))); 304 columns of d hold five equal signs in
    # a row, three places of 2/6! each
    trend, zigzag = NELSON_ORDER
    close(order_false_alarms(trend, 6)["alarm_chart"], [2 / 720])
    close(order_false_alarms(zigzag, 14)["alarm_chart"], [2 * 199360981 / 87178291200])
    both = 4 * 199360981 / 87178291200 - 2 * 1903757312 / 1307674368000
    close(order_false_alarms(zigzag, 15)[["alarm_chart", "expected_alarms"]], [[both, 4 * 199360981 / 87178291200]])
    close(order_false_alarms(trend, 8)[["alarm_chart", "expected_alarms"]], [[304 / 40320, 6 / 720]])


def test_runs_signals_are_r():
    # filter(z > 1, rep(1, 5), sides = 1) >= 4 & z > 1 | filter(z < -1, rep(1, 5), sides = 1) >= 4 & z < -1
    z = [1.2, 1.1, 0.2, 1.4, 1.3, 2.4, 2.1, -0.1, -2.5, 3.2, -2.2, -0.3]
    signals = runs_signals(z)
    expected = [[9], [6, 10], [4, 5, 6], []]
    assert [np.flatnonzero(signals[rule.name]).tolist() for rule in WESTERN_ELECTRIC] == expected


@pytest.mark.parametrize(
    ("limit", "expected", "ratio", "run_length"),
    [(6, 2, 1, 102.157583038334), (6.1, 2, 1, 130.722546836988), (6.1, 2, 1.5, 11.3791119917337)],
)
def test_poisson_cusum_run_lengths_are_r(limit: float, expected: float, ratio: float, run_length: float):
    # surveillance::arlCusum(h = limit, k = 2.5, theta = 2 * ratio, distr = "poisson")$ARL
    design = CusumDesign(100)
    close(reference_value(expected, design), [2.5])
    close(average_run_length(limit, expected, design, ratio), run_length)


def test_cusum_of_a_decrease_is_r():
    # spc::pois.cusum.arl(mu = 4, km = 30, hm = 50, m = 10, sided = "lower"), which alarms beyond 5, here at 6 and k = 3
    design = CusumDesign(100, 0.541)
    close(reference_value(4, design), [3.0])
    close(average_run_length(6, 4, design), 153.566532810255)


def test_poisson_cusum_is_lucas():
    # Lucas JM (1985) Technometrics 27:129-144: k = 2, h = 6, mean 1.88: ARL 37.2; the digits by
    # surveillance::arlCusum(h = 6, k = 2, theta = 1.88, distr = "poisson")$ARL. The ratio that has k = 2.0 is 1.128.
    design = CusumDesign(30, 1.128)
    close(reference_value(1.88, design), [2.0])
    close(average_run_length(6, 1.88, design), 37.203254173872)


def test_designed_limit_is_r():
    # arlCusum() above: 102 months at h = 6, 131 at h = 6.1, so 6.1 is the smallest for 120 months
    limit = designed_limit(2, CusumDesign(120))
    close([limit.limit, limit.run_length_in_control], [6.1, 130.722546836988])
    close(limit.run_length_changed, 11.3791119917337)


def test_negative_binomial_cusum_is_r():
    # r <- mu/(phi-1); m <- R*mu; r*log((r+m)/(r+mu)) / log(m*(r+mu)/(mu*(r+m))): 9.79120868593236, 9.76989838472343
    # solve(diag(120) - Q, rep(1, 120))[1], Q of dnbinom(x, size = 8, prob = 1/(1 + R)) on tenths
    design = CusumDesign(60, dispersion=2)
    close(reference_value([8], design), [9.8])
    close(average_run_length(12, 8, design), 61.4863653495896)
    close(average_run_length(12, 8, design, 1.5), 5.86493683650809)


def test_the_sum_is_r():
    # Reduce(function(s, d) max(0, s + d), c(2, 4, 1, 5, 6, 0) - 2.5, 0, accumulate = TRUE)
    chart = cusum(series([2, 4, 1, 5, 6, 0], expected=2.0), CusumDesign(100), 6.1)
    close(chart["cusum"], [0, 1.5, 0, 2.5, 6, 3.5])


def test_risk_weights_are_r():
    # R <- 2; y <- c(1, 0, 1); p <- c(.1, .2, .05); log(R^y / (1 - p + R * p))
    close(risk_weights([1, 0, 1], [0.1, 0.2, 0.05], 2.0), [0.597837000755620, -0.182321556793955, 0.644357016390513])


@pytest.mark.parametrize(
    ("limit", "true_odds_ratio", "expected"),
    [(2.1, 1, 138.046549182083), (3.1, 1, 372.551658953163), (2.1, 2, 37.3258086913592), (3.1, 2, 62.5106635495297)],
)
def test_risk_adjusted_run_length_of_equal_risks_is_r(limit: float, true_odds_ratio: float, expected: float):
    # With p = (2^.1 - 1)/(2 - 1) every event adds .9 log 2 and every other case takes .1 log 2, so in units of log 2:
    # surveillance::arlCusum(h = limit, k = .1, theta = p or 2 * p/(1 + p), distr = "binomial", n = 1)$ARL
    # A limit between two steps of .1 log 2 means the upper one; the chain here does not know the steps.
    risk = 2**0.1 - 1
    close(risk_adjusted_run_length((limit - 0.05) * np.log(2), [risk], 2.0, true_odds_ratio), expected, rtol=5e-4)
