"""Does each department see what is its own?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.summary.departments import departments
from analysis.tables.results import blank_figures
from tests.measures.conftest import Insurer


def row(indicator: str, verdict: str, unit: str = "company", unit_type: str = "company") -> pd.DataFrame:
    return blank_figures(indicator, unit_type, [unit], "no data").assign(event="", verdict=verdict)


def test_indicators_problems_measures_and_steps_are_counted_by_owner(insurer: Insurer) -> None:
    run = insurer({}, indicators={"nps": {}, "csat_mean": {}, "compliance_pass_share": {}})
    tables = {
        "satisfaction": pd.concat([row("nps", "met"), row("csat_mean", "not met"), row("renew_share", "met"),
                                   row("nps", "not met", "B1", "branch")]),
        "compliance": row("compliance_pass_share", "no target"),
        "problems": pd.DataFrame({"owner": ["compliance", "compliance"]}),
        "actions": pd.DataFrame({"action_id": ["A1", "A2", "A3"], "state": ["done", "overdue", "running"],
                                 "owner_department": ["training", "training", "customer_service"]}),
        "milestones": pd.DataFrame({"owner": ["quality", "quality"], "state": ["done late", "open"]}),
    }
    table = departments(run, tables).set_index("department")
    assert table.loc["customer_service", ["indicators", "met", "not_met", "cannot_tell", "measures"]].tolist() == [
        2, 1, 1, 0, 1]
    assert table.loc["compliance", ["indicators", "met", "not_met", "problems"]].tolist() == [1, 0, 0, 2]
    assert table.loc["training", ["measures", "measures_overdue"]].tolist() == [1, 1]
    assert table.loc["quality", ["milestones", "milestones_late"]].tolist() == [2, 1]
    assert table.index.tolist() == ["compliance", "customer_service", "quality", "training"]
    assert table["rests_on"].tolist() == ["own indicators", "own indicators", "owns no indicator", "owns no indicator"]


def test_every_department_has_a_row_and_a_service_line_the_figures_of_its_own(insurer: Insurer) -> None:
    """Claims owns no indicator: of two of the plan its line met one; sales was not asked, management is no line."""
    run = insurer({}, indicators={"nps": {}, "csat_mean": {}}, departments=["management", "claims", "customer_service"])
    lines = [row("nps", "met", "claims", "service_line"), row("csat_mean", "not met", "claims", "service_line"),
             row("renew_share", "met", "claims", "service_line"), row("nps", "met", "sales", "service_line")]
    tables = {"satisfaction": pd.concat([row("nps", "cannot tell"), *lines]), "problems": pd.DataFrame({"owner": []}),
              "actions": pd.DataFrame({"action_id": [], "state": [], "owner_department": []}),
              "milestones": pd.DataFrame({"owner": [], "state": []})}
    table = departments(run, tables)
    assert table[["department", "rests_on", "indicators", "met", "not_met", "cannot_tell"]].to_numpy().tolist() == [
        ["management", "owns no indicator", 0, 0, 0, 0], ["claims", "its service line", 2, 1, 1, 0],
        ["customer_service", "own indicators", 1, 0, 0, 1]]
