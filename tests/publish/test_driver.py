"""Does a notebook that is not fit to be published stop the run, by name and cell?"""

import time
from pathlib import Path

import nbformat
import pytest

from analysis.publish.driver import Defective, _settled, executed, imported_modules, in_waves, notebooks
from analysis.publish.kernels import Kernels
from analysis.publish.surroundings import surroundings
from analysis.refusal import Refused

GIVEN = {"quarter": "2024Q3", "run": "run.json"}


@pytest.fixture
def kernels(tmp_path: Path):
    with Kernels(surroundings(tmp_path, tmp_path), tmp_path) as made:
        yield made


def test_notebooks_come_in_reading_order(tmp_path: Path, write_notebook) -> None:
    for name in ("20_b.ipynb", "00_a.ipynb", "scratch.ipynb"):
        write_notebook(tmp_path / name)
    assert [path.name for path in notebooks(tmp_path)] == ["00_a.ipynb", "20_b.ipynb"]


def test_modules_imported_anywhere_are_found(tmp_path: Path, write_notebook) -> None:
    cells = ("import json\nfrom pathlib import Path", "import csv, json", "not python")
    path = write_notebook(tmp_path / "10_a.ipynb", *cells)
    assert imported_modules([path]) == ("csv", "json", "pathlib")


@pytest.mark.parametrize("declared", ['quarter = ""', 'quarter = ""\nrun = ""\nquater = ""', "pass"])
def test_missing_or_unknown_parameter_stops_the_run(tmp_path: Path, write_notebook, declared: str) -> None:
    path = write_notebook(tmp_path / "10_a.ipynb", parameters=declared)
    with pytest.raises(Defective, match=r"10_a\.ipynb: its parameters are"):
        executed(path, GIVEN, None)


def test_executed_notebook_holds_results_without_times(tmp_path: Path, write_notebook, kernels: Kernels) -> None:
    result = executed(write_notebook(tmp_path / "10_a.ipynb", "quarter, run"), GIVEN, kernels)
    assert result.cells[-1].outputs[0]["data"]["text/plain"] == "('2024Q3', 'run.json')"
    assert [cell.id for cell in result.cells] == ["cell-0", "cell-1", "cell-2", "cell-3"]
    assert "papermill" not in nbformat.writes(result).replace("injected", "")


def test_error_names_cell_and_kind_but_not_the_value(tmp_path: Path, write_notebook, kernels: Kernels) -> None:
    path = write_notebook(tmp_path / "10_a.ipynb", "1", "{}['Li Lei']")
    with pytest.raises(Defective, match=r"^10_a\.ipynb, cell 4: KeyError$") as caught:
        executed(path, GIVEN, kernels)
    assert "line 1" in " ".join(caught.value.frames)
    assert "Li Lei" not in str(caught.value) + " ".join(caught.value.frames)
    assert all(process.poll() is not None for process in kernels.started)


def test_a_dead_kernel_and_a_file_that_is_no_notebook_are_named(tmp_path: Path, write_notebook, kernels: Kernels
                                                               ) -> None:
    dead = write_notebook(tmp_path / "10_a.ipynb", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(Defective, match=r"^10_a\.ipynb: its kernel died"):
        executed(dead, GIVEN, kernels)
    (tmp_path / "20_b.ipynb").write_text("{")
    with pytest.raises(Defective, match=r"^20_b\.ipynb: the file is not a notebook"):
        imported_modules([tmp_path / "20_b.ipynb"])


def test_refusal_in_a_cell_is_a_refusal(tmp_path: Path, write_notebook, kernels: Kernels) -> None:
    cell = "from analysis.refusal import Refused\nraise Refused('too few rows', 'Deliver more', file='a.csv')"
    with pytest.raises(Refused) as caught:
        executed(write_notebook(tmp_path / "10_a.ipynb", cell), GIVEN, kernels)
    assert str(caught.value) == "a.csv: too few rows. Deliver more"


def test_cell_that_did_not_run_is_a_defect() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")], metadata={"papermill": {}})
    with pytest.raises(Defective, match="did not run"):
        _settled(Path("10_a.ipynb"), notebook)


def test_summary_comes_last_and_each_is_told(capsys: pytest.CaptureFixture[str], kernels: Kernels) -> None:
    done: list[str] = []
    in_waves([Path("00_summary"), Path("10_a"), Path("20_b")], lambda path: done.append(path.name), kernels, 1)
    assert done == ["10_a", "20_b", "00_summary"]
    assert capsys.readouterr().err.splitlines() == ["done: 10_a", "done: 20_b", "done: 00_summary"]


def test_first_failure_ends_the_rest(kernels: Kernels) -> None:
    done: list[str] = []

    def work(path: Path) -> None:
        if path.name == "10_a":
            raise Defective(path.name, "failed")
        time.sleep(0.05)
        done.append(path.name)

    with pytest.raises(Defective, match="10_a"):
        in_waves([Path("00_summary"), *(Path(f"{number}_a") for number in range(10, 30))], work, kernels, 1)
    assert len(done) < 5
    assert "00_summary" not in done
