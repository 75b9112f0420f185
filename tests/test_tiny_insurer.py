"""Does an insurer of five people get its reports, and do they say well that the evidence is not enough?

A quarter of 60 invitations, 40 requests, 20 complaints, 8 audits and 8 assessments, taken evenly from the sample's, by
the command that makes a report.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.checks.clauses import CLAUSES

ROOT = Path(__file__).parents[1]
QUARTER = "2024Q3"
SAMPLE = ROOT / "data" / "sample" / QUARTER
PEOPLE = {"E01": ("sales", "sales_agent", "sales"), "E02": ("claims", "claims_handler", "claims"),
          "E03": ("customer_service", "consultant", "consultation"),
          "E04": ("customer_service", "service_agent", "after_sales"), "E05": ("quality", "auditor", "after_sales")}
SERVING = list(PEOPLE)[:4]
OPENS = {"requests": "opened_at", "complaints": "received_at", "feedback": "received_at", "surveys": "invited_at",
         "audits": "audited_at", "assessments": "assessed_on"}
KEYS = {"requests": "request_id", "surveys": "invitation_id", "complaints": "complaint_id"}
PLANTED_DIRT = ["7", "fax", "grapevine", "soon", "perhaps", "charm"]  # data/sample/truth.yml
IN_QUARTER = r"^2024-0[789]-[0-3]\d"

pytestmark = pytest.mark.slow


def delivered() -> dict[str, pd.DataFrame]:
    """Return the tables of the tiny insurer."""
    staff = [{"employee_id": one, "department": department, "branch": "B01", "role": role, "service_line": line,
              "valid_from": "2022-01-01", "acknowledged_on": "2024-01-02"}
             for one, (department, role, line) in PEOPLE.items()]
    surveys = rows("surveys")
    sizes = {"requests": 40, "complaints": 20, "feedback": 5}
    return {
        "staff": pd.DataFrame(staff),
        "surveys": pd.concat([some(part, 30) for _, part in surveys.groupby(surveys["responded_at"].isna())]),
        "audits": some(rows("audits"), 8), "assessments": some(rows("assessments"), 8),
        **{name: some(rows(name), size) for name, size in sizes.items()}}


def rows(table: str) -> pd.DataFrame:
    """Return the sample's rows that open in the quarter and keep the contract, in order of opening."""
    found = pd.read_csv(SAMPLE / f"{table}.csv", dtype=str)
    right = found[OPENS[table]].str.match(IN_QUARTER, na=False) & found.iloc[:, 0].notna()
    right &= ~found.isin(PLANTED_DIRT).any(axis=1)
    return found[right].drop_duplicates(KEYS.get(table)).sort_values(OPENS[table], kind="stable")


