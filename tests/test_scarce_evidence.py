"""Where the median employee has four cases: is nobody graded, and is the report of use all the same?

The sample's staff, each with four requests of the quarter, their answers, two audits and an assessment, taken by the
command that makes a report.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tests.test_tiny_insurer import SAMPLE, reported, rows

CASES = 4
EACH = {"requests": CASES, "audits": 2, "assessments": 1}
BY_CHANCE = ("needs support", "strong", "below", "above")

pytestmark = pytest.mark.slow


def spread(table: pd.DataFrame, each: int) -> pd.DataFrame:
    """Return the rows of so many cases of every employee, spread over the quarter."""
    key = table.columns[0]
    cases = table.dropna(subset="employee_id").drop_duplicates(key)[[key, "employee_id"]]
    place = cases.groupby("employee_id").cumcount()
    size = cases.groupby("employee_id")["employee_id"].transform("size")
    chosen = cases[((place + 1) * each // size) != (place * each // size)]
    return table[table[key].isin(chosen[key])]


def delivered() -> dict[str, pd.DataFrame]:
    """Return the tables: all staff, few cases each, and the quarter's complaints and feedback."""
    told = {name: spread(rows(name), each) for name, each in EACH.items()}
    surveys = rows("surveys")
    told["surveys"] = surveys[surveys["request_id"].isin(told["requests"]["request_id"])]
    return told | {"staff": pd.read_csv(SAMPLE / "staff.csv", dtype=str),
                   **{name: rows(name) for name in ("complaints", "feedback")}}


@pytest.fixture(scope="module")
def company() -> dict[str, pd.DataFrame]:
    return delivered()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, company: dict[str, pd.DataFrame]) -> Path:
    return reported(tmp_path_factory.mktemp("scarce"), company)


@pytest.fixture(scope="module")
def tables(report: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in report.rglob("*.csv")}


def test_the_median_employee_has_four_cases(company: dict[str, pd.DataFrame]) -> None:
    assert company["requests"].groupby("employee_id").size().median() == CASES


def test_nobody_is_graded_and_no_figure_of_a_person_is_shown(tables: dict[str, pd.DataFrame]) -> None:
    people = tables["employees"]
    assert people["unit"].nunique() > 60
    assert people[["estimate", "low", "high"]].isna().all(axis=None)
    assert not people.isin(BY_CHANCE).any(axis=None)
    assert not people["permitted_use"].eq("appraisal").any()
    assert not tables["appraisal"]["permitted_use"].eq("appraisal").any()
    counts = tables["tier_counts"].iloc[0]
    assert counts[["with_composite", "strong", "needs_support", "flagged"]].tolist() == [0, 0, 0, 0]
    assert tables["indicator_flags"][["flagged", "expected_by_luck"]].eq(0).all(axis=None)


def test_everybody_is_told_why(tables: dict[str, pd.DataFrame]) -> None:
    reasons = tables["employees"].query("evidence == 'not enough evidence'")["reason"]
    assert set(reasons) <= {"not enough evidence", "fewer than 8 people in the same job"}
    assert len(reasons) > 400


def test_the_page_says_how_much_is_missing_and_what_would_be_enough(report: Path, tables: dict[str, pd.DataFrame],
                                                                    ) -> None:
    page = BeautifulSoup((report / "60_employee_scoring.html").read_text(encoding="utf-8"), "html.parser")
    text = " ".join(page.get_text(" ").split())
    people = int(tables["tier_counts"]["people"].iloc[0])
    assert f"None of {people} employees has enough evidence for all indicators together, so nobody leaves" in text
    assert "The scarcest evidence is on " in text
    assert "are needed." in text
    told = tables["indicator_flags"].set_index(["indicator", "event"])
    assert told.loc[("in_limit_share", "resolution"), ["median_n", "minimum_n"]].tolist() == [CASES, 30]


def test_of_the_company_the_report_has_much_to_say(tables: dict[str, pd.DataFrame]) -> None:
    """Of 65 people with four cases each, the service as a whole is known well."""
    for name, indicator in (("satisfaction", "csat_top2_share"), ("response_time", "in_limit_share"),
                            ("compliance", "compliance_pass_share"), ("competence", "competence_score"),
                            ("complaints", "complaint_handling_share")):
        table = tables[name]
        whole = table[table["indicator"].eq(indicator) & table["unit_type"].eq("company")]
        assert whole["status"].eq("ok").any(), name
    assert tables["employee_spread"]["status"].eq("ok").any()
