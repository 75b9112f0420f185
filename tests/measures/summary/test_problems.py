"""Is a problem what is beyond chance over all tests of the quarter, and do the weightiest come first?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.summary.problems import held_against_target, problems
from analysis.tables.results import figures
from tests.measures.conftest import Insurer


def table(*rows: tuple[str, float, float, int]) -> dict[str, pd.DataFrame]:
    """Return branches as (name, estimate, p_worse, customers), each with an interval of 0.02 to both sides."""
    frame = pd.DataFrame(rows, columns=["unit", "estimate", "p_worse", "customers"])
    return {"satisfaction": figures(frame.assign(
        indicator="csat_top2_share", unit_type="branch", n=100, low=frame["estimate"] - 0.02,
        high=frame["estimate"] + 0.02, status="ok", target=0.85))}


def test_holm_by_hand() -> None:
    # Holm 1979: sorted p times 3, 2, 1, made monotone: .01*3, .02*2 -> .04, .04 -> .04
    found = held_against_target(table(("a", 0.8, 0.01, 1), ("b", 0.8, 0.02, 1), ("c", 0.8, 0.04, 1)))
    assert list(found["p_adjusted"].round(10)) == [0.03, 0.04, 0.04]


def test_what_many_tests_bring_by_chance_is_no_problem(insurer: Insurer) -> None:
    rows = [(f"b{i}", 0.84, 0.04, 10) for i in range(3)]
    assert problems(insurer({}), table(*rows)).empty


def test_the_list_is_ordered_by_customers_times_the_certain_gap(insurer: Insurer) -> None:
    found = problems(insurer({}), table(("few", 0.60, 1e-9, 10), ("many", 0.80, 1e-9, 1000), ("fine", 0.9, 0.9, 10)))
    assert list(found["unit"]) == ["many", "few"]
    assert list(found["gap_near"].round(10)) == [0.03, 0.23]


def test_a_problem_has_a_stable_id_an_owner_and_the_number_of_tests(insurer: Insurer) -> None:
    row = problems(insurer({}), table(("b1", 0.6, 1e-9, 10), ("b2", 0.9, 0.5, 10))).iloc[0]
    assert (row["problem_id"], row["owner"], row["tests"]) == ("csat_top2_share:branch:b1", "customer_service", 2)


@pytest.mark.parametrize("column", ["indicator", "estimate", "problem_id", "tests", "customers", "owner"])
def test_no_problem_is_a_table_without_rows(insurer: Insurer, column: str) -> None:
    assert column in problems(insurer({}), table(("b1", 0.9, 0.9, 10)))
