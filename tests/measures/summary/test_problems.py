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


def rule(name: str, force: str, missed: int, of: int) -> pd.DataFrame:
    kept = (of - missed) / of
    return figures(pd.DataFrame([{
        "indicator": "statutory_in_limit_share", "unit_type": "rule", "unit": name, "n": of, "estimate": kept,
        "low": kept - 0.1, "high": min(1.0, kept + 0.001), "status": "ok", "target": 1.0, "force": force,
        "title": name.upper(), "p_worse": float(missed == 0), "customers": of}]))


def test_a_limit_of_law_that_one_case_missed_is_a_problem_for_certain(insurer: Insurer) -> None:
    """Of a limit that every case must keep, R: pbinom(39, 40, 1) = 0 and pbinom(40, 40, 1) = 1."""
    clocks = pd.concat([rule("late", "duty", 1, 40), rule("kept", "duty", 0, 40), rule("relief", "option", 9, 40)])
    found = problems(insurer({}), table(("b1", 0.9, 0.9, 10)) | {"clocks": clocks})
    assert found[["problem_id", "part", "p_adjusted", "customers", "tests"]].to_numpy().tolist() == [
        ["statutory_in_limit_share:rule:late", "LATE", 0.0, 40, 3]]


def test_a_facet_of_competence_is_a_problem_of_its_own(insurer: Insurer) -> None:
    told = [("", 73.0, 0.1), ("knowledge", 78.0, 0.9), ("communication", 78.0, 0.9), ("adaptability", 63.0, 1e-6)]
    scores = pd.DataFrame(told, columns=["facet", "estimate", "p_worse"]).assign(
        indicator="competence_score", unit_type="service_line", unit="sales", n=15, status="ok", target=75.0,
        low=lambda one: one["estimate"] - 3, high=lambda one: one["estimate"] + 3, customers=50)
    found = problems(insurer({}), {"competence": figures(scores)})
    assert found[["problem_id", "part", "tests"]].to_numpy().tolist() == [
        ["competence_score:service_line:sales:adaptability", "adaptability", 4]]


@pytest.mark.parametrize("column", ["indicator", "estimate", "problem_id", "tests", "customers", "owner"])
def test_no_problem_is_a_table_without_rows(insurer: Insurer, column: str) -> None:
    assert column in problems(insurer({}), table(("b1", 0.9, 0.9, 10)))
