"""Which settings of the user's machine may a run see?

Where programs and temporary files are; nothing else. Start-up files, matplotlibrc, Jupyter configuration, time zone,
locale and thread counts each moved a published byte when they were let in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

INHERITED = ("PATH", "TMPDIR", "TERM", "JAVA_HOME", "SPARK_HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "COLUMNS": "100",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MATPLOTLIBRC": os.devnull,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "SOURCE_DATE_EPOCH": "0",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def surroundings(cache: Path, home: Path) -> dict[str, str]:
    """Return the whole environment of a run.

    ``home`` stands in for the user's home folder; ``cache`` keeps what is slow to make: the list of fonts.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    folders = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data",
               "JUPYTER_RUNTIME_DIR": "runtime", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    private = {name: str(home / folder) for name, folder in folders.items()}
    return inherited | FIXED | private | {"HOME": str(home), "MPLCONFIGDIR": str(cache / "matplotlib")}


def enter(cache: Path) -> None:
    """Start this program again in its own surroundings, unless it is in them already."""
    wanted = surroundings(cache, cache / "home")
    if not wanted.items() <= os.environ.items():  # a system may add variables of its own at every start
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)
