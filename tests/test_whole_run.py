"""Does the shipped sample become a whole, sealed, offline report, and the same bytes wherever it is made?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.params import load_params
from analysis.quarter import Quarter
from analysis.tables.results import figures
from analysis.wording import Wording
from analysis.wording.numbers import unit_of

ROOT = Path(__file__).parents[1]
QUARTER = "2024Q3"
PAGES = ["index.html", "10_plan_and_collection.html", "20_satisfaction.html", "30_response_time.html",
         "40_accuracy_and_compliance.html", "50_complaints_and_feedback.html", "60_employee_scoring.html",
         "70_improvement.html", "confidential/40_accuracy_and_compliance.html",
         "confidential/60_employee_scoring.html"]
TABLES = ["satisfaction", "response_time", "clocks", "accuracy", "compliance", "complaints", "complaint_trend",
          "feedback", "scorecard", "problems", "actions", "clauses", "data_quality", "coverage"]
# Numbers with a unit that are no figures of their own: how sure the figure of their row is, of what, and against what.
BESIDE = frozenset({
    "answers_share", "best_share", "complaints_share", "correlation", "customers_share", "deff", "deff_kish",
    "detectable_share", "found_share", "from_score", "group_mean", "half_width_share", "limit_count", "premium_share",
    "reliability", "response_share", "tipping_gap_share", "tipping_share", "wanted_share", "weight", "weighted_share",
    "within_hours", "worst_share"})
COPIED = ("src", "notebooks", "params", "data/sample", "requirements.lock", "pyproject.toml")

pytestmark = pytest.mark.slow


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the project at ``root`` as make does."""
    return subprocess.run([root / ".venv" / "bin" / "python", "-m", "analysis", *arguments], cwd=root, text=True,
                          env={**os.environ, **environment}, capture_output=True, check=False, timeout=900)


def borrowed_environment(root: Path) -> None:
    """Give the copy at ``root`` an environment of its own: its own code over the packages of this one."""
    venv.create(root / ".venv", with_pip=False)
    packages = Path(sysconfig.get_path("purelib"))
    own = root / ".venv" / packages.relative_to(sys.prefix)
    (own / "borrowed.pth").write_text(f"{root / 'src'}\n{packages}\n", encoding="utf-8")
    shutil.rmtree(root / ".venv" / "share", ignore_errors=True)
    (root / ".venv" / "share").symlink_to(Path(sys.prefix) / "share")


def copied(home: Path, original: Path = ROOT) -> Path:
    """Return a copy of the project in ``home``, as a fresh clone would be."""
    for name in COPIED:
        source, target = original / name, home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            shutil.copy(source, target)
    borrowed_environment(home)
    return home


def hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def finished(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, "quarter", "--quarter", QUARTER)


@pytest.fixture(scope="session")
def report(project: Path, finished: subprocess.CompletedProcess[str]) -> Path:
    assert finished.returncode == 0, finished.stderr[-2000:]
    return project / "reports" / QUARTER


def test_every_page_is_there(report: Path) -> None:
    assert [page for page in PAGES if not (report / page).is_file()] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_there(report: Path, name: str) -> None:
    assert (report / "tables" / f"{name}.csv").is_file()


@pytest.mark.parametrize("name", ["employees", "appraisal", "training_needs"])
def test_tables_on_persons_are_apart(report: Path, name: str) -> None:
    assert (report / "confidential" / "tables" / f"{name}.csv").is_file()
    assert not (report / "tables" / f"{name}.csv").exists()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_offline_and_without_script(report: Path, page: str) -> None:
    text = (report / page).read_text(encoding="utf-8")
    assert re.findall(r"<script|javascript:|https?://|//cdn", text) == []
    assert 'lang="en"' in text


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_is_described(report: Path, page: str) -> None:
    text = (report / page).read_text(encoding="utf-8")
    described = re.findall(r'<svg role="img" aria-label="[^"]+"', text)
    assert text.count("<svg") == len(described) == text.count("<figcaption>")


