"""Where people differ by no more than chance, does the page on employees say so and grade nobody?

Sixteen clerks whose results lie closer together than chance alone would bring about, as the batches of Dyestuff2 do
(Box and Tiao 1973, table 5.1.4; F = 0.56): the variance between people is 0 on every indicator.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.publish.driver import executed
from analysis.publish.kernels import Kernels
from analysis.publish.pages import Pages
from analysis.publish.render import Facts
from analysis.publish.surroundings import surroundings
from tests.test_tiny_insurer import QUARTER, ROOT, parameters

NOTEBOOK = ROOT / "notebooks" / "60_employee_scoring.ipynb"
PEOPLE = [f"E{number:02d}" for number in range(1, 17)]
CASES, ANSWERS, AUDITS, RATINGS = 60, 48, 60, 8

pytestmark = pytest.mark.slow


def day(case: int) -> str:
    return f"2024-{7 + case % 3:02d}-{(15, 30)[case % 2]}"


def off(person: str, question: int) -> int:
    """Return on which side of the mean a person lies; sides of two questions (1 to 15) go together in no way."""
    return (-1) ** (PEOPLE.index(person) & question).bit_count()


def is_good(person: str, case: int, bad: int, question: int) -> bool:
    """Tell how a case ended: badly ``bad`` times, three more or fewer: less than a standard error."""
    return case >= bad + 3 * off(person, question)


def requests() -> pd.DataFrame:
    return pd.DataFrame([{
        "request_id": f"R{person}{case}", "kind": "inquiry", "service_line": "claims", "branch": "B01",
        "channel": "phone", "priority": "normal", "employee_id": person, "opened_at": f"{day(case)}T08:00:00",
        "first_response_at": f"{day(case)}T{9 if is_good(person, case, 20, 2) else 11:02d}:00:00",
        "resolved_at": f"{day(case)}T16:00:00" if is_good(person, case, 15, 4) else "2024-10-02T09:00:00",
    } for person in PEOPLE for case in range(CASES)])


def surveys() -> pd.DataFrame:
    return pd.DataFrame([{
        "invitation_id": f"S{person}{case}", "request_id": f"R{person}{case}", "employee_id": person, "mode": "online",
        "invited_at": f"{day(case)}T18:00:00", "responded_at": f"{day(case)}T19:00:00",
        "satisfaction": 5 if is_good(person, case, 16, 8) else 2,
    } for person in PEOPLE for case in range(ANSWERS)])


def audits() -> pd.DataFrame:
    return pd.DataFrame([{
        "audit_id": f"Q{person}{case}", "request_id": f"R{person}{case}", "employee_id": person,
        "auditor_id": f"A{case % 2}", "audited_at": f"{day(case)}T20:00:00", "family": family, "criterion": criterion,
        "item": criterion, "passed": str(is_good(person, case, 20, 6)).lower(), "severity": "major",
        "sampling": "random",
    } for person in PEOPLE for case in range(AUDITS)
        for family, criterion in (("accuracy", "other"), ("compliance", "internal_rule"))])


def assessments() -> pd.DataFrame:
    return pd.DataFrame([{
        "assessment_id": f"K{person}{case}", "employee_id": person, "assessor_id": f"A{case % 2}",
        "assessed_on": day(case), "facet": facet, "score": 70 + 2 * case + 1.5 * off(person, 10), "max_score": 100,
    } for person in PEOPLE for case in range(RATINGS) for facet in ("knowledge", "communication", "adaptability")])


def complaints() -> pd.DataFrame:
    return pd.DataFrame([{
        "complaint_id": f"G{person}{case}", "request_id": f"R{person}{case}", "employee_id": person,
        "cause": "claim_delay", "source": "company", "received_at": f"{day(case)}T21:00:00",
        "decided_at": "2024-10-03T09:00:00", "outcome": "upheld",
    } for person in PEOPLE for case in range(2 + off(person, 12))])


def staff() -> pd.DataFrame:
    branches = [f"B0{1 + place % 2}" for place in range(len(PEOPLE))]
    return pd.DataFrame({"employee_id": PEOPLE, "department": "claims", "branch": branches, "team": "T1",
                         "role": "clerk", "service_line": "claims", "valid_from": "2020-01-01"})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the page and its tables, made of the one notebook."""
    home = tmp_path_factory.mktemp("alike")
    tables = {"staff": staff(), "requests": requests(), "surveys": surveys(), "audits": audits(),
              "assessments": assessments(), "complaints": complaints()}
    for folder in (home / "data" / QUARTER, home / "params", home / "report"):
        folder.mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(home / "data" / QUARTER / f"{name}.csv", index=False)
    files = parameters()
    files["site.yml"] = {**files["site.yml"], "data": str(home / "data")}
    files[f"{QUARTER}.yml"] = {**files[f"{QUARTER}.yml"], "tables": {
        name: one for name, one in files[f"{QUARTER}.yml"]["tables"].items() if name in tables}}
    for name, content in files.items():
        (home / "params" / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    places = {"params": "params", "validated": "validated", "tables": "report", "memo": "memo"}
    (home / "run.json").write_text(json.dumps({name: str(home / place) for name, place in places.items()}))
    with Kernels(surroundings(home, home), home) as kernels:
        done = executed(NOTEBOOK, {"quarter": QUARTER, "run": str(home / "run.json")}, kernels)
    nbformat.write(done, home / NOTEBOOK.name)
    Pages.of([NOTEBOOK], "en", Facts("Alike", QUARTER, "2024-10-15", "1", "x", 1)).write(
        home / NOTEBOOK.name, home / "report")
    return home / "report"


def table(report: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(next(report.rglob(f"{name}.csv")), keep_default_na=False, na_values=[""])


def text(page: Path) -> str:
    return " ".join(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ").split())


def test_the_variance_between_people_is_nothing_on_every_indicator(report: Path) -> None:
    wide = table(report, "employee_spread")
    assert len(wide) == 7
    assert set(wide["spread"]) == {"no larger than chance"}
    scored = wide[wide["indicator"].ne("upheld_complaints_per_1k_requests")]
    assert scored["estimate"].eq(0).all()
    assert (scored["high"] > 0).all()


def test_there_is_evidence_enough_and_yet_nobody_is_graded(report: Path) -> None:
    people = table(report, "employees")
    assert set(people["evidence"]) == {"enough evidence"}
    assert people[["estimate", "low", "high"]].isna().all(axis=None)
    assert set(people["direction"]) == {"cannot be distinguished"}
    assert set(people["permitted_use"]) == set(table(report, "appraisal")["permitted_use"]) == {"coaching only"}
    counts = table(report, "tier_counts").iloc[0]
    assert counts[["people", "with_composite", "alike", "flagged"]].tolist() == [16, 16, 16, 0]


def test_the_page_says_why(report: Path) -> None:
    said = text(report / f"{NOTEBOOK.stem}.html")
    assert "7 comparisons of one indicator within one group of colleagues: in 0 of them people differ by more" in said
    assert "Of 16 employees 16 have enough evidence for all indicators together; 0 of them leave the default" in said
    assert "16 of them have colleagues who differ by no more than chance, so that none of these can leave it." in said
    assert said.count("no larger than chance") >= 7


def test_nobody_is_named_outside_the_confidential_part_and_there_with_no_figure(report: Path) -> None:
    assert not [person for person in PEOPLE if person in text(report / f"{NOTEBOOK.stem}.html")]
    page = text(report / "confidential" / f"{NOTEBOOK.stem}.html")
    shown = page.partition("Figures of persons that may be shown")[2].partition("Less the colleagues' mean")[0]
    assert not [person for person in PEOPLE if person in shown]
    assert "Of 112 figures with enough evidence 0 are told from the colleagues'" in page
