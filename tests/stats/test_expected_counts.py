"""When do counts say something about a person, and when not?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.people.expected_counts import gamma_law, shrunken_rates

NUMBERS = ["estimate", "low", "high"]
COUNTS = pd.DataFrame({"count": [0, 1, 9, 2, 14, 3, 0, 5], "expected": [2.0, 3, 4, 2, 5, 4, 1, 5]},
                      index=list("abcdefgh"))


def test_estimate_lies_between_own_rate_and_the_groups():
    table, law = shrunken_rates(COUNTS), gamma_law(COUNTS)
    own = COUNTS["count"] / COUNTS["expected"]
    assert table["status"].eq("ok").all()
    weight = COUNTS["expected"] / (COUNTS["expected"] + law.shape / law.mean)
    np.testing.assert_allclose(table["reliability"], weight)
    np.testing.assert_allclose(table["estimate"], weight * own + (1 - weight) * law.mean)
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()


def test_much_evidence_leaves_the_gamma_law_of_the_persons_own_count():
    # expectations of hundreds: the posterior tends to gamma(O + 1/2 or so, E), whatever the group
    counts = pd.DataFrame({"count": [200, 600, 1_500, 3_000, 90, 6_000], "expected": 1_000.0})
    table = shrunken_rates(counts)
    expected = stats.gamma.ppf([[0.025], [0.975]], counts["count"], scale=1 / 1_000).T
    np.testing.assert_allclose(table[["low", "high"]], expected, rtol=0.01)
    assert table["probability_below"].iloc[4] > 0.99
    assert table["probability_below"].iloc[5] < 0.2


def test_order_of_rows_changes_no_digit():
    pd.testing.assert_frame_equal(shrunken_rates(COUNTS[::-1]), shrunken_rates(COUNTS)[::-1])
    assert gamma_law(COUNTS) == gamma_law(COUNTS[::-1])


def test_level_widens():
    assert shrunken_rates(COUNTS, 0.99)["high"].gt(shrunken_rates(COUNTS)["high"]).all()
    with pytest.raises(ValueError, match="level"):
        shrunken_rates(COUNTS, 99)


def test_counts_as_even_as_chance_name_nobody():
    table = shrunken_rates(pd.DataFrame({"count": [3, 4, 5, 6, 4, 5], "expected": 4.5}))
    assert set(table["status"]) == {"not estimable: differences between persons are no larger than chance"}
    assert table[[*NUMBERS, "probability_below"]].isna().all(axis=None)
    assert table["reliability"].eq(0).all()


def test_few_events_name_nobody():
    for counts in ([0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 2, 0]):
        table = shrunken_rates(pd.DataFrame({"count": counts, "expected": 1.0}))
        assert set(table["status"]) == {"not estimable: fewer than 5 persons with an event"}
        assert table[[*NUMBERS, "reliability"]].isna().all(axis=None)
    assert shrunken_rates(COUNTS[:0]).empty


def test_who_had_no_expectation_changes_nobody_else():
    more = pd.concat([COUNTS, pd.DataFrame({"count": [0], "expected": [0.0]}, index=["z"])])
    table = shrunken_rates(more)
    assert table.loc["z", "status"] == "not estimable: nothing was expected"
    pd.testing.assert_frame_equal(table.drop(index="z"), shrunken_rates(COUNTS))


def test_law_at_its_ends():
    even = gamma_law(pd.DataFrame({"count": [3, 4, 5], "expected": [1.5, 2, 2.5]}))
    assert (even.mean, even.shape) == (2, np.inf)
    assert gamma_law(COUNTS.assign(count=0)).mean == 0
    assert np.isnan(gamma_law(COUNTS[:0]).mean)


@pytest.mark.parametrize(("column", "value"), [
    ("count", -1), ("count", 0.5), ("expected", 0.0), ("expected", -1.0), ("expected", np.nan),
])
def test_impossible_counts_are_refused(column: str, value: float):
    with pytest.raises(ValueError, match=r"counts|expected must be positive"):
        shrunken_rates(COUNTS.assign(**{column: value}))
