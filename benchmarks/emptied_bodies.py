"""Does some test fail when the body of a function of `analysis.stats` is removed?

Every function and method, private ones too, is emptied in turn (it then returns None) and the tests that import its
module are run until one fails. `python benchmarks/emptied_bodies.py [part of a module's path]` prints the functions no
test missed and the score; exit status 1 if there are any.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from tqdm import tqdm

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src"
TESTS = [PROJECT / "tests" / part for part in ("stats", "reference", "coverage")]
#: A test that hangs without the function has noticed; so long is it given.
SECONDS = 300
PRELOADED = ("numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.sparse.csgraph", "statsmodels.api",
             "statsmodels.stats.api", "hypothesis")


class Emptied(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with the body of one function left out."""

    def __init__(self, module: str, path: Path, line: int) -> None:
        self.module, self.path, self.line = module, path, line

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Return a spec for the emptied module alone."""
        return importlib.util.spec_from_loader(name, self, origin=str(self.path)) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's source without that body."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        for node in functions(tree):
            if node.lineno == self.line:
                node.body = [ast.Pass(lineno=node.lineno, col_offset=0)]
        module.__file__ = str(self.path)
        exec(compile(ast.fix_missing_locations(tree), str(self.path), "exec"), module.__dict__)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yield the functions and methods of a module, those within functions left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node)


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def tests_of(path: Path) -> list[str]:
    """Return the test files that import the module, its own first; all others of the statistics behind them."""
    files = [file for folder in TESTS for file in sorted(folder.glob("test_*.py"))]
    own = [file for file in files if file.stem == f"test_{path.stem}"]
    using = [file for file in files if name_of(path) in file.read_text(encoding="utf-8")]
    return [str(file) for file in dict.fromkeys([*own, *using, *files])]


def started(path: Path, node: ast.FunctionDef) -> int:
    """Start the tests in a child process that imports the emptied module; it exits 0 if they all pass."""
    child = os.fork()
    if child:
        return child
    signal.alarm(SECONDS)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    sys.meta_path.insert(0, Emptied(name_of(path), path, node.lineno))
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests_of(path)])
    os._exit(0 if code == pytest.ExitCode.OK else 1)


def unnoticed(every: list[tuple[Path, ast.FunctionDef]]) -> Iterator[str]:
    """Yield the functions without which no test fails; as many children at a time as there are processors."""
    running: dict[int, str] = {}
    for path, node in tqdm(every, unit="function", disable=None):
        running[started(path, node)] = f"{name_of(path)}.{node.name}"
        if len(running) == os.cpu_count():
            yield from ended(running)
    while running:
        yield from ended(running)


def ended(running: dict[int, str]) -> Iterator[str]:
    """Wait for a child; yield its function if all tests passed without it."""
    child, status = os.wait()
    name = running.pop(child)
    if status == 0:
        yield name


def main(part: str = "") -> int:
    """Empty every function in turn; print what no test noticed."""
    for module in PRELOADED:
        importlib.import_module(module)
    modules = [path for path in sorted((SOURCE / "analysis" / "stats").rglob("*.py")) if part in str(path)]
    every = [(path, node) for path in modules for node in functions(ast.parse(path.read_text(encoding="utf-8")))]
    missed = 0
    for name in unnoticed(every):
        missed += 1
        print(f"no test misses {name}", flush=True)
    print(f"{len(every) - missed} of {len(every)} functions: some test fails without the body")
    return 1 if missed else 0


if __name__ == "__main__":
    os.chdir(PROJECT)
    sys.exit(main(*sys.argv[1:2]))
