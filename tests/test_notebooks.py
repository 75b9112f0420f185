"""Is every notebook a report and not a program, and is it committed without its results?"""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
EXPECTED = ["00_summary", "10_plan_and_collection", "20_satisfaction", "30_response_time", "40_accuracy_and_compliance",
            "50_complaints_and_feedback", "60_employee_scoring", "70_improvement"]
PROGRAM = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.With, ast.Lambda)
MAX_LINES = 15
SHOWN = {"sentence", "table", "figure", "headline", "definition_list"}

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_eight_reports_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == EXPECTED


@each
def test_no_results_are_committed(path: Path) -> None:
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


@each
def test_the_parameters_are_quarter_and_run(path: Path) -> None:
    tagged = [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in tagged] == ['quarter = "2024Q3"\nrun = ""']


@each
def test_a_notebook_holds_no_program(path: Path) -> None:
    nodes = [node for cell in code_cells(path) for node in ast.walk(ast.parse(cell.source))]
    assert not [type(node).__name__ for node in nodes if isinstance(node, PROGRAM)]


@each
def test_a_cell_is_one_thought(path: Path) -> None:
    cells = [cell.source for cell in code_cells(path) if "import " not in cell.source]
    assert max(len(source.splitlines()) for source in cells) <= MAX_LINES


@each
def test_imports_stand_in_one_cell(path: Path) -> None:
    assert sum("import " in cell.source for cell in code_cells(path)) == 1


@each
def test_nothing_to_show_stands_before_the_end_of_its_cell(path: Path) -> None:
    """Only the last expression of a cell is shown."""
    calls = [one.value for cell in code_cells(path) for one in ast.parse(cell.source).body[:-1]
             if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    assert not [ast.unparse(one) for one in calls if isinstance(one.func, ast.Name) and one.func.id in SHOWN]
