"""Do rates, p-values and their adjustment agree with R?

R 4.2.2. Relative error 1e-8 (limits above dispersion 1 come from R's uniroot, tol = 1e-13).
"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.rate_ratios import rate_ratio
from analysis.stats.intervals.rates import pearson_dispersion, rate
from analysis.stats.testing import holm, one_sided_share_p

TOLERANCE = 1e-8
# datasets::InsectSprays$count, by spray A-F
SPRAYS = [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13, 11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13]
SPRAYS += [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4, 3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4]
SPRAYS += [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4, 11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13]
# uniroot over m of pnbinom(x - 1, size = m/(phi - 1), prob = 1/phi, lower.tail = FALSE) - .025,
# and of pnbinom(x, size = m/(phi - 1), prob = 1/phi) - .025; columns count, phi, low, high
GAMMA_POISSON = [
    (0, 3, 0.0, 6.7155255628646),
    (1, 1.5, 0.031220698745718, 6.633645486090296),
    (7, 2, 1.72163266890244, 17.63373645037602),
    (40, 4, 19.2611801112660, 69.8144245682732),
    (600, 12, 445.614238412775, 778.865810863459),
]


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


def test_poisson_limits_are_r():
    # poisson.test(7, 3.5)$conf.int; poisson.test(0, 2)$conf.int; poisson.test(137, 24.19893)$conf.int (R's own example)
    table = rate([7, 0, 137], [3.5, 2, 24.19893])
    expected = [
        [0.804103729005676, 4.120764389057823],
        [0.0, 1.844439727056968],
        [4.753124804848748, 6.692709334176071],
    ]
    close(table[["low", "high"]], expected)


@pytest.mark.parametrize(("count", "dispersion", "low", "high"), GAMMA_POISSON)
def test_gamma_poisson_limits_are_r(count: int, dispersion: float, low: float, high: float):
    close(rate(count, 1, dispersion)[["low", "high"]], [[low, high]])


def test_poisson_table_of_garwood():
    # Garwood F (1936) Biometrika 28:437-442, as tabulated for 10 events: 4.80 and 18.39
    table = rate(10, 1)
    np.testing.assert_allclose(table[["low", "high"]], [[4.80, 18.39]], atol=0.006)


def test_dispersion_is_r():
    # g <- glm(count ~ spray, family = quasipoisson, data = InsectSprays); sum(residuals(g, "pearson")^2) / 66
    # (summary(g)$dispersion stops 3e-7 short of it, where the iteration converged)
    counts = pd.Series(SPRAYS)
    expected = counts.groupby(np.arange(72) // 12).transform("mean")
    close(pearson_dispersion(counts, expected, 66), 1.507712557984456)


def test_binomial_p_is_r():
    # binom.test(15, 20, p = .9, alternative = "less")$p.value
    # binom.test(4, 30, p = .05, alternative = "greater")$p.value
    close(one_sided_share_p(15, 20, 0.9, "below"), [0.0431744952844633])
    close(one_sided_share_p(4, 30, 0.05, "above"), [0.0607715613087436])


def test_holm_is_r():
    # p.adjust(c(.01, NA, .04, .03, .005), "holm")
    close(holm(pd.Series([0.01, np.nan, 0.04, 0.03, 0.005])), [0.03, np.nan, 0.06, 0.06, 0.02])


def test_rate_ratio_is_r():
    # poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)), of R's help page; c(0, 7), c(100, 120); c(40, 20), 1
    rates = pd.DataFrame({"count": [11, 0, 40], "exposure": [800, 100, 1], "base_count": [21, 7, 20],
                          "base_exposure": [3011, 120, 1]})
    expected = [[1.9714880952381, 0.858426403391639, 4.277265943654071], [0, 0, 0.832576776115743],
                [2, 1.14191160480924, 3.61106910663162]]
    np.testing.assert_allclose(rate_ratio(rates)[["estimate", "low", "high"]], expected, rtol=1e-8)


def test_large_counts_at_other_levels_are_r():
    # poisson.test(1e6, 37, conf.level = .8)$conf.int; poisson.test(c(1000, 900), c(37, 40), conf.level = .99)$conf.int
    close(rate(10**6, 37, level=0.8)[["low", "high"]], [[26992.396290540008, 27061.696382172882]])
    large = pd.DataFrame({"count": [1000], "exposure": [37], "base_count": [900], "base_exposure": [40]})
    close(rate_ratio(large, 0.99)[["low", "high"]], [[1.0660955761837898, 1.3537200698254359]])
