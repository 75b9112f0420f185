"""Do pyproject.toml, the lock and environment.yml name the same things?"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = [ROOT / "requirements.lock", ROOT / "benchmarks" / "requirements.lock"]
FIXED = {"jupyterlab", "papermill", "pandas", "statsmodels", "seaborn", "nbconvert", "pandera"}


def declared(lock: Path = LOCKS[0]) -> list[Requirement]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = settings["project"]
    main = project["dependencies"] + project["optional-dependencies"]["dev"]
    return [Requirement(line) for line in (main if lock == LOCKS[0] else settings["dependency-groups"]["bench"])]


def locked(lock: Path) -> dict[str, str]:
    lines = lock.read_text().splitlines()
    pins = [re.match(r"([\w.-]+)==([\w.!+-]+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_the_lock_satisfies_every_declared_dependency(lock: Path) -> None:
    pins = locked(lock)
    named = {str(one): (one.specifier, pins.get(canonicalize_name(one.name), "0")) for one in declared(lock)}
    assert [line for line, (allowed, pin) in named.items() if not allowed.contains(pin)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_every_pin_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[\w.-]+==)", lock.read_text().split("\n", 2)[2])
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_the_lock_names_no_registry(lock: Path) -> None:
    assert "://" not in lock.read_text()


def test_environment_yml_is_thin_and_points_to_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    pip = next(one["pip"] for one in environment["dependencies"] if isinstance(one, dict))
    assert pip == ["-r requirements.lock"]


def test_environment_yml_asks_for_the_python_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert environment["dependencies"][0] == "python=3.11"
    assert project["requires-python"] == ">=3.11,<3.12"


def test_the_packages_asked_for_are_declared() -> None:
    assert {canonicalize_name(one.name) for one in declared()} >= FIXED
