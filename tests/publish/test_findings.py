"""Do the last lines say where the report is and what it found?"""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from analysis.publish.findings import findings, quality

SCORECARD = "indicator,unit_type,verdict\na,company,met\nb,company,cannot tell\nc,company,met\nd,branch,not met\n"
CLAUSES = "clause,status,evidence\n1,no data,\n2,not met,x\n3,met,y\n"


def test_company_verdicts_and_clauses_are_counted(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "scorecard.csv").write_text(SCORECARD)
    (tmp_path / "tables" / "clauses.csv").write_text(CLAUSES)
    assert findings(tmp_path) == [f"report: {tmp_path / 'index.html'}", "indicators: 2 met, 1 cannot tell",
                                  "clauses: 1 met, 1 not met, 1 no data"]


def test_absent_tables_give_no_line(tmp_path: Path) -> None:
    assert findings(tmp_path) == [f"report: {tmp_path / 'index.html'}"]


def test_data_quality_counts_rows_rules_and_suspicions() -> None:
    accounts = pd.DataFrame({"table": ["surveys"] * 2, "delivery": ["2024Q2", "2024Q3"], "received": [3, 4]})
    failures = pd.DataFrame({"file": ["surveys.csv"] * 2, "column": ["mode"] * 2, "rule": ["isin"] * 2, "row": [2, 9]})
    lines = quality(SimpleNamespace(accounts=accounts, failures=failures, findings=pd.DataFrame()))
    assert [line for line in lines if line.endswith(":")] == ["rows:", "quarantined:"]
    assert lines[1].split() == ["table", "received", "surveys", "7"]
    assert lines[3].split() == ["file", "column", "rule", "rows", "surveys.csv", "mode", "isin", "2"]
