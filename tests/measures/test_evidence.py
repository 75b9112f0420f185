"""Does the management report rest on whole tables, also where nothing was delivered?"""

from __future__ import annotations

import pandas as pd

from analysis.checks.clauses import clauses
from analysis.checks.judgement import Evidence
from analysis.measures.evidence import MEASURES, evidence
from analysis.measures.summary.problems import problems
from analysis.measures.summary.scorecard import opening, scorecard
from analysis.run import Run
from tests.measures.conftest import Insurer


def summary(run: Run) -> dict[str, pd.DataFrame]:
    tables = evidence(run)
    tables["scorecard"] = scorecard(run, tables)
    tables["opening"] = opening(run, tables, tables["scorecard"])
    tables["problems"] = problems(run, tables)
    return tables


def test_a_company_that_delivered_nothing_has_a_report_without_a_verdict(insurer: Insurer) -> None:
    tables = summary(insurer({}, indicators={"csat_top2_share": {"weight": 1.0, "floor": 0.5}}))
    assert set(tables) == {*MEASURES, "scorecard", "opening", "problems"}
    assert set(tables["opening"]["verdict"]) == {"cannot tell"}
    assert tables["problems"].empty


def test_no_clause_is_met_by_figures_that_are_not_there(insurer: Insurer) -> None:
    run = insurer({}, indicators={"csat_top2_share": {"weight": 1.0, "floor": 0.5}})
    status = clauses(Evidence(run.params, summary(run))).set_index("clause")["status"]
    by_figures = ["1.1", "2.1", "3.1", "3.2", "4.1", "4.2", "4.3", "4.5", "4.6", "5.2", "5.3", "6.1", "6.3",
                  "7.2", "8.4"]
    assert dict(status[by_figures]) == dict.fromkeys(by_figures, "no data")
