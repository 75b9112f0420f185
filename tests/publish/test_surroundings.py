"""Which settings of the user's machine may a run see?"""

import os
import sys
from pathlib import Path

import pytest

from analysis.publish import surroundings as module
from analysis.publish.surroundings import INHERITED, enter, surroundings


def test_nothing_is_inherited_but_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "PYTHONPATH", "PYTHONSTARTUP", "MPLBACKEND", "TZ", "JUPYTER_PATH"):
        monkeypatch.setenv(name, "hostile")
    assert "hostile" not in surroundings(Path("c"), Path("h")).values()
    assert surroundings(Path("c"), Path("h"))["PATH"] == os.environ["PATH"]


def test_time_zone_locale_seed_and_threads_are_fixed() -> None:
    made = surroundings(Path("c"), Path("h"))
    names = ("TZ", "LC_ALL", "PYTHONHASHSEED", "OMP_NUM_THREADS", "MATPLOTLIBRC")
    assert [made[name] for name in names] == ["UTC", "C.UTF-8", "0", "1", os.devnull]


def test_every_settings_folder_is_below_the_home_given() -> None:
    folders = [name for name in surroundings(Path("c"), Path("/h")) if name.startswith(("HOME", "IPY", "JUPYTER_D"))]
    assert all(surroundings(Path("c"), Path("/h"))[name].startswith("/h") for name in folders)
    assert len(folders) == 3


def test_program_starts_again_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[tuple] = []
    monkeypatch.setattr(module.os, "execve", lambda *call: started.append(call))
    enter(tmp_path)
    assert started[0][:2] == (sys.executable, [sys.executable, *sys.orig_argv[1:]])
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    for name, value in started[0][2].items() - kept.items():
        monkeypatch.setenv(name, value)
    enter(tmp_path)
    assert len(started) == 1
