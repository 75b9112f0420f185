"""Do imports point one way, so that a reader can follow the data?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "analysis"
BELOW = {"refusal", "quarter", "clock", "params"}
ALLOWED = {
    "refusal": set(),
    "quarter": {"refusal"},
    "clock": {"refusal", "params"},
    "params": {"refusal", "quarter", "clock"},
    "tables": BELOW,
    "sources": BELOW | {"tables"},
    "warehouse": BELOW | {"tables", "sources"},
    "run": BELOW | {"tables", "sources", "warehouse"},
    "stats": set(),
    "measures": BELOW | {"tables", "sources", "warehouse", "run", "stats"},
    "checks": BELOW | {"tables", "measures"},
    "wording": {"refusal", "params", "tables", "stats"},
    "figures": {"wording", "tables"},
    "publish": BELOW | {"tables", "sources", "warehouse", "run", "stats", "measures", "wording", "figures"},
    "sample": BELOW | {"tables"},
    "__main__": BELOW | {"tables", "sources", "publish", "sample"},
    "__init__": set(),
}


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module] if node.module != "analysis" else [f"analysis.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            names += [one.name for one in node.names]
    return {name.split(".")[1] for name in names if name.startswith("analysis.")}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_lies_before_it(path: Path) -> None:
    assert imported(path) - {part(path)} <= ALLOWED[part(path)]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_first_line_of_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_module_is_a_grab_bag() -> None:
    names = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "common", "base", "core", "manager", "misc", "tools"}
