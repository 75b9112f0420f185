"""What would the worst have done anyway, at the ends of the scale of reliability and with too few units?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.regression_to_mean import (
    Population,
    beyond_expectation,
    corrected_change,
    expected_improvement,
    improvement_probability,
)

FIRST = np.array([9.0, 8.0, 8.5, 7.5, 10.0, 9.5])
SECOND = np.array([7.0, 8.5, 6.0, 7.0, 8.0, 6.5])


def pairs(second: object = SECOND) -> pd.DataFrame:
    return pd.DataFrame({"first": FIRST, "second": second})


def test_the_worst_tenth_at_reliability_seven_tenths():
    # METHODS section 3: 76 % by simulation
    assert 0.755 < improvement_probability(0.7, 0.1) < 0.775


def test_without_reliability_the_worst_share_improves_unless_it_is_the_worst_again():
    # R = 0: second independent of first; P(second better | first among the worst s) = 1 - s/2
    np.testing.assert_allclose(improvement_probability(0.0, 0.2), 0.9, rtol=1e-9)


def test_full_reliability_leaves_nothing_to_improve():
    assert improvement_probability(1.0, 0.1) == 0
    assert expected_improvement(1.0, 10, 0.1) == 0


def test_all_units_together_do_not_improve():
    np.testing.assert_allclose(improvement_probability(0.5, 1.0), 0.5, rtol=1e-9)
    np.testing.assert_allclose(expected_improvement(0.5, 10, 1.0), 0, atol=1e-12)


def test_half_of_the_units_by_hand():
    # z = 0: sd (1 - R) phi(0)/.5
    np.testing.assert_allclose(expected_improvement(0.6, 5, 0.5), 5 * 0.4 * 2 / np.sqrt(2 * np.pi), rtol=1e-12)


def test_simulated_units_do_as_told():
    generator = np.random.default_rng(6)
    true = generator.standard_normal(400_000) * np.sqrt(0.7)
    first, second = (true + generator.standard_normal(400_000) * np.sqrt(0.3) for _ in range(2))
    worst = first > np.quantile(first, 0.9)
    np.testing.assert_allclose((second < first)[worst].mean(), improvement_probability(0.7, 0.1), atol=0.005)
    np.testing.assert_allclose((first - second)[worst].mean(), expected_improvement(0.7, 1, 0.1), atol=0.01)


def test_the_correction_is_observed_minus_expected():
    row = corrected_change(pairs(), Population(5.0, 0.5, second_mean=4.0)).iloc[0]
    np.testing.assert_allclose(row["observed"], (SECOND - FIRST).mean())
    np.testing.assert_allclose(row["expected"], (4 + 0.5 * (FIRST - 5) - FIRST).mean())
    np.testing.assert_allclose(row["estimate"], row["observed"] - row["expected"])


def test_expected_second_by_hand():
    np.testing.assert_allclose(Population(5.0, 0.5).expected_second(np.array([9.0])), 7)


def test_an_uncertain_reliability_widens():
    known = corrected_change(pairs(), Population(5, 0.5)).iloc[0]
    guessed = corrected_change(pairs(), Population(5, 0.5, reliability_error=0.2)).iloc[0]
    np.testing.assert_allclose(guessed["std_error"] ** 2, known["std_error"] ** 2 + (0.2 * (8.75 - 5)) ** 2)
    assert guessed["df"] > known["df"] == 5
    assert guessed["high"] > known["high"]


def test_figures_come_from_the_shared_formula_and_row_order_does_not_matter():
    told = beyond_expectation(FIRST, SECOND, Population(5, 0.5), 0.95)
    row = corrected_change(pairs().iloc[::-1], Population(5, 0.5)).iloc[0]
    np.testing.assert_allclose([row[name] for name in told], list(told.values()), rtol=1e-12)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pairs().iloc[:0], "no units"),
        (pairs().iloc[:4], "fewer than 5"),
        (pairs(np.nan), "no units"),
        (pairs(5 + 0.5 * (FIRST - 5)), "no variation"),
        (pairs(5.1 + 0.5 * (1e6 + FIRST - 5)).assign(first=1e6 + FIRST), "no variation"),
    ],
)
def test_too_little_is_refused(table: pd.DataFrame, words: str):
    row = corrected_change(table, Population(5, 0.5)).iloc[0]
    assert words in row["status"]
    assert np.isnan(row[["estimate", "low", "high"]].astype(float)).all()


@pytest.mark.parametrize(("reliability", "share"), [(-0.1, 0.1), (1.1, 0.1), (0.5, 0.0), (0.5, 1.1)])
def test_impossible_numbers_are_refused(reliability: float, share: float):
    with pytest.raises(ValueError, match=r"reliability|share"):
        improvement_probability(reliability, share)
    with pytest.raises(ValueError, match=r"reliability|share"):
        expected_improvement(reliability, 1, share)


def test_an_impossible_population_is_refused():
    with pytest.raises(ValueError, match="reliability must"):
        Population(5, 1.5)
    with pytest.raises(ValueError, match="reliability_error"):
        Population(5, 0.5, reliability_error=-1)
