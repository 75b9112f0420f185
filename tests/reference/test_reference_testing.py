"""Do p-values for many tests agree with the published example and with R 4.2.2?"""

import numpy as np
import pandas as pd

from analysis.stats.testing import benjamini_hochberg, holm, one_sided_share_p, rejections, two_sided_p

TOLERANCE = 1e-8
# Benjamini and Hochberg (1995), section 3.2: 15 comparisons of two treatments after myocardial infarction
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
PUBLISHED += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE)


def test_the_published_example_rejects_four_and_three():
    # "we reject the four hypotheses having p-values which are less than or equal to 0.013"; Bonferroni (and Holm) three
    p = pd.Series(PUBLISHED)
    assert rejections(p, "benjamini-hochberg")["rejected"].item() == 4
    assert rejections(p, "holm")["rejected"].item() == 3
    assert rejections(p, "each")["rejected"].item() == 9


def test_benjamini_hochberg_is_r():
    # p.adjust(p, "BH"); p.adjust(c(.01, NA, .04, .03, .005), "BH")
    expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857142857142862, 0.063857142857142862, 0.0645]
    expected += [0.0765, 0.486, 0.58118181818181813, 0.714875, 0.75323076923076926, 0.81321428571428567, 1.0]
    close(benjamini_hochberg(pd.Series(PUBLISHED)), expected)
    close(benjamini_hochberg(pd.Series([0.01, np.nan, 0.04, 0.03, 0.005])), [0.02, np.nan, 0.04, 0.04, 0.02])


def test_holm_of_the_published_example_is_r():
    # p.adjust(p, "holm")
    expected = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213]
    close(holm(pd.Series(PUBLISHED)), [*expected, *[1.0] * 6])


def test_two_sided_p_is_r():
    # 2 * pnorm(-abs(5 - c(9, 4)) / (c(4, 2) / qnorm(.975)))
    row = {"n": 9, "estimate": 5.0, "low": 3.0, "high": 9.0, "level": 0.95, "status": "ok"}
    table = pd.DataFrame([row, row])
    close(two_sided_p(table, [9, 4]), [0.05, 0.32709500769114069])


def test_the_bound_of_holm_is_r():
    # max(sapply(1:m, function(k) sum(pbinom(0:(k - 1), k, .05 / (k:1), lower.tail = FALSE)))), m = 1, 2, 10
    bounds = [rejections(pd.Series(np.ones(m)), "holm")["expected_false"].item() for m in (1, 2, 10)]
    close(bounds, [0.05, 0.051875, 0.051875])


def test_exact_p_of_a_share_is_r():
    # binom.test(3, 50, p = .15, alternative = "less")$p.value; then with alternative = "greater":
    # (40, 40, p = .97), (180321, 1000000, p = .18), (0, 40, p = .02)
    close(one_sided_share_p(3, 50, 0.15, "below"), [0.04604657889230197])
    above = one_sided_share_p([40, 180_321, 0], [40, 1_000_000, 40], [0.97, 0.18, 0.02], "above")
    close(above, [0.2957122873991326, 0.2020524195325023, 1])


def test_ties_ends_and_gaps_are_adjusted_as_in_r():
    # p <- c(.01, .01, .2, NA, 1, 0, .03, .03); p.adjust(p, "holm"); p.adjust(p, "BH")
    p = pd.Series([0.01, 0.01, 0.2, np.nan, 1, 0, 0.03, 0.03])
    close(holm(p), [0.06, 0.06, 0.4, np.nan, 1, 0, 0.12, 0.12])
    expected = [0.02333333333333333, 0.02333333333333333, 0.2333333333333334, np.nan, 1, 0, 0.042, 0.042]
    close(benjamini_hochberg(p), expected)
