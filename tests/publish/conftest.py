"""A small project whose two notebooks stand for the eight: they save every table owed and show the run id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat import NotebookNode

from analysis import sources
from analysis.publish import edition
from analysis.publish.order import Order
from analysis.quarter import Quarter

TABLES = """import csv, json, pathlib
run = json.loads(pathlib.Path(run).read_text())
out = pathlib.Path(run["tables"])
for name in {tables!r}:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text("indicator,verdict\\nnps,met\\n", encoding="utf-8")
"""


def notebook(*sources_: str, parameters: str = 'quarter = "2024Q3"\nrun = ""') -> NotebookNode:
    """Return a notebook of a title, a parameter cell and one code cell per source."""
    cell = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_markdown_cell("# A title"), cell, *map(nbformat.v4.new_code_cell, sources_)]
    return nbformat.v4.new_notebook(cells=cells)


def in_process(path: Path, parameters: dict[str, str], kernels: object) -> NotebookNode:
    """Stand in for a kernel: run the cells here, in a fraction of a second."""
    executed = nbformat.read(path, as_version=4)
    names: dict[str, object] = {}
    for cell in executed.cells[1:]:
        exec(cell.source, names)
        names.update(parameters if "parameters" in cell.metadata.get("tags", ()) else {})
        cell.execution_count = 1
    return executed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project folder with code, parameters, a delivery and notebooks."""
    root = tmp_path / "project"
    files = {"src/analysis/code.py": "1\n", "requirements.lock": "papermill==2.7.0 \\\n", "params/site.yml": "a: 1\n",
             "data/2024Q3/surveys.csv": "invitation_id\n1\n"}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    owed = [f"tables/{name}.csv" for name in edition.TABLES]
    owed += [f"confidential/tables/{name}.csv" for name in edition.TABLES_ON_PERSONS]
    (root / "notebooks").mkdir()
    nbformat.write(notebook(TABLES.format(tables=owed)), root / "notebooks" / "10_plan.ipynb")
    nbformat.write(notebook("40 + 2"), root / "notebooks" / "00_summary.ipynb")
    return root


@pytest.fixture
def order(project: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Return an order for the small project; its parameters and its delivery are stand-ins."""
    site = SimpleNamespace(company="Example", language="en", data="data")
    plan = SimpleNamespace(as_of=datetime.fromisoformat("2024-10-31T18:00:00+08:00"), revision=1)
    params = SimpleNamespace(site=site, plan=plan, files=(project / "params/site.yml",))
    rows = {"surveys": {"received": 1, "validated": 1, "quarantined": 0, "excluded": 0, "superseded": 0}}
    delivery = SimpleNamespace(files=(project / "data/2024Q3/surveys.csv",), rows=rows, validated=project / "validated")
    monkeypatch.setattr(edition, "load_params", lambda *_: params)
    monkeypatch.setattr(sources, "deliver", lambda *_: delivery, raising=False)
    return Order(Quarter(2024, 3), project / "reports", params=project / "params", jobs=2, project=project)


@pytest.fixture
def quick(order: Order, monkeypatch: pytest.MonkeyPatch) -> Iterator[Order]:
    """Return the same order for runs without kernels."""
    monkeypatch.setattr(edition, "executed", in_process)
    monkeypatch.setattr(edition, "imported_modules", lambda paths: ())
    return replace(order, jobs=1)
