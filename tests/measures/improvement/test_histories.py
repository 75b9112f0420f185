from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.evidence import MEASURES
from analysis.measures.improvement.histories import COLUMNS, PUBLISHED, histories
from analysis.measures.published_by import PUBLISHED_BY
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_effects import ACTION, QUARTERS, UNITS, answers, shares
from tests.measures.people.test_competence import ratings, staff


def test_a_history_holds_the_published_figure_of_each_unit_and_quarter(insurer: Insurer) -> None:
    table = answers(0.1)
    found = histories(insurer({"surveys": table}, files={"actions.yml": [ACTION]}))["A1"]
    told = found.pivot_table(index="unit", columns="quarter", values="estimate")
    assert (told.index.tolist(), tuple(told.columns)) == (UNITS, QUARTERS)
    assert told.to_numpy(float) == pytest.approx(shares(table).to_numpy())
    assert found["hours"].isna().all()


@pytest.mark.parametrize("changes", [{"problem_id": "csat_top2_share:shift:day"},
                                     {"indicator": "withdrawn_in_limit_share"}])
def test_what_no_measure_publishes_per_unit_has_no_history(insurer: Insurer, changes: dict[str, str]) -> None:
    found = histories(insurer({"surveys": answers(0.1)}, files={"actions.yml": [ACTION | changes]}))["A1"]
    assert found.empty
    assert list(found) == COLUMNS


def test_nothing_delivered_is_an_empty_history(insurer: Insurer) -> None:
    found = histories(insurer({}, files={"actions.yml": [ACTION]}))["A1"]
    assert isinstance(found, pd.DataFrame)
    assert found.empty


def test_the_table_that_publishes_an_indicator_is_the_one_of_the_report() -> None:
    assert {name: MEASURES[name] for name in PUBLISHED} == PUBLISHED
    assert {table for _, table in PUBLISHED_BY} == set(PUBLISHED)


@pytest.mark.parametrize(("part", "estimate"), [("", 55), (":knowledge", 70), (":adaptability", 40)])
def test_a_problem_of_one_facet_has_the_history_of_that_facet(insurer: Insurer, part: str, estimate: float) -> None:
    """Knowledge is rated 40, 50 ... 100, adaptability 30 points lower in everybody."""
    rated = ratings([[4], [5], [6], [7], [8], [9], [10]])
    other = rated.assign(facet="adaptability", score=rated["score"] - 3, assessment_id="o" + rated["assessment_id"])
    found = histories(insurer({"assessments": pd.concat([rated, other]), "staff": staff(7)}, files={"actions.yml": [
        ACTION | {"problem_id": f"competence_score:service_line:claims{part}", "indicator": "competence_score",
                  "units": ["claims"], "comparison_units": []}]}))["A1"]
    assert found["unit"].tolist() == ["claims"]
    assert found["estimate"].tolist() == [pytest.approx(estimate)]


def test_a_rule_and_a_department_have_histories_too(insurer: Insurer) -> None:
    decided = pd.DataFrame({
        "complaint_id": [f"c{number}" for number in range(40)], "service_line": "claims", "cause": "delay",
        "source": "company", "received_at": "2024-07-01 09:00:00", "complexity": "simple",
        "decided_at": [f"2024-07-{5 if number < 10 else 31:02} 09:00:00" for number in range(40)]})
    rule, law = "cn.complaint.decide", {"indicator": "statutory_in_limit_share"}
    told = {"problem_id": "acknowledgement_share:department:d1", "indicator": "acknowledgement_share"}
    roster = staff(4, acknowledged_on=["2024-01-02", "2024-01-03", "2024-01-04", None])
    found = histories(insurer({"complaints": decided, "staff": roster}, files={"actions.yml": [
        ACTION | law | {"problem_id": f"statutory_in_limit_share:rule:{rule}", "units": [rule],
                        "comparison_units": []},
        ACTION | told | {"action_id": "A2", "units": ["d1"], "comparison_units": []}]}))
    assert found["A1"].set_index("unit").loc[rule, "estimate"] == pytest.approx(0.25)
    assert found["A2"].query("quarter == '2024Q3'").set_index("unit")["estimate"].to_dict() == {"d1": 0.75}
