"""Does the proportional-odds fit behave as a maximum, and its test as a comparison of slopes?"""

import numpy as np
import pandas as pd
import pytest
from scipy import special

from analysis.stats.models.ordinal import brant, mckelvey_zavoina, proportional_odds

ROWS = 400
NO_REGRESSOR = np.empty((3, 0))


def sample(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    design = generator.normal(size=(ROWS, 2))
    latent = design @ [1.0, -0.5] + generator.logistic(size=ROWS)
    return design, np.digitize(latent, [-1.0, 0.5, 2.0]).astype(float), np.ones(ROWS)


def test_without_regressor_the_thresholds_are_the_logits_of_the_shares():
    fit = proportional_odds(NO_REGRESSOR, np.array([1.0, 2, 5]), np.array([10.0, 30, 60]))
    np.testing.assert_allclose(fit.thresholds, special.logit([0.1, 0.4]), rtol=1e-12)
    np.testing.assert_allclose(fit.log_likelihood, 10 * np.log(0.1) + 30 * np.log(0.3) + 60 * np.log(0.6), rtol=1e-12)
    np.testing.assert_array_equal(fit.categories, [1, 2, 5])


def test_two_by_two_is_the_odds_ratio_by_hand():
    # 30:10 against 15:25, odds ratio (30 * 25) / (10 * 15) = 5, variance of its logarithm Σ 1/n (Woolf 1955)
    design, answer = np.array([[1.0], [1], [0], [0]]), np.array([1.0, 0, 1, 0])
    fit = proportional_odds(design, answer, np.array([30.0, 10, 15, 25]))
    np.testing.assert_allclose(fit.slopes, np.log(5), rtol=1e-10)
    np.testing.assert_allclose(fit.std_errors, np.sqrt(1 / 30 + 1 / 10 + 1 / 15 + 1 / 25), rtol=1e-10)


def test_weights_are_repeated_rows():
    design, answer, _ = sample()
    twice = proportional_odds(design, answer, np.full(ROWS, 2.0))
    apart = proportional_odds(np.tile(design, (2, 1)), np.tile(answer, 2), np.ones(2 * ROWS))
    np.testing.assert_allclose(twice.parameters, apart.parameters, rtol=1e-8)
    np.testing.assert_allclose(twice.covariance, apart.covariance, rtol=1e-8)


def test_reversing_the_scale_turns_the_signs():
    design, answer, weight = sample()
    fit, back = proportional_odds(design, answer, weight), proportional_odds(design, -answer, weight)
    np.testing.assert_allclose(back.slopes, -fit.slopes, rtol=1e-7)
    np.testing.assert_allclose(back.thresholds, -fit.thresholds[::-1], rtol=1e-7)
    np.testing.assert_allclose(back.std_errors, fit.std_errors, rtol=1e-7)


def test_far_regressors_do_not_lose_the_digits():
    design, answer, weight = sample()
    fit, far = proportional_odds(design, answer, weight), proportional_odds(design + 1_000, answer, weight)
    np.testing.assert_allclose(far.slopes, fit.slopes, rtol=1e-6)


def test_separated_answers_do_not_converge():
    with pytest.raises(ArithmeticError, match="separation"):
        proportional_odds(np.array([[1.0], [2], [3], [4]]), np.array([0.0, 0, 1, 1]), np.ones(4))


def test_a_strong_effect_converges_by_shorter_steps():
    # 40 distinct values, only the middle four mixed: full Newton steps from 0 overshoot
    design = np.arange(40.0)[:, None]
    answer = np.r_[np.zeros(18), 1, 0, 1, 0, np.ones(18)]
    fit = proportional_odds(design, answer, np.ones(40))
    np.testing.assert_allclose((answer - special.expit(design[:, 0] * fit.slopes - fit.thresholds)).sum(), 0, atol=1e-8)


def test_equal_slopes_by_construction_pass_and_unequal_fail():
    design, answer, weight = sample()
    table = brant(design, answer, weight)
    assert table["df"].tolist() == [4, 2, 2]
    assert table["p"].gt(0.01).all()
    crossed = np.where(answer >= 2, answer, np.digitize(design[:, 0], [0.0]))  # the lowest cut turns on the first alone
    found = brant(design, np.where(np.arange(ROWS) % 7, crossed, answer), weight)
    assert found["p"][0] < 1e-6 > found["p"][1]


def test_three_cuts_by_hand_without_regressors_between():
    # one dichotomous regressor and three categories: each cut's slope is a log odds ratio of a 2 x 2 table
    counts = np.array([20.0, 30, 50, 40, 35, 25])
    design, answer = np.repeat([[0.0], [1.0]], 3, axis=0), np.tile([1.0, 2, 3], 2)
    gap = special.logit(0.25) - special.logit(0.5) - (special.logit(0.60) - special.logit(0.8))
    low = [1 / (100 * p * (1 - p)) for p in (0.8, 0.6)]
    high = [1 / (100 * p * (1 - p)) for p in (0.5, 0.25)]
    between = [100 * q * (1 - p) * a * b for p, q, a, b in zip((0.8, 0.6), (0.5, 0.25), low, high, strict=True)]
    chi2 = gap**2 / (sum(low) + sum(high) - 2 * sum(between))
    np.testing.assert_allclose(brant(design, answer, counts)["chi2"], [chi2, chi2], rtol=1e-8)


def test_two_categories_leave_nothing_to_compare():
    design, answer, weight = sample()
    table = brant(design, (answer > 1).astype(float), weight)
    assert table["df"].eq(0).all()
    assert table[["chi2", "p"]].isna().all().all()


def test_explained_share_of_the_latent_variance_by_hand():
    # x'b is 0 or 2 in equal parts: variance 1 against pi^2/3
    design = np.array([[0.0], [1.0]])
    explained = mckelvey_zavoina(design, np.array([5.0, 5.0]), np.array([2.0]))
    np.testing.assert_allclose(explained, 1 / (1 + np.pi**2 / 3), rtol=1e-12)


def test_brant_is_a_table_of_numbers():
    assert isinstance(brant(*sample()), pd.DataFrame)
