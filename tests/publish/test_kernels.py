"""Does every kernel of a run end with it, and run in the run's surroundings alone?"""

import json
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
