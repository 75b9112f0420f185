"""How does a report appear all at once, or not at all?

A run works in ``reports/.<quarter>.work`` and its finished ``report`` takes the place of ``reports/<quarter>`` in one
step. Whatever ends a run before that step leaves the previous report as it was; what it left behind is cleared by the
next run that holds the quarter's lock.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.refusal import Busy, Refused

AT_FDCWD = -100  # linux/fcntl.h: relative paths start at the working directory
OWNER_FILE, OWNER_FOLDER = 0o600, 0o700  # of what is about persons; of no effect on Windows
APPRAISAL_TABLE = "confidential/tables/appraisal.csv"
RENAME_EXCHANGE = 2  # linux/fs.h: swap the two names in one step


@dataclass(frozen=True)
class Stage:
    """The places of one quarter's run below ``reports``."""

    reports: Path
    quarter: str

    @property
    def target(self) -> Path:
        """The published report: a real folder, so that it can be copied and kept."""
        return self.reports / self.quarter

    @property
    def work(self) -> Path:
        """Everything a run writes before it is published."""
        return self.reports / f".{self.quarter}.work"

    @property
    def report(self) -> Path:
        """The report in the making."""
        return self.work / "report"

    @property
    def retired(self) -> Path:
        """The previous report, for the moment between two renames where a file system cannot swap."""
        return self.reports / f".{self.quarter}.retired"

    @property
    def scratch(self) -> Path:
        """Where the quarter is built again to be compared."""
        return self.reports / f".{self.quarter}.rebuild"


@contextmanager
def held(stage: Stage) -> Iterator[None]:
    """Hold the quarter's lock; Busy where another run has it, Refused where the reports folder cannot be written."""
    try:
        stage.reports.mkdir(parents=True, exist_ok=True)
        lock = FileLock(stage.reports / f".{stage.quarter}.lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"another run of {stage.quarter} is under way; wait for its end and run again") from None
    except OSError as error:
        raise Refused(f"the reports folder cannot be written ({error.strerror})", "Give REPORTS= another folder",
                      file=str(stage.reports)) from None
    try:
        recover(stage)
        yield
    finally:
        recover(stage)  # what a failed run leaves may hold rows on persons
        lock.release()


def recover(stage: Stage) -> None:
    """Put back a report that a crash left between two renames, and clear what earlier runs left behind."""
    if stage.retired.is_dir() and not stage.target.exists():
        stage.retired.rename(stage.target)
    for leftover in (stage.work, stage.retired, stage.scratch):
        shutil.rmtree(leftover, ignore_errors=True)


def switch(stage: Stage) -> None:
    """Publish the finished report: on disk first, then visible in one step; the previous one is removed."""
    flush(stage.report)
    if not stage.target.exists():
        stage.report.rename(stage.target)
    elif not exchanged(stage.report, stage.target):
        stage.target.rename(stage.retired)
        stage.report.rename(stage.target)
    _flush_one(stage.reports)
    recover(stage)


def exchanged(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where the system or the file system has no such call (``man 2 renameat2``)."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    return renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def write_for_owner(path: Path, text: str) -> None:
    """Replace ``path`` in one step; its owner alone may read it and look into its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(OWNER_FOLDER)
    part = path.with_suffix(".part")
    part.touch(OWNER_FILE)
    part.chmod(OWNER_FILE)
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


def flush(folder: Path) -> None:
    """Wait until every file and folder below ``folder`` is on disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            _flush_one(Path(place, name))
        _flush_one(Path(place))


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
