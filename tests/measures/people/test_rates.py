"""Are complaints held against what each person's cases led to expect?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.cases import CASE_MIX
from analysis.measures.people.rates import dispersion_p, exact_newest, expected_counts

COLUMNS = ["employee_id", "kind", "requests", "upheld"]


def counts(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(**{name: "" for name in CASE_MIX if name != "kind"})


def test_what_is_expected_is_the_groups_rate_in_each_cell() -> None:
    """Claims 4 of 40, inquiries 1 of 100: e1 with 30 and 20 of them expects 3.2, e2 with 10 and 80 expects 1.8."""
    rows = counts(("e1", "claim", 30, 4), ("e1", "inquiry", 20, 0), ("e2", "claim", 10, 0), ("e2", "inquiry", 80, 1))
    found = expected_counts(rows)
    assert found.loc["e1"].to_dict() == pytest.approx({"count": 4, "requests": 50, "expected": 3.2})
    assert found.loc["e2"].to_dict() == pytest.approx({"count": 1, "requests": 90, "expected": 1.8})


def test_complaints_of_no_known_cell_are_spread_over_all_requests() -> None:
    """2 of 100 requests: e1 with 25 of them expects half a complaint more."""
    rows = counts(("e1", "claim", 25, 1), ("e2", "claim", 75, 3), ("e1", "", 0, 2))
    found = expected_counts(rows)
    assert found["expected"].to_dict() == pytest.approx({"e1": 25 * 0.06, "e2": 75 * 0.06})
    assert found["expected"].sum() == pytest.approx(found["count"].sum())


def test_a_complaint_without_a_request_of_ones_own_is_held_against_nobody() -> None:
    found = expected_counts(counts(("e1", "claim", 10, 1), ("e2", "", 0, 1)))
    assert found.loc["e2"].tolist() == [0, 0, 0]


def test_rates_may_come_from_more_than_the_counts() -> None:
    standard = counts(("e1", "claim", 50, 4), ("e2", "claim", 50, 6))
    found = expected_counts(counts(("e1", "claim", 10, 2)), standard)
    assert found.loc["e1", "expected"] == pytest.approx(1.0)


def test_with_nothing_held_equal_everybody_is_expected_to_have_the_common_rate() -> None:
    """5 of 140 requests: e1 with 50 of them expects 250/140, of which claims and inquiries are no matter."""
    rows = counts(("e1", "claim", 30, 4), ("e1", "inquiry", 20, 0), ("e2", "claim", 10, 0), ("e2", "inquiry", 80, 1))
    assert expected_counts(rows, cell=())["expected"].to_dict() == pytest.approx({"e1": 250 / 140, "e2": 450 / 140})


def test_the_spread_of_counts_is_tested_by_the_index_of_dispersion() -> None:
    """R: O <- c(1,9,2,8,5,5,4,6); pchisq(sum((O - 5)^2 / 5), 7, lower.tail = FALSE) = 0.167016094."""
    table = pd.DataFrame({"count": [1, 9, 2, 8, 5, 5, 4, 6], "expected": 5.0})
    assert dispersion_p(table) == (pytest.approx(0.167016094, abs=1e-8), "ok")


@pytest.mark.parametrize(("people", "count", "words"), [
    (7, 1, "not estimable: fewer than 8 people in the same job"), (8, 0, "not estimable: no complaint was upheld")])
def test_few_people_or_no_complaint_have_no_test_and_say_so(people: int, count: int, words: str) -> None:
    p, status = dispersion_p(pd.DataFrame({"count": [count] * people, "expected": float(count)}))
    assert np.isnan(p)
    assert status == words


def test_the_newest_counts_become_z_values_of_the_exact_probability() -> None:
    """R: qnorm(ppois(6, 2, lower = FALSE) + dpois(6, 2) / 2, lower = FALSE) = 2.306237 for 6 where 2 are expected."""
    late = pd.DataFrame({"count": [6, 0, 0], "expected": [2.0, 2.0, 0.0]}, index=["e1", "e2", "e3"])
    found = exact_newest(late, late)
    assert found.loc["e1", "estimate"] == pytest.approx(2.306237, abs=1e-6)
    assert found.loc["e2", "estimate"] < 0
    assert found["status"].str.startswith("ok").tolist() == [True, True, False]
