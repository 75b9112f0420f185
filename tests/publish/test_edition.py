"""Does a run publish the whole report, or leave the previous one as it was?"""

import os
import stat
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from openpyxl import load_workbook

from analysis.publish import edition, stage
from analysis.publish.driver import Defective
from analysis.publish.edition import completed, make, write_appraisal_workbook
from analysis.publish.order import Order
from analysis.publish.pages import Pages
from analysis.publish.seal import output_hashes
from analysis.publish.stage import held
from analysis.refusal import Refused

FIGURE = ("indicator,unit_type,unit,event,n,estimate,low,high,level,method,status,target,verdict\n"
          "nps,company,all,,10,{estimate},1,3,0.95,test,ok,,no target\n")
STEPS = [(edition, "load_params"), (edition, "deliver"), (edition, "executed"), (Pages, "write"), (edition, "check"),
         (edition, "output_hashes"), (stage, "flush"), (stage, "exchanged")]


class Crash(Exception):
    """Provoked on purpose."""


def crash(*_: object) -> None:
    raise Crash


@pytest.fixture
def published(quick: Order) -> Order:
    make(quick)
    (quick.project / "data/2024Q3/surveys.csv").write_text("invitation_id\n2\n")
    return quick


@pytest.mark.parametrize(("place", "name"), STEPS)
def test_crash_at_any_step_leaves_the_previous_report(published: Order, monkeypatch: pytest.MonkeyPatch, place: object,
                                                      name: str) -> None:
    before = output_hashes(published.stage.target)
    monkeypatch.setattr(place, name, crash)
    with pytest.raises(Crash), held(published.stage):
        make(published)
    assert output_hashes(published.stage.target) == before


def test_what_a_crash_left_is_cleared_by_the_next_run(published: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(edition, "check", crash)
        with pytest.raises(Crash):
            make(published)
    assert published.stage.work.exists()
    with held(published.stage):
        make(published)
    assert sorted(path.name for path in published.reports.iterdir() if path.suffix != ".lock") == [
        ".2024Q3.json", "2024Q3"]


def test_real_kernels_warm_and_plain_give_the_same_bytes(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    make(order)
    warm = output_hashes(order.stage.target)
    monkeypatch.setattr(edition, "imported_modules", lambda paths: ())
    make(order)
    assert output_hashes(order.stage.target) == warm
    assert {"index.html", "10_plan.html", "tables/scorecard.csv"} <= warm.keys()


def test_missing_table_is_a_defect(quick: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition, "TABLES", ("never_saved",))
    with pytest.raises(Defective, match=r"tables/never_saved\.csv"):
        make(quick)
    assert not quick.stage.target.exists()


def test_page_of_another_run_is_a_defect(quick: Order) -> None:
    make(quick)
    with pytest.raises(Defective, match="of another run"):
        edition.check(quick.stage.target, ["00_summary"], "0" * 12)


@pytest.mark.parametrize(("estimate", "fit"), [("2", True), ("4", False), ("", False)])
def test_figures_keep_their_contract_as_published(tmp_path: Path, estimate: str, fit: bool) -> None:
    (tmp_path / "nps.csv").write_text(FIGURE.format(estimate=estimate))
    if fit:
        edition._check_figures(tmp_path / "nps.csv")
    else:
        with pytest.raises(Defective, match=r"nps\.csv"):
            edition._check_figures(tmp_path / "nps.csv")


def test_input_changed_during_the_run_is_refused(quick: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    changing = quick.project / "data/2024Q3/surveys.csv"
    monkeypatch.setattr(edition, "check", lambda *_: changing.write_text("invitation_id\n3\n"))
    with pytest.raises(Refused, match="changed while it ran"):
        make(quick)
    assert not quick.stage.target.exists()


def test_confidential_cells_get_a_page_of_their_own(quick: Order, write_notebook) -> None:
    name = quick.project / "notebooks" / "60_employee_scoring.ipynb"
    write_notebook(name, "1", tags=("confidential",))
    make(quick)
    assert (quick.stage.target / "confidential" / name.with_suffix(".html").name).is_file()
    assert not (quick.stage.target / "confidential" / "10_plan.html").exists()


def test_run_file_says_where_everything_is(quick: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    notebook = nbformat.v4.new_notebook
    monkeypatch.setattr(edition, "executed", lambda path, given, _: seen.update(given) or notebook())
    with pytest.raises(Defective):  # this notebook saves no table
        make(quick)
    run = edition.json.loads(Path(seen["run"]).read_text())
    assert seen["quarter"] == run["quarter"] == "2024Q3"
    assert run.keys() == {"quarter", "run_id", "language", "params", "data", "validated", "index", "tables",
                          "memo"}


def test_site_says_what_was_not_asked_for(quick: Order) -> None:
    params = edition.load_params(quick.params, quick.quarter)
    assert completed(quick, params) == replace(quick, language="en", data=quick.project / "data")


@pytest.mark.parametrize(("change", "rule"), [({"language": "fr"}, "LANGUAGE"), ({"data": Path("/nowhere")}, "data")])
def test_unknown_language_or_data_is_refused(quick: Order, change: dict, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        make(replace(quick, **change))


def test_the_appraisal_table_is_published_as_a_workbook_too(quick: Order) -> None:
    make(quick)
    book = quick.stage.target / "confidential" / "appraisal.xlsx"
    assert [[cell.value for cell in row] for row in load_workbook(book)["appraisal"].iter_rows()] == [
        ["indicator", "verdict"], ["nps", "met"]]


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_the_appraisal_file_and_its_folder_are_for_their_owner_alone(quick: Order) -> None:
    make(quick)
    folder = quick.stage.target / "confidential"
    files = [folder / "appraisal.xlsx", folder / "tables" / "appraisal.csv"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]


def test_a_report_without_an_appraisal_table_has_no_workbook(tmp_path: Path) -> None:
    write_appraisal_workbook(tmp_path, "en")
    assert list(tmp_path.iterdir()) == []
