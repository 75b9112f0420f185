"""A small project whose two notebooks stand for the eight: they save every table owed and are run and rendered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import nbformat
import pytest
from nbformat import NotebookNode

from analysis.publish import edition
from analysis.publish.order import Order
from analysis.quarter import Quarter
from tests.measures.conftest import insurer

__all__ = ["insurer"]  # the small insurer of tests of measures, for drafts made of its results

PARAMETERS = 'quarter = "2024Q3"\nrun = ""'
SAVE = """import json, pathlib
tables = pathlib.Path(json.loads(pathlib.Path(run).read_text())["tables"])
for name in {owed!r}:
    (tables / name).parent.mkdir(parents=True, exist_ok=True)
    (tables / name).write_text("indicator,verdict\\nnps,met\\n", encoding="utf-8")
"""
FILES = {"src/analysis/code.py": "1\n", "requirements.lock": "papermill==2.7.0 \\\nno-such-package==1 \\\n",
         "params/site.yml": "a: 1\n", "data/2024Q3/surveys.csv": "invitation_id\n1\n"}
ROWS = {"surveys": {"received": 1, "validated": 1, "quarantined": 0, "excluded": 0, "superseded": 0}}
WriteNotebook = Callable[..., Path]


@pytest.fixture
def write_notebook() -> WriteNotebook:
    """Return a function that writes a notebook of a title, a parameter cell and one code cell per source."""

    def write(path: Path, *codes: str, parameters: str = PARAMETERS, tags: tuple[str, ...] = ()) -> Path:
        cells = [nbformat.v4.new_code_cell(code, metadata={"tags": list(tags)}) for code in codes]
        first = [nbformat.v4.new_markdown_cell(f"# About {path.stem}"),
                 nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        nbformat.write(nbformat.v4.new_notebook(cells=first + cells), path)
        return path

    return write


def in_process(path: Path, parameters: dict[str, str], kernels: object) -> NotebookNode:
    """Stand in for a kernel: run the cells here, in a fraction of the time."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells[2:]:
        exec(cell.source, dict(parameters))
    return notebook


@pytest.fixture
def project(tmp_path: Path, write_notebook: WriteNotebook) -> Path:
    """Return a project folder with code, parameters, a delivery and two notebooks."""
    root = tmp_path / "project"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "notebooks").mkdir()
    owed = [f"tables/{name}.csv" for name in edition.TABLES]
    owed += [f"confidential/tables/{name}.csv" for name in edition.TABLES_ON_PERSONS]
    write_notebook(root / "notebooks" / "10_plan.ipynb", SAVE.format(owed=owed))
    write_notebook(root / "notebooks" / "00_summary.ipynb", "40 + 2")
    return root


@pytest.fixture
def order(project: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Return an order for the small project; its parameters and its delivery are stand-ins."""
    site = SimpleNamespace(company="Example", language="en", data="data", zone=ZoneInfo("Asia/Shanghai"))
    plan = SimpleNamespace(as_of=datetime.fromisoformat("2024-10-31T18:00:00+08:00"), revision=1)
    params = SimpleNamespace(quarter=Quarter(2024, 3), site=site, plan=plan, files=(project / "params/site.yml",))
    delivery = SimpleNamespace(save=lambda folder: folder / "index.json")
    monkeypatch.setattr(edition, "load_params", lambda *_: params)
    monkeypatch.setattr(edition, "deliver", lambda *_: delivery)
    monkeypatch.setattr(edition, "inputs", lambda *_: [project / "data/2024Q3/surveys.csv"])
    monkeypatch.setattr(edition, "rows", lambda _: ROWS)
    return Order(Quarter(2024, 3), project / "reports", params=project / "params", jobs=2, project=project)


@pytest.fixture
def quick(order: Order, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Return the same order for runs without kernels."""
    monkeypatch.setattr(edition, "executed", in_process)
    monkeypatch.setattr(edition, "imported_modules", lambda paths: ())
    return replace(order, jobs=1)