@pytest.mark.parametrize("page", PAGES)
def test_no_warning_or_traceback_is_shown(report: Path, page: str) -> None:
    text = (report / page).read_text(encoding="utf-8")
    assert re.findall(r"Traceback|Warning:|stderr|quarter = &quot;|\bnan\b|\bNaN\b|\binf\b|&lt;NA&gt;", text) == []


def printed(page: Path, say: Wording) -> list[tuple[str, str, str]]:
    """Return every estimate that a table of the page shows, after its indicator and unit; "" where none is told."""
    found = []
    titles = {say.title(one.id) for one in load_params(ROOT / "params", Quarter.parse(QUARTER)).registry}
    for table in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find_all("table"):
        heads = [head.get_text() for head in table.find_all("th", scope="col")]
        caption = table.caption.get_text().rpartition(": ")[2]
        rows = [dict(zip(heads, (one.get_text() for one in row.find_all(["th", "td"])), strict=False))
                for row in table.find_all("tr")[1:]]
        found += [(row.get(say.column("indicator"), caption if caption in titles else ""),
                   row.get(say.column("unit"), ""), row[say.column("estimate")])
                  for row in rows if len(row) == len(heads) and say.column("estimate") in row]
    return found


@pytest.fixture(scope="module")
def saved(report: Path) -> list[dict]:
    """Return every row with an estimate of the saved tables."""
    every = [pd.read_csv(path) for path in sorted(report.rglob("tables/*.csv"))]
    effects = [table.assign(indicator=table["measured_by"]) for table in every if "measured_by" in table]
    steps = [table.assign(estimate=table[part], low=table[f"{part}_low"], high=table[f"{part}_high"], status="ok")
             for table in every if "mix_low" in table for part in ("performance", "mix")]
    return [row for table in [*every, *effects, *steps] if {"indicator", "estimate"} <= set(table)
            for row in table.to_dict("records")]


@pytest.mark.parametrize("page", PAGES)
def test_every_estimate_on_a_page_stands_in_a_saved_table_under_its_indicator_and_unit(
        report: Path, saved: list[dict], page: str) -> None:
    say = Wording("en", load_params(ROOT / "params", Quarter.parse(QUARTER)).registry)
    known = set()
    for row in saved:
        title, told, unit = say.title(str(row["indicator"])), say.estimate(row), str(row.get("unit", ""))
        units = ("", say.term(unit), say.department(unit))
        known |= {(one, place, told) for one in (title, "") for place in units}
    assert [one for one in printed(report / page, say) if one not in known] == []
    assert len(known) > 1_000


@pytest.mark.parametrize("page", PAGES)
def test_every_headline_is_that_of_a_saved_row(report: Path, saved: list[dict], page: str) -> None:
    say = Wording("en", load_params(ROOT / "params", Quarter.parse(QUARTER)).registry)
    said = {say.headline(row) for row in saved if {"unit_type", "unit", "verdict", "target", "n"} <= set(row)}
    found = [one.get_text().partition(" ")[2].strip() for one in BeautifulSoup(
        (report / page).read_text(encoding="utf-8"), "html.parser").find_all("p", class_="headline")]
    assert [one for one in found if "interval" in one and one not in said] == []


def test_every_saved_figure_is_defined_in_the_registry(report: Path) -> None:
    known = {one.id for one in load_params(ROOT / "params", Quarter.parse(QUARTER)).registry}
    for path in sorted(report.rglob("tables/*.csv")):
        table = pd.read_csv(path)
        assert "indicator" in table or not {"estimate", "low", "high"} <= set(table), path.name
        assert set(table.get("indicator", pd.Series(dtype="str")).dropna()) <= known, path.name
        measured = {one for one in table.select_dtypes("number") if unit_of(one) not in ("", "p")}
        assert measured <= known | BESIDE, path.name