def some(table: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return the rows of ``size`` cases spread over the quarter, as this insurer's: two branches, four employees."""
    key = table.columns[0]
    cases = table[key].drop_duplicates()
    chosen = list(cases.iloc[[int((place + 0.5) * len(cases) / size) for place in range(size)]])
    own = table[table[key].isin(chosen)]
    number = own[key].map(chosen.index)
    told = {"employee_id": number.map(lambda one: SERVING[one % 4]), "auditor_id": "E05",
            "branch": number.map(lambda one: f"B0{1 + one % 2}"),
            "assessor_id": number.map(lambda one: SERVING[(one + 1) % 4] if one // 4 % 2 else "E05"),
            **dict.fromkeys(("partner_id", "transferred_from", "reopened_of", "repeat_of", "action_id"), "")}
    return own.assign(**{name: values for name, values in told.items() if name in own})


def parameters() -> dict[str, object]:
    """Return the sample's site and plan without what only the sample did."""
    site = yaml.safe_load((ROOT / "params" / "site.yml").read_text(encoding="utf-8"))
    plan = yaml.safe_load((ROOT / "params" / f"{QUARTER}.yml").read_text(encoding="utf-8"))
    tables = {name: plan["tables"][name] for name in ("staff", *OPENS)}
    samples = {"surveys": {"planned": 60}, "audits": {"planned": 8}, "assessments": {"planned": 8}}
    return {"site.yml": site, f"{QUARTER}.yml": plan | {"tables": tables, "samples": samples, "told_back": []}}


def reported(home: Path, delivered: dict[str, pd.DataFrame]) -> Path:
    """Return the folder of the report that the command makes of ``delivered`` under ``home``."""
    (home / "data" / QUARTER).mkdir(parents=True)
    (home / "params").mkdir()
    for name, table in delivered.items():
        table.to_csv(home / "data" / QUARTER / f"{name}.csv", index=False)
    for name, content in parameters().items():
        (home / "params" / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    made = subprocess.run([sys.executable, "-m", "analysis", "quarter", "--quarter", QUARTER, "--data", home / "data",
                           "--params", home / "params", "--reports", home / "reports"], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=900)
    assert made.returncode == 0, made.stderr[-2000:]
    return home / "reports" / QUARTER


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported(tmp_path_factory.mktemp("tiny"), delivered())


@pytest.fixture(scope="module")
def tables(report: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in report.rglob("*.csv")}


def test_no_figure_is_given_that_is_not_estimable(tables: dict[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        if {"status", "estimate"} <= set(table):
            numbers = [one for one in ("estimate", "low", "high") if one in table]
            assert table.loc[table["status"] != "ok", numbers].isna().all(axis=None), name


def test_half_of_the_figures_say_why_they_are_not_there(tables: dict[str, pd.DataFrame]) -> None:
    told = pd.concat([table["status"] for table in tables.values() if "verdict" in table and "status" in table])
    assert told.str.startswith("not estimable: ").mean() > 0.4
    assert told.eq("ok").mean() < 0.4


def test_no_person_is_judged(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("employees", "appraisal", "training_needs", "auditor_severity", "assessor_severity"):
        table = tables[name]
        assert table["estimate"].isna().all() if "estimate" in table else table.empty
        assert not table.isin(["needs support", "strong", "stricter", "milder", "need"]).any(axis=None), name


def test_nothing_raises_an_alarm_or_stands_out(tables: dict[str, pd.DataFrame]) -> None:
    assert not tables["complaint_trend"]["alarm"].eq("alarm").any()
    assert not tables["complaint_drift"]["alarm"].astype(bool).any()
    assert not tables["complaint_funnel"]["stands_out"].eq("yes").any()
    assert not tables["integrity"]["finding"].eq("to be looked into").any()
    for name in ("audit_charts", "complaint_charts"):
        assert not tables[name]["beyond"].astype(bool).any()


def test_nothing_is_called_better_or_worse(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["changes"]["change"].isna().all()
    assert tables["partners"]["difference"].isna().all()


def test_a_composite_that_cannot_be_told_names_what_is_missing(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["scorecard"].query("indicator == 'composite_score' and status != 'ok'")
    assert set(rows["status"]) == {"not estimable: less than 80% of the weight is present"}
    assert len(rows) >= 6
    assert rows["missing"].str.contains("competence_score").all()


def test_the_opening_verdicts_say_what_they_rest_on(report: Path, tables: dict[str, pd.DataFrame]) -> None:
    opening = tables["opening"].set_index("question")
    assert opening.loc[["quality", "conduct"], "verdict"].tolist() == ["cannot tell", "cannot tell"]
    assert "not estimable 1" in opening.loc["quality", "why"]
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "Level of quality: cannot tell. Of the weighted indicators: " in page


def test_every_clause_has_a_status(tables: dict[str, pd.DataFrame]) -> None:
    clauses = tables["clauses"]
    assert clauses["clause"].astype("str").tolist() == [one.id for one in CLAUSES]
    assert set(clauses["status"]) <= {"met", "not met", "no data", "not yet evaluated"}


def test_a_status_names_what_is_counted(tables: dict[str, pd.DataFrame]) -> None:
    audited = {"5 audits", "10 audits", "10 checks"}
    for name, few in (("accuracy", audited), ("compliance", audited), ("feedback", {"10 messages"})):
        told = tables[name]["status"]
        reasons = set(told[told.str.startswith("not est")])
        assert reasons, name
        assert reasons <= {f"not estimable: fewer than {one}" for one in few}, name
    statuses = tables["complaints"].groupby("indicator")["status"].agg(set)
    assert "not estimable: fewer than 10 complaints" in statuses["complaint_handling_share"]
    assert "not estimable: fewer than 10 answers" in statuses["complaint_handling_csat_share"]


def test_no_page_shows_an_empty_number_and_drawings_leave_out_what_has_none(report: Path) -> None:
    for path in report.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        shown = [cell.get_text(" ", strip=True) for cell in page.select("td, th, figcaption, svg text")]
        assert not [text for text in shown if re.search(r"\b(nan|None|NaT|inf)\b", text)], path.name
    page = (report / "40_accuracy_and_compliance.html").read_text(encoding="utf-8")
    assert "6 of 6 have no figure and are not drawn: not estimable: fewer than 10 checks (5); no data (1)." in page
