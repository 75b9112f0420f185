"""Do pyproject.toml, the lock and environment.yml name the same things?"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FIXED = {"jupyterlab", "papermill", "pandas", "statsmodels", "seaborn", "nbconvert", "pandera"}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [re.match(r"([\w.-]+)==([\w.!+-]+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def test_the_lock_satisfies_every_declared_dependency() -> None:
    pins = locked()
    wrong = [str(one) for one in declared() if not one.specifier.contains(pins.get(canonicalize_name(one.name), "0"))]
    assert wrong == []


def test_every_pin_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[\w.-]+==)", text.split("\n", 2)[2])
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_names_no_registry() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


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
