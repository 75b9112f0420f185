"""Does anything of one employee leave the confidential part of a report, or reach anybody else's sheet?

The sample insurer's last four quarters, in which a unique token stands in every id and text column of one employee's
rows, and in what people wrote of them: objections and decisions.
"""

from __future__ import annotations

import hmac
import re
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
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
from analysis.tables import TABLES

ROOT = Path(__file__).parents[1]
QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
PERSON, EXEMPT = "E007", "exempt_reason"
KEY = "0123456789abcdef0123456789abcdef"
TOKEN = re.compile(r"CANARY-[a-z_]+")
#: Columns that name what the company publishes of its service, and no person: every other text gets a token.
UNITS = {"department", "branch", "role", "service_line", "partner_id", "product", "segment", "channel", "kind",
         "original_kind", "cause", "item", "topic"}
EMPLOYEE, COMMENT, FEEDBACK = f"CANARY-employee_id-{PERSON}", "CANARY-comment", "CANARY-feedback"
CONTEST = {"claim": "CANARY-claim", "decided_by": "CANARY-decider", "reason": "CANARY-grounds"}
APPRAISED = {"decision": "CANARY-decision", "decision_by": "CANARY-boss", "decision_on": "2024-11-05",
             "decision_reason": "CANARY-why", "appeal": "CANARY-appeal", "appeal_outcome": "open"}
MARKED = {name: [column for column in table.of_kind("text")
                 if column not in UNITS and not table.rule(column).startswith("one of")]
          for name, table in TABLES.items() if "employee_id" in table.columns}
IDS = {name: [column for column in columns if TABLES[name].rule(column).startswith("an id")]
       for name, columns in MARKED.items()}

pytestmark = pytest.mark.slow


def delivered(quarter: str) -> dict[str, pd.DataFrame]:
    """Return the sample's tables of a quarter as text; those on persons with every column of the contract."""
    folder = ROOT / "data" / "sample" / quarter
    every = {path.stem: pd.read_csv(path, dtype="str", keep_default_na=False) for path in folder.glob("*.csv")}
    return every | {name: every[name].reindex(columns=TABLES[name].columns, fill_value="") for name in MARKED}


@cache
def names() -> dict[str, str]:
    """Return the token of every id in the person's rows: of cases and customers, and of who rated or handed over."""
    told = {PERSON: EMPLOYEE}
    for tables in map(delivered, QUARTERS):
        for name, columns in IDS.items():
            own = tables[name][tables[name]["employee_id"].eq(PERSON)]
            for column in columns:
                told |= {one: f"CANARY-{column}-{one}" for one in own[column] if one and one not in told}
    return told