def test_every_row_of_a_figure_keeps_the_contract(report: Path) -> None:
    for path in (report / "tables").glob("*.csv"):
        table = pd.read_csv(path, keep_default_na=False, na_values={
            name: [""] for name in ("n", "estimate", "low", "high", "level", "target")})
        if {"indicator", "estimate", "verdict"} <= set(table):
            figures(table)


def test_the_manifest_accounts_for_every_row(report: Path) -> None:
    rows = json.loads((report / "manifest.json").read_text())["rows"]
    assert rows
    for counts in rows.values():
        assert counts["received"] == sum(counts[one] for one in ("validated", "quarantined", "excluded", "superseded"))


def test_no_employee_is_named_outside_confidential(report: Path) -> None:
    staff = pd.read_csv(ROOT / "data" / "sample" / QUARTER / "staff.csv")["employee_id"].unique()
    named = re.compile("|".join(rf"\b{one}\b" for one in staff))
    told = [path for path in report.rglob("*") if path.suffix in {".html", ".csv"}]
    public = [path for path in told if "confidential" not in path.parts]
    assert [path.name for path in public if named.search(path.read_text(encoding="utf-8"))] == []


def test_the_last_lines_say_where_the_report_is_and_its_verdicts(finished: subprocess.CompletedProcess[str]) -> None:
    assert finished.stdout.splitlines()[-3].endswith("index.html")
    assert "met" in finished.stdout.splitlines()[-1]


def test_a_second_run_does_nothing(project: Path, report: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in report.rglob("*")}
    again = run(project, "quarter", "--quarter", QUARTER)
    assert "nothing has changed" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in report.rglob("*")} == before


def test_a_published_quarter_is_verified_and_a_changed_byte_found(project: Path, report: Path) -> None:
    assert run(project, "verify", "--quarter", QUARTER).returncode == 0
    page = report / "tables" / "clauses.csv"
    sound = page.read_bytes()
    page.write_bytes(sound + b"x")
    try:
        found = run(project, "verify", "--quarter", QUARTER)
    finally:
        page.write_bytes(sound)
    assert found.returncode == 2
    assert "tables/clauses.csv" in found.stdout


def test_another_place_zone_locale_and_user_give_the_same_bytes(project: Path, report: Path, tmp_path: Path) -> None:
    home = tmp_path / "user"
    start = home / ".ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "00.py").write_text("import pandas as pd; pd.options.display.precision = 2; raise SystemExit('hostile')")
    (home / "matplotlibrc").write_text("axes.facecolor: red\nfont.size: 30\n")
    elsewhere = copied(tmp_path / "a b", project)
    made = run(elsewhere, "quarter", "--quarter", QUARTER, "--jobs", "1", TZ="America/New_York", LC_ALL="C",
               LANGUAGE="zh_TW", HOME=str(home), MATPLOTLIBRC=str(home / "matplotlibrc"), OMP_NUM_THREADS="2",
               IPYTHONDIR=str(home / ".ipython"), MPLBACKEND="pdf", PYTHONHASHSEED="7")
    assert made.returncode == 0, made.stderr[-2000:]
    assert hashes(elsewhere / "reports" / QUARTER) == hashes(report)


def test_a_chinese_report_says_the_same_in_chinese(project: Path, report: Path, tmp_path: Path) -> None:
    made = run(project, "quarter", "--quarter", QUARTER, "--language", "zh-Hant", "--reports", str(tmp_path))
    assert made.returncode == 0, made.stderr[-2000:]
    text = (tmp_path / QUARTER / "index.html").read_text(encoding="utf-8")
    assert 'lang="zh-Hant"' in text
    assert "達標" in text
    tables = {name: one for name, one in hashes(tmp_path / QUARTER).items() if name.endswith(".csv")}
    assert tables == {name: one for name, one in hashes(report).items() if name.endswith(".csv")}
