"""What does a quantile answer to ties, short tails, few answers and wrong probabilities?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.quantiles import RULES, Quantile, design_quantile, weighted_quantile

HOURS = pd.DataFrame({"value": np.arange(1.0, 41), "count": 1})
NUMBERS = ["estimate", "low", "high", "std_error"]
# Hyndman and Fan's types for equal weights, as numpy names them.
NUMPY = {
    "math": "inverted_cdf",
    "school": "averaged_inverted_cdf",
    "hf1": "inverted_cdf",
    "hf2": "averaged_inverted_cdf",
    "hf4": "interpolated_inverted_cdf",
    "hf5": "hazen",
    "hf6": "weibull",
    "hf7": "linear",
    "hf8": "median_unbiased",
    "hf9": "normal_unbiased",
}


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("probability", [0.01, 0.1, 0.3, 0.5, 0.77, 0.99])
def test_equal_weights_give_hyndman_and_fans_types(rule: str, probability: float):
    values = np.array([3, 1, 4, 1.5, 9, 2.6, 5, 3.5, 8, 9.7])
    expected = np.quantile(values, probability, method=NUMPY[rule])
    np.testing.assert_allclose(weighted_quantile(values, np.ones(10), probability, rule), expected, rtol=1e-12)


def test_a_weight_counts_as_so_many_answers():
    values, weights = np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 2])
    for probability in (0.05, 0.25, 0.5, 0.6, 0.9):
        spread = weighted_quantile(np.repeat(values, weights.astype(int)), np.ones(8), probability)
        assert weighted_quantile(values, weights, probability) == spread


def test_the_order_of_rows_changes_no_bit():
    table = HOURS.assign(weight=HOURS.index % 3 + 1)
    shuffled = table.iloc[::-1]
    for rule in RULES:
        exact = [design_quantile(one, Quantile(0.4, rule)) for one in (table, shuffled)]
        pd.testing.assert_frame_equal(*exact, check_exact=True)


def test_too_few_on_one_side_is_not_estimable():
    assert refusal(design_quantile(HOURS.iloc[:0], Quantile())) == "not estimable: no answers"
    assert refusal(design_quantile(HOURS.iloc[:9], Quantile())) == "not estimable: fewer than 10 answers"
    expected = "not estimable: fewer than 5 effective answers on one side of the quantile"
    assert refusal(design_quantile(HOURS, Quantile(0.95))) == expected
    expected = "not estimable: no more sampling units than strata"
    assert refusal(design_quantile(HOURS.assign(cluster=1), Quantile())) == expected


def test_an_interval_beyond_the_answers_is_not_estimable():
    few = HOURS.assign(cluster=[1] * 20 + [2] * 20)
    assert refusal(design_quantile(few, Quantile())) == "not estimable: the interval reaches beyond the answers"


def test_items_tie_too_much():
    items = pd.DataFrame({"value": [1, 2, 3, 4, 5], "count": [10, 20, 20, 100, 50]})
    assert "answers tie at the quantile" in refusal(design_quantile(items, Quantile(0.3)))


def test_the_limits_are_quantiles_at_the_limits_of_the_share():
    row = design_quantile(HOURS, Quantile()).iloc[0]
    for end in ("low", "high"):
        assert row[end] == weighted_quantile(HOURS["value"].to_numpy(), np.ones(40), row[f"share_{end}"])


@pytest.mark.parametrize(("wrong", "message"), [((0.0,), "between"), ((50,), "between"), ((0.5, "hf3"), "rule")])
def test_wrong_quantiles_are_refused(wrong: tuple, message: str):
    with pytest.raises(ValueError, match=message):
        Quantile(*wrong)


@pytest.mark.parametrize("rule", RULES)
def test_a_count_is_so_many_answers(rule: str):
    table = pd.DataFrame({"value": [1.5, 2, 2, 3, 5, 8], "weight": [1, 3, 1, 2, 2, 1], "count": [9, 1, 14, 12, 20, 9]})
    spread = table.loc[table.index.repeat(table["count"])].assign(count=1)
    shown = ["n", "estimate", "low", "high", "std_error"]
    together, apart = (design_quantile(one, Quantile(0.4, rule))[shown] for one in (table, spread))
    np.testing.assert_allclose(together, apart, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_a_single_answer_is_every_quantile(rule: str):
    assert weighted_quantile(np.array([7.0]), np.array([2.0]), 0.3, rule) == 7
    assert refusal(design_quantile(HOURS.iloc[:1], Quantile(0.3, rule))) == "not estimable: fewer than 10 answers"
