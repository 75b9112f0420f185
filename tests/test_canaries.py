"""Does anything of one employee leave the confidential part of a report, or reach anybody else's sheet?

The sample insurer's last four quarters, in which a unique token stands in every id and text of one employee's rows.
"""

from __future__ import annotations

import hmac
import re
import shutil
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pandas as pd
import pytest
import yaml

from analysis import __main__ as command_line
from analysis.publish.driver import Defective, executed
from analysis.publish.kernels import Kernels
from analysis.publish.surroundings import surroundings

ROOT = Path(__file__).parents[1]
QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
PERSON, EXEMPT = "E007", "exempt_reason"
KEY = "0123456789abcdef0123456789abcdef"
TOKEN = re.compile(r"CANARY-[a-z_]+")
#: Columns that name a person, a customer or a case.
IDS = {"request_id": "request", "customer_id": "customer", "invitation_id": "invitation",
       "complaint_id": "complaint", "audit_id": "audit", "assessment_id": "assessment", "session_id": "session"}
PEOPLE = ("employee_id", "transferred_from", "auditor_id", "assessor_id")
POINTERS = {"reopened_of": "request_id", "repeat_of": "complaint_id"}
EMPLOYEE, COMMENT, REASON = "CANARY-employee", "CANARY-comment", "CANARY-reason"
TEAM, FEEDBACK = "CANARY-team", "CANARY-feedback"
CONTEST = {"claim": "CANARY-claim", "decided_by": "CANARY-decider", "reason": "CANARY-grounds"}
TABLES = ("staff", "requests", "surveys", "complaints", "audits", "assessments", "training")

pytestmark = pytest.mark.slow


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """Return a delivered table in which the person's own rows bear tokens; ids stay apart from one another."""
    own = table["employee_id"].eq(PERSON)
    told = table.copy()
    for column, word in IDS.items():
        if column in told:
            known = told[column].ne("") & own
            told.loc[known, column] = f"CANARY-{word}-" + told.loc[known, column]
    for column in PEOPLE:
        if column in told:
            told[column] = told[column].replace(PERSON, EMPLOYEE)
    if "comment" in told:
        told.loc[own & told["comment"].ne(""), "comment"] = COMMENT
    if "team" in told:
        told.loc[own, "team"] = TEAM
    if EXEMPT in told:
        told.loc[told[EXEMPT].ne(""), EXEMPT] = REASON
    return told


