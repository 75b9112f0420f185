"""What exactly was published, from what, and is it still the same?

``manifest.json`` names every input, parameter, source and output by its sha256. It holds no time and no path of a
machine, and not the commit either: the hashes of the sources say more (they know uncommitted changes) and are the same
in a copy of the project without its history.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.params import Params
    from analysis.publish.order import Order

MANIFEST = "manifest.json"
RUN_ID_DIGITS = 12
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


@dataclass(frozen=True)
class Manifest:
    """A sealed run: facts, the sha256 of everything that went in (by role) and came out, and where each row went."""

    quarter: str
    as_of: str
    revision: int
    language: str
    run_id: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, str]
    sources: Mapping[str, str]
    outputs: Mapping[str, str]
    packages: Mapping[str, str]
    rows: Mapping[str, Mapping[str, int]]

    def write(self, report: Path) -> None:
        """Write ``manifest.json`` into ``report``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (report / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, report: Path) -> Manifest | None:
        """Return the manifest of ``report``, or None where there is none that can be read."""
        try:
            read = cls(**json.loads((report / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        hashed = (read.inputs, read.parameters, read.sources, read.outputs)
        return read if all(isinstance(part, dict) for part in hashed) else None


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: object) -> str:
    """Return the sha256 of ``value`` written as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def hashes(files: Iterable[Path], base: Path, role: str = "") -> dict[str, str]:
    """Return name → sha256; a name is the path below ``base``, after ``role``, and so the same on any machine."""
    return {Path(role, path.relative_to(base)).as_posix(): sha256(path) for path in sorted(files)}


def files_below(folder: Path, leave_out: frozenset[str] = frozenset()) -> list[Path]:
    """Return the files below ``folder``, sorted; hidden ones, compiled Python and folders left out by name are not."""
    found = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" or part in leave_out for part in parts)
        if not hidden and path.is_file():
            found.append(path)
    return sorted(found)


def sealed(order: Order, params: Params, inputs: Iterable[Path], rows: Mapping[str, Mapping[str, int]]) -> Manifest:
    """Return the manifest of a run, its outputs still empty; the run id is the hash of everything that goes in."""
    went_in: dict[str, Any] = {
        "quarter": str(order.quarter), "as_of": params.plan.as_of.isoformat(), "revision": params.plan.revision,
        "language": order.language, "inputs": hashes(inputs, order.data or Path(), "data"),
        "parameters": _parameter_hashes(params.files, order),
        "sources": hashes(source_files(order.project), order.project),
        "packages": _package_versions(order.project / "requirements.lock"),
    }
    return Manifest(**went_in, run_id=digest(went_in)[:RUN_ID_DIGITS], outputs={}, rows=rows)


def source_files(project: Path) -> list[Path]:
    """Return the code a run depends on: the package, the notebooks and the fixed versions."""
    notebooks = (project / "notebooks").glob("*.ipynb")
    return [*files_below(project / "src" / "analysis"), *sorted(notebooks), project / "requirements.lock"]


def _parameter_hashes(files: Iterable[Path], order: Order) -> dict[str, str]:
    """Name parameter files below the project; below ``params`` where the company keeps its folder elsewhere."""
    outside = [path for path in files if not path.is_relative_to(order.project)]
    inside = [path for path in files if path.is_relative_to(order.project)]
    return hashes(outside, order.params, "params") | hashes(inside, order.project)


def _package_versions(lock: Path) -> dict[str, str]:
    """Return the installed version of Python and of every package the lock fixes for this system."""
    found = {"python": platform.python_version()}
    for name in PACKAGE.findall(lock.read_text(encoding="utf-8")):
        with suppress(PackageNotFoundError):  # fixed for another system
            found[name] = version(name)
    return found


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return one line per name that is missing, extra or changed between two sets of hashes, sorted by name."""
    lines = []
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            lines.append(f"missing: {name}")
        elif name not in before:
            lines.append(f"extra: {name}")
        elif before[name] != now[name]:
            lines.append(f"changed: {name}")
    return lines


def output_hashes(report: Path) -> dict[str, str]:
    """Return name → sha256 of everything in ``report`` but its manifest; hidden files count, for they do not belong.

    Nor do links and empty folders, which no run writes: each has a mark in place of a hash.
    """
    found = {}
    for path in sorted(report.rglob("*")):
        if path.is_symlink():
            found[path.relative_to(report).as_posix()] = "a link"
        elif path.is_dir() and not any(path.iterdir()):
            found[path.relative_to(report).as_posix()] = "an empty folder"
        elif path.is_file() and path != report / MANIFEST:
            found[path.relative_to(report).as_posix()] = sha256(path)
    return found
