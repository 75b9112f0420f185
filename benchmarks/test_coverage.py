"""Do the intervals and alarms keep their promise in long simulations?

Runs the cells of tests/coverage with `LONGER` times as many samples, or a topic's own LONG_RUNS, and writes
benchmarks/coverage.csv: one row per cell, with the hash of the code behind it; no share where the estimator refuses the
cell nearly always. `make bench` makes it anew; the tests hold the same bounds with fewer.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

PROJECT = Path(__file__).parents[1]
TOPICS = sorted((PROJECT / "tests" / "coverage").glob("test_coverage_*.py"))
RESULT = PROJECT / "benchmarks" / "coverage.csv"
LONGER = 10
COLUMNS = ["topic", "estimator", "cell", "runs", "share", "bound", "holds", "seed", "code_sha256"]


def code_of(path: Path, known: set[Path]) -> set[Path]:
    """Return ``known`` with ``path`` and every module of ours that it imports, and so on."""
    known.add(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis."):
            module = (PROJECT / "src").joinpath(*str(node.module).split("."))
            for one in (module, module / "__init__", *(module / alias.name for alias in node.names)):
                if one.with_suffix(".py").is_file() and one.with_suffix(".py") not in known:
                    code_of(one.with_suffix(".py"), known)
    return known


def code_hash(topic: Path) -> str:
    """Return the hash of a topic's simulation and of all code behind it."""
    digest = hashlib.sha256()
    for path in sorted(code_of(topic, set())):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("topic", TOPICS, ids=lambda path: path.stem.removeprefix("test_coverage_"))
def test_long_simulations(topic: Path) -> None:
    module, name = loaded(topic), topic.stem.removeprefix("test_coverage_")
    cells = module.table(getattr(module, "LONG_RUNS", LONGER * module.RUNS))
    share = cells.reindex(columns=["coverage", "false_alarms"]).bfill(axis=1)["coverage"]
    told = cells.assign(topic=name, share=share.round(6), bound=cells["bound"].round(6), seed=module.SEED,
                        code_sha256=code_hash(topic))[COLUMNS]
    others = pd.read_csv(RESULT).query("topic != @name") if RESULT.exists() else told.iloc[:0]
    every = pd.concat([part for part in (others, told) if len(part)]).sort_values("topic", kind="stable")
    every.to_csv(RESULT, index=False)
    promised = ~told["estimator"].isin(getattr(module, "NOT_PROMISED", ()))
    assert told.loc[promised & ~told["holds"].astype(bool), ["estimator", "cell"]].to_numpy().tolist() == []