def tables(quarter: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a quarter; whatever points at one of the person's cases points at its token."""
    folder = ROOT / "data" / "sample" / quarter
    every = {path.stem: pd.read_csv(path, dtype="str", keep_default_na=False) for path in folder.glob("*.csv")}
    names = {column: f"CANARY-{word}-" for column, word in IDS.items()}
    own = {name: every[name][every[name]["employee_id"].eq(PERSON)] for name in TABLES}
    cases = {column: {one for rows in own.values() if column in rows for one in rows[column]} - {""} for column in IDS}
    told = {name: marked(table) if name in TABLES else table for name, table in every.items()}
    for table in told.values():
        for column, kind in (*((one, one) for one in IDS), *POINTERS.items()):
            if column in table:
                pointing = table[column].isin(cases[kind])
                table.loc[pointing, column] = names[kind] + table.loc[pointing, column]
    told["feedback"]["text"] = told["feedback"]["text"].where(told["feedback"]["text"].eq(""), FEEDBACK)
    told["surveys"] = pd.concat([told["surveys"], broken(told["surveys"])], ignore_index=True)
    return told


def broken(surveys: pd.DataFrame) -> pd.DataFrame:
    """Return one answer of the person that breaks a rule, so that a message about it is written."""
    row = surveys[surveys["employee_id"].eq(EMPLOYEE)].iloc[[0]]
    return row.assign(invitation_id="CANARY-invitation-broken", satisfaction="CANARY-text", comment=COMMENT)


def contest(home: Path) -> dict[str, object]:
    """Return an objection of the person to one of the quarter's own requests, upheld."""
    requests = pd.read_csv(home / "data" / QUARTERS[-1] / "requests.csv", dtype="str")
    case = requests.loc[requests["employee_id"].eq(EMPLOYEE), "request_id"].iloc[0]
    return CONTEST | {"contest_id": "c1", "employee_id": EMPLOYEE, "table": "requests", "case_id": case,
                      "raised_on": date(2024, 10, 2), "decided_on": date(2024, 10, 9), "outcome": "upheld"}


def run(home: Path, command: str) -> str:
    folders = [f"--{name}={home / name}" for name in ("data", "params", "reports")]
    done = subprocess.run([sys.executable, "-m", "analysis", command, f"--quarter={QUARTERS[-1]}", *folders], cwd=ROOT,
                          text=True, capture_output=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the report and the sheets were made."""
    home = tmp_path_factory.mktemp("canaries")
    for quarter in QUARTERS:
        (home / "data" / quarter).mkdir(parents=True)
        for name, table in tables(quarter).items():
            table.to_csv(home / "data" / quarter / f"{name}.csv", index=False)
    shutil.copytree(ROOT / "params", home / "params")
    site = yaml.safe_load((home / "params" / "site.yml").read_text(encoding="utf-8"))
    site["sheet_key"] = str(home / "sheet.key")
    (home / "params" / "site.yml").write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")
    (home / "params" / "contests.yml").write_text(yaml.safe_dump([contest(home)]), encoding="utf-8")
    (home / "sheet.key").write_text(f"{KEY}\n")
    (home / "said.txt").write_text(run(home, "data") + run(home, "quarter") + run(home, "sheets"))
    return home


def found(path: Path) -> set[str]:
    """Return the tokens in a file; a workbook is unpacked first."""
    if path.suffix == ".xlsx":
        with ZipFile(path) as book:
            return {token for part in book.namelist() for token in TOKEN.findall(book.read(part).decode())}
    return set(TOKEN.findall(path.read_bytes().decode(errors="replace")))


def test_the_delivery_is_full_of_tokens(home: Path) -> None:
    every = set().union(*(found(path) for path in (home / "data").rglob("*.csv")))
    assert every >= {EMPLOYEE, COMMENT, REASON, TEAM, FEEDBACK, *(f"CANARY-{word}" for word in IDS.values())}
    assert found(home / "params" / "contests.yml") >= {EMPLOYEE, "CANARY-request", *CONTEST.values()}


def test_no_token_stands_outside_the_confidential_part(home: Path) -> None:
    told = {path.relative_to(home): found(path) for path in (home / "reports").rglob("*") if path.is_file()}
    assert len(told) > 100
    public = {path: tokens for path, tokens in told.items() if "confidential" not in path.parts}
    assert {str(path): tokens for path, tokens in public.items() if tokens} == {}


def test_the_confidential_part_knows_the_employee_by_id_and_no_comment(home: Path) -> None:
    confidential = home / "reports" / QUARTERS[-1] / "confidential"
    told = set().union(*(found(path) for path in confidential.rglob("*") if path.is_file()))
    assert EMPLOYEE in told
    assert told <= {EMPLOYEE, REASON, TEAM}


def test_nothing_that_was_printed_quotes_a_token(home: Path) -> None:
    assert found(home / "said.txt") == set()


def test_every_kind_of_output_was_looked_at(home: Path) -> None:
    kinds = {path.suffix for path in (home / "reports").rglob("*") if path.is_file()}
    assert {".html", ".csv", ".xlsx", ".json"} <= kinds
    assert list((home / "reports").rglob("manifest.json"))
    assert "done: 60_employee_scoring" in (home / "said.txt").read_text()


def test_the_log_of_a_defect_quotes_no_token(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    """A notebook fails on the person's comment, and the error's own message quotes it."""
    surveys = home / "data" / QUARTERS[-1] / "surveys.csv"
    declared = nbformat.v4.new_code_cell('quarter = ""\nrun = ""', metadata={"tags": ["parameters"]})
    failing = nbformat.v4.new_code_cell(f"import pandas as pd\ncomments = pd.read_csv({str(surveys)!r})['comment']\n"
                                        f"comments[comments.eq({COMMENT!r})].astype(float)")
    nbformat.write(nbformat.v4.new_notebook(cells=[declared, failing]), tmp_path / "10_a.ipynb")
    monkeypatch.setattr(command_line, "PROJECT", tmp_path)
    with Kernels(surroundings(tmp_path, tmp_path), tmp_path) as kernels, pytest.raises(Defective) as caught:
        executed(tmp_path / "10_a.ipynb", {"quarter": QUARTERS[-1], "run": ""}, kernels)
    command_line.tell_defect(Defective, caught.value, caught.tb)
    told = capsys.readouterr().err + (tmp_path / ".cache" / "defect.log").read_text()
    assert "10_a.ipynb, cell 2: ValueError" in told
    assert set(TOKEN.findall(told)) == set()


def test_the_person_has_one_sheet_under_the_hashed_id(home: Path) -> None:
    name = hmac.new(KEY.encode(), EMPLOYEE.encode(), sha256).hexdigest()[:32]
    sheets = list((home / "reports" / f"{QUARTERS[-1]}-sheets").iterdir())
    assert [path.name for path in sheets if name in path.read_text(encoding="utf-8")] == [f"{name}.html"]
    assert all(re.fullmatch(r"(partner-)?[0-9a-f]{32}\.html", path.name) for path in sheets)


def test_no_sheet_names_any_employee(home: Path) -> None:
    staff = pd.read_csv(home / "data" / QUARTERS[-1] / "staff.csv")["employee_id"].unique()
    named = re.compile("|".join(rf"\b{re.escape(one)}\b" for one in staff))
    sheets = (home / "reports" / f"{QUARTERS[-1]}-sheets").iterdir()
    assert [path.name for path in sheets if named.search(path.read_text(encoding="utf-8"))] == []
