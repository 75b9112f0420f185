"""Does every kernel of a run end with it, and run in the run's surroundings alone?"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from analysis.publish.driver import executed
from analysis.publish.kernels import Kernels
from analysis.publish.surroundings import surroundings

LOOK = "import json, os, sys, time\nprint(json.dumps([os.getcwd(), dict(os.environ), time.tzname[0]]))"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a user's home with an IPython start-up file, and point every setting at it."""
    startup = tmp_path / "user" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("raise SystemExit('the start-up file ran')")
    for name in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_CONFIG_DIR", "PYTHONSTARTUP", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("LANGUAGE", "xx")
    return tmp_path


@pytest.mark.parametrize("preload", [(), ("json",)])
def test_kernel_sees_nothing_of_the_users_settings(hostile: Path, write_notebook, preload: tuple[str, ...]) -> None:
    place = hostile / "place"
    place.mkdir()
    path = write_notebook(hostile / "10_a.ipynb", LOOK)
    with Kernels(surroundings(hostile / "cache", hostile / "home"), place, preload) as kernels:
        notebook = executed(path, {"quarter": "2024Q3", "run": ""}, kernels)
    cwd, env, zone = json.loads(notebook.cells[-1].outputs[0].text)
    assert (cwd, zone) == (str(place), "UTC")
    assert "LANGUAGE" not in env
    assert not [name for name, value in env.items() if "/user" in value and name != "PATH"]


@pytest.mark.parametrize("preload", [(), ("json",)])
def test_no_kernel_outlives_its_run(tmp_path: Path, write_notebook, preload: tuple[str, ...]) -> None:
    path = write_notebook(tmp_path / "10_a.ipynb", "import time", "time.sleep(600)")
    from threading import Timer

    with Kernels(surroundings(tmp_path, tmp_path), tmp_path, preload) as kernels:
        Timer(2.0, kernels.stop).start()
        with pytest.raises(Exception, match=r"[Kk]ernel"):
            executed(path, {"quarter": "2024Q3", "run": ""}, kernels)
    assert len(kernels.started) == 1
    assert all(process.poll() is not None for process in kernels.started)


class Started:
    """A kernel's process that has just begun."""

    ended = False

    def poll(self) -> int | None:
        return -9 if self.ended else None

    def kill(self) -> None:
        self.ended = True

    def wait(self) -> None:
        assert self.ended


def test_a_kernel_that_starts_when_the_run_has_stopped_is_ended_at_once(tmp_path: Path) -> None:
    with Kernels({}, tmp_path) as kernels:
        before, after = Started(), Started()
        kernels.enter(before)
        assert not before.ended
        kernels.stop()
        kernels.enter(after)
    assert before.ended
    assert after.ended


RUN = """import sys
from pathlib import Path
from analysis.publish.driver import executed
from analysis.publish.kernels import Kernels
from analysis.publish.surroundings import surroundings
if __name__ == "__main__":
    place = Path(sys.argv[1])
    kernels = Kernels(surroundings(place, place), place, eval(sys.argv[2]))
    executed(place / "10_a.ipynb", {"quarter": "2024Q3", "run": ""}, kernels)
"""
WAIT = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
PATIENCE_SECONDS = 30


def until(done: Callable[[], object]) -> bool:
    for _ in range(PATIENCE_SECONDS * 10):
        if done():
            return True
        time.sleep(0.1)
    return False


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a temporary folder whose path leaves room for the name of a socket."""
    with tempfile.TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize("preload", ["()", "('json',)"])
def test_no_kernel_outlives_a_run_that_was_killed(tmp_path: Path, short: Path, write_notebook, preload: str) -> None:
    write_notebook(tmp_path / "10_a.ipynb", WAIT)
    (tmp_path / "run.py").write_text(RUN)
    run = subprocess.Popen([sys.executable, str(tmp_path / "run.py"), str(tmp_path), preload],
                           env=os.environ | {"TMPDIR": str(short)})
    pid = tmp_path / "pid"
    assert until(lambda: pid.is_file() and pid.read_text())
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert until(lambda: not is_running(int(pid.read_text())))


def test_a_warm_process_that_died_of_an_import_gives_way_to_plain_kernels(tmp_path: Path, write_notebook,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    def died(*_: object) -> None:
        raise EOFError

    monkeypatch.setattr("analysis.publish.kernels._Forked", died)
    path = write_notebook(tmp_path / "10_a.ipynb", "40 + 2")
    with Kernels(surroundings(tmp_path, tmp_path), tmp_path) as kernels:
        kernels.warm = True
        notebook = executed(path, {"quarter": "2024Q3", "run": ""}, kernels)
    assert notebook.cells[-1].outputs[0].data["text/plain"] == "42"