def tables(quarter: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a quarter with tokens; whatever points at an id of the person's rows points at its token."""
    told = {}
    for name, table in delivered(quarter).items():
        told[name] = marked(name, table) if name in MARKED else table
    told["feedback"]["text"] = told["feedback"]["text"].where(told["feedback"]["text"].eq(""), FEEDBACK)
    told["surveys"] = pd.concat([told["surveys"], broken(told["surveys"])], ignore_index=True)
    return told


def marked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a delivered table in which ids and every second text of the person's rows bear tokens.

    Every second, so that enough of the person's cases stay like the colleagues'. Where a column is empty in all of
    their rows it is filled; but for the reason of who is exempt, which is marked where it is.
    """
    own = table["employee_id"].eq(PERSON)
    told = table.copy()
    for column in MARKED[name]:
        filled = own & table[column].ne("") if (own & table[column].ne("")).any() else own
        rows = table[column].ne("") if column == EXEMPT else filled & (filled.cumsum() % 2 == 1)
        if column in IDS[name]:
            told[column] = table[column].replace("", pd.NA).map(lambda one: names().get(one, one), na_action="ignore")
            told[column] = told[column].fillna("").mask(rows & table[column].eq(""), f"CANARY-{column}")
        else:
            told.loc[rows, column] = f"CANARY-{column}"
    return told


def broken(surveys: pd.DataFrame) -> pd.DataFrame:
    """Return one answer of the person that breaks a rule, so that a message about it is written."""
    row = surveys[surveys["employee_id"].eq(EMPLOYEE)].iloc[[0]]
    return row.assign(invitation_id="CANARY-invitation_id-broken", satisfaction="CANARY-text", comment=COMMENT)


def contest(home: Path) -> dict[str, object]:
    """Return an objection of the person to one of the quarter's own requests, upheld."""
    requests = pd.read_csv(home / "data" / QUARTERS[-1] / "requests.csv", dtype="str")
    case = requests.loc[requests["employee_id"].eq(EMPLOYEE), "request_id"].iloc[0]
    return CONTEST | {"contest_id": "c1", "employee_id": EMPLOYEE, "table": "requests", "case_id": case,
                      "raised_on": date(2024, 10, 2), "decided_on": date(2024, 10, 9), "outcome": "upheld"}


def appraised(home: Path) -> pd.DataFrame:
    """Return the record of a decision on the person, as of `analysis.publish.decisions`; its evidence fell since."""
    row = {"indicator": "accuracy_error_share", "unit": EMPLOYEE, "event": "", "permitted_use": "appraisal",
           "run_id": "abc", "recorded_on": "2024-11-06"}
    return pd.DataFrame([row | APPRAISED])


def run(home: Path, *command: str, status: int = 0) -> str:
    folders = [f"--{name}={home / name}" for name in ("data", "params", "reports")]
    done = subprocess.run([sys.executable, "-m", "analysis", *command, f"--quarter={QUARTERS[-1]}", *folders],
                          cwd=ROOT, text=True, capture_output=True, check=False, timeout=900)
    assert done.returncode == status, done.stderr[-2000:]
    return done.stdout + done.stderr


def refused_decision(home: Path) -> str:
    """Return what is said of decisions on all of the person's evidence, much of which may not carry them."""
    table = pd.read_csv(home / "reports" / QUARTERS[-1] / "confidential" / "tables" / "appraisal.csv", dtype="str",
                        keep_default_na=False)
    own = table["unit"].eq(EMPLOYEE)
    table.loc[own, list(APPRAISED)] = list(APPRAISED.values())
    table.to_csv(home / "filled.csv", index=False)
    return run(home, "appraisal", str(home / "filled.csv"), status=2)


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
    (home / "params" / "appraisals").mkdir()
    appraised(home).to_csv(home / "params" / "appraisals" / f"{QUARTERS[-1]}.csv", index=False)
    (home / "sheet.key").write_text(f"{KEY}\n")
    said = [run(home, command) for command in ("data", "quarter", "sheets")]
    (home / "said.txt").write_text("".join((*said, refused_decision(home))))
    return home


def found(path: Path) -> set[str]:
    """Return the tokens in a file; a workbook is unpacked first."""
    if path.suffix == ".xlsx":
        with ZipFile(path) as book:
            return {token for part in book.namelist() for token in TOKEN.findall(book.read(part).decode())}
    return set(TOKEN.findall(path.read_bytes().decode(errors="replace")))


@pytest.mark.parametrize(("name", "column"), [(name, one) for name, columns in MARKED.items() for one in columns])
def test_every_text_and_id_of_a_person_bears_a_token(home: Path, name: str, column: str) -> None:
    """Taken from the contract: a column that is new there is looked after from then on, or named among UNITS."""
    every = pd.concat([pd.read_csv(home / "data" / quarter / f"{name}.csv", dtype="str") for quarter in QUARTERS])
    own = every if column == EXEMPT else every[every["employee_id"].eq(EMPLOYEE)]
    assert own[column].str.startswith("CANARY-", na=False).any()


def test_what_people_wrote_bears_tokens_too(home: Path) -> None:
    assert found(home / "data" / QUARTERS[-1] / "feedback.csv") >= {FEEDBACK}
    assert found(home / "params" / "contests.yml") >= {"CANARY-request_id", *CONTEST.values()}
    tokens = {one for one in APPRAISED.values() if TOKEN.match(one)}
    assert found(home / "params" / "appraisals" / f"{QUARTERS[-1]}.csv") >= tokens
    assert found(home / "filled.csv") >= tokens


def test_no_token_stands_outside_the_confidential_part(home: Path) -> None:
    told = {path.relative_to(home): found(path) for path in (home / "reports").rglob("*") if path.is_file()}
    assert len(told) > 100
    public = {path: tokens for path, tokens in told.items() if "confidential" not in path.parts}
    assert {str(path): tokens for path, tokens in public.items() if tokens} == {}


def test_the_confidential_part_knows_of_persons_what_the_roster_does_and_nothing_else(home: Path) -> None:
    confidential = home / "reports" / QUARTERS[-1] / "confidential"
    told = set().union(*(found(path) for path in confidential.rglob("*") if path.is_file()))
    assert "CANARY-employee_id" in told
    assert told <= found(home / "data" / QUARTERS[-1] / "staff.csv")


def test_nothing_that_was_printed_quotes_a_token(home: Path) -> None:
    assert found(home / "said.txt") == set()
    assert "recorded decisions that the evidence no longer carries: 1, listed in" in (home / "said.txt").read_text()


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
